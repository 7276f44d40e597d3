//! A world of services whose builds follow a rule, with noise from a seed: what a model should find out is known.

use mvi_forecast::{
    Candidate, Dimension, Feature, FeatureKind, Forust, History, Model, Outcome, Row, Schema, Settings, Source, Trainer,
};

/// Bases by name, family, megabytes, and whether their C library is musl.
pub(crate) const BASES: &[(&str, &str, f64, bool)] =
    &[("alpine:1", "alpine", 4.0, true), ("debian:1", "debian", 30.0, false)];

pub(crate) fn schema() -> Schema {
    let number = |name: &str| Feature { name: name.into(), what: FeatureKind::Number };
    let flag = |name: &str| Feature { name: name.into(), what: FeatureKind::Flag };
    let dimension = |id: &str, shift| Dimension { id: id.into(), shift };
    Schema::new(
        vec![number("dependencies"), flag("native"), number("base_mb")],
        vec![dimension("size_mb", 0.0), dimension("cve_count", 1.0)],
    )
    .unwrap()
}

/// The weighted mean of logarithms above floors of 2 and 1, over what is there.
pub(crate) fn pressure(values: &[Option<f64>]) -> Option<f64> {
    let logs = [values[0].map(|mb| (mb / 2.0).ln().max(0.0)), values[1].map(|count| (count + 1.0).ln())];
    let known: Vec<f64> = logs.iter().flatten().copied().collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}

/// A number from 0 to 1, always the same for the same words.
pub(crate) fn chance(seed: u64, number: u64) -> f64 {
    let mut mixed = (seed << 32 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 32)) as f64 / u64::MAX as f64
}

/// Build `number`: every service is built on both bases; native ones fail on musl, and weigh three times the prior.
pub(crate) fn row(number: u64, seed: u64) -> Row {
    let service = number / 2;
    let (base, family, mb, is_musl) = BASES[(number % 2) as usize];
    let dependencies = (chance(seed, service) * 40.0).floor();
    let native = chance(seed + 1, service) < 0.3;
    let payload = 5.0 + dependencies * if native { 3.0 } else { 1.0 };
    let noise = |kind: u64| 1.0 + 0.1 * (chance(seed + kind, number) - 0.5);
    let measured = vec![Some((mb + payload) * noise(2)), Some((mb * 0.5 + dependencies * 0.2) * noise(3))];
    Row {
        at: number as i64 / 2,
        service: format!("s{service}"),
        runtime: "go".into(),
        base: base.into(),
        family: family.into(),
        features: vec![dependencies, f64::from(u8::from(native)), mb],
        prior: vec![mb + 20.0, mb * 0.5 + 3.0],
        ruled_out: false,
        outcome: if native && is_musl { Outcome::Failed } else { Outcome::Measured(measured) },
        source: Source::Built,
    }
}

pub(crate) fn history(count: u64) -> History {
    History::new(&schema(), (0..count).map(|number| row(number, 1)).collect()).unwrap()
}

pub(crate) fn train(history: &History, threads: usize) -> Model {
    let (schema, settings) = (schema(), Settings::default());
    let trainer = Trainer { schema: &schema, settings: &settings, pressure: &pressure, booster: &Forust, threads };
    trainer.train(history).unwrap()
}

/// A service on each base.
pub(crate) fn candidates(dependencies: f64, native: bool) -> Vec<Candidate> {
    let candidate = |(base, family, mb, is_musl): &(&str, &str, f64, bool)| Candidate {
        base: (*base).into(),
        family: (*family).into(),
        runtime: "go".into(),
        features: vec![dependencies, f64::from(u8::from(native)), *mb],
        prior: vec![mb + 20.0, mb * 0.5 + 3.0],
        ruled_out: None,
        is_musl: *is_musl,
        is_registered: *is_musl,
    };
    BASES.iter().map(candidate).collect()
}
