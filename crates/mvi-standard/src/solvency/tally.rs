//! What the score is computed from: four sums that one image changes at a time.

use serde::Serialize;
use thiserror::Error;

use crate::judge::Judgement;
use crate::verdict::Verdict;

/// How one image counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It stands on a floor base and no trigger fires.
    Compliant,
    /// Trigger T2: above the limit for heavy images and not justified.
    Heavy,
    /// Measured, and neither.
    Neither,
    /// Its size is unknown, so it may be anything.
    Unmeasured,
}

impl Standing {
    /// How a judged image counts.
    pub fn of(judgement: &Judgement) -> Self {
        if judgement.verdict == Verdict::Unmeasured {
            Self::Unmeasured
        } else if judgement.heavy {
            Self::Heavy
        } else if judgement.floor_compliant {
            Self::Compliant
        } else {
            Self::Neither
        }
    }
}

/// Weights of a fleet's images by standing; an unweighted fleet counts each image as 1.
///
/// Weights are whole numbers in a unit of the caller's choice, as the score does not depend on it: images, pods, pulls
/// or bytes. Their sum stays below 2⁶⁰.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    total: u64,
    compliant: u64,
    heavy: u64,
    unmeasured: u64,
}

/// Why an image cannot be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TallyError {
    /// The sum would not fit.
    #[error("the weights of the fleet sum up to more than {LIMIT}; count in a larger unit")]
    TooLarge,
    /// More would be taken away than was added.
    #[error("an image is taken out of the tally that was never counted in it")]
    NeverCounted,
    /// The parts are larger than the whole.
    #[error("the parts of the tally are larger than its total")]
    Inconsistent,
}

impl Tally {
    /// A tally from stored sums.
    ///
    /// # Errors
    ///
    /// [`TallyError::Inconsistent`] when the parts exceed `total`, [`TallyError::TooLarge`] from 2⁶⁰ on.
    pub fn new(total: u64, compliant: u64, heavy: u64, unmeasured: u64) -> Result<Self, TallyError> {
        if total >= LIMIT {
            return Err(TallyError::TooLarge);
        }
        let parts = u128::from(compliant) + u128::from(heavy) + u128::from(unmeasured);
        if parts > u128::from(total) {
            return Err(TallyError::Inconsistent);
        }
        Ok(Self { total, compliant, heavy, unmeasured })
    }

    /// Everything counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Compliant images.
    pub fn compliant(&self) -> u64 {
        self.compliant
    }

    /// Heavy images.
    pub fn heavy(&self) -> u64 {
        self.heavy
    }

    /// Images of unknown size.
    pub fn unmeasured(&self) -> u64 {
        self.unmeasured
    }

    /// Images that are measured and neither compliant nor heavy.
    pub fn neither(&self) -> u64 {
        self.total - self.compliant - self.heavy - self.unmeasured
    }

    /// Counts an image in.
    ///
    /// # Errors
    ///
    /// [`TallyError::TooLarge`] when the sum would reach 2⁶⁰; the tally is as before then.
    pub fn add(&mut self, standing: Standing, weight: u64) -> Result<(), TallyError> {
        let total = self.total.checked_add(weight).filter(|total| *total < LIMIT).ok_or(TallyError::TooLarge)?;
        self.total = total;
        if let Some(part) = self.part(standing) {
            *part += weight;
        }
        Ok(())
    }

    /// Takes an image out again, with the standing and weight that it was counted with.
    ///
    /// # Errors
    ///
    /// [`TallyError::NeverCounted`] when the tally has less than that; it is as before then.
    pub fn remove(&mut self, standing: Standing, weight: u64) -> Result<(), TallyError> {
        let held = match standing {
            Standing::Neither => self.neither(),
            Standing::Compliant => self.compliant,
            Standing::Heavy => self.heavy,
            Standing::Unmeasured => self.unmeasured,
        };
        if held < weight {
            return Err(TallyError::NeverCounted);
        }
        self.total -= weight;
        if let Some(part) = self.part(standing) {
            *part -= weight;
        }
        Ok(())
    }

    fn part(&mut self, standing: Standing) -> Option<&mut u64> {
        match standing {
            Standing::Compliant => Some(&mut self.compliant),
            Standing::Heavy => Some(&mut self.heavy),
            Standing::Unmeasured => Some(&mut self.unmeasured),
            Standing::Neither => None,
        }
    }
}

/// A weight that is given as a number (megabytes, pulls, pods) in millionths, so that megabytes become bytes.
///
/// Nothing for a number that is negative, not finite or above 10¹².
pub fn weight_of(number: f64) -> Option<u64> {
    ((0.0..=1e12).contains(&number)).then(|| (number * 1e6).round() as u64)
}

/// Sums stay below this, so that the square of a total fits a fraction.
const LIMIT: u64 = 1 << 60;
