//! The booster on the standard's synthetic builds, beside what LightGBM gives on the same rows.

use mvi_forecast::{Booster as _, Forust, Goal, Settings, Task, contributions};

/// Root mean square errors of ln(dimension) by LightGBM 4.7.0 on the newest fifth; `tools/compare-lightgbm.py` makes them.
const LIGHTGBM: [(&str, f64); 4] =
    [("size_mb", 0.1169), ("startup_ms", 0.1472), ("mem_mb", 0.1319), ("cve_count", 0.3176)];
/// Features of a row; five logarithms of dimensions follow.
const FEATURES: usize = 16;

fn rows() -> Vec<Vec<f64>> {
    let read = |line: &str| line.split(',').map(|number| number.parse().unwrap()).collect();
    include_str!("../data/synthetic-2454.csv").lines().map(read).collect()
}

#[test]
fn errors_are_within_a_tenth_of_lightgbm_and_contributions_add_up() {
    let rows = rows();
    let (older, newer) = rows.split_at(rows.len() * 4 / 5);
    assert_eq!((older.len(), newer.len()), (1963, 491));
    let features: Vec<&[f64]> = older.iter().map(|row| &row[..FEATURES]).collect();
    let (weights, settings) = (vec![1.0; older.len()], Settings::default());
    for (place, (name, reference)) in LIGHTGBM.into_iter().enumerate() {
        let targets: Vec<f64> = older.iter().map(|row| row[FEATURES + place]).collect();
        let (goal, rounds) = (Goal::Mean, settings.rounds);
        let task = Task { name, rows: &features, targets: &targets, weights: &weights, goal, rounds };
        let trees = Forust.fit(&task, &settings).unwrap();
        trees.check(FEATURES).unwrap();
        let error = |row: &Vec<f64>| (trees.predict(&row[..FEATURES]) - row[FEATURES + place]).powi(2);
        let rmse = (newer.iter().map(error).sum::<f64>() / newer.len() as f64).sqrt();
        println!("{name}: {rmse:.4}, LightGBM {reference}");
        assert!(rmse <= reference * 1.1, "{name}: {rmse} beside {reference}");
        for row in newer.iter().step_by(10) {
            let sum: f64 = contributions(&trees, &row[..FEATURES]).iter().sum();
            assert!((sum - trees.predict(&row[..FEATURES])).abs() < 1e-9);
        }
    }
}
