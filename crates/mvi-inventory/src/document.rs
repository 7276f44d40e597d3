//! Record files by path, with what each layer made of them, and the bodies that were kept.

use hashbrown::HashMap;
use mvi_image::{FileTree, Kept, Place};

use crate::extract::{Part, part};

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

    /// True when the image has it no more.
    pub(crate) fn is_gone(&self) -> bool {
        self.version_before(u32::MAX).is_none_or(|version| version.content == Content::Gone)
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

/// Bodies of all layers, and what was made of others, by the entry that ships them.
pub struct Bodies<'a> {
    bodies: HashMap<Place, &'a [u8]>,
    extracts: HashMap<Place, &'a [u8]>,
}

impl<'a> Bodies<'a> {
    /// Those of a tree whose layers were read with an [`InventoryCollector`](crate::InventoryCollector).
    #[must_use]
    pub fn new(tree: &'a FileTree) -> Self {
        let (mut bodies, mut extracts) = (HashMap::new(), HashMap::new());
        for (layer, facts) in (0..).zip(tree.layers()) {
            for body in facts.bodies() {
                let kept = match body.kept {
                    Kept::Head | Kept::Whole => &mut bodies,
                    Kept::Extract => &mut extracts,
                };
                kept.insert(Place { layer, entry: body.entry }, body.bytes);
            }
        }
        Self { bodies, extracts }
    }

    /// The bytes kept of a file that the entry at `place` ships; an empty file has none.
    #[must_use]
    pub fn get(&self, place: Place) -> Option<&'a [u8]> {
        self.bodies.get(&place).copied()
    }

    /// What was made of a file that the entry at `place` ships, for `wanted`.
    #[must_use]
    pub fn part(&self, place: Place, wanted: Part) -> Option<&'a [u8]> {
        part(self.extracts.get(&place)?, wanted)
    }
}

/// The bytes that were kept whole of the file a path leads to; none where nothing was kept of it.
#[must_use]
pub fn kept_body<'t>(tree: &'t FileTree, path: &[u8]) -> Option<&'t [u8]> {
    let node = tree.node(tree.find(path)?);
    let place = node.place()?;
    if node.size() == 0 {
        return Some(b"");
    }
    let body = tree.layers().get(place.layer as usize)?.bodies().find(|body| body.entry == place.entry)?;
    (body.kept == Kept::Whole).then_some(body.bytes)
}
