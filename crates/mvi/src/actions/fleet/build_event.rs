//! One build becomes a ring of the fleet and is held against the ring before: dimensions, pressure, the school's gates,
//! what changed and why, and what that costs.

mod cost;
mod probe;
mod school;

use mvi_fleet::{BuildFacts, Fact, FleetError, ImageFacts, ListFilter, Shift};
use mvi_image::Location;
use mvi_standard::Standard;
use mvi_standard::organism::Build;
use serde_json::Value;

use super::super::diff::{DiffOptions, diff};
use super::super::examine::Examined;
use super::super::vulns::{VulnsOptions, all_severities, vulns};
use super::record::{Read, tell};
use super::recorded::{Naming, image_facts};
use super::{FleetFailure, Judged, Memory};
use crate::report::TOOL;
use crate::report::build_event::{BuildEventReport, Dimension, InstructionChange, Ring, Values};

pub(crate) use probe::Probed;

/// What an event goes by.
pub(crate) struct EventPlan<'a> {
    /// What the image is called, and what is stated about it.
    pub naming: &'a Naming,
    /// What advisories say is asked here.
    pub advisories: Option<&'a VulnsOptions<'a>>,
    /// What running it showed.
    pub probe: Option<&'a Value>,
    /// The builder's record.
    pub build: Option<&'a Value>,
    /// The key of that record: saying it twice is saying it once.
    pub key: Option<&'a str>,
    /// The school, where it is stated.
    pub school: Option<&'a str>,
    /// The image before, where it is at hand.
    pub before: Option<&'a Examined>,
    /// Nodes that pull.
    pub nodes: u32,
    /// Services that run it; those the fleet knows where it is not stated.
    pub services: Option<u64>,
}

/// A ring with what the law says of it.
struct Known {
    facts: ImageFacts,
    judged: Judged,
}

/// Records a build and holds it against the one before.
///
/// # Errors
/// [`FleetFailure`]: images that cannot be recorded, a probe of another image, a school nobody knows.
pub(crate) fn build_event(
    memory: &mut Memory<'_>,
    (examined, location): (&Examined, &Location),
    plan: &EventPlan<'_>,
) -> Result<BuildEventReport, FleetFailure> {
    let mut facts = image_facts(memory.law.standard, examined, location, plan.naming)?;
    let probed = plan.probe.map(|probe| Probed::read(probe, examined)).transpose()?.unwrap_or_default();
    facts.dimensions.extend(probed.values.clone());
    let cve_unknown = count(examined, plan, &mut facts)?;
    let before = ring_before(memory, &facts)?;
    let digest = facts.digest.clone();
    let record = plan.build.map(|record| Fact::Build(BuildFacts { digest: digest.clone(), record: record.clone() }));
    let read = Read::New { facts: Box::new(facts), cve_unknown: cve_unknown.clone() };
    let image = tell(memory, location, read)?;
    let image = image.ok_or_else(|| FleetFailure::Usage("the build was not recorded".to_owned()))?;
    if let Some(record) = record {
        memory.append(&record, plan.key)?;
    }
    let now = known(memory, &digest.to_string())?;
    let before = before.map(|digest| known(memory, &digest)).transpose()?;
    let rings = before.as_ref().map(|before| (before.facts.digest.to_string(), digest.to_string()));
    let change = rings.map(|(from, to)| memory.store.change(&from, &to)).transpose()?;
    let standard = memory.law.standard;
    let school = school::of(memory, plan.school, &now)?;
    let builds = (
        before.as_ref().map(|before| Build { measured: &before.judged.measured, repetitions: None }),
        Build { measured: &now.judged.measured, repetitions: probed.repetitions },
    );
    let (gates, findings) = school.as_ref().map(|(school, _)| school::gates(school, builds)).unwrap_or_default();
    let diff_options = DiffOptions { locked: None, advisories: plan.advisories };
    let diff = plan.before.map(|before| diff(before, examined, &diff_options));
    let diff = diff.transpose().map_err(|error| FleetFailure::Usage(error.to_string()))?;
    Ok(BuildEventReport {
        schema: "mvi-build-event/1",
        tool: TOOL,
        dimensions: dimensions(standard, before.as_ref(), &now, &probed),
        pressure_before: before.as_ref().and_then(|before| before.judged.pressure.clone()),
        verdict: now.judged.effective.effective,
        school: school.map(|(school, source)| school::note(school, source)),
        gates,
        findings,
        instructions: before.as_ref().map(|before| instructions(&before.facts, &now.facts)).unwrap_or_default(),
        cost: cost::of(memory, plan, before.as_ref().map(|before| &before.facts), &now.facts)?,
        notes: probed.notes.into_iter().chain(cve_unknown).collect(),
        before: before.map(|Known { facts, .. }| Ring { reference: facts.reference, digest: facts.digest.to_string() }),
        pressure: now.judged.pressure,
        image,
        change,
        diff,
    })
}

/// Counts advisories; gives why they could not be, where that is so.
fn count(examined: &Examined, plan: &EventPlan<'_>, facts: &mut ImageFacts) -> Result<Option<String>, FleetFailure> {
    let Some(asked) = plan.advisories else { return Ok(None) };
    let report = vulns(examined, asked).map_err(|error| FleetFailure::Usage(error.to_string()))?;
    match all_severities(&report) {
        Ok(count) => {
            facts.dimensions.insert("cve_count".to_owned(), f64::from(count));
            Ok(None)
        }
        Err(why) => Ok(Some(format!("advisories are not counted: {why}"))),
    }
}

/// The newest other image of the organism, or of the name where it belongs to none, on the same platform.
fn ring_before(memory: &Memory<'_>, facts: &ImageFacts) -> Result<Option<String>, FleetFailure> {
    if let Some(gid) = &facts.organism {
        let rings = match memory.store.organism(gid) {
            Err(FleetError::Unknown { .. }) => {
                return Err(FleetFailure::Usage(format!("there is no organism {gid}; mvi fleet register makes one")));
            }
            other => other?.rings,
        };
        let of_platform = rings.iter().filter(|ring| ring.platform == facts.platform && ring.digest != facts.digest);
        return Ok(of_platform.max_by_key(|ring| ring.n).map(|ring| ring.digest.to_string()));
    }
    let filter = ListFilter { repository: Some(facts.repository.clone()), ..ListFilter::default() };
    let rows = memory.store.list(&filter)?;
    // What was only declared has no layers, and was never built.
    let others =
        rows.iter().filter(|row| row.platform == facts.platform && row.image.digest != facts.digest && row.layers > 0);
    Ok(others.max_by_key(|row| row.seq).map(|row| row.image.digest.to_string()))
}

fn known(memory: &mut Memory<'_>, digest: &str) -> Result<Known, FleetFailure> {
    let facts = memory.store.facts(digest)?;
    let judged = memory.judged(&facts)?;
    Ok(Known { facts, judged })
}

/// Every dimension of the standard: a value that was measured, or why there is none.
fn dimensions(standard: &Standard, before: Option<&Known>, now: &Known, probed: &Probed) -> Vec<Dimension> {
    let one = |dimension: &mvi_standard::standard::Dimension| {
        let id = dimension.id.as_str();
        let from = before.and_then(|before| before.judged.measured.get(id));
        let to = now.judged.measured.get(id);
        let source = match (id, to) {
            ("size_mb" | "layer_count", Some(_)) => "the image",
            ("cve_count", Some(_)) => "advisories",
            (id, Some(_)) if probed.values.contains_key(id) => "the probe",
            (_, Some(_)) => "what was told of this image before",
            ("cve_count", None) => "missing: name an index of advisories with --db",
            ("startup_ms" | "mem_mb", None) => "missing: name what a probe showed with --probe",
            (_, None) => "missing: nothing measures it",
        };
        Dimension { id: id.to_owned(), unit: dimension.unit.clone(), values: Shift { from, to }, source }
    };
    standard.dimensions.iter().map(one).collect()
}

/// Instructions of layers that only one of the two has.
fn instructions(before: &ImageFacts, now: &ImageFacts) -> Vec<InstructionChange> {
    let only = |change: &'static str, here: &ImageFacts, there: &ImageFacts| {
        let is_new = |diff_id| !there.layers.iter().any(|layer| layer.diff_id == diff_id);
        let layers = here.layers.iter().enumerate().filter(|(_, layer)| is_new(layer.diff_id.clone()));
        let told = layers.map(|(place, layer)| InstructionChange {
            change,
            layer: place,
            instruction: layer.instruction.clone(),
            transfer: layer.transfer,
        });
        told.collect::<Vec<_>>()
    };
    [only("went", before, now), only("came", now, before)].concat()
}

/// What was read of a probe, and what to know about it.
impl Probed {
    fn set(values: &mut Values, id: &str, value: Option<f64>) {
        values.extend(value.filter(|value| value.is_finite() && *value >= 0.0).map(|value| (id.to_owned(), value)));
    }
}
