//! One row of numbers: median, an interval for it, and the numbers that stand out.

use serde::Serialize;

use super::binomial::at_most;

/// Chance that an interval misses what it is about.
const MISS: f64 = 0.05;
/// Robust standard deviations from the median beyond which a number stands out (Iglewicz and Hoaglin, 1993).
const STANDS_OUT: f64 = 3.5;
/// Fewest numbers of which one can stand out: of three, one nearly always does.
const FEWEST: usize = 6;
/// The median absolute deviation times this is the standard deviation, for a normal distribution.
const MAD_TO_SIGMA: f64 = 1.4826;

/// Two ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// True when `value` is between the ends or one of them.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// A row of numbers in short.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The numbers, in the order in which they were measured; none is left out.
    pub values: Vec<f64>,
    /// Their median; outliers count.
    pub median: f64,
    /// Holds the median of what is measured with 95 % confidence, whatever the distribution; `None` for fewer than 6
    /// numbers, of which nobody can say that.
    pub interval: Option<Interval>,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// Places in `values` of numbers more than 3.5 robust standard deviations from the median; none of fewer than 6.
    pub outliers: Vec<usize>,
}

/// The middle of the numbers, or of the middle two; `None` for none.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let sorted = sorted(values);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        odd if odd % 2 == 1 => sorted.get(middle).copied(),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// A row of numbers in short; `None` for none.
///
/// The interval is that between two order statistics, the innermost pair that holds the median in at least 95 % of all
/// samples: exact by the binomial distribution, for independent numbers of one distribution (Conover, *Practical
/// Nonparametric Statistics*, section 3.2).
#[must_use]
pub fn summarize(values: &[f64]) -> Option<Summary> {
    let middle = median(values)?;
    let sorted = sorted(values);
    let deviations: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    let sigma = median(&deviations)? * MAD_TO_SIGMA;
    let stands_out = |deviation: &f64| values.len() >= FEWEST && sigma > 0.0 && *deviation > STANDS_OUT * sigma;
    let outliers = deviations.iter().enumerate().filter(|(_, deviation)| stands_out(deviation));
    Some(Summary {
        median: middle,
        interval: rank(values.len()).map(|rank| Interval { low: sorted[rank], high: sorted[values.len() - 1 - rank] }),
        min: *sorted.first()?,
        max: *sorted.last()?,
        outliers: outliers.map(|(place, _)| place).collect(),
        values: values.to_vec(),
    })
}

/// Numbers to leave out at either end of a sorted row so that the rest still holds the median.
fn rank(count: usize) -> Option<usize> {
    (0..count / 2).rev().find(|rank| 2.0 * at_most(*rank, count) <= MISS)
}

pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(count: usize, expected: Option<(f64, f64)>) {
        let values: Vec<f64> = (1..=count).map(|value| value as f64).collect();
        let interval = summarize(&values).and_then(|summary| summary.interval);
        assert_eq!(interval.map(|interval| (interval.low, interval.high)), expected, "{count}");
    }

    #[test]
    fn intervals_are_those_of_the_tables() {
        check(5, None);
        check(6, Some((1.0, 6.0)));
        check(8, Some((1.0, 8.0)));
        check(9, Some((2.0, 8.0)));
        check(10, Some((2.0, 9.0)));
        check(20, Some((6.0, 15.0)));
        check(30, Some((10.0, 21.0)));
    }

    #[test]
    fn what_stands_out_is_named_and_kept() {
        let summary = summarize(&[10.0, 11.0, 10.5, 60.0, 9.5, 10.2]).unwrap_or_else(|| unreachable!());
        assert_eq!(summary.outliers, [3]);
        assert_eq!((summary.max, summary.values.len()), (60.0, 6));
        assert_eq!(summarize(&[]), None);
        assert_eq!(summarize(&[4.0]).map(|summary| summary.median), Some(4.0));
    }
}
