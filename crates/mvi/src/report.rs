//! What the program found out, as plain data: every face shows this and nothing else. Field names are stable; see
//! `schema/` for their JSON Schemas.

mod audit;
mod explain;
mod instruction;
mod layers;
mod numbers;

pub use audit::{
    AuditReport, AuditedImage, Content, ContentItem, ContentKind, ImageIdentity, OperatingSystem, PackageCounts, Sizes,
    Unreadable,
};
pub use explain::{ExplainReport, OwnerNote, PathVersion, VersionFate};
pub use instruction::instruction;
pub use layers::{FileChange, FileNote, LayerNote, LayersReport, WasteCause, WastedFile};
pub use numbers::{Megabytes, percent};

/// The program that made a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Tool {
    /// `mvi`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// This program.
pub const TOOL: Tool = Tool { name: "mvi", version: env!("CARGO_PKG_VERSION") };
