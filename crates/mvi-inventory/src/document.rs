//! The one place that reads layer facts: record files by path, with what each layer made of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use mvi_image::{FileKind, FileTree, HiddenFile, LayerFacts, Place};

use crate::cataloger::{Cataloger, RecordPath};
use crate::folders::Folders;

/// A record file through the layers.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    /// Its path in the merged tree, links in its folders followed where that leads to a path that is claimed as well.
    pub(crate) path: Vec<u8>,
    /// What layers made of it, base first, at most one a layer.
    pub(crate) versions: Vec<Version<'a>>,
}

/// A document after a layer that changed it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Version<'a> {
    pub(crate) layer: u32,
    pub(crate) content: Content<'a>,
}

/// What a document holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// Something that was not read: it is too large, or stored in a way that is not read.
    Unread,
    /// Nothing: it was deleted, or something else than a file took its place.
    Gone,
}

impl<'a> Document<'a> {
    /// Its bytes in the image; none when it is gone or was not read.
    pub(crate) fn bytes(&self) -> Option<&'a [u8]> {
        self.version_before(u32::MAX).and_then(Version::bytes)
    }

    /// True when it is there and was read after `layer`.
    pub(crate) fn has_bytes_after(&self, layer: u32) -> bool {
        self.version_before(layer.saturating_add(1)).and_then(Version::bytes).is_some()
    }

    /// Its last version of the layers before `layer`.
    pub(crate) fn version_before(&self, layer: u32) -> Option<Version<'a>> {
        self.versions.iter().rfind(|version| version.layer < layer).copied()
    }
}

impl<'a> Version<'a> {
    pub(crate) fn bytes(self) -> Option<&'a [u8]> {
        match self.content {
            Content::Bytes(bytes) => Some(bytes),
            Content::Unread | Content::Gone => None,
        }
    }
}

/// Bodies of all layers by the entry that ships them.
pub(crate) struct Bodies<'a>(HashMap<Place, &'a [u8]>);

impl<'a> Bodies<'a> {
    pub(crate) fn new(tree: &'a FileTree) -> Self {
        let layers = (0..).zip(tree.layers());
        let places = layers.flat_map(|(layer, facts)| {
            facts.bodies().map(move |body| (Place { layer, entry: body.entry }, body.bytes))
        });
        Self(places.collect())
    }

    /// The bytes kept of a file that the entry at `place` ships; an empty file has none.
    pub(crate) fn get(&self, place: Place) -> Option<&'a [u8]> {
        self.0.get(&place).copied()
    }
}

/// The documents that each of `catalogers` claims, in its order, each list ordered by path.
pub(crate) fn documents<'a>(
    tree: &'a FileTree,
    bodies: &Bodies<'a>,
    catalogers: &[&dyn Cataloger],
) -> Vec<Vec<Document<'a>>> {
    let mut gathered = Gathered { tree, catalogers, folders: Folders::new(tree), drafts: BTreeMap::new() };
    for (layer, facts) in (0..).zip(tree.layers()) {
        gathered.layer(layer, facts, bodies);
    }
    let hidden = hidden_places(tree, &gathered.drafts);
    let mut lists: Vec<Vec<Document<'_>>> = catalogers.iter().map(|_| Vec::new()).collect();
    for ((cataloger, path), drafts) in gathered.drafts {
        let mut versions = versions(tree, &drafts, &hidden);
        versions.extend(unseen_end(tree, &path, versions.last()));
        if !versions.is_empty() {
            lists[cataloger].push(Document { path, versions });
        }
    }
    lists
}

/// A version whose end is not known yet.
#[derive(Clone, Copy)]
struct Draft<'a> {
    place: Place,
    content: Content<'a>,
}

struct Gathered<'a, 'c> {
    tree: &'a FileTree,
    catalogers: &'c [&'c dyn Cataloger],
    folders: Folders<'a>,
    /// By index of the cataloger and path.
    drafts: BTreeMap<(usize, Vec<u8>), Vec<Draft<'a>>>,
}

impl<'a> Gathered<'a, '_> {
    fn layer(&mut self, layer: u32, facts: &'a LayerFacts, bodies: &Bodies<'a>) {
        for body in facts.bodies() {
            self.draft(facts, Draft { place: Place { layer, entry: body.entry }, content: Content::Bytes(body.bytes) });
        }
        for (entry, raw) in (0..).zip(facts.table().entries()) {
            let place = Place { layer, entry };
            match raw.kind() {
                FileKind::File if raw.size() == 0 => self.draft(facts, Draft { place, content: Content::Bytes(b"") }),
                FileKind::HardLink => self.hard_link(facts, place, bodies),
                FileKind::File
                | FileKind::Directory
                | FileKind::Symlink
                | FileKind::CharDevice
                | FileKind::BlockDevice
                | FileKind::Fifo => {}
            }
        }
    }

    /// A record file that is another name of a file elsewhere, as pnpm and uv lay out their stores.
    fn hard_link(&mut self, facts: &'a LayerFacts, place: Place, bodies: &Bodies<'a>) {
        let Some(raw) = facts.table().entries().get(place.entry as usize) else { return };
        let path = facts.table().path(raw);
        let record = RecordPath::new(&path);
        if !self.catalogers.iter().any(|cataloger| cataloger.claims(&record).is_some()) {
            return;
        }
        let node = self.tree.find_no_follow(&path).map(|id| self.tree.node(id));
        let Some(node) = node.filter(|node| node.layer() == place.layer) else { return };
        let content = match node.place().and_then(|body| bodies.get(body)) {
            Some(bytes) => Content::Bytes(bytes),
            None => Content::Unread,
        };
        self.draft(facts, Draft { place, content });
    }

    fn draft(&mut self, facts: &LayerFacts, draft: Draft<'a>) {
        let Some(raw) = facts.table().entries().get(draft.place.entry as usize) else { return };
        let path = facts.table().path(raw);
        let record = RecordPath::new(&path);
        for (index, cataloger) in self.catalogers.iter().enumerate() {
            if cataloger.claims(&record).is_some() {
                let in_tree = self.folders.in_tree(&path);
                let claimed = cataloger.claims(&RecordPath::new(&in_tree)).is_some();
                let path = if claimed { in_tree } else { path.clone() };
                self.drafts.entry((index, path)).or_default().push(draft);
            }
        }
    }
}

fn hidden_places<'t>(
    tree: &'t FileTree,
    drafts: &BTreeMap<(usize, Vec<u8>), Vec<Draft<'_>>>,
) -> HashMap<Place, &'t HiddenFile> {
    let places: HashSet<Place> = drafts.values().flatten().map(|draft| draft.place).collect();
    let hidden = tree.hidden().iter().filter(|hidden| places.contains(&hidden.place));
    hidden.map(|hidden| (hidden.place, hidden)).collect()
}

/// The versions of one document; `drafts` are ordered by layer, and within a layer as in its archive.
fn versions<'a>(tree: &FileTree, drafts: &[Draft<'a>], hidden: &HashMap<Place, &HiddenFile>) -> Vec<Version<'a>> {
    let mut drafts: Vec<&Draft<'a>> = drafts.iter().collect();
    drafts.sort_by_key(|draft| draft.place);
    let mut versions: Vec<Version<'a>> = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        let layer = draft.place.layer;
        let next = drafts.get(index + 1).map(|next| next.place.layer);
        if next == Some(layer) {
            continue; // one layer may hold a path twice; the last one counts
        }
        versions.push(Version { layer, content: draft.content });
        let Some(end) = hidden.get(&draft.place).filter(|end| next.is_none_or(|next| end.by_layer < next)) else {
            continue;
        };
        let content = if is_replaced_by_file(tree, end) { Content::Unread } else { Content::Gone };
        versions.push(Version { layer: end.by_layer, content });
    }
    versions
}

/// How a document ended whose body lives on under another name, which the tree's list of hidden files cannot tell.
fn unseen_end<'a>(tree: &FileTree, path: &[u8], last: Option<&Version<'a>>) -> Option<Version<'a>> {
    let last = last.filter(|last| last.content != Content::Gone)?;
    let Some(id) = tree.find_no_follow(path) else {
        return Some(Version { layer: whiteout_layer(tree, path, last.layer), content: Content::Gone });
    };
    let node = tree.node(id);
    let content = if node.kind() == FileKind::File { Content::Unread } else { Content::Gone };
    (node.layer() > last.layer).then(|| Version { layer: node.layer(), content })
}

/// The first layer above `after` with a whiteout of `path` or of a folder it lies in; the last layer if there is none.
fn whiteout_layer(tree: &FileTree, path: &[u8], after: u32) -> u32 {
    let is_above =
        |folder: &[u8]| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"));
    let deletes = |facts: &LayerFacts| {
        facts.table().entries().iter().any(|entry| {
            let Some(name) = facts.table().name(entry).strip_prefix(b".wh.") else { return false };
            let whiteout = facts.table().path(entry);
            let folder = RecordPath::new(&whiteout).folder;
            match (name, folder) {
                (b".wh..opq", b"") => true,
                (b".wh..opq", folder) => is_above(folder),
                (name, b"") => is_above(name),
                (name, folder) => is_above(&[folder, name].join(&b'/')),
            }
        })
    };
    let mut later = (0..).zip(tree.layers()).skip(after as usize + 1);
    let last = tree.layers().len().saturating_sub(1) as u32;
    later.find(|(_, facts)| deletes(facts)).map_or(last, |(layer, _)| layer)
}

fn is_replaced_by_file(tree: &FileTree, end: &HiddenFile) -> bool {
    let facts = tree.layers().get(end.by_layer as usize);
    let entry = end.by_entry.and_then(|entry| facts?.table().entries().get(entry as usize));
    entry.is_some_and(|entry| matches!(entry.kind(), FileKind::File | FileKind::HardLink))
}
