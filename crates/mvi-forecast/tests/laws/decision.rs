//! Which base is chosen, what stays, and what is said when nothing can be had.

use mvi_forecast::{By, Candidate, DecisionKind, ForecastError, Forust, Settings, Trainer, decide, evaluate};

use crate::world::{candidates, history, pressure, schema, train};

fn check(candidates: &[Candidate], incumbent: Option<&str>, expected: (DecisionKind, Option<&str>, &str)) {
    let model = train(&history(900), 2);
    let told = decide(&model, candidates, incumbent, &pressure).unwrap();
    assert_eq!((told.kind, told.chosen.as_deref()), (expected.0, expected.1), "{}", told.reason);
    assert!(told.reason.contains(expected.2), "{}", told.reason);
}

fn ruled_out(mut all: Vec<Candidate>, base: &str, why: &str) -> Vec<Candidate> {
    all.iter_mut().filter(|one| one.base == base).for_each(|one| one.ruled_out = Some(why.to_owned()));
    all
}

#[test]
fn a_real_gain_replaces_what_is_in_use() {
    check(&candidates(3.0, false), Some("debian:1"), (DecisionKind::Propose, Some("alpine:1"), "it takes away"));
    check(&candidates(3.0, false), None, (DecisionKind::Propose, Some("alpine:1"), "least expected pressure"));
    check(&candidates(3.0, false), Some("alpine:1"), (DecisionKind::Keep, Some("alpine:1"), "best of all"));
}

#[test]
fn what_fails_by_experience_is_left_out() {
    let expected = "builds like this one succeed with a chance of";
    let model = train(&history(900), 2);
    let told = decide(&model, &candidates(30.0, true), None, &pressure).unwrap();
    assert_eq!(told.chosen.as_deref(), Some("debian:1"));
    assert!(told.candidates[1].excluded.as_deref().unwrap().starts_with(expected));
    check(&candidates(30.0, true), Some("alpine:1"), (DecisionKind::Propose, Some("debian:1"), "cannot stay"));
}

#[test]
fn hard_rules_come_first_and_keep_their_proof() {
    let why = "musl, and `torch` has wheels for glibc only";
    let all = ruled_out(candidates(3.0, false), "alpine:1", why);
    check(&all, Some("alpine:1"), (DecisionKind::Propose, Some("debian:1"), why));
    let none = ruled_out(all, "debian:1", "banned");
    check(&none, Some("alpine:1"), (DecisionKind::NothingFeasible, None, "no candidate can be had"));
    check(&[], None, (DecisionKind::NothingFeasible, None, "no candidate can be had"));
}

#[test]
fn without_a_history_what_is_in_use_stays() {
    let model = train(&history(0), 1);
    let told = decide(&model, &candidates(3.0, false), Some("debian:1"), &pressure).unwrap();
    assert_eq!((told.kind, told.chosen.as_deref()), (DecisionKind::Keep, Some("debian:1")));
    assert!(told.gain.unwrap() > 0.05 && told.reason.ends_with("build both"), "{}", told.reason);
    assert_eq!(told.trials, ["alpine:1", "debian:1"]);
    let unknown = decide(&model, &candidates(3.0, false), Some("wolfi:1"), &pressure).unwrap();
    assert_eq!((unknown.kind, unknown.gain), (DecisionKind::Keep, None));
}

#[test]
fn equal_costs_are_ordered_by_registration_and_name() {
    let model = train(&history(0), 1);
    let mut all: Vec<Candidate> = ["c", "b", "a"]
        .iter()
        .map(|base| Candidate {
            base: (*base).into(),
            is_registered: *base == "b",
            ..candidates(1.0, false)[0].clone()
        })
        .collect();
    let order = |all: &[Candidate]| {
        let told = decide(&model, all, None, &pressure).unwrap();
        told.candidates.into_iter().map(|one| one.base).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(order(&all), "b a c");
    all.reverse();
    assert_eq!(order(&all), "b a c");
}

#[test]
fn infinite_features_are_named() {
    let model = train(&history(0), 1);
    let mut all = candidates(1.0, false);
    all[0].features[0] = f64::INFINITY;
    let told = decide(&model, &all, None, &pressure).unwrap_err();
    assert!(matches!(told, ForecastError::NotFinite { feature } if feature == "dependencies"));
}

#[test]
fn evaluation_asks_only_about_what_came_later() {
    let (schema, settings) = (schema(), Settings::default());
    let trainer = Trainer { schema: &schema, settings: &settings, pressure: &pressure, booster: &Forust, threads: 2 };
    let told = evaluate(&trainer, &history(1000), &[]).unwrap();
    assert_eq!((told.learnt, told.asked, told.cold_cases, told.warm_cases), (800, 200, 100, 0));
    let regret = |name: &str| told.cold.iter().find(|one| one.method == name).unwrap().regret.unwrap();
    assert!(regret("model") < 0.01 && regret("model") < regret("prior"), "{:?}", told.cold);
    assert!(regret("prior") < regret("any at random"));
    assert_eq!(regret("model, two trial builds"), 0.0);
    assert!(told.model_error.unwrap() < told.prior_error.unwrap() / 2.0);
    assert!(told.coverage.unwrap() > 0.85);
    let sizes = &told.dimensions[0];
    // 15 % of the services are native on musl and failed there; what is left was measured.
    let measured = history(1000).rows()[800..].iter().filter(|row| row.measured().is_some()).count();
    assert_eq!((sizes.dimension.as_str(), sizes.builds), ("size_mb", measured));
    // The noise is at most 5 % to either side, the prior knows nothing of dependencies.
    assert!(sizes.model.unwrap() < 0.1 && sizes.prior.unwrap() > 0.2, "{sizes:?}");
}

#[test]
fn a_history_of_one_build_leaves_every_answer_to_the_prior() {
    let (schema, settings) = (schema(), Settings::default());
    let trainer = Trainer { schema: &schema, settings: &settings, pressure: &pressure, booster: &Forust, threads: 2 };
    let told = evaluate(&trainer, &history(1), &[]).unwrap();
    assert_eq!((told.learnt + told.asked, told.cold_cases, told.warm_cases), (1, 0, 0));
    assert_eq!(told.trust.backtest, None);
    let decision = decide(&train(&history(1), 2), &candidates(10.0, false), None, &pressure).unwrap();
    assert!(decision.candidates.iter().all(|one| one.forecast.by == By::Prior), "{decision:?}");
}

#[test]
fn where_nothing_can_be_had_nothing_is_chosen() {
    let all = ruled_out(ruled_out(candidates(10.0, false), "alpine:1", "banned"), "debian:1", "a trial build failed");
    let told = decide(&train(&history(600), 2), &all, Some("debian:1"), &pressure).unwrap();
    assert_eq!((told.kind, told.chosen), (DecisionKind::NothingFeasible, None));
    let proofs: Vec<_> = told.candidates.iter().filter_map(|one| one.excluded.as_deref()).collect();
    assert_eq!(proofs.len(), 2, "{proofs:?}");
}
