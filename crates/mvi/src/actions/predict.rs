//! Which base is best for a service: what the standard and a history of builds say of every candidate.

mod features;
mod fleet;
mod history;
mod image;
mod prior;
mod service;

use std::collections::BTreeMap;

use anyhow::Context as _;
use mvi_forecast::{
    Baseline, Candidate, Decision, Forust, History, Model, Row, Schema, Settings, Trainer, Value, decide, evaluate,
};
use mvi_standard::Standard;
use mvi_standard::feasibility::{Feasibility, HardRule, ReasonFacts, feasibility};
use mvi_standard::pressure::{Measurements, pressure};

pub(crate) use features::{BaseFacts, schema};
pub(crate) use fleet::builds_of;
pub(crate) use history::read_history;
pub(crate) use image::service_of;
pub(crate) use service::{ServiceFile, read_service};

use crate::report::TOOL;
use crate::report::predict::{EvaluateReport, LeftOut, PredictReport, Unproven};
use features::{class, hard_rule};

/// The settings of a standard: Image Standard V13's numbers, and the least gain that the standard in use says.
pub(crate) fn settings(standard: &Standard) -> Settings {
    Settings { gain_min: standard.gbm.gain_min, ..Settings::default() }
}

/// What dimensions cost by a standard, in the order of its table.
pub(crate) fn cost(standard: &Standard) -> impl Fn(&[Option<f64>]) -> Option<f64> + Sync + '_ {
    move |values: &[Option<f64>]| {
        let mut measured = Measurements::default();
        for (dimension, value) in standard.dimensions.iter().zip(values) {
            value.iter().for_each(|value| measured.set(&dimension.id, *value));
        }
        Some(pressure(standard, &measured)?.value)
    }
}

/// Learns from a history.
///
/// # Errors
/// What training says.
pub(crate) fn train(standard: &Standard, schema: &Schema, history: &History, threads: usize) -> anyhow::Result<Model> {
    let (settings, cost) = (settings(standard), cost(standard));
    let trainer = Trainer { schema, settings: &settings, pressure: &cost, booster: &Forust, threads };
    Ok(trainer.train(history)?)
}

/// Ranks the standard's bases, and those that the service's file adds, for the service.
///
/// # Errors
/// Features that are no numbers or unknown, and facts about a base that cannot be.
pub(crate) fn predict(standard: &Standard, model: &Model, file: &ServiceFile) -> anyhow::Result<PredictReport> {
    let runtime = file.runtime()?;
    let facts = ReasonFacts { runtime: Some(runtime.to_owned()), ..file.reasons.clone() };
    let (mut candidates, mut unproven, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    for base in features::bases(standard, &file.candidate, file.base.as_deref()) {
        let values = features::values(file.values()?, &base)?;
        let prior = match prior::prior(standard, &class(runtime, &values), &base) {
            Ok(prior) => prior,
            Err(missing) => {
                left_out.push(LeftOut { base: base.reference, missing });
                continue;
            }
        };
        let hard = match judged(standard, (&base, &values), &facts) {
            Feasibility::Infeasible { proof, .. } => Some(proof),
            Feasibility::Feasible => None,
            Feasibility::Unknown { missing } => {
                unproven.push(Unproven { base: base.reference.clone(), missing });
                None
            }
        };
        let about = || format!("`{}` on `{}`", file.name, base.reference);
        candidates.push(Candidate {
            features: model.schema.encode(&values).with_context(about)?,
            family: base.family(standard),
            runtime: runtime.to_owned(),
            ruled_out: hard,
            is_musl: base.libc.as_deref() == Some("musl"),
            is_registered: base.is_registered(standard),
            base: base.reference,
            prior,
        });
    }
    let decision = decide(model, &candidates, file.base.as_deref(), &cost(standard))?;
    unproven.retain(|one: &Unproven| {
        decision.candidates.iter().any(|known| known.base == one.base && known.cost.is_some())
    });
    Ok(report(standard, model, file, (decision, unproven, left_out)))
}

/// Whether a service could stand on a base, by the standard's facts and by its own features.
///
/// # Errors
/// Features that are no numbers, and facts about a base that cannot be.
pub(crate) fn standing(standard: &Standard, file: &ServiceFile, base: &BaseFacts) -> anyhow::Result<Feasibility> {
    let facts = ReasonFacts { runtime: Some(file.runtime()?.to_owned()), ..file.reasons.clone() };
    let base = base.clone().completed(standard);
    let values = features::values(file.values()?, &base)?;
    Ok(judged(standard, (&base, &values), &facts))
}

fn judged(
    standard: &Standard,
    (base, values): (&BaseFacts, &BTreeMap<String, Value>),
    facts: &ReasonFacts,
) -> Feasibility {
    let told = feasibility(standard, &base.reference, facts);
    match (&told, hard_rule(values, base)) {
        (Feasibility::Feasible | Feasibility::Unknown { .. }, Some(proof)) => {
            let is_musl = base.libc.as_deref() == Some("musl");
            let rule = if is_musl { HardRule::GlibcWheel } else { HardRule::DynamicPayload };
            Feasibility::Infeasible { rule, proof }
        }
        (_, _) => told,
    }
}

fn report(
    standard: &Standard,
    model: &Model,
    file: &ServiceFile,
    (decision, unproven, left_out): (Decision, Vec<Unproven>, Vec<LeftOut>),
) -> PredictReport {
    PredictReport {
        schema: "mvi-predict/1",
        tool: TOOL,
        standard: standard.digest().to_owned(),
        feature_schema: model.schema.digest(),
        service: file.name.clone(),
        builds: model.trust.builds,
        simulated: model.trust.simulated,
        decision,
        unproven,
        left_out,
    }
}

/// What choices would have cost on the newest builds of a history.
///
/// # Errors
/// What training says.
pub(crate) fn evaluate_history(standard: &Standard, history: &[Row], threads: usize) -> anyhow::Result<EvaluateReport> {
    let (schema, settings, cost) = (schema(standard)?, settings(standard), cost(standard));
    let history = History::new(&schema, history.to_vec())?;
    let trainer = Trainer { schema: &schema, settings: &settings, pressure: &cost, booster: &Forust, threads };
    let alpine = |row: &Row| row.base.contains("alpine");
    let table =
        |row: &Row| standard.rows.iter().any(|line| line.runtime == row.runtime && line.base.contains(&row.base));
    let baselines =
        [Baseline { name: "always alpine", takes: &alpine }, Baseline { name: "the standard's table", takes: &table }];
    let evaluation = evaluate(&trainer, &history, &baselines)?;
    let doubts = evaluation.trust.general_doubts(&settings).iter().map(ToString::to_string).collect();
    Ok(EvaluateReport {
        schema: "mvi-predict-evaluate/1",
        tool: TOOL,
        standard: standard.digest().to_owned(),
        rows: history.rows().len(),
        doubts,
        evaluation,
    })
}
