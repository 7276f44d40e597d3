//! Runtimes and C libraries that lie in a tree, found by the names of their files.

use std::collections::BTreeMap;

use mvi_image::{FileKind, FileTree};
use serde::{Deserialize, Serialize};

use super::Profile;
use crate::cataloger::RecordPath;

/// A runtime that lies in the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// What it runs.
    pub profile: Profile,
    /// Printable path of the file that tells; of several the first in the order of bytes.
    pub path: String,
}

/// A C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Libc {
    /// The GNU one.
    Glibc,
    /// musl.
    Musl,
}

/// One trace of each runtime, and the C libraries, both ordered.
pub(super) fn traces(tree: &FileTree) -> (Vec<Trace>, Vec<Libc>) {
    let mut first: BTreeMap<Profile, Vec<u8>> = BTreeMap::new();
    let mut libcs = Vec::new();
    for id in tree.visible() {
        let node = tree.node(id);
        let name = node.name();
        if !may_tell(name) || node.kind() == FileKind::Directory {
            continue;
        }
        libcs.extend(std::str::from_utf8(name).ok().and_then(libc_of_loader));
        let path = tree.path(id);
        if let Some(profile) = runtime_of(&path) {
            let known = first.entry(profile).or_insert_with(|| path.clone());
            if path < *known {
                *known = path;
            }
        }
    }
    libcs.sort_unstable();
    libcs.dedup();
    let trace = |(profile, path): (Profile, Vec<u8>)| Trace { profile, path: mvi_image::printable(&path) };
    (first.into_iter().map(trace).collect(), libcs)
}

/// The C library whose loader or library has this name.
pub(super) fn libc_of_loader(name: &str) -> Option<Libc> {
    if name.starts_with("ld-musl-") {
        Some(Libc::Musl)
    } else if name.starts_with("ld-linux") || name.starts_with("ld64.so") || name == "ld.so.1" || name == "libc.so.6" {
        Some(Libc::Glibc)
    } else {
        None
    }
}

/// A quick look at the last name, before a path is put together.
fn may_tell(name: &[u8]) -> bool {
    matches!(name, b"beam.smp" | b"node" | b"os.py" | b"libjvm.so" | b"libc.so.6")
        || name.starts_with(b"python3.")
        || name.starts_with(b"ld")
}

fn runtime_of(path: &[u8]) -> Option<Profile> {
    let path = RecordPath::new(path);
    let above = RecordPath::new(path.folder);
    match (path.name, above.name) {
        (b"beam.smp", b"bin") if RecordPath::new(above.folder).name.starts_with(b"erts-") => Some(Profile::Erlang),
        (b"node", b"bin") => Some(Profile::Node),
        (b"libjvm.so", b"server") if RecordPath::new(above.folder).name == b"lib" => Some(Profile::Java),
        (b"os.py", folder) if folder.starts_with(b"python3.") => Some(Profile::Python),
        (name, b"bin") if name.starts_with(b"python3.") && !name.ends_with(b"-config") => Some(Profile::Python),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Option<Profile>) {
        assert_eq!(runtime_of(path.as_bytes()), expected, "{path}");
    }

    #[test]
    fn runtimes_are_told_by_their_files() {
        check("opt/app/erts-14.2/bin/beam.smp", Some(Profile::Erlang));
        check("usr/bin/python3.11", Some(Profile::Python));
        check("usr/local/lib/python3.12/os.py", Some(Profile::Python));
        check("usr/local/bin/node", Some(Profile::Node));
        check("opt/java/lib/server/libjvm.so", Some(Profile::Java));
    }

    #[test]
    fn files_of_like_names_tell_nothing() {
        check("usr/bin/beam.smp", None);
        check("usr/share/node", None);
        check("usr/bin/python3.11-config", None);
        check("app/os.py", None);
    }

    #[test]
    fn loaders_name_their_library() {
        assert_eq!(libc_of_loader("ld-musl-x86_64.so.1"), Some(Libc::Musl));
        assert_eq!(libc_of_loader("ld-linux-x86-64.so.2"), Some(Libc::Glibc));
        assert_eq!(libc_of_loader("ldconfig"), None);
    }
}
