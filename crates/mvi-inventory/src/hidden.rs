//! What packages that are gone from an image still weigh in its lower layers.

use std::collections::{HashMap, HashSet};

use mvi_image::{FileTree, Place};

use crate::cataloger::{OwnedFiles, RecordPath, Sighting};
use crate::folders::Folders;
use crate::owners::Weight;

/// Bytes and number of the files of each of `gone` that the layer which ended it hid, in the same order.
pub(crate) fn hidden_weights(tree: &FileTree, gone: &[Sighting<'_>]) -> Vec<Weight> {
    let mut weights = vec![Weight::default(); gone.len()];
    let mut folders = Folders::new(tree);
    let mut listed: HashMap<(u32, Vec<u8>), usize> = HashMap::new();
    let mut roots: HashMap<(u32, Vec<u8>), usize> = HashMap::new();
    for (index, sighting) in gone.iter().enumerate() {
        let Some(ended) = &sighting.ended else { continue };
        match &sighting.files {
            OwnedFiles::Listed(paths) => {
                listed.extend(paths.iter().map(|path| ((ended.layer, folders.in_tree(path)), index)));
            }
            OwnedFiles::Folder(path) => _ = roots.insert((ended.layer, folders.in_tree(path)), index),
        }
    }
    let layers: HashSet<u32> = listed.keys().chain(roots.keys()).map(|(layer, _)| *layer).collect();
    for hidden in tree.hidden().iter().filter(|hidden| layers.contains(&hidden.by_layer)) {
        let Some(path) = path_of(tree, hidden.place).map(|path| folders.in_tree(&path)) else { continue };
        let mut key = (hidden.by_layer, path);
        let mut owner = listed.get(&key).copied();
        while owner.is_none() && !key.1.is_empty() {
            let folder = RecordPath::new(&key.1).folder.len();
            key.1.truncate(folder);
            owner = roots.get(&key).copied();
        }
        if let Some(owner) = owner {
            weights[owner].bytes += hidden.bytes;
            weights[owner].files += 1;
        }
    }
    weights
}

fn path_of(tree: &FileTree, place: Place) -> Option<Vec<u8>> {
    let table = tree.layers().get(place.layer as usize)?.table();
    Some(table.path(table.entries().get(place.entry as usize)?))
}
