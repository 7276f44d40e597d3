//! What holds for every tree, whatever the layers.

use std::collections::BTreeSet;

use mvi_image::{FileTree, merge};

use crate::look::lines;

/// Panics where a law is broken.
pub(crate) fn hold(tree: &FileTree) {
    let shipped: u64 = tree.changes().iter().map(|change| change.file_bytes).sum();
    let hidden: u64 = tree.hidden().iter().map(|file| file.bytes).sum();
    let seen: u64 = tree.visible_bodies().map(|(id, _)| tree.node(id).size()).sum();
    assert_eq!(seen + hidden, shipped, "a shipped byte is visible or hidden");
    assert_eq!(tree.visible_bytes(), seen);

    let mut places: BTreeSet<_> = tree.visible_bodies().map(|(_, place)| place).collect();
    for file in tree.hidden() {
        assert!(places.insert(file.place), "{:?} is visible and hidden, or hidden twice", file.place);
    }

    let mut paths = BTreeSet::new();
    for id in tree.visible() {
        let path = tree.path(id);
        assert_eq!(tree.find_no_follow(&path), Some(id), "a visible path is found");
        assert!(paths.insert(path), "a path is there once");
    }
    assert_eq!(lines(&merge(tree.layers().to_vec())), lines(tree), "the same layers make the same tree");
    assert!(tree.efficiency().is_none_or(|share| (0.0..=1.0).contains(&share)));
}
