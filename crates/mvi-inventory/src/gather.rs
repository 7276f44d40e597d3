//! Gathers record files from layer facts, with what each layer made of them.

use std::cell::LazyCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use mvi_image::{FileKind, FileTree, HiddenFile, Kept, LayerFacts, Place};

use crate::cataloger::{Cataloger, RecordPath};
use crate::document::{Bodies, Content, Document, Version};
use crate::extract::part;
use crate::folders::Folders;
use crate::whiteouts::Whiteouts;

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
    let whiteouts = LazyCell::new(|| Whiteouts::new(tree));
    let mut lists: Vec<Vec<Document<'_>>> = catalogers.iter().map(|_| Vec::new()).collect();
    for ((cataloger, path), drafts) in gathered.drafts {
        let mut versions = versions(tree, &drafts, &hidden);
        versions.extend(unseen_end(tree, &path, versions.last(), &whiteouts));
        if catalogers[cataloger].part().is_some() {
            // What took the place of such a file was looked into as well, and found to be something else.
            let unread = versions.iter_mut().filter(|version| version.content == Content::Unread);
            unread.for_each(|version| version.content = Content::Gone);
        }
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
            let place = Place { layer, entry: body.entry };
            match body.kept {
                Kept::Head | Kept::Whole => self.draft(facts, Draft { place, content: Content::Bytes(body.bytes) }),
                Kept::Extract => self.draft_parts(facts, place, body.bytes),
            }
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

    /// Takes in what was made of a file, for those who read of it.
    fn draft_parts(&mut self, facts: &LayerFacts, place: Place, extract: &'a [u8]) {
        for (index, cataloger) in self.catalogers.iter().enumerate() {
            let Some(bytes) = cataloger.part().and_then(|wanted| part(extract, wanted)) else { continue };
            let Some(raw) = facts.table().entries().get(place.entry as usize) else { continue };
            let path = self.folders.in_tree(&facts.table().path(raw));
            self.drafts.entry((index, path)).or_default().push(Draft { place, content: Content::Bytes(bytes) });
        }
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
fn unseen_end<'a>(
    tree: &FileTree,
    path: &[u8],
    last: Option<&Version<'a>>,
    whiteouts: &Whiteouts,
) -> Option<Version<'a>> {
    let last = last.filter(|last| last.content != Content::Gone)?;
    let Some(id) = tree.find_no_follow(path) else {
        return Some(Version { layer: whiteouts.first_above(path, last.layer), content: Content::Gone });
    };
    let node = tree.node(id);
    let content = if node.kind() == FileKind::File { Content::Unread } else { Content::Gone };
    (node.layer() > last.layer).then(|| Version { layer: node.layer(), content })
}

fn is_replaced_by_file(tree: &FileTree, end: &HiddenFile) -> bool {
    let facts = tree.layers().get(end.by_layer as usize);
    let entry = end.by_entry.and_then(|entry| facts?.table().entries().get(entry as usize));
    entry.is_some_and(|entry| matches!(entry.kind(), FileKind::File | FileKind::HardLink))
}
