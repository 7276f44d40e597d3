//! Node packages with objects: whether a build for musl lies beside them.

use mvi_inventory::Package;

use crate::group::{Opinion, is_safe};
use crate::judge::{Evidence, Verdict};
use crate::object::{Means, ObjectAnswer};

/// Whether a Node package can be had for musl.
pub(crate) fn opinion(evidence: &Evidence<'_>, package: &Package, objects: &[ObjectAnswer]) -> Opinion {
    if let Some(safe) = is_safe(objects) {
        return safe;
    }
    let wanting: Vec<&ObjectAnswer> = objects.iter().filter(|object| object.means > Means::Musl).collect();
    if wanting.iter().all(|object| has_musl_beside(evidence, &object.path)) {
        return (Verdict::Safe, "a build for musl lies beside the one for glibc".to_owned(), None);
    }
    let why = format!("{} of its objects are for glibc", wanting.len());
    let way = match package.name.strip_suffix("-gnu") {
        Some(stem) => format!("install `{stem}-musl`, its twin for musl (npm install --libc=musl)"),
        None => "install it anew where musl is: it fetches a build for musl if there is one, and compiles otherwise"
            .to_owned(),
    };
    (Verdict::NeedsWork, why, Some(way))
}

/// True when the same addon is there for musl, as prebuildify, node-gyp-build and napi-rs lay them out: another file of
/// the folder that says `musl`, a folder such as `linuxmusl-x64`, a package such as `NAME-linux-x64-musl`.
fn has_musl_beside(evidence: &Evidence<'_>, path: &str) -> bool {
    let Some((folder, name)) = path.rsplit_once('/') else { return false };
    let tree = evidence.tree;
    let in_folder = tree.find(folder.as_bytes()).is_some_and(|folder| {
        tree.children(folder).any(|child| {
            let other = tree.node(child).name();
            other.ends_with(b".node") && is_for_musl(other) && other != name.as_bytes()
        })
    });
    let Some((above, own)) = folder.rsplit_once('/') else { return in_folder };
    let twins = [own.replace("linux-", "linuxmusl-"), format!("{own}-musl"), own.replace("-gnu", "-musl")];
    let twin = |twin: &String| twin != own && tree.find(format!("{above}/{twin}").as_bytes()).is_some();
    in_folder || twins.iter().any(twin)
}

fn is_for_musl(name: &[u8]) -> bool {
    name.split(|byte| matches!(byte, b'.' | b'-')).any(|word| word == b"musl")
}
