//! Looking paths up in the merged tree, links followed inside it.

use std::hash::BuildHasher as _;

use super::{FileTree, NodeId, Place, ROOT};
use crate::layer::{FileKind, RawEntry};
use crate::limits::LINK_DEPTH;

impl FileTree {
    /// The node a path leads to, symbolic links followed at every step; `None` when it leads nowhere or in circles.
    #[must_use]
    pub fn find(&self, path: &[u8]) -> Option<NodeId> {
        self.walk(path, true)
    }

    /// The node of a path, symbolic links followed in its folders but not at its end.
    #[must_use]
    pub fn find_no_follow(&self, path: &[u8]) -> Option<NodeId> {
        self.walk(path, false)
    }

    fn walk(&self, path: &[u8], follow_last: bool) -> Option<NodeId> {
        let mut names: Vec<&[u8]> = path.split(|byte| *byte == b'/').rev().collect();
        let mut at = ROOT.0;
        let mut links = 0;
        while let Some(name) = names.pop() {
            match name {
                b"" | b"." => continue,
                b".." => {
                    at = self.records[at as usize].parent;
                    continue;
                }
                _ => {}
            }
            let child = self.child(at, name)?;
            let last = names.iter().all(|name| name.is_empty());
            match self.link_of(child) {
                Some(target) if follow_last || !last => {
                    links += 1;
                    if links > LINK_DEPTH {
                        return None;
                    }
                    if target.first() == Some(&b'/') {
                        at = ROOT.0;
                    }
                    names.extend(target.split(|byte| *byte == b'/').rev());
                }
                _ => at = child,
            }
        }
        Some(NodeId(at))
    }

    /// The living child of a folder.
    pub(crate) fn child(&self, parent: u32, name: &[u8]) -> Option<u32> {
        self.slot(parent, name).filter(|id| self.records[*id as usize].alive)
    }

    /// The record of a child, living or dead.
    pub(crate) fn slot(&self, parent: u32, name: &[u8]) -> Option<u32> {
        self.slot_at(self.key(parent, name), parent, name)
    }

    /// The same where the key is known.
    pub(crate) fn slot_at(&self, key: u64, parent: u32, name: &[u8]) -> Option<u32> {
        let same = |id: &u32| {
            let record = &self.records[*id as usize];
            record.parent == parent && self.name_of(record) == name
        };
        self.index.find(key, same).copied()
    }

    /// What a child is found by in the index.
    pub(crate) fn key(&self, parent: u32, name: &[u8]) -> u64 {
        self.hash.hash_one((parent, name))
    }

    pub(crate) fn entry(&self, place: Place) -> &RawEntry {
        &self.layers[place.layer as usize].table().entries[place.entry as usize]
    }

    /// The target, if the record is a symbolic link.
    pub(crate) fn link_of(&self, id: u32) -> Option<&[u8]> {
        let place = self.place(id)?;
        let entry = self.entry(place);
        (entry.kind() == FileKind::Symlink).then(|| self.layers[place.layer as usize].table().link(entry))
    }

    pub(crate) fn is_dir(&self, id: u32) -> bool {
        self.place(id).is_none_or(|place| self.entry(place).kind() == FileKind::Directory)
    }
}
