//! Record files by path, with what each layer made of them, and the bodies that were kept.

use std::collections::HashMap;

use mvi_image::{FileTree, Place};

/// A record file through the layers.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    /// Its path in the merged tree, links in its folders followed where that leads to a path that is claimed as well.
    pub(crate) path: Vec<u8>,
    /// What layers made of it, base first, at most one a layer.
    pub(crate) versions: Vec<Version<'a>>,
}

/// A document after a layer that changed it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Version<'a> {
    pub(crate) layer: u32,
    pub(crate) content: Content<'a>,
}

/// What a document holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    /// These bytes.
    Bytes(&'a [u8]),
    /// Something that was not read: it is too large, or stored in a way that is not read.
    Unread,
    /// Nothing: it was deleted, or something else than a file took its place.
    Gone,
}

impl<'a> Document<'a> {
    /// Its bytes in the image; none when it is gone or was not read.
    pub(crate) fn bytes(&self) -> Option<&'a [u8]> {
        self.version_before(u32::MAX).and_then(Version::bytes)
    }

    /// True when it is there and was read after `layer`.
    pub(crate) fn has_bytes_after(&self, layer: u32) -> bool {
        self.version_before(layer.saturating_add(1)).and_then(Version::bytes).is_some()
    }

    /// Its last version of the layers before `layer`.
    pub(crate) fn version_before(&self, layer: u32) -> Option<Version<'a>> {
        self.versions.iter().rfind(|version| version.layer < layer).copied()
    }
}

impl<'a> Version<'a> {
    pub(crate) fn bytes(self) -> Option<&'a [u8]> {
        match self.content {
            Content::Bytes(bytes) => Some(bytes),
            Content::Unread | Content::Gone => None,
        }
    }
}

/// Bodies of all layers by the entry that ships them.
pub(crate) struct Bodies<'a>(HashMap<Place, &'a [u8]>);

impl<'a> Bodies<'a> {
    pub(crate) fn new(tree: &'a FileTree) -> Self {
        let layers = (0..).zip(tree.layers());
        let places = layers.flat_map(|(layer, facts)| {
            facts.bodies().map(move |body| (Place { layer, entry: body.entry }, body.bytes))
        });
        Self(places.collect())
    }

    /// The bytes kept of a file that the entry at `place` ships; an empty file has none.
    pub(crate) fn get(&self, place: Place) -> Option<&'a [u8]> {
        self.0.get(&place).copied()
    }
}
