//! Why a path is in an image: every layer that shipped or deleted it, its package, its bytes.

use std::collections::HashMap;

use mvi_image::{EntryTable, FileKind, ImageError, Location, NodeId, Place, RawEntry, printable};

use super::examine::{Examined, Examiner};
use super::needs::needed_by;
use super::waste::path_of;
use crate::report::{ContentItem, ExplainReport, Megabytes, OwnerNote, PathVersion, TOOL, VersionFate};

/// Things named below a folder.
const LARGEST: usize = 10;

/// Whether the way from the entry point to a path is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ways {
    /// It is.
    Shown,
    /// It is not: that would take a while for nothing.
    Left,
}

/// Reads the image and explains one path; nothing when neither the image nor any layer has it.
///
/// # Errors
/// Images that cannot be read.
pub(crate) fn explain(
    examiner: &Examiner<'_>,
    location: &Location,
    path: &str,
    ways: Ways,
) -> Result<Option<ExplainReport>, ImageError> {
    let examined = examiner.examine_one(location)?;
    let asked = path.trim_matches('/').as_bytes();
    let exact = examined.tree.find_no_follow(asked);
    let node = examined.tree.find(asked).or(exact);
    let real = node.map(|node| examined.tree.path(node));
    let wanted = real.clone().unwrap_or_else(|| asked.to_vec());
    let versions = versions(&examined, &wanted, node);
    let hidden = hidden_bytes(&examined, &wanted);
    if versions.is_empty() && node.is_none() && hidden == 0 {
        return Ok(None);
    }
    let below = Below::of(&examined, node);
    Ok(Some(ExplainReport {
        schema: "mvi-explain/1",
        tool: TOOL,
        image: examined.identity(),
        path: printable(asked),
        resolved: real.filter(|real| real != asked).map(|real| printable(&real)),
        visible: node.is_some(),
        kind: node.map(|node| examined.tree.node(node).kind()),
        mb: Megabytes(below.bytes),
        files: below.files,
        hidden_mb: Megabytes(hidden),
        owner: node.and_then(|node| owner(&examined, node)),
        versions,
        largest: below.largest,
        needed_by: node.filter(|_| ways == Ways::Shown).map(|node| needed_by(&examined, node)),
    }))
}

fn owner(examined: &Examined, node: NodeId) -> Option<OwnerNote> {
    let package = examined.inventory().owner_of(&examined.tree, node)?;
    Some(OwnerNote {
        name: package.name.clone(),
        version: package.version.clone(),
        purl: package.purl.clone(),
        installed_mb: Megabytes(package.installed_bytes),
        introduced: package.introduced,
    })
}

fn is_below(path: &[u8], folder: &[u8]) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.first() == Some(&b'/'))
}

fn hidden_bytes(examined: &Examined, wanted: &[u8]) -> u64 {
    let below = examined.tree.hidden().iter().filter(|file| is_below(&path_of(examined, file.place), wanted));
    below.map(|file| file.bytes).sum()
}

/// What is visible at a node and below it.
#[derive(Default)]
struct Below {
    bytes: u64,
    files: u64,
    largest: Vec<ContentItem>,
}

impl Below {
    fn of(examined: &Examined, node: Option<NodeId>) -> Self {
        let Some(node) = node else { return Self::default() };
        let tree = &examined.tree;
        let mut below = Self::default();
        let mut children: HashMap<NodeId, u64> = HashMap::new();
        for (id, _) in tree.visible_bodies() {
            let Some(child) = child_towards(examined, node, id) else { continue };
            let size = tree.node(id).size();
            below.bytes += size;
            below.files += 1;
            *children.entry(child).or_default() += size;
        }
        if tree.node(node).kind() == FileKind::Directory {
            let mut items: Vec<_> =
                children.into_iter().map(|(id, bytes)| (printable(tree.node(id).name()), bytes)).collect();
            items.sort_by(|left, right| (right.1, &left.0).cmp(&(left.1, &right.0)));
            items.truncate(LARGEST);
            below.largest = items.into_iter().map(|(name, bytes)| ContentItem { name, mb: Megabytes(bytes) }).collect();
        }
        below
    }
}

/// The child of `top` on the way down to `id`; `id` itself when they are the same.
fn child_towards(examined: &Examined, top: NodeId, id: NodeId) -> Option<NodeId> {
    let mut at = id;
    loop {
        let parent = examined.tree.parent(at);
        if at == top || parent == top {
            return Some(at);
        }
        if parent == at {
            return None;
        }
        at = parent;
    }
}

fn versions(examined: &Examined, wanted: &[u8], node: Option<NodeId>) -> Vec<PathVersion> {
    let current = node.and_then(|node| examined.tree.node(node).own_place());
    let (folder, name) = match wanted.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => (&wanted[..slash], &wanted[slash + 1..]),
        None => (&wanted[..0], wanted),
    };
    let whiteout = [folder, if folder.is_empty() { b"" } else { b"/" }, b".wh.", name].concat();
    let mut versions = Vec::new();
    for (layer, scanned) in examined.layers.iter().enumerate() {
        let table = scanned.facts.table();
        for (index, entry) in table.entries().iter().enumerate() {
            let own_name = table.name(entry);
            let deletes = own_name.strip_prefix(b".wh.") == Some(name);
            if !(own_name == name || deletes) {
                continue;
            }
            let path = table.path(entry);
            if path != wanted && path != whiteout {
                continue;
            }
            let place = Place { layer: layer as u32, entry: index as u32 };
            let fate = if deletes { VersionFate::Deletes } else { fate(examined, place, current) };
            versions.push(version(examined, place, (table, entry), fate));
        }
    }
    // Written through a link, such as bin/x where bin leads to usr/bin.
    if let Some(place) = current.filter(|_| versions.iter().all(|version| version.fate != VersionFate::Visible)) {
        let table = examined.layers[place.layer as usize].facts.table();
        versions.push(version(examined, place, (table, &table.entries()[place.entry as usize]), VersionFate::Visible));
    }
    versions
}

fn fate(examined: &Examined, place: Place, current: Option<Place>) -> VersionFate {
    if current == Some(place) {
        return VersionFate::Visible;
    }
    match examined.tree.hidden().iter().find(|file| file.place == place) {
        Some(file) => VersionFate::Hidden { by_layer: file.by_layer, reason: file.reason },
        None => VersionFate::Replaced,
    }
}

fn version(examined: &Examined, place: Place, found: (&EntryTable, &RawEntry), fate: VersionFate) -> PathVersion {
    let (table, entry) = found;
    let attributes = table.attributes(entry);
    let layer = place.layer as usize;
    let xattrs = examined.layers[layer].facts.xattrs();
    let link = matches!(entry.kind(), FileKind::Symlink | FileKind::HardLink).then(|| printable(table.link(entry)));
    PathVersion {
        layer,
        instruction: examined.instruction(layer),
        kind: entry.kind(),
        mode: format!("{:04o}", attributes.mode),
        owner: format!("{}:{}", attributes.uid, attributes.gid),
        mb: Megabytes(entry.size()),
        link,
        xattrs: xattrs.iter().filter(|xattr| xattr.entry == place.entry).map(|xattr| xattr.name.clone()).collect(),
        fate,
    }
}
