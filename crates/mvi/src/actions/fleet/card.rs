//! Everything about one organism or image, on one card.

use mvi_fleet::{FleetError, ListFilter, Organism};
use mvi_standard::Severity;
use mvi_standard::judge::Finding;
use mvi_standard::organism::{Reproduction, age_finding, school};

use super::growth::growth;
use super::row::row;
use super::units::current;
use super::{FleetFailure, Memory};
use crate::report::fleet::{CardReport, ImageCard, OrganismCard};

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
    let organism = match memory.store.organism(name) {
        Err(FleetError::Unknown { .. }) => return Ok(None),
        other => other?,
    };
    let standard = memory.law.standard;
    // Nobody knows who stands on an image that was never read.
    let services = organism.rings.iter().any(|ring| ring.size_mb.is_some()).then_some(organism.services);
    let reproduction =
        services.map(|services| Reproduction::of(standard, usize::try_from(services).unwrap_or(usize::MAX)));
    let last = organism.rings.iter().map(|ring| ring.at).max();
    let overdue = school(standard, &organism.facts.school)
        .zip(last.filter(|_| organism.retired.is_none()))
        .and_then(|(school, last)| age_finding(school, last, memory.law.now));
    let findings = overdue.into_iter().chain(half_registered(&organism)).collect();
    Ok(Some(OrganismCard { organism, services, reproduction, findings }))
}

/// SOV-2: a base is registered whole: with a sealed record, and with a digest.
fn half_registered(organism: &Organism) -> Option<Finding> {
    let missing: Vec<&str> = [("a digest", organism.rings.is_empty()), ("a sealed record", organism.roms.is_empty())]
        .into_iter()
        .filter_map(|(what, missing)| missing.then_some(what))
        .collect();
    (!missing.is_empty() && organism.retired.is_none()).then(|| Finding {
        code: "SOV-2",
        severity: Severity::Medium,
        text: format!("registered without {}; record its image and register it whole", missing.join(" and ")),
    })
}

fn image(memory: &mut Memory<'_>, name: &str) -> Result<ImageCard, FleetFailure> {
    let facts = memory.store.facts(name)?;
    let judged = memory.judged(&facts)?;
    let digest = facts.digest.to_string();
    let standard = memory.law.standard;
    let rows =
        memory.store.list(&ListFilter { repository: Some(facts.repository.clone()), ..ListFilter::default() })?;
    let grown = growth(standard, &memory.store, &facts, rows.iter())?;
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
        findings: judged.findings.into_iter().chain(grown).collect(),
        next_steps: judged.judgement.next_steps.iter().map(|step| step.text.clone()).collect(),
        lineage,
        split,
    })
}
