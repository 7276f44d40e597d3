//! Everything about one organism or image, on one card.

use mvi_fleet::{FleetError, ListFilter};
use mvi_standard::Standard;
use mvi_standard::organism::Reproduction;
use mvi_standard::pressure::{Measurements, Pressure, pressure_in_class, pressure_of_band};
use mvi_standard::reference::Reference;

use super::dossier::Dossier;
use super::findings::{about_image, about_organism};
use super::registered::Register;
use super::row::row;
use super::units::current;
use super::{FleetFailure, Memory};
use crate::report::fleet::{CardReport, ImageCard, OrganismCard};

/// The card of what `name` means: a GID, a reference or a digest.
///
/// # Errors
/// [`FleetFailure::Store`], with a name that means nothing.
pub(crate) fn card(memory: &mut Memory<'_>, name: &str) -> Result<CardReport, FleetFailure> {
    let register = Register::of(memory.law.standard, &memory.store)?;
    let organism = organism(memory, &register, name)?;
    let image = match image(memory, &register, name) {
        // An organism may be registered before anything of it was built.
        Err(FleetFailure::Store(FleetError::Unknown { .. })) if organism.is_some() => None,
        other => Some(other?),
    };
    Ok(CardReport { schema: "mvi-fleet-card/1", organism, image })
}

fn organism(memory: &Memory<'_>, register: &Register, name: &str) -> Result<Option<OrganismCard>, FleetFailure> {
    let organism = match memory.store.organism(name) {
        Err(FleetError::Unknown { .. }) => return Ok(None),
        other => other?,
    };
    let standard = memory.law.standard;
    // Nobody knows who stands on an image that was never read.
    let services = organism.rings.iter().any(|ring| ring.size_mb.is_some()).then_some(organism.services);
    let reproduction =
        services.map(|services| Reproduction::of(standard, usize::try_from(services).unwrap_or(usize::MAX)));
    // The register has no line of what was retired.
    let line = register.lines().iter().find(|line| line.facts.gid == organism.facts.gid);
    let findings = line.map(|line| about_organism(standard, line, memory.law.now)).unwrap_or_default();
    let measured = organism.rings.iter().any(|ring| ring.pressure.is_some());
    let expected = if measured { None } else { expected_pressure(standard, &organism.facts.reference) };
    Ok(Some(OrganismCard { organism, services, reproduction, expected_pressure: expected, findings }))
}

/// The pressure of a registered base that nobody measured: that of the middle of its first class's band.
fn expected_pressure(standard: &Standard, reference: &str) -> Option<Pressure> {
    let reference = Reference::normalise(reference, &standard.mirrors).ok()?;
    let rom = mvi_standard::base::registered(standard, &reference)?;
    let row = standard.rows.iter().find(|row| rom.row_ids.contains(&row.id))?;
    pressure_of_band(standard, row)
}

fn image(memory: &mut Memory<'_>, register: &Register, name: &str) -> Result<ImageCard, FleetFailure> {
    let facts = memory.store.facts(name)?;
    let judged = memory.judged(&facts)?;
    let digest = facts.digest.to_string();
    let standard = memory.law.standard;
    let rows =
        memory.store.list(&ListFilter { repository: Some(facts.repository.clone()), ..ListFilter::default() })?;
    let findings = about_image(memory, register, (&facts, &judged), &rows.iter().collect::<Vec<_>>())?;
    let (now, before) = current(rows);
    let superseded = before.iter().any(|row| row.image.digest == facts.digest);
    let line = now.iter().chain(&before).find(|row| row.image.digest == facts.digest).map(row);
    let line = line.ok_or_else(|| FleetError::Unknown { kind: "image", name: name.to_owned() })?;
    let (lineage, split) = (memory.store.lineage(&digest)?, memory.store.split(&digest)?);
    let class = judged.judgement.class.as_ref().and_then(|class| standard.rows.iter().find(|row| row.id == class.row));
    let in_class = class.and_then(|row| pressure_in_class(standard, &judged.measured, row, &Measurements::default()));
    let unneeded_mb = Dossier::of(&facts)?.unneeded_mb;
    Ok(ImageCard {
        row: line,
        superseded,
        repository: facts.repository,
        created: facts.created.map(|created| created.to_string()),
        unneeded_mb,
        floor_estimate_mb: judged.evidence.floor_estimate_mb,
        sizes: facts.sizes,
        dimensions: judged.dimensions(),
        class: judged.judgement.class.as_ref().map(|class| class.row.clone()),
        base: judged.evidence.base.reference.clone(),
        base_source: judged.evidence.base.source,
        reason: judged.judgement.rule.reason.clone(),
        pressure: judged.pressure,
        pressure_in_class: in_class,
        placement: judged.placement,
        coverage: judged.coverage,
        findings,
        next_steps: judged.judgement.next_steps.iter().map(|step| step.text.clone()).collect(),
        lineage,
        split,
    })
}
