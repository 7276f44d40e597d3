//! What is learnt, how far it is off, and what explains it.

use mvi_forecast::{By, ForecastError, History, Outcome, Row, Source, forecast};

use crate::world::{candidates, history, pressure, row, schema, train};

#[test]
fn factors_and_prior_are_the_forecast() {
    let model = train(&history(600), 2);
    for (dependencies, native) in [(0.0, false), (7.0, true), (39.0, true), (f64::NAN, false)] {
        for candidate in candidates(dependencies, native) {
            let told = forecast(&model, &candidate, &pressure).unwrap();
            assert_eq!(told.by, By::Model, "{:?}", told.doubts);
            for (one, dimension) in told.dimensions.iter().zip(&model.schema.dimensions) {
                let factors: f64 = one.factors.iter().map(|factor| factor.times).product();
                let product = (one.prior + dimension.shift) * one.common * factors - dimension.shift;
                assert!((product.max(0.0) - one.value).abs() < 1e-6, "{product} is not {}", one.value);
                assert!(one.low <= one.value && one.value <= one.high);
            }
        }
    }
}

#[test]
fn intervals_hold_as_often_as_they_say() {
    let model = train(&history(1200), 2);
    let known = &model.calibration.runtimes["go"];
    let width = known.dimensions[0].expect("enough builds");
    let fresh = (0..2000).map(|number| row(number, 99)).filter_map(|row| {
        let size = row.measured()?[0]?;
        let told = model.dimensions(&row.features, &row.prior)[0];
        Some((size.ln() - told.ln()).abs() <= width)
    });
    let held: Vec<bool> = fresh.collect();
    let share = held.iter().filter(|held| **held).count() as f64 / held.len() as f64;
    assert!((0.85..=0.96).contains(&share), "{share}");
}

#[test]
fn the_model_is_the_same_for_any_number_of_threads_and_order_of_rows() {
    let bytes = |threads| mvi_forecast::write_model(&train(&history(400), threads)).unwrap();
    assert_eq!(bytes(1), bytes(2));
    assert_eq!(bytes(1), bytes(7));
    let backwards = History::new(&schema(), (0..400).rev().map(|number| row(number, 1)).collect()).unwrap();
    assert_eq!(mvi_forecast::write_model(&train(&backwards, 2)).unwrap(), bytes(1));
}

#[test]
fn without_enough_builds_the_prior_decides_and_says_so() {
    for (count, expected) in [
        (0, "0 real builds, 150 are needed; 0 builds of go succeeded on alpine, 8 are needed"),
        (1, "1 real builds, 150 are needed"),
        (148, "148 real builds, 150 are needed"),
    ] {
        let model = train(&history(count), 1);
        let candidate = &candidates(10.0, false)[0];
        let told = forecast(&model, candidate, &pressure).unwrap();
        let doubts: Vec<String> = told.doubts.iter().map(ToString::to_string).collect();
        assert!(doubts.join("; ").starts_with(expected), "{doubts:?}");
        assert_eq!(told.by, By::Prior);
        let size = &told.dimensions[0];
        assert_eq!((size.value, size.low, size.high), (24.0, 12.0, 36.0)); // the prior ± 50 %
        assert!(size.factors.is_empty() && !size.calibrated);
    }
}

#[test]
fn simulated_builds_never_open_the_gate() {
    let simulated = |number| Row { source: Source::Simulated, ..row(number, 1) };
    let history = History::new(&schema(), (0..600).map(simulated).collect()).unwrap();
    let model = train(&history, 2);
    assert_eq!((model.trust.builds, model.trust.simulated), (0, 600));
    assert!(model.regressors.iter().all(Option::is_some), "they are learnt from");
    assert!(model.calibration.runtimes.is_empty(), "they calibrate nothing");
    assert_eq!(forecast(&model, &candidates(1.0, false)[0], &pressure).unwrap().by, By::Prior);
}

#[test]
fn a_dimension_that_nobody_measured_is_left_to_the_prior() {
    let without = |number| {
        let mut row = row(number, 1);
        if let Outcome::Measured(values) = &mut row.outcome {
            values[1] = None;
        }
        row
    };
    let history = History::new(&schema(), (0..600).map(without).collect()).unwrap();
    let model = train(&history, 2);
    assert!(model.regressors[0].is_some() && model.regressors[1].is_none());
    assert_eq!(model.dimensions(&[1.0, 0.0, 4.0], &[24.0, 5.0])[1], 5.0);
}

#[test]
fn rows_that_cannot_be_are_named() {
    let check = |change: fn(&mut Row), expected: &str| {
        let mut rows = vec![row(0, 1), row(1, 1)];
        change(&mut rows[1]);
        let told = History::new(&schema(), rows).map(|_| ()).unwrap_err();
        assert!(matches!(told, ForecastError::Row { row: 2, .. }));
        assert_eq!(told.to_string(), format!("build 2 of the history: {expected}"));
    };
    check(|row| row.features[0] = f64::INFINITY, "feature `dependencies` is not finite");
    check(|row| row.prior[1] = f64::NAN, "the prior of `cve_count` is NaN");
    check(|row| row.outcome = Outcome::Measured(vec![Some(-1.0), None]), "`size_mb` cannot be -1");
    check(|row| row.features.clear(), "0 features and 2 priors do not fit");
}
