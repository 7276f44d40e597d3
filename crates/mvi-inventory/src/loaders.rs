//! Every executable of an image, and what loads it.

use std::collections::BTreeMap;

use mvi_image::{FileTree, printable};

use crate::document::Bodies;
use crate::objects::object_at;
use crate::parse::elf::Loader;

/// The visible executables that are ELF files, by path from the root, each with its loader. `tree` holds layers that were
/// read with an [`InventoryCollector`](crate::InventoryCollector); files whose names say that they are data were not looked at.
#[must_use]
pub fn loaders(tree: &FileTree) -> BTreeMap<String, Loader> {
    let bodies = Bodies::new(tree);
    let executable = |(id, place): (mvi_image::NodeId, mvi_image::Place)| {
        let facts = object_at(&bodies, place)?;
        let is_executable = tree.node(id).attributes().mode & 0o111 != 0 && !facts.is_library();
        is_executable.then(|| (format!("/{}", printable(&tree.path(id))), facts.head().loader))
    };
    tree.visible_bodies().filter_map(executable).collect()
}
