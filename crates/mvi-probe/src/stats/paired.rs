//! Two rows measured side by side: how far apart they are, and whether that is more than chance.

use serde::Serialize;

use super::summary::{Interval, median, sorted};

/// Share of the first row's median from which a difference can be called real.
const MATTERS: f64 = 0.02;

/// What pairs of measurements say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// The 99 % interval of the difference leaves zero out, and the difference is at least 2 % of the first row's median.
    Different,
    /// As sure, but smaller: so much two copies of the same thing were seen to differ, perhaps by where they lie in memory.
    Small,
    /// The 95 % interval leaves zero out, the 99 % interval does not: more runs will tell.
    Undecided,
    /// The 95 % interval holds zero: no difference was shown.
    Same,
    /// Too few pairs for an interval: at least 6.
    TooFew,
}

/// The difference of two rows of pairs, second minus first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Pairs.
    pub pairs: usize,
    /// Hodges and Lehmann's estimate, in the numbers' unit.
    pub estimate: f64,
    /// The estimate as a share of the first row's median; `None` where that is zero.
    pub share: Option<f64>,
    /// Holds the difference with 95 % confidence; `None` for fewer than 6 pairs.
    pub interval: Option<Interval>,
    /// Holds it with 99 % confidence; `None` for fewer than 8 pairs.
    pub wide_interval: Option<Interval>,
    /// What follows.
    pub decision: Decision,
}

/// Compares rows that were measured in pairs, interleaved, so that what happens to the machine happens to both; what
/// one row has more is left out. `None` where there is no pair.
///
/// The estimate is the median of all means of two differences, the intervals are those of Wilcoxon's signed rank test,
/// with its exact distribution (Hollander and Wolfe, *Nonparametric Statistical Methods*, sections 3.1 to 3.3). They
/// hold where a difference is as likely to be so much above the true one as below, which it is when both are the same.
#[must_use]
pub fn compare(first: &[f64], second: &[f64]) -> Option<Difference> {
    let differences: Vec<f64> = first.iter().zip(second).map(|(first, second)| second - first).collect();
    let pairs = differences.len();
    let mut means = Vec::with_capacity(pairs * (pairs + 1) / 2);
    for (place, one) in differences.iter().enumerate() {
        means.extend(differences[place..].iter().map(|other| f64::midpoint(*one, *other)));
    }
    let means = sorted(&means);
    let estimate = median(&means)?;
    let interval = |miss: f64| {
        let cut = critical(pairs, miss)?;
        Some(Interval { low: *means.get(cut)?, high: *means.get(means.len() - 1 - cut)? })
    };
    let (narrow, wide) = (interval(0.05), interval(0.01));
    let middle = median(first).filter(|middle| *middle != 0.0);
    let share = middle.map(|middle| estimate / middle);
    let decision = match (narrow, wide) {
        (None, _) => Decision::TooFew,
        (Some(narrow), _) if narrow.contains(0.0) => Decision::Same,
        (Some(_), Some(wide)) if wide.contains(0.0) => Decision::Undecided,
        (Some(_), None) => Decision::Undecided,
        (Some(_), Some(_)) if share.is_some_and(|share| share.abs() < MATTERS) => Decision::Small,
        (Some(_), Some(_)) => Decision::Different,
    };
    Some(Difference { pairs, estimate, share, interval: narrow, wide_interval: wide, decision })
}

/// How many of the sorted means to leave out at either end: the largest `cut` with at most `miss` / 2 chance that the
/// signed rank statistic is at most that.
fn critical(pairs: usize, miss: f64) -> Option<usize> {
    // counts[s]: subsets of the ranks 1..=pairs that sum to s, each as likely as any other; scaled to chances on the way.
    let top = pairs * (pairs + 1) / 2;
    let mut chances = vec![0.0; top + 1];
    chances[0] = 1.0;
    for rank in 1..=pairs {
        for sum in (0..=top).rev() {
            let with = if sum >= rank { chances[sum - rank] } else { 0.0 };
            chances[sum] = f64::midpoint(chances[sum], with);
        }
    }
    let (mut total, mut fitting) = (0.0, 0_usize);
    for chance in chances {
        total += chance;
        if total > miss / 2.0 {
            break;
        }
        fitting += 1;
    }
    fitting.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn critical_values_are_those_of_the_tables() {
        // Wilcoxon's table, two-sided 5 % and 1 %.
        for (pairs, five, one) in [
            (5, None, None),
            (6, Some(0), None),
            (8, Some(3), Some(0)),
            (10, Some(8), Some(3)),
            (20, Some(52), Some(37)),
        ] {
            assert_eq!((critical(pairs, 0.05), critical(pairs, 0.01)), (five, one), "{pairs}");
        }
    }

    fn check(first: &[f64], second: &[f64], expected: Decision) {
        let found = compare(first, second).map(|difference| difference.decision);
        assert_eq!(found, Some(expected), "{first:?} {second:?}");
    }

    #[test]
    fn a_difference_is_called_only_where_it_shows() {
        let base: Vec<f64> = (0..10).map(|run| 100.0 + f64::from(run % 4)).collect();
        let shifted: Vec<f64> = base.iter().enumerate().map(|(run, value)| value + 10.0 + run as f64 / 10.0).collect();
        let mixed: Vec<f64> =
            base.iter().enumerate().map(|(run, value)| value + if run % 2 == 0 { 3.0 } else { -3.1 }).collect();
        check(&base, &shifted, Decision::Different);
        let slight: Vec<f64> = base.iter().map(|value| value + 1.0).collect();
        check(&base, &slight, Decision::Small);
        check(&base, &mixed, Decision::Same);
        check(&base, &base, Decision::Same);
        check(&base[..5], &shifted[..5], Decision::TooFew);
        check(&base[..6], &shifted[..6], Decision::Undecided);
        assert_eq!(compare(&[], &[]), None);
    }

    proptest! {
        #[test]
        fn intervals_hold_the_estimate_and_turn_with_the_rows(
            pairs in proptest::collection::vec((1.0_f64..1e3, 1.0_f64..1e3), 6..30)
        ) {
            let (first, second): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let there = compare(&first, &second).unwrap();
            let back = compare(&second, &first).unwrap();
            let narrow = there.interval.unwrap();
            prop_assert!(narrow.contains(there.estimate));
            prop_assert!((there.estimate + back.estimate).abs() < 1e-9);
            prop_assert_eq!(there.decision, back.decision);
            if let Some(wide) = there.wide_interval {
                prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high);
            }
            let moved: Vec<f64> = second.iter().map(|value| value + 5.0).collect();
            prop_assert!((compare(&first, &moved).unwrap().estimate - there.estimate - 5.0).abs() < 1e-9);
        }
    }
}
