//! What the program found out, as plain data: every face shows this and nothing else. Field names are stable; see
//! `schema/` for their JSON Schemas.

mod audit;
pub(crate) mod build;
pub(crate) mod build_event;
pub(crate) mod check;
pub(crate) mod db;
pub(crate) mod diff;
mod explain;
pub(crate) mod fleet;
mod instruction;
pub(crate) mod inventory;
mod layers;
pub(crate) mod lint;
pub(crate) mod musl;
pub(crate) mod needs;
mod numbers;
pub(crate) mod pack;
pub(crate) mod predict;
pub(crate) mod probe;
mod pull;
pub(crate) mod sbom;
pub(crate) mod spiral;
pub(crate) mod template;
pub(crate) mod vulns;

pub(crate) use audit::{
    AuditReport, AuditedImage, Content, ContentItem, ContentKind, ImageIdentity, OperatingSystem, PackageCounts, Sizes,
    Unreadable,
};
pub(crate) use explain::{ExplainReport, OwnerNote, PathVersion, VersionFate};
pub(crate) use instruction::instruction;
pub(crate) use layers::{FileChange, FileNote, LayerNote, LayersReport, WasteCause, WastedFile};
pub(crate) use numbers::{Megabytes, percent};
pub(crate) use pull::{PullReport, PulledImage, Saving};

/// The program that made a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Tool {
    /// `mvi`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// This program.
pub(crate) const TOOL: Tool = Tool { name: "mvi", version: env!("CARGO_PKG_VERSION") };
