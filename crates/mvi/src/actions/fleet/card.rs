//! Everything about one organism or image, on one card.

use mvi_fleet::{EventKind, FleetError, ListFilter, OrganismFacts, Retirement};
use mvi_standard::organism::{Reproduction, age_finding, school};

use super::row::row;
use super::units::current;
use super::{FleetFailure, Memory};
use crate::report::fleet::{CardReport, ImageCard, OrganismCard, Ring};

/// The card of what `name` means: a GID, a reference or a digest.
///
/// # Errors
/// [`FleetFailure::Store`], with a name that means nothing.
pub(crate) fn card(memory: &mut Memory<'_>, name: &str) -> Result<CardReport, FleetFailure> {
    let organism = organism(memory, name)?;
    let image = match image(memory, name) {
        // An organism may be registered before anything of it was built.
        Err(FleetFailure::Store(FleetError::Unknown { .. })) if organism.is_some() => None,
        other => Some(other?),
    };
    Ok(CardReport { schema: "mvi-fleet-card/1", organism, image })
}

fn organism(memory: &mut Memory<'_>, name: &str) -> Result<Option<OrganismCard>, FleetFailure> {
    let events = memory.store.events_of(name)?;
    let Some(registered) = events.iter().rev().find(|event| event.kind == EventKind::Register) else { return Ok(None) };
    let damaged = |error: serde_json::Error| FleetError::Damaged { seq: registered.seq, reason: error.to_string() };
    let facts: OrganismFacts = serde_json::from_str(&registered.payload).map_err(damaged)?;
    let retired = events.iter().find(|event| event.kind == EventKind::Retire);
    let retired =
        retired.map(|event| serde_json::from_str::<Retirement>(&event.payload)).transpose().map_err(damaged)?;
    let mut grown: Vec<_> =
        memory.store.list(&ListFilter::default())?.into_iter().filter(|row| row.gid.as_deref() == Some(name)).collect();
    grown.sort_by_key(|row| row.seq);
    let mut before = None;
    let rings: Vec<Ring> = grown
        .iter()
        .enumerate()
        .map(|(place, image)| {
            let size_mb = image.dimensions.get("size_mb").copied();
            let width_mb = size_mb.zip(before).map(|(now, before): (f64, f64)| now - before);
            before = size_mb.or(before);
            let pressure = image.judgement.as_ref().and_then(|judgement| judgement.pressure);
            let (reference, digest) = (image.image.reference.clone(), image.image.digest.to_string());
            Ring { n: place + 1, reference, digest, platform: image.platform.clone(), size_mb, width_mb, pressure }
        })
        .collect();
    let services = match memory.store.blast_radius(name) {
        Ok(reached) => Some(reached.services),
        Err(FleetError::Unknown { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let standard = memory.law.standard;
    let reproduction =
        services.map(|services| Reproduction::of(standard, usize::try_from(services).unwrap_or(usize::MAX)));
    let last = memory.store.events_of(name)?.iter().map(|event| event.at).max();
    let overdue = school(standard, &facts.school)
        .zip(last.filter(|_| !rings.is_empty()))
        .and_then(|(school, last)| age_finding(school, last, memory.law.now));
    Ok(Some(OrganismCard {
        gid: facts.gid,
        reference: facts.reference,
        role: facts.role,
        status: facts.status,
        provisional: facts.provisional,
        owner: facts.owner,
        school: facts.school,
        vsm: facts.vsm,
        sostle: facts.sostle,
        segment: facts.segment,
        crq: facts.crq,
        registered: registered.at.to_string(),
        retired: retired.map(|retirement| retirement.reason),
        services,
        reproduction,
        rings,
        findings: overdue.into_iter().collect(),
    }))
}

fn image(memory: &mut Memory<'_>, name: &str) -> Result<ImageCard, FleetFailure> {
    let facts = memory.store.facts(name)?;
    let judged = memory.judged(&facts)?;
    let digest = facts.digest.to_string();
    let rows =
        memory.store.list(&ListFilter { repository: Some(facts.repository.clone()), ..ListFilter::default() })?;
    let (now, before) = current(rows);
    let superseded = before.iter().any(|row| row.image.digest == facts.digest);
    let line = now.iter().chain(&before).find(|row| row.image.digest == facts.digest).map(row);
    let line = line.ok_or_else(|| FleetError::Unknown { kind: "image", name: name.to_owned() })?;
    let (lineage, split) = (memory.store.lineage(&digest)?, memory.store.split(&digest)?);
    Ok(ImageCard {
        row: line,
        superseded,
        repository: facts.repository,
        created: facts.created.map(|created| created.to_string()),
        sizes: facts.sizes,
        dimensions: judged.dimensions(),
        class: judged.judgement.class.as_ref().map(|class| class.row.clone()),
        base: judged.evidence.base.reference.clone(),
        base_source: judged.evidence.base.source,
        reason: judged.judgement.rule.reason.clone(),
        pressure: judged.pressure,
        placement: judged.placement,
        coverage: judged.coverage,
        findings: judged.findings,
        next_steps: judged.judgement.next_steps.iter().map(|step| step.text.clone()).collect(),
        lineage,
        split,
    })
}
