//! Whether a row of numbers goes up or down while it is measured: Mann and Kendall's test, Theil and Sen's slope.

use serde::Serialize;

use super::summary::{median, sorted};

/// Fewest numbers of which the test says anything.
const FEWEST: usize = 8;
/// Normal deviate beyond which a trend is no chance: once in a hundred rows without one.
const DEVIATE: f64 = 2.5758;
/// Share of the median that a drift has to reach from the first number to the last to matter.
const MATTERS: f64 = 0.05;

/// A trend in a row of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Drift {
    /// Change from the first number to the last by the median slope, in the numbers' unit.
    pub change: f64,
    /// The same as a share of the median.
    pub share: f64,
}

/// The trend of `values` in their order: one that chance makes once in a hundred rows (Mann 1945, Kendall 1975, normal
/// approximation with ties) and that is at least 5 % of the median (Theil 1950, Sen 1968). `None` where there is none,
/// and for fewer than 8 numbers.
#[must_use]
pub fn drift(values: &[f64]) -> Option<Drift> {
    let count = values.len();
    if count < FEWEST {
        return None;
    }
    let (mut score, mut slopes) = (0_i64, Vec::new());
    for (first, low) in values.iter().enumerate() {
        for (second, high) in values.iter().enumerate().skip(first + 1) {
            score += i64::from(high > low) - i64::from(high < low);
            slopes.push((high - low) / (second - first) as f64);
        }
    }
    let deviate = (score.abs() - 1).max(0) as f64 / variance(values).sqrt();
    let change = median(&slopes)? * (count - 1) as f64;
    let share = change / median(values)?;
    (deviate > DEVIATE && share.abs() >= MATTERS).then_some(Drift { change, share })
}

/// Variance of the score where there is no trend.
fn variance(values: &[f64]) -> f64 {
    let term = |count: usize| (count * (count - 1) * (2 * count + 5)) as f64;
    let sorted = sorted(values);
    let ties: f64 = sorted.chunk_by(|left, right| left == right).map(|tied| term(tied.len())).sum();
    (term(values.len()) - ties) / 18.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[f64], expected: bool) {
        assert_eq!(drift(values).is_some(), expected, "{values:?}");
    }

    #[test]
    fn a_trend_shows_and_noise_does_not() {
        check(&[10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0], true);
        check(&[17.0, 16.0, 15.5, 14.0, 13.0, 13.0, 11.0, 10.0], true);
        check(&[10.0, 12.0, 9.0, 11.0, 10.0, 12.0, 9.0, 11.0], false);
        check(&[10.0; 12], false);
        check(&[1.0, 2.0, 3.0], false);
        // Sure, but too small to matter.
        check(&[100.0, 100.1, 100.2, 100.3, 100.4, 100.5, 100.6, 100.7], false);
    }

    #[test]
    fn the_slope_is_that_of_most_pairs() {
        let found = drift(&[10.0, 11.0, 12.0, 90.0, 14.0, 15.0, 16.0, 17.0, 18.0]).map(|drift| drift.change);
        assert!(found.is_some_and(|change| (change - 8.0).abs() < 0.5), "{found:?}");
    }
}
