//! Which layer deleted a path, for the rare paths of which the merged tree keeps no trace.

use std::collections::HashMap;

use mvi_image::FileTree;

use crate::cataloger::RecordPath;

/// Paths that whiteouts delete, with the layers that do: OCI image-spec 1.1, `layer.md`, "Whiteouts".
#[derive(Debug, Default)]
pub(crate) struct Whiteouts {
    deleted: HashMap<Vec<u8>, Vec<u32>>,
    emptied: HashMap<Vec<u8>, Vec<u32>>,
    last: u32,
}

impl Whiteouts {
    pub(crate) fn new(tree: &FileTree) -> Self {
        let mut whiteouts = Self::default();
        for (layer, facts) in (0..).zip(tree.layers()) {
            whiteouts.last = layer;
            for entry in facts.table().entries() {
                let Some(name) = facts.table().name(entry).strip_prefix(b".wh.") else { continue };
                let path = facts.table().path(entry);
                let folder = RecordPath::new(&path).folder;
                let (table, path) = match (name, folder) {
                    (b".wh..opq", folder) => (&mut whiteouts.emptied, folder.to_vec()),
                    (name, b"") => (&mut whiteouts.deleted, name.to_vec()),
                    (name, folder) => (&mut whiteouts.deleted, [folder, name].join(&b'/')),
                };
                table.entry(path).or_default().push(layer);
            }
        }
        whiteouts
    }

    /// The first layer above `after` that deletes `path` or a folder it lies in; the last layer where none says so.
    pub(crate) fn first_above(&self, path: &[u8], after: u32) -> u32 {
        let mut first = self.last;
        let mut at = path;
        loop {
            let layers = [self.deleted.get(at), self.emptied.get(at).filter(|_| at != path)];
            let above = layers.into_iter().flatten().flatten().copied().filter(|layer| *layer > after);
            first = above.chain([first]).min().unwrap_or(first);
            if at.is_empty() {
                return first;
            }
            at = RecordPath::new(at).folder;
        }
    }
}
