//! `mvi needs`: what an image is made of, and what of that it needs to run.

use mvi_closure::{
    Advice, Bytes, ChainStep, Decision, End, Evidence, Fault, Lack, MandatoryNote, Presence, Risk, Score,
};
use mvi_image::Gap;
use serde::Serialize;

use super::{ImageIdentity, Megabytes, Tool};

/// The composition of one image. JSON Schema: `schema/mvi-needs-1.json`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NeedsReport {
    /// `mvi-needs/1`.
    pub schema: &'static str,
    /// Who looked.
    pub tool: Tool,
    /// The standard whose tables were used.
    pub standard: String,
    /// What was looked at.
    pub image: ImageIdentity,
    /// The standard's id of the runtime that the image starts.
    pub runtime: Option<String>,
    /// The programs from the first word of the command to the last one reached.
    pub entry: Vec<EntryStep>,
    /// Whether what is not reached is not needed.
    pub end: End,
    /// Visible bytes by decision.
    pub sizes: NeedsSizes,
    /// Compressed size that the included closure would have on its class's floor base, MB.
    pub floor_estimate_mb: Option<f64>,
    /// The floor base that is meant.
    pub floor_base: Option<String>,
    /// Why there is no estimate.
    pub floor_unknown: Option<String>,
    /// What does not work, the worst first.
    pub faults: Vec<Fault>,
    /// Libraries that are missing.
    pub unresolved: Vec<Lack>,
    /// What the standard prohibits, summed up by category.
    pub categories: Vec<CategorySum>,
    /// What the standard prohibits, by component.
    pub findings: Vec<FindingNote>,
    /// What the standard recommends to leave out, and nothing needs.
    pub advice: Vec<AdviceNote>,
    /// What has to be there.
    pub mandatory: Vec<MandatoryNote>,
    /// Points of 100.
    pub score: Score,
    /// Every component, the largest first.
    pub components: Vec<ComponentNote>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// A recommendation of the standard that fits.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AdviceNote {
    /// What it is.
    #[serde(flatten)]
    pub advice: Advice,
    /// The instruction that made its layer.
    pub instruction: Option<String>,
}

/// A program on the way.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EntryStep {
    /// The word that names it.
    pub word: String,
    /// Its path; none where it is not in the image.
    pub path: Option<String>,
}

/// Visible bytes by decision.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct NeedsSizes {
    /// All that is visible.
    pub all_mb: Megabytes,
    /// Needed.
    pub include_mb: Megabytes,
    /// Perhaps needed.
    pub possible_mb: Megabytes,
    /// For a debug stage.
    pub debug_stage_mb: Megabytes,
    /// Not needed.
    pub prohibit_mb: Megabytes,
    /// The last two together.
    pub unneeded_mb: Megabytes,
}

impl NeedsSizes {
    /// From bytes.
    pub(crate) fn of(bytes: Bytes) -> Self {
        Self {
            all_mb: Megabytes(bytes.all),
            include_mb: Megabytes(bytes.include),
            possible_mb: Megabytes(bytes.possible),
            debug_stage_mb: Megabytes(bytes.debug_stage),
            prohibit_mb: Megabytes(bytes.prohibit),
            unneeded_mb: Megabytes(bytes.unneeded()),
        }
    }
}

/// What of one category is there.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CategorySum {
    /// Id of the standard's row.
    pub category: String,
    /// Its name there.
    pub title: String,
    /// The worst risk.
    pub risk: Risk,
    /// Whether it is there.
    pub presence: Presence,
    /// True when all of it comes from a registered base.
    pub inherited: bool,
    /// Files.
    pub files: u64,
    /// Bytes of these.
    pub mb: Megabytes,
    /// Components that have some of it, the largest first; the first few.
    pub components: Vec<String>,
    /// How many components have some of it.
    pub component_count: usize,
}

/// Something that the standard prohibits in one component.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FindingNote {
    /// Id of the standard's row.
    pub category: String,
    /// How bad it is.
    pub risk: Risk,
    /// Whether it is there.
    pub presence: Presence,
    /// What becomes of it.
    pub decision: Decision,
    /// What it is part of.
    pub component: String,
    /// The package, by its package URL.
    pub purl: Option<String>,
    /// True when it comes as it is from a registered base.
    pub inherited: bool,
    /// The layer that ships the most of it.
    pub layer: u32,
    /// The instruction that made that layer.
    pub instruction: Option<String>,
    /// Files.
    pub files: u64,
    /// Bytes of these.
    pub mb: Megabytes,
    /// What shows it: E1 file, E2 record, E3 content, E4 folder or ending.
    pub evidence: Vec<Evidence>,
    /// Some of the files.
    pub paths: Vec<String>,
}

/// A part of the image.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ComponentNote {
    /// Name and version of the package, or the folder.
    pub name: String,
    /// Its package URL.
    pub purl: Option<String>,
    /// The record that says the package is there.
    pub record: Option<String>,
    /// What becomes of it.
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// The layer that ships the most of it.
    pub layer: u32,
    /// The instruction that made that layer.
    pub instruction: Option<String>,
    /// True when all of it comes with layers of the base.
    pub inherited: bool,
    /// Files.
    pub files: u64,
    /// Bytes of these.
    pub mb: Megabytes,
    /// Bytes of files in it that the standard prohibits.
    pub prohibited_mb: Megabytes,
}

/// Whether and how a path is reached from the entry point.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NeededBy {
    /// The way to it, from the entry point on; empty where nothing reaches it.
    pub chain: Vec<ChainStep>,
    /// Whether what is not reached is not needed.
    pub end: End,
}
