//! What a transaction remembers, bounded: ids of package URLs and layers seen lately, and edges yet to be written.

use hashbrown::HashMap;
use mvi_image::Digest;

/// Names of one kind that are remembered; then all are forgotten and learnt anew.
const MOST: usize = 200_000;

#[derive(Debug, Default)]
pub(crate) struct Names {
    packages: HashMap<String, u64>,
    layers: HashMap<Digest, KnownLayer>,
    /// Edges from packages to layers that wait to be written in order: see `layers::write_edges`.
    pub(super) edges: Edges,
}

/// Pairs of package and layer.
#[derive(Debug, Default)]
pub(super) struct Edges {
    pub(super) provided: Vec<(u64, u64)>,
    pub(super) removed: Vec<(u64, u64)>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct KnownLayer {
    pub(crate) id: u64,
    /// sha256 of the contents that are projected.
    pub(crate) contents: Option<[u8; 32]>,
}

impl Names {
    /// Forgets all; needed whenever a transaction is undone or another process wrote.
    pub(crate) fn forget(&mut self) {
        self.packages.clear();
        self.layers.clear();
        self.edges = Edges::default();
    }

    pub(crate) fn package(&self, purl: &str) -> Option<u64> {
        self.packages.get(purl).copied()
    }

    pub(crate) fn learn_package(&mut self, purl: &str, id: u64) {
        if self.packages.len() >= MOST {
            self.packages.clear();
        }
        self.packages.insert(purl.to_owned(), id);
    }

    pub(crate) fn layer(&self, diff_id: &Digest) -> Option<KnownLayer> {
        self.layers.get(diff_id).copied()
    }

    pub(crate) fn learn_layer(&mut self, diff_id: &Digest, known: KnownLayer) {
        if self.layers.len() >= MOST {
            self.layers.clear();
        }
        self.layers.insert(diff_id.clone(), known);
    }
}
