//! The report of one path: who put it there, whose it is, what it costs.

use serde::Serialize;

use super::{ImageIdentity, Megabytes, Tool};

/// Everything known of one path. JSON Schema: `schema/mvi-explain-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct ExplainReport {
    /// `mvi-explain/1`.
    pub schema: &'static str,
    /// Who made it.
    pub tool: Tool,
    /// Which image.
    pub image: ImageIdentity,
    /// Printable path that was asked for.
    pub path: String,
    /// Where it leads, when links are followed to another path.
    pub resolved: Option<String>,
    /// True when the finished image has it.
    pub visible: bool,
    /// What it is now: `file`, `directory`, …
    pub kind: Option<mvi_image::FileKind>,
    /// Visible bytes at it and below it.
    pub mb: Megabytes,
    /// Visible files at it and below it.
    pub files: u64,
    /// Shipped and hidden bytes at it and below it.
    pub hidden_mb: Megabytes,
    /// The package it belongs to.
    pub owner: Option<OwnerNote>,
    /// Every time a layer shipped or deleted it, oldest first.
    pub versions: Vec<PathVersion>,
    /// The largest things below it, for a folder.
    pub largest: Vec<super::ContentItem>,
    /// The way from the entry point to it, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needed_by: Option<super::needs::NeededBy>,
}

/// The package a path belongs to.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OwnerNote {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Package URL.
    pub purl: String,
    /// Bytes of the whole package.
    pub installed_mb: Megabytes,
    /// The layer that brought it.
    pub introduced: u32,
}

/// What a layer did to a path.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PathVersion {
    /// The layer.
    pub layer: usize,
    /// Its instruction.
    pub instruction: Option<String>,
    /// What it is there.
    pub kind: mvi_image::FileKind,
    /// Permission bits, octal.
    pub mode: String,
    /// Owner and group.
    pub owner: String,
    /// Bytes shipped.
    pub mb: Megabytes,
    /// The target of a link.
    pub link: Option<String>,
    /// Extended attributes, by name.
    pub xattrs: Vec<String>,
    /// What became of it.
    pub fate: VersionFate,
}

/// What became of one version of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub(crate) enum VersionFate {
    /// It is the one that is visible.
    Visible,
    /// It is shipped and nobody sees it.
    Hidden {
        /// The layer that hid it.
        by_layer: u32,
        /// Why.
        reason: mvi_image::Reason,
    },
    /// It carries no bytes and was replaced.
    Replaced,
    /// It deletes what lower layers put there.
    Deletes,
}
