//! Answers to the questions one can ask the fleet.

use mvi_fleet::{AffectedImages, BlastRadius, Change, Cover, Inheritance, LineageOf, Orphan, Similar, Split};
use mvi_standard::crq::State;
use serde::Serialize;

/// Where an image comes from. JSON Schema: `schema/mvi-fleet-lineage-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct LineageReport {
    /// `mvi-fleet-lineage/1`.
    pub schema: &'static str,
    /// Bases, claims, contradictions.
    pub lineage: LineageOf,
    /// What of it is its base's.
    pub split: Split,
}

/// An answer of the store as it is, with the name of its schema: `schema/mvi-fleet-answers-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct Answer<T> {
    /// `mvi-fleet-q1/1` and so on.
    pub schema: &'static str,
    /// The answer.
    #[serde(flatten)]
    pub answer: T,
}

/// The answers to the seven questions but those that need more than the store.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum AnswerReport {
    /// Q1.
    Inherits(Answer<Inheritance>),
    /// Q1, asked of images.
    Images(Answer<AffectedImages>),
    /// Q2.
    Blast(Answer<BlastRadius>),
    /// Q4.
    Changes(Box<Answer<Change>>),
    /// Q5.
    Fixes(Answer<Cover>),
    /// Q6.
    Orphans(Answer<Orphans>),
}

/// Q6: what runs and is no living organism's.
#[derive(Debug, Serialize)]
pub(crate) struct Orphans {
    /// Them, by digest.
    pub orphans: Vec<Orphan>,
}

/// Q3: images like one.
#[derive(Debug, Serialize)]
pub(crate) struct SimilarReport {
    /// `mvi-fleet-q3/1`.
    pub schema: &'static str,
    /// The image.
    pub reference: String,
    /// Its digest.
    pub digest: String,
    /// Those like it, the most alike first.
    pub similar: Vec<Similar>,
}

/// Q7: change requests and sealed templates that run out. JSON Schema: `schema/mvi-fleet-due-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct DueReport {
    /// `mvi-fleet-due/1`.
    pub schema: &'static str,
    /// The moment.
    pub at: String,
    /// Days that were looked ahead.
    pub within_days: u32,
    /// The requests, the most urgent first.
    pub due: Vec<DueRequest>,
    /// The sealed templates that run out, the most urgent first.
    pub seals: Vec<DueSeal>,
}

/// A sealed template that runs out.
#[derive(Debug, Serialize)]
pub(crate) struct DueSeal {
    /// Its name.
    pub name: String,
    /// The organism it was sealed for.
    pub gid: Option<String>,
    /// When it runs out.
    pub until: String,
    /// Why then.
    pub why: String,
    /// Whole days until then; negative when it has run out.
    pub days: i64,
}

/// A change request that falls due.
#[derive(Debug, Serialize)]
pub(crate) struct DueRequest {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: &'static str,
    /// The image it is about.
    pub subject: String,
    /// Its state now.
    pub state: State,
    /// When it has to be reviewed.
    pub review_due: String,
    /// When it stops to count without that.
    pub lapses_at: Option<String>,
    /// Whole days until the review; negative when it is overdue.
    pub days: i64,
    /// Who asked for it.
    pub requester: String,
}
