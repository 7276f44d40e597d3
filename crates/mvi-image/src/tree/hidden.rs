//! Files that are shipped and not visible, and what hid them.

use serde::{Deserialize, Serialize};

use super::Place;
use super::merge::Merge;
use crate::layer::{FileKind, RawEntry};

/// Why shipped bytes are not visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Replaced by other content.
    Overwritten,
    /// Deleted by a whiteout of a later layer.
    DeletedLater,
    /// Replaced by the same bytes with the same attributes.
    IdenticalCopy,
    /// Replaced by the same bytes with other permissions or another owner: a `chmod` or `chown` layer.
    AttributesOnly,
    /// Written twice in one layer; the last one counts.
    SameLayer,
    /// It never had a place: the body of a whiteout, or a path that leads in circles or through a reserved name.
    NoPlace,
}

/// A file that is shipped and not visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HiddenFile {
    /// The entry that ships it.
    pub place: Place,
    /// The layer that hid it.
    pub by_layer: u32,
    /// The entry that took its place; `None` for a whiteout and for a folder that no entry names.
    pub by_entry: Option<u32>,
    /// Why.
    pub reason: Reason,
    /// Bytes of its body.
    pub bytes: u64,
    /// True when content was compared by size and time only, because bodies were not read (`--no-verify`).
    pub likely: bool,
}

/// What takes a path out of the tree.
#[derive(Debug, Clone, Copy)]
pub(super) enum By {
    /// A whiteout.
    Whiteout,
    /// The entry of the current layer that takes its place, and where the body it names stands.
    Entry { entry: u32, body: Place },
    /// A folder that no entry names.
    Folder,
}

impl Merge {
    /// Takes a path out of the tree and records the bytes that go out of sight with it.
    pub(super) fn hide(&mut self, id: u32, by: By) {
        let place = self.tree.place(id);
        let old_layer = self.tree.records[id as usize].layer;
        self.tree.records[id as usize].alive = false;
        self.tree.hard_links.remove(&id);
        let Some(place) = place else { return };
        if let Some(names) = self.inodes.get_mut(&place) {
            *names -= 1;
            if *names > 0 {
                return;
            }
        }
        let entry = *self.tree.entry(place);
        if entry.kind() != FileKind::File || entry.size() == 0 {
            return;
        }
        let (reason, likely) = if old_layer == self.layer && place.layer == u32::from(self.layer) {
            (Reason::SameLayer, false)
        } else {
            self.reason(place, by)
        };
        let by_layer = u32::from(self.layer);
        let by_entry = match by {
            By::Entry { entry, .. } => Some(entry),
            By::Whiteout | By::Folder => None,
        };
        self.tree.hidden.push(HiddenFile { place, by_layer, by_entry, reason, bytes: entry.size(), likely });
    }

    /// Records the bytes of an entry of the current layer that no path will ever lead to.
    pub(super) fn ship_in_vain(&mut self, index: u32, entry: &RawEntry) {
        if entry.kind() != FileKind::File || entry.size() == 0 {
            return;
        }
        let (by_layer, bytes) = (u32::from(self.layer), entry.size());
        let place = Place { layer: by_layer, entry: index };
        self.change.file_bytes += bytes;
        self.tree.hidden.push(HiddenFile {
            place,
            by_layer,
            by_entry: None,
            reason: Reason::NoPlace,
            bytes,
            likely: false,
        });
    }

    /// Compares a file with what took its place.
    fn reason(&self, old: Place, by: By) -> (Reason, bool) {
        let by = match by {
            By::Whiteout => return (Reason::DeletedLater, false),
            By::Folder => return (Reason::Overwritten, false),
            // A link to a body of a lower layer ships nothing again.
            By::Entry { body, .. } if body.layer != u32::from(self.layer) => return (Reason::Overwritten, false),
            By::Entry { body, .. } => body,
        };
        let (before, after) = (self.tree.entry(old), self.tree.entry(by));
        if after.kind() != FileKind::File || before.size() != after.size() {
            return (Reason::Overwritten, false);
        }
        let (same, likely) = match (before.content(), after.content()) {
            (Some(before), Some(after)) => (before == after, false),
            _ => (before.mtime() == after.mtime(), true),
        };
        let attributes = |place: Place| {
            let table = self.tree.layers[place.layer as usize].table();
            table.attributes(&table.entries()[place.entry as usize])
        };
        match (same, attributes(old) == attributes(by)) {
            (false, _) => (Reason::Overwritten, likely),
            (true, true) => (Reason::IdenticalCopy, likely),
            (true, false) => (Reason::AttributesOnly, likely),
        }
    }
}
