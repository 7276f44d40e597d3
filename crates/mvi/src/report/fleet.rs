//! What is said about the fleet, as plain data; JSON Schemas are in `schema/mvi-fleet-*.json`.

mod advisories;
mod answers;
mod card;
mod decisions;
mod findings;
mod forest;
mod log;
mod reading;
mod score;

use mvi_standard::judge::Finding;
use mvi_standard::{Action, RuleId, Trigger, Verdict};
use serde::Serialize;

use super::Tool;

pub(crate) use advisories::{AdvisoriesReport, NotRead, Undecided};
pub(crate) use answers::{Answer, AnswerReport, DueReport, DueRequest, DueSeal, LineageReport, Orphans, SimilarReport};
pub(crate) use card::{CardReport, ImageCard, OrganismCard};
pub(crate) use decisions::DecisionsReport;
pub(crate) use findings::{FindingsReport, FoundAbout};
pub(crate) use forest::{ForestReport, ForestRing, ForestTree, Root, TrunkLayer};
pub(crate) use log::{LogReport, LoggedEvent};
pub(crate) use reading::{RecordReport, RecordedImage, RunCount, ScanReport};
pub(crate) use score::{PlanReport, ScoreReport, SolvencyReport};

/// A report about the fleet, of any kind.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum FleetReport {
    /// `mvi fleet import`.
    Import(ImportReport),
    /// `mvi fleet list`.
    List(ListReport),
    /// `mvi fleet solvency`.
    Solvency(SolvencyReport),
    /// `mvi fleet solvency plan`.
    Plan(PlanReport),
    /// `mvi fleet belt`.
    Belt(BeltReport),
    /// `mvi fleet show`.
    Card(Box<CardReport>),
    /// `mvi fleet findings`.
    Findings(FindingsReport),
    /// `mvi fleet accept`.
    Accept(AcceptReport),
    /// `mvi fleet advisories`.
    Advisories(AdvisoriesReport),
    /// `mvi fleet register`.
    Register(RegisterReport),
    /// `mvi fleet log`.
    Log(LogReport),
    /// `mvi fleet record`.
    Record(RecordReport),
    /// `mvi fleet scan`.
    Scan(Box<ScanReport>),
    /// `mvi fleet judge`.
    Judge(JudgeReport),
    /// `mvi fleet lineage`.
    Lineage(Box<LineageReport>),
    /// `mvi fleet forest`.
    Forest(ForestReport),
    /// `mvi fleet query Q1`, `Q2`, `Q4`, `Q5`, `Q6`.
    Answer(AnswerReport),
    /// `mvi fleet query Q3`.
    Similar(SimilarReport),
    /// `mvi fleet due`, `mvi fleet query Q7`.
    Due(DueReport),
    /// `mvi fleet decisions`.
    Decisions(DecisionsReport),
}

/// One image in the table of the fleet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct FleetRow {
    /// Its latest reference.
    pub reference: String,
    /// Its digest; for one that was only declared, a digest of its name.
    pub digest: String,
    /// Its platform.
    pub platform: String,
    /// The organism it is a ring of.
    pub gid: Option<String>,
    /// The size that was judged, MB.
    pub size_mb: Option<f64>,
    /// The computed verdict; nothing when it was never judged.
    pub verdict: Option<Verdict>,
    /// The declared one.
    pub declared: Option<Verdict>,
    /// The one that counts.
    pub effective: Option<Verdict>,
    /// The rule that decided.
    pub rule: Option<RuleId>,
    /// What to do.
    pub action: Option<Action>,
    /// Reasons for a change request.
    pub triggers: Vec<Trigger>,
    /// Whether it is compliant.
    pub compliant: bool,
    /// Whether it is heavy.
    pub heavy: bool,
    /// Pressure P.
    pub pressure: Option<f64>,
    /// Coverage of the pressure, 0 to 1.
    pub coverage: Option<f64>,
    /// Its band, with `?` where missing dimensions may change it.
    pub band: Option<String>,
    /// Segment of the belt.
    pub segment: Option<u8>,
    /// Whether it counts in the score.
    pub counted: bool,
    /// Number of layers.
    pub layers: u64,
    /// Pods that run it.
    pub pods: u64,
    /// Identity of the standard it was judged by.
    pub standard: Option<String>,
    /// The event that told of it last.
    pub seq: u64,
}

/// The images of the fleet. JSON Schema: `schema/mvi-fleet-list-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct ListReport {
    /// `mvi-fleet-list/1`.
    pub schema: &'static str,
    /// The moment, where one was asked for.
    pub at: Option<String>,
    /// Images that are what their reference means.
    pub known: usize,
    /// Images that were asked for, before a limit.
    pub found: usize,
    /// Them.
    pub images: Vec<FleetRow>,
    /// What a table of them shows; empty for what fits best.
    #[serde(skip)]
    pub columns: Vec<Column>,
}

/// What a table of images can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Column {
    /// Reference.
    Name,
    /// Size that was judged.
    Size,
    /// The verdict that counts.
    Verdict,
    /// The declared one.
    Declared,
    /// The rule that decided.
    Rule,
    /// What to do.
    Action,
    /// Reasons for a change request.
    Triggers,
    /// How it counts in the score.
    Counts,
    /// Pressure with its band.
    Pressure,
    /// Segment of the belt.
    Segment,
    /// Number of layers.
    Layers,
    /// The organism it is a ring of.
    Gid,
    /// Platform.
    Platform,
    /// Digest.
    Digest,
    /// Pods that run it.
    Pods,
}

/// What became of a fleet file. JSON Schema: `schema/mvi-fleet-import-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct ImportReport {
    /// `mvi-fleet-import/1`.
    pub schema: &'static str,
    /// Who did it.
    pub tool: Tool,
    /// The standard.
    pub standard: String,
    /// Its identity.
    pub standard_digest: String,
    /// The images, in the file's order.
    pub images: Vec<ImportedImage>,
    /// Organisms of the standard that were registered.
    pub organisms: Vec<String>,
    /// Change requests that took over the standard's exceptions for these images.
    pub exceptions: Vec<String>,
    /// The score of the whole fleet after it.
    pub solvency: ScoreReport,
}

/// One entry of a fleet file.
#[derive(Debug, Serialize)]
pub(crate) struct ImportedImage {
    /// Its name in the file.
    pub name: String,
    /// Its reference.
    pub reference: String,
    /// The image that has it.
    pub digest: String,
    /// What became of it.
    pub change: Change,
    /// The computed verdict.
    pub verdict: Verdict,
    /// The one that counts.
    pub effective: Verdict,
    /// What contradicts or weakens it.
    pub findings: Vec<Finding>,
}

/// What a fact changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Change {
    /// It was not known.
    New,
    /// Something else was known.
    Changed,
    /// Nothing.
    Same,
}

/// Images that were judged again. JSON Schema: `schema/mvi-fleet-judge-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct JudgeReport {
    /// `mvi-fleet-judge/1`.
    pub schema: &'static str,
    /// The standard.
    pub standard: String,
    /// Its identity.
    pub standard_digest: String,
    /// Judgements that are new.
    pub changed: usize,
    /// The score after it.
    pub solvency: ScoreReport,
}

/// The belt. JSON Schema: `schema/mvi-fleet-belt-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct BeltReport {
    /// `mvi-fleet-belt/1`.
    pub schema: &'static str,
    /// The moment, where one was asked for.
    pub at: Option<String>,
    /// The standard whose belt it is.
    pub standard: String,
    /// All segments, 0 first.
    pub segments: Vec<BeltSegment>,
    /// Images that were never judged.
    pub unplaced: usize,
}

/// One segment.
#[derive(Debug, Serialize)]
pub(crate) struct BeltSegment {
    /// Its number.
    pub n: u32,
    /// Its zone.
    pub zone: &'static str,
    /// What the standard calls it.
    pub label: String,
    /// Bases that are pinned to it.
    pub pins: Vec<String>,
    /// Images that lie in it.
    pub images: Vec<BeltImage>,
}

/// An image on the belt.
#[derive(Debug, Serialize)]
pub(crate) struct BeltImage {
    /// Its reference.
    pub reference: String,
    /// Its digest.
    pub digest: String,
    /// The verdict that counts.
    pub verdict: Option<Verdict>,
}

/// What was accepted. JSON Schema: `schema/mvi-fleet-accept-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct AcceptReport {
    /// `mvi-fleet-accept/1`.
    pub schema: &'static str,
    /// The images.
    pub accepted: Vec<Accepted>,
}

/// A declaration that was updated.
#[derive(Debug, Serialize)]
pub(crate) struct Accepted {
    /// The image.
    pub reference: String,
    /// What was declared.
    pub declared: Verdict,
    /// What is declared now.
    pub accepted: Verdict,
}

/// A registration. JSON Schema: `schema/mvi-fleet-register-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct RegisterReport {
    /// `mvi-fleet-register/1`.
    pub schema: &'static str,
    /// The organism.
    pub gid: String,
    /// Its reference.
    pub reference: String,
    /// Its first image.
    pub digest: String,
    /// Its status.
    pub status: Verdict,
    /// Whether dimensions are missing.
    pub provisional: bool,
    /// Its rebuild profile.
    pub school: String,
    /// Its operating role.
    pub vsm: String,
    /// Its sealed record.
    pub rom: String,
    /// The event.
    pub event: u64,
    /// Whether it was not registered before.
    pub new: bool,
}
