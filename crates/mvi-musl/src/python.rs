//! Python packages with objects: whether there is a wheel for musl.

use mvi_image::FileTree;
use mvi_inventory::Package;

use crate::group::{Opinion, is_safe};
use crate::judge::{Evidence, Verdict};
use crate::object::ObjectAnswer;
use crate::wheel_names::WheelNames;

/// Lock files that name files of distributions.
const LOCKS: [&[u8]; 4] = [b"uv.lock", b"poetry.lock", b"pdm.lock", b"pylock.toml"];

/// `names`, and those in lock files of the image that were kept.
pub(crate) fn with_locks(names: &WheelNames, tree: &FileTree) -> WheelNames {
    let mut names = names.clone();
    for (layer, facts) in (0..).zip(tree.layers()) {
        for body in facts.bodies() {
            let Some(entry) = facts.table().entries().get(body.entry as usize) else { continue };
            if !LOCKS.contains(&facts.table().name(entry)) {
                continue;
            }
            let node = tree.find_no_follow(&facts.table().path(entry)).map(|id| tree.node(id));
            if node.is_some_and(|node| node.layer() == layer) {
                names.add_text(body.bytes);
            }
        }
    }
    names
}

/// Whether a Python package can be had for musl. It is not known where no file that lists its wheels was given.
pub(crate) fn opinion(
    evidence: &Evidence<'_>,
    (index, package): (usize, &Package),
    objects: &[ObjectAnswer],
    (names, machine): (&WheelNames, &str),
) -> Opinion {
    if let Some(safe) = is_safe(objects) {
        return safe;
    }
    let tags =
        evidence.inventory.wheels.iter().find(|wheel| wheel.package == index).map_or(&[][..], |wheel| &wheel.tags);
    let made = match tags.iter().filter_map(|tag| tag.rsplit('-').next()).find(|platform| platform.contains("linux")) {
        Some(platform) => format!("its wheel is for {platform}"),
        None => "its objects are for glibc".to_owned(),
    };
    let pythons: Vec<String> =
        tags.iter().filter_map(|tag| tag.split('-').next()).flat_map(|set| set.split('.')).map(str::to_owned).collect();
    let (name, version) = (&package.name, &package.version);
    if let Some(wheel) = names.for_musl(name, version, (&pythons, machine)) {
        let way = format!("install its wheel for {}", wheel.platforms.join("."));
        return (Verdict::NeedsWork, made, Some(way));
    }
    if names.has_source(name, version) {
        let way = "build it from its source, for which compilers and headers have to be there";
        return (Verdict::NeedsWork, format!("{made}, and none of {version} is for musl"), Some(way.to_owned()));
    }
    if names.knows(name, version) {
        let way = "another version with a wheel for musl, or building it from its repository";
        return (
            Verdict::Blocked,
            format!("{made}, and {version} has neither a wheel for musl nor a source"),
            Some(way.to_owned()),
        );
    }
    let way = "see whether there is a wheel for musllinux (--wheels names the files that are to be had), or build it";
    (Verdict::NeedsWork, format!("{made}; nobody looked for one for musl"), Some(way.to_owned()))
}
