//! Efficiency as dive defines it, gathered while layers are merged.

use hashbrown::HashMap;

/// Sizes a path had: their sum, and the smallest.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    sum: u64,
    least: u64,
    layer: u16,
}

/// Gathers sizes; paths that only one layer touches, nearly all, cost two additions.
#[derive(Debug, Default)]
pub(super) struct Efficiency {
    once: u64,
    again: HashMap<u32, Sizes>,
    sum: u64,
    least: u64,
}

impl Efficiency {
    /// A path of its first layer.
    pub(super) fn first(&mut self, size: u64) {
        self.once += size;
    }

    /// A path that an earlier layer placed with `before` bytes is placed, or deleted, with `size`.
    pub(super) fn again(&mut self, id: u32, layer: u16, before: u64, size: u64) {
        let once = &mut self.once;
        let sizes = self.again.entry(id).or_insert_with(|| {
            *once = once.saturating_sub(before);
            Sizes { sum: before, least: before, layer: u16::MAX }
        });
        if sizes.layer == layer {
            return;
        }
        sizes.sum += size;
        sizes.least = sizes.least.min(size);
        sizes.layer = layer;
    }

    /// A folder is deleted that held `size` bytes.
    pub(super) fn folder_deleted(&mut self, size: u64) {
        self.sum += size;
        self.least += size;
    }

    pub(super) fn score(&self) -> Option<f64> {
        let sum = self.again.values().map(|sizes| sizes.sum).sum::<u64>() + self.sum + self.once;
        let least = self.again.values().map(|sizes| sizes.least).sum::<u64>() + self.least + self.once;
        (sum > 0).then(|| least as f64 / sum as f64)
    }
}
