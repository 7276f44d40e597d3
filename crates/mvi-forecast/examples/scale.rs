//! How long training and forecasts take: `cargo run --release -p mvi-forecast --example scale -- BUILDS THREADS`.
#![allow(clippy::unwrap_used)] // a measurement that fails should stop

use std::time::Instant;

use mvi_forecast::{
    Candidate, Dimension, Feature, FeatureKind, Forust, History, Outcome, Row, Schema, Settings, Source, Trainer,
    decide, read_model, write_model,
};

/// Features of a build.
const FEATURES: usize = 16;
/// Dimensions, as many as the standard has.
const DIMENSIONS: usize = 5;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|word| word.parse::<u64>().unwrap());
    let (builds, threads) = (arguments.next().unwrap_or(10_000), arguments.next().unwrap_or(2) as usize);
    let feature = |number: usize| Feature { name: format!("feature{number}"), what: FeatureKind::Number };
    let dimension = |number: usize| Dimension { id: format!("dimension{number}"), shift: 0.0 };
    let schema = Schema::new((0..FEATURES).map(feature).collect(), (0..DIMENSIONS).map(dimension).collect()).unwrap();
    let history = History::new(&schema, (0..builds).map(row).collect()).unwrap();
    let settings = Settings::default();
    let trainer = Trainer { schema: &schema, settings: &settings, pressure: &pressure, booster: &Forust, threads };

    let start = Instant::now();
    let model = trainer.train(&history).unwrap();
    println!("training with backtest and intervals, {builds} builds, {threads} threads: {:.2?}", start.elapsed());
    let bytes = write_model(&model).unwrap();
    let start = Instant::now();
    read_model(&bytes, Some(&schema)).unwrap();
    println!("reading a model of {} bytes: {:.2?}", bytes.len(), start.elapsed());

    for count in [1, 10] {
        let candidates: Vec<Candidate> = (0..count).map(candidate).collect();
        let start = Instant::now();
        let rounds = 50;
        for _ in 0..rounds {
            decide(&model, &candidates, None, &pressure).unwrap();
        }
        println!("a decision among {count}, explained: {:.2?}", start.elapsed() / rounds);
    }
}

fn pressure(values: &[Option<f64>]) -> Option<f64> {
    let logs: Vec<f64> = values.iter().flatten().map(|value| value.ln().max(0.0)).collect();
    (!logs.is_empty()).then(|| logs.iter().sum::<f64>() / logs.len() as f64)
}

/// A number from 0 to 1, always the same for the same words.
fn chance(build: u64, place: u64) -> f64 {
    let mixed = (build.wrapping_mul(31) + place).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 32)) as f64 / u64::MAX as f64
}

fn features(build: u64) -> Vec<f64> {
    (0..FEATURES as u64).map(|place| (chance(build, place) * 400.0).floor() / 4.0).collect()
}

fn row(build: u64) -> Row {
    let features = features(build);
    let measure = |place: usize| {
        Some(20.0 + features[place] * features[place + 5] / 9.0 + features[place + 10] + chance(build, 77) * 9.0)
    };
    Row {
        at: build as i64,
        service: format!("s{}", build / 2),
        runtime: ["go", "python", "node"][(build % 3) as usize].into(),
        base: format!("b{}", build % 5),
        family: format!("b{}", build % 5),
        prior: vec![100.0; DIMENSIONS],
        ruled_out: false,
        outcome: if features[0] > 90.0 {
            Outcome::Failed
        } else {
            Outcome::Measured((0..DIMENSIONS).map(measure).collect())
        },
        source: Source::Built,
        features,
    }
}

fn candidate(number: u64) -> Candidate {
    Candidate {
        base: format!("b{number}"),
        family: format!("b{}", number % 5),
        runtime: "go".into(),
        features: features(number + 1_000_000),
        prior: vec![100.0; DIMENSIONS],
        ruled_out: None,
        is_musl: false,
        is_registered: true,
    }
}
