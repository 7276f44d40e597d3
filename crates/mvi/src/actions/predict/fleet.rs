//! The fleet's images as builds to learn from: those that somebody read, on a base that is known.

use mvi_fleet::{ImageFacts, Store};
use mvi_forecast::{Outcome, Row, Schema, Source, Value};
use mvi_standard::Standard;

use super::features::{self, BaseFacts, class, hard_rule};
use super::prior::prior;
use crate::actions::fleet::dossier::Dossier;

/// Builds of a fleet, and how many of its images say too little to be one.
pub(crate) struct FleetBuilds {
    /// The builds.
    pub(crate) rows: Vec<Row>,
    /// Images that were only declared, or lack their runtime, base, time or any measurement.
    pub(crate) unused: usize,
}

/// Takes the builds out of a fleet's memory, of images whose reference is wanted. What was declared and never read is
/// none.
///
/// # Errors
/// A store that is damaged, and features that cannot be.
pub(crate) fn builds_of(
    standard: &Standard,
    schema: &Schema,
    store: &Store,
    is_wanted: &dyn Fn(&str) -> bool,
) -> anyhow::Result<FleetBuilds> {
    let mut builds = FleetBuilds { rows: Vec::new(), unused: 0 };
    let mut failure = None;
    store.all_facts(|image| {
        if !is_wanted(&image.reference) {
            return true;
        }
        match row(standard, schema, &image) {
            Ok(Some(row)) => builds.rows.push(row),
            Ok(None) => builds.unused += 1,
            Err(error) => failure = Some(error.context(format!("image `{}` of the fleet", image.reference))),
        }
        failure.is_none()
    })?;
    failure.map_or(Ok(builds), Err)
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
    let values = features::values(values, &base)?;
    let Ok(prior) = prior(standard, &class(runtime, &values), &base) else { return Ok(None) };
    let measured = schema.dimensions.iter().map(|dimension| image.dimensions.get(&dimension.id).copied());
    let measured: Vec<Option<f64>> = measured.collect();
    if measured.iter().all(Option::is_none) {
        return Ok(None);
    }
    Ok(Some(Row {
        at: created.as_second(),
        service: image.organism.clone().unwrap_or_else(|| image.repository.clone()),
        runtime: runtime.clone(),
        family: base.family(standard),
        features: schema.encode(&values)?,
        prior,
        ruled_out: hard_rule(&values, &base).is_some(),
        base: base.reference,
        outcome: Outcome::Measured(measured),
        source: Source::Built,
    }))
}
