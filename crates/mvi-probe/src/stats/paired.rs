//! Two rows measured side by side: how far apart they are, and whether that is more than chance.

use serde::Serialize;

use super::summary::{Interval, median, sorted};

/// Share of the first row's median from which a difference can be called real.
const MATTERS: f64 = 0.02;
/// Chance that of rows compared together any is called different where none is.
const MISS: f64 = 0.05;

/// What pairs of measurements say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// The 95 % interval of the difference leaves zero out, so does the test that shares its chance of a miss with the rows
    /// compared beside it, and the difference is at least 2 % of the first row's median.
    Different,
    /// As sure, but smaller: not worth a word about two images.
    Small,
    /// The 95 % interval leaves zero out, the shared test does not call it: more runs will tell.
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
    /// Chance of differences at least as far from zero where there is none, two-sided; `None` for fewer than 6 pairs.
    pub chance: Option<f64>,
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
    compare_together(&[(first, second)]).pop().flatten()
}

/// Compares several things that were measured of the same runs, each as [`compare`] does, and decides on all of them
/// together: the chance that any is called different (or small) where none is stays at 5 %, however they hang together
/// (Holm, *A Simple Sequentially Rejective Multiple Test Procedure*, Scandinavian Journal of Statistics 6, 1979). Of those
/// with at least 6 pairs the least likely has to be so by 5 % over their number, the next by 5 % over one less, and so on
/// to the first that is not; those behind it are not called either.
#[must_use]
pub fn compare_together(rows: &[(&[f64], &[f64])]) -> Vec<Option<Difference>> {
    let mut found: Vec<Option<Difference>> = rows.iter().map(|(first, second)| differ(first, second)).collect();
    let mut order: Vec<(f64, &mut Difference)> =
        found.iter_mut().flatten().filter_map(|difference| Some((difference.chance?, difference))).collect();
    order.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let mut left = order.len();
    for (chance, difference) in order {
        if chance > MISS / left as f64 {
            break;
        }
        left -= 1;
        let matters = difference.share.is_none_or(|share| share.abs() >= MATTERS);
        difference.decision = if matters { Decision::Different } else { Decision::Small };
    }
    found
}

/// A difference that nothing is decided on yet but what its own interval says.
fn differ(first: &[f64], second: &[f64]) -> Option<Difference> {
    let differences: Vec<f64> = first.iter().zip(second).map(|(first, second)| second - first).collect();
    let pairs = differences.len();
    let mut means = Vec::with_capacity(pairs * (pairs + 1) / 2);
    for (place, one) in differences.iter().enumerate() {
        means.extend(differences[place..].iter().map(|other| f64::midpoint(*one, *other)));
    }
    let means = sorted(&means);
    let estimate = median(&means)?;
    let law = SignedRanks::of(pairs);
    let interval = |miss: f64| {
        let cut = law.critical(miss)?;
        Some(Interval { low: *means.get(cut)?, high: *means.get(means.len() - 1 - cut)? })
    };
    let (narrow, wide) = (interval(0.05), interval(0.01));
    // Means that are zero speak for no difference, whichever side they are counted on.
    let side = |beyond: fn(&f64) -> bool| means.iter().filter(|mean| beyond(mean)).count();
    let chance = narrow.map(|_| law.chance(side(|mean| *mean <= 0.0).min(side(|mean| *mean >= 0.0))));
    let middle = median(first).filter(|middle| *middle != 0.0);
    let share = middle.map(|middle| estimate / middle);
    let decision = match narrow {
        None => Decision::TooFew,
        Some(narrow) if narrow.contains(0.0) => Decision::Same,
        Some(_) => Decision::Undecided,
    };
    Some(Difference { pairs, estimate, share, interval: narrow, wide_interval: wide, chance, decision })
}

/// Chances of the signed rank statistic of so many pairs where there is no difference: `below[s]` is that of at most `s`.
struct SignedRanks {
    below: Vec<f64>,
}

impl SignedRanks {
    fn of(pairs: usize) -> Self {
        // chances[s]: subsets of the ranks 1..=pairs that sum to s, each as likely as any other; scaled on the way.
        let top = pairs * (pairs + 1) / 2;
        let mut chances = vec![0.0; top + 1];
        chances[0] = 1.0;
        for rank in 1..=pairs {
            for sum in (0..=top).rev() {
                let with = if sum >= rank { chances[sum - rank] } else { 0.0 };
                chances[sum] = f64::midpoint(chances[sum], with);
            }
        }
        let mut total = 0.0;
        let add = |chance: f64| {
            total += chance;
            total
        };
        Self { below: chances.into_iter().map(add).collect() }
    }

    /// How many of the sorted means to leave out at either end: the largest number with at most `miss` / 2 chance that the
    /// statistic is at most that; `None` where even zero is likelier.
    fn critical(&self, miss: f64) -> Option<usize> {
        self.below.iter().take_while(|chance| **chance <= miss / 2.0).count().checked_sub(1)
    }

    /// Two-sided chance of a statistic of at most `least`.
    fn chance(&self, least: usize) -> f64 {
        self.below.get(least).map_or(1.0, |chance| (2.0 * chance).min(1.0))
    }
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
            let law = SignedRanks::of(pairs);
            assert_eq!((law.critical(0.05), law.critical(0.01)), (five, one), "{pairs}");
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
        check(&base[..6], &shifted[..6], Decision::Different);
        assert_eq!(compare(&[], &[]), None);
    }

    #[test]
    fn what_is_decided_together_shares_the_chance_of_a_miss() {
        let base: Vec<f64> = (0..10).map(f64::from).map(|run| 100.0 + run % 4.0).collect();
        let moved = |by: &[f64]| base.iter().zip(by).map(|(value, by)| value + by).collect::<Vec<_>>();
        // Ranks against the sign sum to 0 and to 7, whose chances are 2 and 38 of 1024: 0.2 % and 3.7 %.
        let sure = moved(&[3.0, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7, 3.8, 3.9]);
        let likely = moved(&[3.0, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, -3.55, 3.8, 3.9]);
        let decide = |rows: &[&[f64]]| {
            let rows: Vec<_> = rows.iter().map(|row| (base.as_slice(), *row)).collect();
            compare_together(&rows).into_iter().map(|found| found.unwrap().decision).collect::<Vec<_>>()
        };
        use Decision::{Different, Same, Undecided};
        assert_eq!(compare(&base, &likely).unwrap().chance.map(|chance| (chance * 1024.0).round()), Some(38.0));
        assert_eq!(decide(&[&likely]), [Different]);
        assert_eq!(decide(&[&likely, &likely]), [Undecided, Undecided]);
        assert_eq!(decide(&[&likely, &sure]), [Different, Different]);
        assert_eq!(decide(&[&likely, &sure, &base]), [Undecided, Different, Same]);
    }

    proptest! {
        #[test]
        fn more_beside_it_never_makes_a_call_easier(
            rows in proptest::collection::vec(proptest::collection::vec(-1.0_f64..3.0, 10), 1..5)
        ) {
            let base = vec![10.0; 10];
            let moved: Vec<Vec<f64>> =
                rows.iter().map(|row| row.iter().map(|by| 10.0 + by).collect()).collect();
            let pairs: Vec<_> = moved.iter().map(|row| (base.as_slice(), row.as_slice())).collect();
            for (together, row) in compare_together(&pairs).into_iter().zip(&moved) {
                let (together, alone) = (together.unwrap(), compare(&base, row).unwrap());
                prop_assert_eq!(alone.interval, together.interval);
                let leaves_zero_out = !together.interval.unwrap().contains(0.0);
                // The chance and the interval are two sides of one test.
                prop_assert_eq!(together.chance.unwrap() <= 0.05, leaves_zero_out);
                if matches!(together.decision, Decision::Different | Decision::Small) {
                    prop_assert_eq!(together.decision, alone.decision);
                    prop_assert!(together.chance.unwrap() <= MISS);
                }
            }
        }

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
