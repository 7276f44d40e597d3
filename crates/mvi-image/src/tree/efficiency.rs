//! Efficiency as dive defines it, gathered while layers are merged.

use hashbrown::HashMap;

/// Sizes a path had: those of earlier layers, and that of the last layer, which may still change.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    sum: u64,
    least: u64,
    last: u64,
    layer: u16,
}

/// A size, and the layer that gave it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub(super) size: u64,
    pub(super) layer: u16,
}

/// Gathers sizes; paths that only one layer touches, nearly all, cost two additions.
#[derive(Debug, Default)]
pub(super) struct Efficiency {
    once: u64,
    again: HashMap<u32, Sizes>,
    /// Bytes that deleted folders held.
    folders: u64,
}

impl Efficiency {
    /// A path that had no size before.
    pub(super) fn first(&mut self, size: u64) {
        self.once += size;
    }

    /// True when the path had more than one size.
    pub(super) fn knows(&self, id: u32) -> bool {
        self.again.contains_key(&id)
    }

    /// A path is placed again; in the same layer, the later entry counts alone.
    pub(super) fn again(&mut self, id: u32, before: Placed, now: Placed) {
        let sizes = self.sizes(id, before);
        if sizes.layer != now.layer {
            sizes.sum += sizes.last;
            sizes.least = sizes.least.min(sizes.last);
            sizes.layer = now.layer;
        }
        sizes.last = now.size;
    }

    /// A file is deleted, before or after the same layer places it anew.
    pub(super) fn file_deleted(&mut self, id: u32, before: Placed) {
        self.sizes(id, before).least = 0;
    }

    /// A folder is deleted that held `size` bytes.
    pub(super) fn folder_deleted(&mut self, size: u64) {
        self.folders += size;
    }

    fn sizes(&mut self, id: u32, before: Placed) -> &mut Sizes {
        let once = &mut self.once;
        self.again.entry(id).or_insert_with(|| {
            *once = once.saturating_sub(before.size);
            Sizes { sum: 0, least: u64::MAX, last: before.size, layer: before.layer }
        })
    }

    pub(super) fn score(&self) -> Option<f64> {
        let sum = self.again.values().map(|sizes| sizes.sum + sizes.last).sum::<u64>() + self.folders + self.once;
        let least =
            self.again.values().map(|sizes| sizes.least.min(sizes.last)).sum::<u64>() + self.folders + self.once;
        (sum > 0).then(|| least as f64 / sum as f64)
    }
}
