//! The fleet's images as builds to learn from: those that somebody read, on a base that is known; and trials of its
//! decisions that failed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mvi_fleet::{ImageFacts, Store};
use mvi_forecast::{Outcome, Row, Schema, Source, Value};
use mvi_image::Digest;
use mvi_standard::Standard;
use mvi_standard::base::is_same_base;
use mvi_standard::decision::{self, Candidate, DecisionRecord};
use serde::Deserialize;

use super::features::{self, BaseFacts, class, hard_rule};
use super::prior::prior;
use super::service::ServiceFile;
use crate::actions::fleet::dossier::Dossier;

/// Builds of a fleet, and how many of its images say too little to be one.
pub(crate) struct FleetBuilds {
    /// The builds.
    pub(crate) rows: Vec<Row>,
    /// Images that were only declared, or lack their runtime, base, time or any measurement.
    pub(crate) unused: usize,
}

/// Takes the builds out of a fleet's memory, of images whose digest is wanted. What was declared and never read is
/// none.
///
/// # Errors
/// A store that is damaged, and features that cannot be.
pub(crate) fn builds_of(
    standard: &Standard,
    schema: &Schema,
    store: &Store,
    is_wanted: &dyn Fn(&Digest) -> bool,
) -> anyhow::Result<FleetBuilds> {
    let mut builds = FleetBuilds { rows: Vec::new(), unused: 0 };
    let mut failure = None;
    store.all_facts(|image| {
        if !is_wanted(&image.digest) {
            return true;
        }
        match row(standard, schema, &image) {
            Ok(Some(row)) => builds.rows.push(row),
            Ok(None) => builds.unused += 1,
            Err(error) => failure = Some(error.context(format!("image `{}` of the fleet", image.reference))),
        }
        failure.is_none()
    })?;
    if let Some(failure) = failure {
        return Err(failure);
    }
    for decision in store.decisions(None)? {
        // Decisions of other versions may say less of the service.
        let Ok(told) = serde_json::from_value::<Told>(decision.document) else { continue };
        builds.rows.extend(failed_trials(standard, schema, &told, decision.at)?);
    }
    Ok(builds)
}

/// What a decision tells of trials.
#[derive(Deserialize)]
struct Told {
    service: String,
    features: BTreeMap<String, toml::Value>,
    bases: Vec<BaseFacts>,
    record: DecisionRecord,
}

/// Trials that failed are builds as well: from them is learnt what cannot be.
fn failed_trials(standard: &Standard, schema: &Schema, told: &Told, at: Timestamp) -> anyhow::Result<Vec<Row>> {
    let failed = |candidate: &&Candidate| matches!(candidate.outcome, decision::Outcome::TrialFailed { .. });
    let mut rows = Vec::new();
    for candidate in told.record.candidates.iter().filter(failed) {
        let service = ServiceFile::of_features(&told.service, told.features.clone());
        let read = told.bases.iter().find(|base| is_same_base(standard, &base.reference, &candidate.base)).cloned();
        let bare = BaseFacts { reference: candidate.base.clone(), ..BaseFacts::default() };
        let base = read.unwrap_or(bare).completed(standard);
        let (Ok(runtime), Ok(values)) = (service.runtime(), service.values()) else { continue };
        let named = (told.service.clone(), runtime);
        rows.extend(build(standard, schema, named, (values, base), (at, Outcome::Failed))?);
    }
    Ok(rows)
}

fn row(standard: &Standard, schema: &Schema, image: &ImageFacts) -> anyhow::Result<Option<Row>> {
    let dossier = Dossier::of(image)?;
    let Some(evidence) = dossier.measured else { return Ok(None) };
    let ([runtime], Some(base), Some(created)) = (evidence.runtimes.as_slice(), evidence.base.reference, image.created)
    else {
        return Ok(None);
    };
    let base = BaseFacts { reference: base, ..BaseFacts::default() }.completed(standard);
    let values = [("runtime".to_owned(), Value::Text(runtime.clone()))].into();
    let measured = schema.dimensions.iter().map(|dimension| image.dimensions.get(&dimension.id).copied());
    let measured: Vec<Option<f64>> = measured.collect();
    if measured.iter().all(Option::is_none) {
        return Ok(None);
    }
    let service = image.organism.clone().unwrap_or_else(|| image.repository.clone());
    build(standard, schema, (service, runtime), (values, base), (created, Outcome::Measured(measured)))
}

/// A build of a service, named with its runtime, by its features and its base; nothing where too little is known of the
/// base to expect anything.
fn build(
    standard: &Standard,
    schema: &Schema,
    (service, runtime): (String, &str),
    (values, base): (BTreeMap<String, Value>, BaseFacts),
    (at, outcome): (Timestamp, Outcome),
) -> anyhow::Result<Option<Row>> {
    let values = features::values(values, &base)?;
    let Ok(prior) = prior(standard, &class(runtime, &values), &base) else { return Ok(None) };
    Ok(Some(Row {
        at: at.as_second(),
        service,
        runtime: runtime.to_owned(),
        family: base.family(standard),
        features: schema.encode(&values)?,
        prior,
        ruled_out: hard_rule(&values, &base).is_some(),
        base: base.reference,
        outcome,
        source: Source::Built,
    }))
}
