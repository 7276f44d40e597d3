//! Where the bytes are: every unpacked byte in exactly one part, each part with its layer and its largest contents.

use std::collections::{BTreeMap, HashMap};

use mvi_image::{NodeId, Reason, printable};

use super::examine::Examined;
use crate::report::{Content, ContentItem, ContentKind, Megabytes, Sizes, WasteCause};

/// Things named of each part.
const LARGEST: usize = 5;
/// Folders of files without an owner are grouped this deep.
const DEPTH: usize = 3;

/// The parts, largest first; together they are `sizes.unpacked_mb`.
pub(super) fn contents(examined: &Examined, sizes: &Sizes, waste: &[WasteCause]) -> Vec<Content> {
    let mut parts = visible(examined);
    parts.extend(waste.iter().map(hidden));
    parts.push(Content {
        kind: ContentKind::Framing,
        mb: sizes.framing_mb,
        files: 0,
        layer: None,
        instruction: None,
        text: "tar headers and padding of all layers".into(),
        largest: Vec::new(),
        fix: None,
    });
    parts.retain(|part| part.mb.0 > 0);
    parts.sort_by_key(|part| (std::cmp::Reverse(part.mb), part.kind, part.layer));
    parts
}

#[derive(Default)]
struct Part {
    bytes: u64,
    files: u64,
    by_package: HashMap<usize, u64>,
    by_folder: HashMap<String, u64>,
}

fn visible(examined: &Examined) -> Vec<Content> {
    let mut parts: BTreeMap<u32, Part> = BTreeMap::new();
    let mut folders = Folders { last: None };
    let tree = &examined.tree;
    for (id, place) in tree.visible_bodies() {
        let size = tree.node(id).size();
        let part = parts.entry(place.layer).or_default();
        part.bytes += size;
        part.files += 1;
        if size == 0 {
            continue;
        }
        match examined.inventory().owners.owner_of(tree, id) {
            Some(owner) => *part.by_package.entry(owner).or_default() += size,
            None => {
                let folder = folders.of(examined, id);
                match part.by_folder.get_mut(folder) {
                    Some(bytes) => *bytes += size,
                    None => drop(part.by_folder.insert(folder.to_owned(), size)),
                }
            }
        }
    }
    parts.into_iter().map(|(layer, part)| part.content(examined, layer as usize)).collect()
}

/// The group of the folder that was asked for last: files come folder by folder.
struct Folders {
    last: Option<(NodeId, String)>,
}

impl Folders {
    fn of(&mut self, examined: &Examined, file: NodeId) -> &str {
        let folder = examined.tree.parent(file);
        let (_, group) = match self.last.take() {
            Some(last) if last.0 == folder => self.last.insert(last),
            _ => {
                let path = examined.tree.path(folder);
                let group: Vec<_> = path.split(|byte| *byte == b'/').take(DEPTH).collect();
                self.last.insert((folder, format!("/{}", printable(&group.join(&b'/')))))
            }
        };
        group
    }
}

impl Part {
    fn content(self, examined: &Examined, layer: usize) -> Content {
        let packages = self.by_package.len();
        let name = |index: &usize| examined.inventory().packages.get(*index).map(|package| package.name.clone());
        let packages_iter = self.by_package.iter().filter_map(|(index, bytes)| Some((name(index)?, *bytes)));
        let folders = self.by_folder.into_iter();
        let mut items: Vec<(String, u64)> = packages_iter.chain(folders).collect();
        items.sort_by(|left, right| (right.1, &left.0).cmp(&(left.1, &right.0)));
        items.truncate(LARGEST);
        let text = match packages {
            0 => format!("{} files", self.files),
            1 => format!("{} files, 1 package", self.files),
            count => format!("{} files, {count} packages", self.files),
        };
        Content {
            kind: ContentKind::Visible,
            mb: Megabytes(self.bytes),
            files: self.files,
            layer: Some(layer),
            instruction: examined.instruction(layer),
            text,
            largest: items.into_iter().map(|(name, bytes)| ContentItem { name, mb: Megabytes(bytes) }).collect(),
            fix: None,
        }
    }
}

fn hidden(cause: &WasteCause) -> Content {
    let what = match cause.reason {
        Reason::Overwritten => "overwritten by",
        Reason::DeletedLater => "deleted by",
        Reason::IdenticalCopy => "shipped again, byte for byte, by",
        Reason::AttributesOnly => "copied whole for a new owner or mode by",
        Reason::SameLayer => "replaced within",
        Reason::NoPlace => "without a place in the tree, in",
    };
    let files = if cause.files == 1 { "1 file".to_owned() } else { format!("{} files", cause.files) };
    Content {
        kind: ContentKind::Hidden,
        mb: cause.mb,
        files: cause.files,
        layer: Some(cause.layer),
        instruction: cause.instruction.clone(),
        text: format!("{files}, {what} layer {}", cause.by_layer),
        largest: cause
            .largest
            .iter()
            .map(|file| ContentItem { name: format!("/{}", file.path), mb: file.mb })
            .collect(),
        fix: Some(cause.fix.clone()),
    }
}
