//! The score of the fleet and the way to a better one.

use mvi_standard::ratio::Ratio;
use mvi_standard::solvency::{Gains, Plan, Solvency};
use serde::Serialize;

/// The fleet's score at a moment. JSON Schema: `schema/mvi-fleet-solvency-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct SolvencyReport {
    /// `mvi-fleet-solvency/1`.
    pub schema: &'static str,
    /// The moment, where one was asked for.
    pub at: Option<String>,
    /// The standard.
    pub standard: String,
    /// Its identity.
    pub standard_digest: String,
    /// Images whose kept judgement is by another standard.
    pub judged_otherwise: usize,
    /// The score.
    #[serde(flatten)]
    pub score: ScoreReport,
}

/// A score with everything it is made of.
#[derive(Debug, Serialize)]
pub(crate) struct ScoreReport {
    /// Which images count: `audited` or `all`.
    pub scope: &'static str,
    /// What they weigh: `images`, `bytes`, `pulls`, `pods`.
    pub by: &'static str,
    /// The score.
    #[serde(flatten)]
    pub solvency: Solvency,
    /// Weight of what is neither compliant nor heavy.
    pub neither: u64,
    /// The score the standard asks for.
    pub target: Option<Ratio>,
    /// What one more image would gain.
    pub gains: Gains,
    /// Whether the fractions it is the product of are shown.
    #[serde(skip)]
    pub precise: bool,
}

/// The shortest way to a score. JSON Schema: `schema/mvi-fleet-plan-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct PlanReport {
    /// `mvi-fleet-plan/1`.
    pub schema: &'static str,
    /// The standard.
    pub standard: String,
    /// The score as it is.
    pub score: ScoreReport,
    /// The way.
    #[serde(flatten)]
    pub plan: Plan,
}
