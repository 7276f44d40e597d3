//! From a reference to a merged tree, and a tree as plain values that can be compared.

use std::collections::BTreeMap;

use mvi_image::{
    Collector, EntryHeader, FileKind, FileTree, ImageError, Limits, Location, OpenOptions, Platform, PlatformChoice,
    Quiet, ScanOptions, ScannedLayer, Want, merge, open, scan,
};

/// Asks for a little of everything, as no real collector does.
pub(crate) struct Curious;

impl Collector for Curious {
    fn wants(&self, entry: &EntryHeader<'_>) -> Want {
        if entry.path.ends_with(b"status") || entry.path.ends_with(b".json") {
            return Want::Whole { max: 8 << 20 };
        }
        if entry.mode & 0o111 != 0 { Want::Head(1024) } else { Want::No }
    }

    fn version(&self) -> u32 {
        1
    }
}

/// An image with everything read.
pub(crate) struct Read {
    pub(crate) tree: FileTree,
    pub(crate) layers: Vec<ScannedLayer>,
}

/// Reads every image at `reference`, digests checked.
pub(crate) fn read_all(reference: &str) -> Result<Vec<Read>, ImageError> {
    let limits = Limits::default();
    let platform = PlatformChoice::Prefer(Platform::host());
    let options = OpenOptions { platform, verify: true, limits: &limits, collector: &Curious };
    let images = open(&Location::parse(reference)?, &options)?;
    let options = ScanOptions {
        collector: &Curious,
        limits: &limits,
        verify: true,
        estimate: true,
        jobs: 2,
        cache: None,
        progress: &Quiet,
    };
    let read = |image| {
        let layers = scan(image, &options)?;
        Ok(Read { tree: merge(layers.iter().map(|layer| layer.facts.clone()).collect()), layers })
    };
    images.iter().map(read).collect()
}

/// Reads the one image at `reference`.
pub(crate) fn read(reference: &str) -> Read {
    let mut images = read_all(reference).unwrap_or_else(|error| panic!("{reference}: {error}: {error:?}"));
    assert_eq!(images.len(), 1, "{reference} is one image");
    images.remove(0)
}

/// What one path is. Links have no mode of their own, and only files have content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) kind: FileKind,
    pub(crate) mode: Option<u32>,
    pub(crate) owner: (u32, u32),
    pub(crate) size: Option<u64>,
    pub(crate) target: Option<Vec<u8>>,
    /// xxh3; `None` for sparse files, whose holes are not stored.
    pub(crate) content: Option<u64>,
}

/// Every visible path of a tree but the root.
pub(crate) fn seen(tree: &FileTree) -> BTreeMap<Vec<u8>, Seen> {
    tree.visible().map(|id| (tree.path(id), look(tree, id))).filter(|(path, _)| !path.is_empty()).collect()
}

fn look(tree: &FileTree, id: mvi_image::NodeId) -> Seen {
    let node = tree.node(id);
    let (kind, attributes) = (node.kind(), node.attributes());
    let is_file = kind == FileKind::File;
    Seen {
        kind,
        mode: (kind != FileKind::Symlink).then_some(attributes.mode),
        owner: (attributes.uid, attributes.gid),
        size: is_file.then(|| node.apparent_size()),
        target: node.link().map(<[u8]>::to_vec),
        content: node.content().filter(|_| node.size() == node.apparent_size()),
    }
}
