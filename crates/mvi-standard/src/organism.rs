//! The words of the register of images: schools with their teeth, roles, levels, reproduction and standing.

mod level;
mod role;
mod school;
mod status;

use serde::Serialize;

pub use level::{level_finding, level_range, proof_finding, scan_finding};
pub use role::default_role;
pub use school::{Build, age_finding, default_school, may_have_children, regressions, school};
pub use status::{FleetVerdict, base_status, row_status};

use crate::standard::Standard;

/// How many services stand on a base, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reproduction {
    /// None, or fewer than the standard counts.
    Low,
    /// A few.
    Medium,
    /// Many.
    High,
}

impl Reproduction {
    /// The word for a number of distinct live services below a base; the limits are the standard's policy.
    pub fn of(standard: &Standard, services: usize) -> Self {
        if services >= standard.policy.reproduction_high_min {
            Self::High
        } else if services >= standard.policy.reproduction_medium_min {
            Self::Medium
        } else {
            Self::Low
        }
    }
}

#[cfg(test)]
mod tests;
