//! What reading images for the fleet came to.

use mvi_standard::Verdict;
use mvi_standard::evidence::BaseSource;
use mvi_standard::judge::Finding;
use serde::Serialize;

use super::{Change, ScoreReport};
use crate::report::Unreadable;

/// Images that were recorded. JSON Schema: `schema/mvi-fleet-record-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct RecordReport {
    /// `mvi-fleet-record/1`.
    pub schema: &'static str,
    /// The images, in the order they were asked for.
    pub images: Vec<RecordedImage>,
    /// Those that could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// An image that the fleet knows now.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RecordedImage {
    /// Where it was read from.
    pub source: String,
    /// Its reference in the fleet.
    pub reference: String,
    /// Its digest.
    pub digest: String,
    /// Its platform.
    pub platform: String,
    /// What it changed.
    pub change: Change,
    /// Number of its layers.
    pub layers: usize,
    /// Those whose contents were news.
    pub new_layers: usize,
    /// Its direct base.
    pub base: Option<String>,
    /// How that is known.
    pub base_source: BaseSource,
    /// The computed verdict.
    pub verdict: Verdict,
    /// The one that counts.
    pub effective: Verdict,
    /// What weakens or contradicts it.
    pub findings: Vec<Finding>,
}

/// What a scan came to. JSON Schema: `schema/mvi-fleet-scan-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct ScanReport {
    /// `mvi-fleet-scan/1`.
    pub schema: &'static str,
    /// When the scan was begun; before the program was, where it was resumed.
    pub begun: String,
    /// Whether an earlier scan was gone on with.
    pub resumed: bool,
    /// Places that were found.
    pub found: usize,
    /// Places that were done before this run.
    pub done_before: usize,
    /// Images that were read, or known and not read again.
    pub images: Vec<RecordedImage>,
    /// Images that were left out as they were built before.
    pub too_old: usize,
    /// Places that could not be read, after all attempts.
    pub unreadable: Vec<Unreadable>,
    /// Services that run images, where a cluster was scanned.
    pub runs: Option<RunCount>,
    /// The score after it.
    pub solvency: ScoreReport,
}

/// What was found out about who runs what.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct RunCount {
    /// Service and image, pairwise.
    pub live: usize,
    /// Pairs that are new or changed.
    pub changed: usize,
    /// Pairs that run no more.
    pub ended: usize,
    /// Containers whose image has no digest yet.
    pub without_digest: usize,
}
