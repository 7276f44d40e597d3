//! The score of the fleet the standard was written about, its target path, plans, weights and the laws of scoring.

use proptest::prelude::*;

use super::*;

fn tally(total: u64, compliant: u64, heavy: u64, unmeasured: u64) -> Tally {
    Tally::new(total, compliant, heavy, unmeasured).unwrap()
}

/// Score as fraction and with four decimals.
fn check(tally: &Tally, expected: &str) {
    let score = Solvency::of(tally).score.unwrap();
    assert_eq!(format!("{score:#} {}", score.decimal(4)), expected);
}

fn images(heavy: u64, light: u64) -> Vec<Candidate> {
    let image = |kind: &str, n: u64, standing| Candidate { name: format!("{kind}-{n}"), standing, weight: 1 };
    let heavy = (0..heavy).map(|n| image("heavy", n, Standing::Heavy));
    heavy.chain((0..light).map(|n| image("light", n, Standing::Neither))).collect()
}

#[test]
fn the_printed_score_and_the_target_path_come_out() {
    check(&tally(15, 5, 6, 0), "1/5 0.2000");
    check(&tally(15, 6, 5, 0), "4/15 0.2667");
    check(&tally(15, 7, 4, 0), "77/225 0.3422");
    check(&tally(15, 8, 3, 0), "32/75 0.4267");
    check(&tally(15, 9, 2, 0), "13/25 0.5200");
    check(&tally(15, 9, 3, 0), "12/25 0.4800");
    check(&tally(15, 9, 4, 0), "11/25 0.4400");
    assert_eq!(Solvency::target(&Standard::builtin().unwrap()), Ratio::new(12, 25));
}

#[test]
fn an_empty_fleet_has_no_score_and_says_so() {
    for empty in [Tally::default(), tally(0, 0, 0, 0)] {
        let told = serde_json::to_value(Solvency::of(&empty)).unwrap();
        assert_eq!((&told["score"], &told["reason"]), (&serde_json::Value::Null, &"empty-fleet".into()));
    }
}

#[test]
fn an_unmeasured_image_leaves_an_interval() {
    let told = Solvency::of(&tally(16, 5, 6, 1));
    let [low, high] = told.interval.unwrap();
    assert_eq!((low.decimal(4), high.decimal(4)), ("0.1758".to_owned(), "0.2344".to_owned()));
    assert_eq!(Solvency::of(&tally(15, 5, 6, 0)).interval, None);
}

#[test]
fn bytes_weigh_instead_of_images() {
    let sizes = |all: &[f64]| all.iter().map(|mb| weight_of(*mb).unwrap()).sum::<u64>();
    let compliant = sizes(&[23.6, 13.7, 13.9, 20.7, 496.0]);
    let heavy = sizes(&[517.0, 532.0, 1870.0, 1900.0, 2340.0, 3660.0]);
    let neither = sizes(&[613.0, 639.0, 3760.0, 8550.0]);
    let told = Solvency::of(&tally(compliant + heavy + neither, compliant, heavy, 0));
    let shares = [told.compliant_share, told.heavy_share, told.score].map(|share| share.unwrap().decimal(4));
    assert_eq!(shares, ["0.0228", "0.4336", "0.0129"]);
}

#[test]
fn the_gains_of_today_come_out() {
    let told = gains(&tally(15, 5, 6, 0));
    let four = |gain: Option<Ratio>| gain.unwrap().decimal(4);
    assert_eq!([four(told.fix_heavy), four(told.fix_light), four(told.justify)], ["0.0667", "0.0400", "0.0222"]);
    assert_eq!(gains(&tally(5, 5, 0, 0)), Gains { fix_heavy: None, fix_light: None, justify: None });
}

#[test]
fn four_heavy_fixes_are_the_smallest_plan() {
    let told = plan(&tally(15, 5, 6, 0), &images(6, 4), Ratio::new(12, 25).unwrap());
    assert!(told.reached && told.steps.iter().all(|step| step.remedy == Remedy::FixHeavy));
    let scores: Vec<String> = told.steps.iter().map(|step| step.score.decimal(4)).collect();
    assert_eq!(scores, ["0.2667", "0.3422", "0.4267", "0.5200"]);
    assert_eq!(told.steps[0].name, "heavy-0");
}

#[test]
fn a_plan_that_cannot_reach_its_target_says_so() {
    let told = plan(&tally(4, 1, 0, 2), &images(0, 1), Ratio::new(1, 1).unwrap());
    assert_eq!((told.reached, told.steps.len(), told.unmeasured), (false, 1, 2));
    let empty = plan(&Tally::default(), &[], Ratio::new(1, 2).unwrap());
    assert_eq!((empty.reached, empty.steps.len()), (false, 0));
}

#[test]
fn a_tally_refuses_what_it_cannot_hold() {
    let mut told = tally(1, 1, 0, 0);
    assert_eq!(told.remove(Standing::Heavy, 1), Err(TallyError::NeverCounted));
    assert_eq!(told.remove(Standing::Neither, 1), Err(TallyError::NeverCounted));
    assert_eq!(told.add(Standing::Neither, u64::MAX), Err(TallyError::TooLarge));
    assert_eq!(told, tally(1, 1, 0, 0));
    assert_eq!(Tally::new(2, 2, 1, 0), Err(TallyError::Inconsistent));
    assert_eq!((weight_of(-1.0), weight_of(f64::NAN), weight_of(0.5)), (None, None, Some(500_000)));
}

fn any_tally() -> impl Strategy<Value = Tally> {
    (0_u64..40, 0_u64..40, 0_u64..40, 0_u64..40).prop_map(|(c, h, n, u)| tally(c + h + n + u, c, h, u))
}

fn moved(tally: &Tally, from: Standing, to: Standing) -> Option<Ratio> {
    let mut other = *tally;
    other.remove(from, 1).ok()?;
    other.add(to, 1).ok()?;
    Solvency::of(&other).score
}

proptest! {
    #[test]
    fn the_score_lies_between_nothing_and_all(tally in any_tally()) {
        let told = Solvency::of(&tally);
        let Some(score) = told.score else { return Ok(()) };
        let one = Ratio::new(1, 1).unwrap();
        prop_assert!(Ratio::ZERO <= score && score <= one);
        prop_assert_eq!(score == one, tally.compliant() == tally.total());
        if let Some([low, high]) = told.interval {
            prop_assert!(low <= score && score <= high);
        }
    }

    #[test]
    fn an_improvement_never_lowers_the_score(tally in any_tally()) {
        let Some(score) = Solvency::of(&tally).score else { return Ok(()) };
        let better = [(Standing::Neither, Standing::Compliant), (Standing::Heavy, Standing::Compliant), (Standing::Heavy, Standing::Neither)];
        for (from, to) in better {
            prop_assert!(moved(&tally, from, to).is_none_or(|after| after >= score));
        }
    }

    #[test]
    fn the_whole_fleet_twice_has_the_same_score(tally in any_tally(), times in 1_u64..9) {
        let parts = [tally.total(), tally.compliant(), tally.heavy(), tally.unmeasured()].map(|part| part * times);
        let copied = Tally::new(parts[0], parts[1], parts[2], parts[3]).unwrap();
        prop_assert_eq!(Solvency::of(&copied).score, Solvency::of(&tally).score);
    }

    #[test]
    fn adding_and_taking_out_leaves_the_tally(tally in any_tally(), weight in 0_u64..1000) {
        for standing in [Standing::Compliant, Standing::Heavy, Standing::Neither, Standing::Unmeasured] {
            let mut other = tally;
            other.add(standing, weight).unwrap();
            other.remove(standing, weight).unwrap();
            prop_assert_eq!(other, tally);
        }
    }

    #[test]
    fn no_mix_of_remedies_is_shorter_than_the_plan(heavy in 0_u64..7, light in 0_u64..7, compliant in 0_u64..7, target in 1_i128..100) {
        let before = tally(heavy + light + compliant, compliant, heavy, 0);
        let target = Ratio::new(target, 100).unwrap();
        let told = plan(&before, &images(heavy, light), target);
        let mut best = None;
        for fixed in 0..=heavy {
            for justified in 0..=(heavy - fixed) {
                for lightened in 0..=light {
                    let after = Tally::new(before.total(), compliant + fixed + lightened, heavy - fixed - justified, 0).unwrap();
                    if Solvency::of(&after).score.is_some_and(|score| score >= target) {
                        let steps = fixed + justified + lightened;
                        best = Some(best.map_or(steps, |best: u64| best.min(steps)));
                    }
                }
            }
        }
        prop_assert_eq!(told.reached, best.is_some());
        prop_assert!(best.is_none_or(|best| best == told.steps.len() as u64));
    }
}
