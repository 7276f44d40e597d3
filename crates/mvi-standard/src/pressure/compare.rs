//! Two images side by side, on the dimensions that both have.

use serde::Serialize;

use super::{Measurements, Pressure, pressure};
use crate::standard::Standard;

/// Two pressures over the same dimensions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The first image.
    pub left: Pressure,
    /// The second image.
    pub right: Pressure,
    /// Second less first: below 0 where the second is the better one.
    pub difference: f64,
}

/// Compares two images on the dimensions that were measured of both; nothing when there is none.
pub fn compare(standard: &Standard, left: &Measurements, right: &Measurements) -> Option<Comparison> {
    let (ours, theirs) = (left.common(right), right.common(left));
    // A value that one image cannot be compared by, such as a size of 0, takes the dimension out for both.
    let (left, right) = (pressure(standard, &ours)?, pressure(standard, &theirs)?);
    if left.observed != right.observed {
        let shared = |seen: &Pressure, from: &Measurements| {
            let mut kept = Measurements::default();
            from.iter()
                .filter(|(id, _)| seen.observed.iter().any(|name| name == id))
                .for_each(|(id, v)| kept.set(id, v));
            kept
        };
        return compare(standard, &shared(&right, &ours), &shared(&left, &theirs));
    }
    let difference = right.value - left.value;
    Some(Comparison { left, right, difference })
}
