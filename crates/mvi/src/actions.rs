//! What the program does, step by step, ending in a report. Actions know no face: they neither parse nor print.

pub(crate) mod advisories;
pub(crate) mod audit;
pub(crate) mod build;
pub(crate) mod check;
mod contents;
pub(crate) mod crq;
pub(crate) mod diff;
mod evidence;
mod examine;
pub(crate) mod explain;
pub(crate) mod fleet;
pub(crate) mod gather;
pub(crate) mod inventory;
pub(crate) mod kept;
pub(crate) mod known;
pub(crate) mod layers;
pub(crate) mod lint;
pub(crate) mod musl;
pub(crate) mod needs;
pub(crate) mod predict;
pub(crate) mod probe;
pub(crate) mod pull;
pub(crate) mod rom;
pub(crate) mod sbom;
mod serial;
pub(crate) mod source;
pub(crate) mod spiral;
pub(crate) mod subject;
pub(crate) mod template;
pub(crate) mod vulns;
mod waste;
pub(crate) mod weights;
pub(crate) mod whole;

pub(crate) use examine::{ExamineOptions, Examined, Examiner};
