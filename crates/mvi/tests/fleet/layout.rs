//! An image for skopeo to push: an OCI layout with the name that it expects.

use std::path::Path;

use crate::archive::{Config, Members};
use crate::desk::gzip;
use crate::stage::bytes;

/// An image in an OCI layout.
pub(crate) struct Layout(Members);

impl Layout {
    /// Of one layer for every seed, gzipped.
    pub(crate) fn new(seeds: &[u64]) -> Self {
        let layers: Vec<Vec<u8>> = seeds.iter().map(|seed| bytes(*seed)).collect();
        let packed: Vec<Vec<u8>> = layers.iter().map(|layer| gzip(layer)).collect();
        let mut members = Members::default();
        let document = members.image(&layers, &packed, &Config::default());
        let name = r#","annotations":{"org.opencontainers.image.ref.name":"image"}"#;
        let descriptor = members.manifest(&document, name);
        Self(members.index(&[descriptor]))
    }

    pub(crate) fn write(&self, folder: &Path) {
        self.0.write(folder);
    }
}
