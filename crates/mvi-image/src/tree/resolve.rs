//! Finding, or making, the folder an entry belongs in: links in the path are followed inside the tree, as
//! `securejoin` does for umoci and containerd.

use std::hash::BuildHasher as _;

use super::merge::Merge;
use super::{FileTree, ROOT, Record};
use crate::layer::{EntryTable, FileKind, LayerFacts, NONE, Text};
use crate::limits::LINK_DEPTH;

/// Why an entry has no place in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unplaceable {
    /// Links on the way lead in circles.
    Loop,
    /// A folder on the way has a name that is reserved for whiteouts.
    Reserved,
}

/// What to do about folders that are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Make {
    /// Make them.
    Folders,
    /// Report that there is nothing.
    Nothing,
}

/// Remembers which node each folder of the current layer's table is, until the tree changes under it.
#[derive(Default)]
pub(super) struct Folders {
    nodes: Vec<(u32, u32)>,
    epoch: u32,
}

impl Folders {
    pub(super) fn new(table: &EntryTable) -> Self {
        Self { nodes: vec![(0, NONE); table.dirs.len()], epoch: 1 }
    }

    /// A folder or link was replaced or removed: what was remembered may lead elsewhere now.
    pub(super) fn forget(&mut self) {
        self.epoch += 1;
    }

    fn known(&self, dir: u32) -> Option<u32> {
        let (epoch, node) = self.nodes[dir as usize];
        (epoch == self.epoch).then_some(node)
    }
}

/// A record that is there already, living or not, or the place for a new one.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    pub(super) parent: u32,
    pub(super) id: Option<u32>,
    /// Layer, start and length in that layer's arena.
    name: (u16, u32, u16),
    /// What it is found by in the index.
    key: u64,
}

/// A name to step into, and where it stands in a layer's arena, so that a folder can be made of it.
struct Step {
    layer: u16,
    text: Text,
}

impl Merge {
    /// The node of folder `dir` of the current layer; `None` when it is missing and nothing is to be made.
    pub(super) fn resolve(&mut self, facts: &LayerFacts, dir: u32, make: Make) -> Result<Option<u32>, Unplaceable> {
        if let Some(node) = self.folders.known(dir) {
            return Ok(Some(node));
        }
        let dirs = &facts.table().dirs;
        let mut chain = Vec::new();
        let mut at = dir;
        let mut node = loop {
            if at == 0 {
                break ROOT.0;
            }
            if let Some(node) = self.folders.known(at) {
                break node;
            }
            chain.push(at);
            at = dirs[at as usize].parent;
        };
        let name = |dir: u32| dirs[dir as usize].name;
        // Looked for first, so that no folder is made for an entry that cannot be placed.
        if chain.iter().any(|dir| facts.table().text(name(*dir)).starts_with(super::merge::WHITEOUT)) {
            return Err(Unplaceable::Reserved);
        }
        while let Some(dir) = chain.pop() {
            let before = self.folders.epoch;
            let name = name(dir);
            match self.step(node, Step { layer: self.layer, text: name }, make)? {
                Some(next) => node = next,
                None => return Ok(None),
            }
            if self.folders.epoch == before {
                self.folders.nodes[dir as usize] = (before, node);
            }
        }
        Ok(Some(node))
    }

    fn step(&mut self, node: u32, step: Step, make: Make) -> Result<Option<u32>, Unplaceable> {
        // Only links add steps, and few folders are links.
        let mut pending = Vec::new();
        let mut first = Some(step);
        let mut at = node;
        let mut links = 0;
        while let Some(step) = first.take().or_else(|| pending.pop()) {
            let facts = self.tree.layers[usize::from(step.layer)].clone();
            let name = facts.table().text(step.text);
            match name {
                b"" | b"." => continue,
                b".." => {
                    at = self.tree.records[at as usize].parent;
                    continue;
                }
                _ => {}
            }
            let slot = self.tree.slot_for(at, name, step.layer, step.text);
            let child = slot.id.filter(|id| self.tree.records[*id as usize].alive);
            if let Some((layer, text)) = child.and_then(|child| self.tree.link_text(child)) {
                links += 1;
                if links > LINK_DEPTH {
                    return Err(Unplaceable::Loop);
                }
                at = self.follow(at, layer, text, &mut pending);
                continue;
            }
            match (child, make) {
                (Some(child), _) if self.tree.is_dir(child) => at = child,
                (_, Make::Nothing) => return Ok(None),
                (Some(file), Make::Folders) => {
                    self.make_way(file);
                    at = self.revive_as_folder(file);
                }
                (None, Make::Folders) => {
                    at = match slot.id {
                        Some(dead) => self.revive_as_folder(dead),
                        None => self.tree.add_record(slot, self.layer),
                    }
                }
            }
        }
        Ok(Some(at))
    }

    /// Puts the steps of a link's target on top of those that are left; returns where they start.
    fn follow(&self, at: u32, layer: u16, text: Text, pending: &mut Vec<Step>) -> u32 {
        let facts = &self.tree.layers[usize::from(layer)];
        let target = facts.table().text(text);
        let first = pending.len();
        let mut start = text.start;
        for name in target.split(|byte| *byte == b'/') {
            let length = name.len() as u32;
            pending.push(Step { layer, text: Text { start, length } });
            start += length + 1;
        }
        pending[first..].reverse();
        if target.first() == Some(&b'/') { ROOT.0 } else { at }
    }

    fn revive_as_folder(&mut self, id: u32) -> u32 {
        self.tree.hard_links.remove(&id);
        let layer = self.layer;
        let record = &mut self.tree.records[id as usize];
        record.alive = true;
        record.entry = NONE;
        (record.layer, record.introduced) = (layer, layer);
        self.tree.touch(id, layer);
        id
    }
}

impl FileTree {
    /// Where the target of a symbolic link stands: layer and text.
    fn link_text(&self, id: u32) -> Option<(u16, Text)> {
        let place = self.place(id)?;
        let entry = self.entry(place);
        let table = self.layers[place.layer as usize].table();
        let text = table.links.get(entry.link as usize).filter(|_| entry.kind() == FileKind::Symlink)?;
        Some((u16::try_from(place.layer).ok()?, *text))
    }

    /// Where a child of that name, which stands in the arena of `layer`, is or belongs.
    pub(super) fn slot_for(&self, parent: u32, name: &[u8], layer: u16, text: Text) -> Slot {
        let key = self.key(parent, name);
        Slot { parent, id: self.slot_at(key, parent, name), name: (layer, text.start, text.length as u16), key }
    }

    /// Adds a living record without entry at a slot that has none.
    pub(super) fn add_record(&mut self, slot: Slot, layer: u16) -> u32 {
        let id = self.records.len() as u32;
        let Slot { parent, name: (name_layer, name_start, name_length), key, .. } = slot;
        let next_sibling = std::mem::replace(&mut self.records[parent as usize].first_child, id);
        self.records.push(Record {
            parent,
            name_start,
            name_length,
            name_layer,
            layer,
            touched: layer,
            introduced: layer,
            alive: true,
            entry: NONE,
            first_child: NONE,
            next_sibling,
        });
        let (records, layers, hasher) = (&self.records, &self.layers, &self.hash);
        let rehash = |id: &u32| {
            let record = &records[*id as usize];
            let start = record.name_start as usize;
            let names = &layers[usize::from(record.name_layer)].table().names;
            hasher.hash_one((record.parent, &names[start..start + usize::from(record.name_length)]))
        };
        self.index.insert_unique(key, id, rehash);
        self.touch(parent, layer);
        id
    }

    /// Marks a path and its folders as placed by `layer`.
    pub(super) fn touch(&mut self, id: u32, layer: u16) {
        let mut at = id;
        loop {
            let record = &mut self.records[at as usize];
            if record.touched == layer && at != id {
                return;
            }
            record.touched = layer;
            if at == ROOT.0 {
                return;
            }
            at = record.parent;
        }
    }
}
