//! Reading the images of the tests, and the trees they make as lines of text.

use std::path::Path;

use mvi_image::{
    Collector, EntryHeader, FileKind, FileTree, Gap, HiddenFile, ImageError, Limits, Location, NodeId, OpenOptions,
    PlatformChoice, Quiet, ScanOptions, ScannedLayer, Want, merge, open, printable, scan,
};

use crate::archive::{Config, Members};
use crate::entry::{Entry, layer};

/// Wants the files named `wanted`, and the head of those named `head`.
pub(crate) struct Names;

impl Collector for Names {
    fn wants(&self, entry: &EntryHeader<'_>) -> Want {
        match entry.path.rsplit(|byte| *byte == b'/').next() {
            Some(b"wanted") => Want::Whole { max: 1000 },
            Some(b"head") => Want::Head(4),
            _ => Want::No,
        }
    }

    fn version(&self) -> u32 {
        7
    }
}

/// Reads every layer of the image at `text`, such as `docker-archive:FILE`.
pub(crate) fn scan_at(text: &str, verify: bool) -> Result<Vec<ScannedLayer>, ImageError> {
    let limits = Limits::default();
    let options = OpenOptions { platform: PlatformChoice::All, verify, limits: &limits, collector: &Names };
    let image = open(&Location::parse(text)?, &options)?.remove(0);
    let progress = &Quiet;
    scan(
        &image,
        &ScanOptions { collector: &Names, limits: &limits, verify, estimate: true, jobs: 2, cache: None, progress },
    )
}

/// Reads the layers as a docker archive has them.
pub(crate) fn scan_layers(layers: &[Vec<u8>], verify: bool) -> Result<Vec<ScannedLayer>, ImageError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    write(file.path(), layers);
    scan_at(&format!("docker-archive:{}", file.path().display()), verify)
}

/// Writes a docker archive of these layers.
pub(crate) fn write(path: &Path, layers: &[Vec<u8>]) {
    std::fs::write(path, Members::docker(layers, &[], &Config::default()).tar()).unwrap();
}

/// The merged tree of layers with these entries.
pub(crate) fn tree(layers: &[&[Entry]]) -> FileTree {
    let layers: Vec<_> = layers.iter().map(|entries| layer(entries)).collect();
    merge_scanned(&scan_layers(&layers, true).unwrap())
}

/// The merged tree of layers after their pass.
pub(crate) fn merge_scanned(layers: &[ScannedLayer]) -> FileTree {
    merge(layers.iter().map(|layer| layer.facts.clone()).collect())
}

/// The tree as lines: visible paths in order, what is hidden, gaps.
///
/// `a 3@1` is a file of 3 bytes from layer 1, `a =3@1` a name of a body that a hard link shares, `a/` a folder,
/// `a -> b` a symbolic link.
pub(crate) fn lines(tree: &FileTree) -> Vec<String> {
    let mut lines: Vec<String> = tree.visible().skip(1).map(|id| line(tree, id)).collect();
    lines.sort();
    let mut hidden: Vec<_> = tree.hidden().iter().map(|file| hidden_line(tree, file)).collect();
    hidden.sort();
    lines.extend(hidden);
    let gap =
        |gap: &Gap| format!("gap {:?}@{} {}", gap.code, gap.layer.unwrap_or(99), gap.path.as_deref().unwrap_or("-"));
    lines.extend(tree.gaps().iter().map(gap));
    lines
}

fn hidden_line(tree: &FileTree, file: &HiddenFile) -> String {
    let table = tree.layers()[file.place.layer as usize].table();
    let path = printable(&table.path(&table.entries()[file.place.entry as usize]));
    let likely = if file.likely { " likely" } else { "" };
    format!("hidden {path} {}@{} by {} {:?}{likely}", file.bytes, file.place.layer, file.by_layer, file.reason)
}

fn line(tree: &FileTree, id: NodeId) -> String {
    let node = tree.node(id);
    let path = printable(&tree.path(id));
    let shared = if node.is_hard_link() { "=" } else { "" };
    let layer = node.place().map_or(99, |place| place.layer);
    match node.kind() {
        FileKind::File | FileKind::HardLink => format!("{path} {shared}{}@{layer}", node.size()),
        FileKind::Directory => format!("{path}/"),
        FileKind::Symlink => format!("{path} {shared}-> {}", printable(node.link().unwrap_or_default())),
        FileKind::CharDevice | FileKind::BlockDevice | FileKind::Fifo => format!("{path} {:?}", node.kind()),
    }
}
