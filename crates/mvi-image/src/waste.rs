//! Bytes that are shipped and not visible, grouped by what caused them.

use std::collections::HashMap;

use crate::tree::{FileTree, HiddenFile, Reason};

/// Hidden files with one cause: shipped by the same layer, hidden by the same layer, for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The layer that ships them.
    pub layer: u32,
    /// The layer that hides them.
    pub by_layer: u32,
    /// Why.
    pub reason: Reason,
    /// How many files.
    pub files: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
    /// True when some were compared by size and time only.
    pub likely: bool,
    /// The largest of them, largest first, at most five.
    pub largest: Vec<HiddenFile>,
}

const LARGEST: usize = 5;

/// The causes of everything hidden, largest first.
#[must_use]
pub fn causes(tree: &FileTree) -> Vec<Cause> {
    let mut index: HashMap<(u32, u32, Reason), usize> = HashMap::new();
    let mut causes: Vec<Cause> = Vec::new();
    for hidden in tree.hidden() {
        let (layer, by_layer, reason) = (hidden.place.layer, hidden.by_layer, hidden.reason);
        let at = *index.entry((layer, by_layer, reason)).or_insert_with(|| {
            causes.push(Cause { layer, by_layer, reason, files: 0, bytes: 0, likely: false, largest: Vec::new() });
            causes.len() - 1
        });
        causes[at].add(*hidden);
    }
    causes.sort_by_key(|cause| (std::cmp::Reverse(cause.bytes), cause.layer, cause.by_layer, cause.reason));
    causes
}

impl Cause {
    fn add(&mut self, hidden: HiddenFile) {
        self.files += 1;
        self.bytes += hidden.bytes;
        self.likely |= hidden.likely;
        let at = self.largest.partition_point(|known| known.bytes >= hidden.bytes);
        if at < LARGEST {
            self.largest.insert(at, hidden);
            self.largest.truncate(LARGEST);
        }
    }
}
