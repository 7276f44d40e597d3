//! Decisions about bases, as the fleet keeps them.

use mvi_fleet::DecisionRow;
use serde::Serialize;

/// The report of `mvi fleet decisions`. JSON Schema: `schema/mvi-fleet-decisions-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct DecisionsReport {
    /// `mvi-fleet-decisions/1`.
    pub schema: &'static str,
    /// Oldest first.
    pub decisions: Vec<DecisionRow>,
}
