//! The report of an image's layers.

use mvi_image::{Gap, Reason};
use serde::Serialize;

use super::{ImageIdentity, Megabytes, Sizes, Tool};

/// Layers and waste of one image. JSON Schema: `schema/mvi-layers-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct LayersReport {
    /// `mvi-layers/1`.
    pub schema: &'static str,
    /// Who made it.
    pub tool: Tool,
    /// Which image.
    pub image: ImageIdentity,
    /// What it weighs.
    pub sizes: Sizes,
    /// Efficiency as dive defines it, 0 to 1.
    pub efficiency: Option<f64>,
    /// The layers, base first.
    pub layers: Vec<LayerNote>,
    /// Shipped and not visible, largest cause first.
    pub waste: Vec<WasteCause>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// One layer.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LayerNote {
    /// Number, base layer 0.
    pub index: usize,
    /// The instruction that made it.
    pub instruction: Option<String>,
    /// Digest of its stored bytes.
    pub digest: Option<String>,
    /// Digest of its uncompressed bytes.
    pub diff_id: Option<String>,
    /// `tar`, `gzip` or `zstd`.
    pub compression: String,
    /// Bytes to transfer.
    pub transfer_mb: Option<Megabytes>,
    /// True when `transfer_mb` is what gzip would probably make of it.
    pub transfer_estimated: bool,
    /// Uncompressed bytes.
    pub unpacked_mb: Megabytes,
    /// Bytes of file bodies.
    pub files_mb: Megabytes,
    /// Of those, bytes that nobody sees in the finished image.
    pub hidden_mb: Megabytes,
    /// Paths that were not there before.
    pub added: u64,
    /// Paths it replaced.
    pub changed: u64,
    /// Paths of lower layers it deleted.
    pub removed: u64,
    /// True when it came from the layer memory.
    pub remembered: bool,
    /// Its files, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<FileNote>>,
    /// Files that were left out of `files` because they are smaller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_files: Option<usize>,
}

/// A file of a layer.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FileNote {
    /// Printable path.
    pub path: String,
    /// What it is.
    pub kind: mvi_image::FileKind,
    /// Permission bits, octal.
    pub mode: String,
    /// Owner and group.
    pub owner: String,
    /// Bytes of its body.
    pub mb: Megabytes,
    /// What the layer does with it, and whether it lasts.
    pub change: FileChange,
    /// The target of a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// What became of a file that a layer ships.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FileChange {
    /// It is in the finished image.
    Visible,
    /// A later layer, or a later entry, hides it.
    Hidden,
    /// It deletes something below.
    Whiteout,
}

/// Hidden files with one cause.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct WasteCause {
    /// The layer that ships them.
    pub layer: usize,
    /// Its instruction.
    pub instruction: Option<String>,
    /// The layer that hides them.
    pub by_layer: usize,
    /// Its instruction.
    pub by_instruction: Option<String>,
    /// Why.
    pub reason: Reason,
    /// How many files.
    pub files: u64,
    /// Their bytes.
    pub mb: Megabytes,
    /// About what they add to a pull: their share of the layer's transferred bytes.
    pub transfer_mb: Option<Megabytes>,
    /// True when contents were compared by size and time only.
    pub likely: bool,
    /// What to do.
    pub fix: String,
    /// The largest of them.
    pub largest: Vec<WastedFile>,
}

/// A hidden file.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct WastedFile {
    /// Printable path.
    pub path: String,
    /// Its bytes.
    pub mb: Megabytes,
}
