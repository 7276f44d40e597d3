//! `mvi pack`: what was packed.

use mvi_probe::pack::Packed;
use serde::Serialize;

use super::Tool;

/// The report of `mvi pack`. JSON Schema: `schema/mvi-pack-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct PackReport {
    /// `mvi-pack/1`.
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// Where it is, as other verbs take it.
    pub output: String,
    /// The time of everything in it, seconds since 1970.
    pub epoch: u64,
    /// Who said so.
    pub epoch_from: EpochFrom,
    /// What came out.
    #[serde(flatten)]
    pub packed: Packed,
}

/// Who set the time of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EpochFrom {
    /// `--epoch` or `SOURCE_DATE_EPOCH`.
    Stated,
    /// Nobody: it is 0.
    Default,
}
