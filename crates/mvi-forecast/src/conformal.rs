//! Intervals that hold as often as they say: split-conformal, on builds that no tree has seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the newest builds of one runtime say about the size of errors.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuntimeCalibration {
    /// Builds.
    pub rows: usize,
    /// Half width of each dimension's interval, in logarithms; nothing where too few builds measured it.
    pub dimensions: Vec<Option<f64>>,
    /// Half width of the pressure's interval.
    pub pressure: Option<f64>,
    /// Half width of the interval of a difference of two pressures.
    pub pair: Option<f64>,
}

/// Calibrations by runtime.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Calibration {
    /// By the runtime's name.
    pub runtimes: BTreeMap<String, RuntimeCalibration>,
}

/// Errors of one build that no tree has seen.
pub(crate) struct Residual<'a> {
    pub(crate) service: &'a str,
    pub(crate) base: &'a str,
    /// Of each dimension, in logarithms.
    pub(crate) dimensions: Vec<Option<f64>>,
    /// Measured minus forecast pressure.
    pub(crate) pressure: Option<f64>,
}

/// The half width of an interval around forecasts that covers a new one with at least `level`, where errors are
/// exchangeable: the ⌈(n + 1)·level⌉-th smallest absolute error.
///
/// Nothing where there are fewer than `least` errors, or too few for the level. Lei et al. 2018, "Distribution-Free
/// Predictive Inference for Regression", algorithm 2.
pub fn half_width(errors: impl Iterator<Item = f64>, level: f64, least: usize) -> Option<f64> {
    let mut errors: Vec<f64> = errors.map(f64::abs).filter(|error| error.is_finite()).collect();
    if errors.is_empty() || errors.len() < least {
        return None;
    }
    errors.sort_by(f64::total_cmp);
    // A hair, so that 0.9 · 30 is 27 and not a bit more.
    let rank = ((errors.len() + 1) as f64 * level - 1e-9).ceil() as usize;
    errors.get(rank.max(1) - 1).copied()
}

impl RuntimeCalibration {
    pub(crate) fn of(residuals: &[Residual<'_>], dimensions: usize, level: f64, least: usize) -> Self {
        let of = |place: usize| half_width(residuals.iter().filter_map(|one| one.dimensions[place]), level, least);
        Self {
            rows: residuals.len(),
            dimensions: (0..dimensions).map(of).collect(),
            pressure: half_width(residuals.iter().filter_map(|one| one.pressure), level, least),
            pair: half_width(pairs(residuals, least).into_iter(), level, least),
        }
    }
}

/// Differences of errors of the same service on two bases; of neighbours in time where those are too few, which are
/// wider, as services differ.
fn pairs(residuals: &[Residual<'_>], least: usize) -> Vec<f64> {
    let known = residuals.iter().filter_map(|one| Some((one, one.pressure?)));
    let known: Vec<(&Residual<'_>, f64)> = known.collect();
    let mut latest: BTreeMap<&str, (&str, f64)> = BTreeMap::new();
    let mut same = Vec::new();
    for (one, error) in &known {
        if let Some((base, other)) = latest.insert(one.service, (one.base, *error))
            && base != one.base
        {
            same.push(error - other);
        }
    }
    if same.len() >= least {
        return same;
    }
    known.windows(2).map(|pair| pair[1].1 - pair[0].1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(count: u32, level: f64, expected: Option<f64>) {
        let errors = (1..=count).map(|number| f64::from(number) * if number % 2 == 0 { 1.0 } else { -1.0 });
        assert_eq!(half_width(errors, level, 30), expected);
    }

    #[test]
    fn the_rank_counts_the_forecast_itself() {
        check(30, 0.90, Some(28.0)); // ⌈31 · 0.9⌉ = ⌈27.9⌉
        check(99, 0.90, Some(90.0));
        check(100, 0.90, Some(91.0));
    }

    #[test]
    fn too_few_errors_have_no_interval() {
        check(29, 0.90, None);
        check(0, 0.90, None);
        check(30, 0.99, None); // ⌈31 · 0.99⌉ = 31 of 30
    }
}
