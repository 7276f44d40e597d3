//! What is wrong in the fleet, subject by subject.

use std::collections::BTreeMap;

use mvi_standard::judge::Finding;
use serde::Serialize;

/// `mvi fleet findings`. JSON Schema: `schema/mvi-fleet-findings-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct FindingsReport {
    /// `mvi-fleet-findings/1`.
    pub schema: &'static str,
    /// The moment.
    pub at: String,
    /// Id of the standard.
    pub standard: String,
    /// Images and organisms that were looked at.
    pub looked_at: usize,
    /// How often each code was found.
    pub counts: BTreeMap<&'static str, u64>,
    /// What was found, the worst first.
    pub found: Vec<FoundAbout>,
}

/// The findings about one image or organism.
#[derive(Debug, Serialize)]
pub(crate) struct FoundAbout {
    /// The image's reference, or the organism's GID.
    pub subject: String,
    /// The image's digest; nothing for an organism.
    pub digest: Option<String>,
    /// The image's platform; nothing for an organism.
    pub platform: Option<String>,
    /// The findings, the worst first.
    pub findings: Vec<Finding>,
}
