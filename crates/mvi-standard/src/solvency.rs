//! The fleet's score: the compliant share times what is not heavy, exact, kept one image at a time.

mod plan;
mod tally;

use serde::Serialize;

pub use plan::{Candidate, Gains, Plan, PlanStep, Remedy, gains, plan};
pub use tally::{Standing, Tally, TallyError, weight_of};

use crate::ratio::Ratio;
use crate::standard::Standard;

/// The score of a fleet with everything it is made of. Image Standard V13, solvency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Solvency {
    /// What was counted.
    pub tally: Tally,
    /// c, compliant images over all; nothing for an empty fleet.
    pub compliant_share: Option<Ratio>,
    /// h, heavy images over all; nothing for an empty fleet.
    pub heavy_share: Option<Ratio>,
    /// c · (1 − h), unmeasured images being neither compliant nor heavy; nothing for an empty fleet.
    pub score: Option<Ratio>,
    /// Lowest and highest score that measuring the rest can give; nothing when all are measured.
    pub interval: Option<[Ratio; 2]>,
    /// Why there is no score.
    pub reason: Option<NoScore>,
}

/// Why a fleet has no score; a gate on it has no data then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoScore {
    /// No image was counted, or none that weighs anything.
    EmptyFleet,
}

impl Solvency {
    /// The score of a tally.
    pub fn of(tally: &Tally) -> Self {
        let share = |part: u64| Ratio::new(i128::from(part), i128::from(tally.total()));
        let (compliant, heavy, open) = (tally.compliant(), tally.heavy(), tally.unmeasured());
        let bounds = [score(tally.total(), compliant, heavy + open), score(tally.total(), compliant + open, heavy)];
        let score = score(tally.total(), compliant, heavy);
        let interval = match bounds {
            [Some(low), Some(high)] if open > 0 => Some([low, high]),
            _ => None,
        };
        Self {
            tally: *tally,
            compliant_share: share(compliant),
            heavy_share: share(heavy),
            score,
            interval,
            reason: score.is_none().then_some(NoScore::EmptyFleet),
        }
    }

    /// The score that the standard asks for, from its decimal number.
    pub fn target(standard: &Standard) -> Option<Ratio> {
        Ratio::from_decimal(standard.solvency.target_score)
    }
}

/// C/N · (N − H)/N; nothing when N is 0.
fn score(total: u64, compliant: u64, heavy: u64) -> Option<Ratio> {
    let (total, compliant, heavy) = (i128::from(total), i128::from(compliant), i128::from(heavy));
    Ratio::new(compliant * (total - heavy), total * total)
}

#[cfg(test)]
mod tests;
