//! Forecasts of bases and what choices would have cost, as plain data.

use mvi_forecast::{Decision, Evaluation};
use serde::Serialize;

use super::Tool;

/// The report of `mvi predict`. JSON Schema: `schema/mvi-predict-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct PredictReport {
    /// `mvi-predict/1`.
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// Digest of the standard.
    pub standard: String,
    /// Digest of the feature schema.
    pub feature_schema: String,
    /// The service.
    pub service: String,
    /// Real builds that were learnt from.
    pub builds: usize,
    /// Simulated ones.
    pub simulated: usize,
    /// Candidates, the best first, and what follows.
    pub decision: Decision,
    /// Candidates that no hard rule excludes as far as is known, and what is not known.
    pub unproven: Vec<Unproven>,
    /// Bases that too little is known of to forecast anything.
    pub left_out: Vec<LeftOut>,
}

/// A candidate whose feasibility is not proven.
#[derive(Debug, Serialize)]
pub(crate) struct Unproven {
    /// The base.
    pub base: String,
    /// Facts that are missing.
    pub missing: Vec<String>,
}

/// A base without a forecast.
#[derive(Debug, Serialize)]
pub(crate) struct LeftOut {
    /// The base.
    pub base: String,
    /// Facts that are missing.
    pub missing: Vec<String>,
}

/// The report of `mvi predict evaluate`. JSON Schema: `schema/mvi-predict-evaluate-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct EvaluateReport {
    /// `mvi-predict-evaluate/1`.
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// Digest of the standard.
    pub standard: String,
    /// Builds of the history.
    pub rows: usize,
    /// What speaks against the model that was trained on the older builds; nothing where it may replace the prior.
    pub doubts: Vec<String>,
    /// The result.
    pub evaluation: Evaluation,
}
