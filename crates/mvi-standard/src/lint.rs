//! The linter of the standard itself: rules that cannot be met, bases past their end, and gaps between its tables.

mod ban_overlap;
mod end_of_life;
mod feasibility;
mod floating;
mod gid_gap;
mod rom;
mod segments;

use jiff::civil::Date;
use serde::Serialize;

pub use end_of_life::supported_until;
pub use feasibility::{Feasibility, Measured, feasibility};

use crate::standard::Standard;
use crate::verdict::Severity;

/// Something in the standard that should be put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LintFinding {
    /// Stable code, `STD-FEAS`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Table and key it is about, `row:static-web`.
    pub subject: String,
    /// What is wrong, with the numbers.
    pub text: String,
    /// What would put it right.
    pub advice: String,
}

/// Everything that should be put right in a standard, on a day: check by check, in the standard's order.
pub fn lint(standard: &Standard, today: Date) -> Vec<LintFinding> {
    CHECKS.iter().flat_map(|check| check(standard, today)).collect()
}

/// One check: one file, one line here.
const CHECKS: &[fn(&Standard, Date) -> Vec<LintFinding>] = &[
    feasibility::check,
    end_of_life::check,
    floating::check,
    gid_gap::check,
    ban_overlap::check,
    segments::check,
    rom::check,
];

#[cfg(test)]
mod tests;
