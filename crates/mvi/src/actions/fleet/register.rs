//! Registers organisms: id, event and sealed record in one step, whole or not at all; and ends them.

use std::collections::{BTreeMap, BTreeSet};

use mvi_fleet::{OrganismFacts, Registration, Role, RomFacts, SostleRange};
use mvi_standard::Verdict;
use mvi_standard::gid::{Gid, is_same_image, next_generation, propose};
use mvi_standard::organism::{default_role, default_school};
use mvi_standard::reference::Reference;

use super::{FleetFailure, Memory};
use crate::report::fleet::RegisterReport;

/// What the person who registers says.
pub(crate) struct Wish {
    /// The image: a reference or a digest.
    pub name: String,
    /// Its id; made of the reference where none is given.
    pub gid: Option<Gid>,
    /// Its sealed record.
    pub rom: RomFacts,
    /// Who answers for it.
    pub owner: String,
    /// Its rebuild profile.
    pub school: Option<String>,
    /// Its operating role.
    pub vsm: Option<String>,
    /// Exposure levels, lowest and highest.
    pub sostle: (u8, u8),
    /// Whether it may be registered before all is measured.
    pub provisional: bool,
}

/// Registers an organism.
///
/// # Errors
/// [`FleetFailure::Store`] with what is missing or taken, [`FleetFailure::Usage`] for words the standard does not have.
pub(crate) fn register(memory: &mut Memory<'_>, wish: Wish) -> Result<RegisterReport, FleetFailure> {
    let standard = memory.law.standard;
    let image = memory.store.facts(&wish.name)?;
    let judged = memory.judged(&image)?;
    let reference = Reference::normalise(&image.reference, &standard.mirrors)
        .map_err(|error| FleetFailure::Usage(error.to_string()))?;
    let gid = match wish.gid {
        Some(gid) => gid,
        None => proposed(memory, &reference)?,
    };
    let verdict = if wish.provisional { Verdict::Review } else { judged.effective.effective };
    let runtime = image.runtime.as_deref();
    let school = wish.school.or_else(|| default_school(standard, verdict, runtime).map(|school| school.id.clone()));
    let school = school.filter(|id| standard.schools.iter().any(|school| school.id == *id));
    let schools: Vec<&str> = standard.schools.iter().map(|school| school.id.as_str()).collect();
    let school = school.ok_or_else(|| {
        FleetFailure::Usage(format!("no school follows from the image; name one of {}: --school", schools.join(", ")))
    })?;
    let vsm = wish.vsm.or_else(|| default_role(standard, &image.reference, runtime).map(|role| role.id.clone()));
    let vsm = vsm.filter(|id| standard.vsm_roles.iter().any(|role| role.id == *id));
    let vsm = vsm.ok_or_else(|| FleetFailure::Usage("name the operating role, S1 to S5: --vsm".into()))?;
    let level = |level: u8| {
        let known = standard.sostle_levels.iter().any(|row| row.level == level);
        known.then(|| format!("L{level}")).ok_or_else(|| FleetFailure::Usage(format!("there is no level L{level}")))
    };
    let is_base = judged.evidence.role == mvi_standard::evidence::Role::Base;
    let registration = Registration {
        organism: OrganismFacts {
            gid: gid.to_string(),
            reference: image.reference.clone(),
            role: if is_base { Role::Base } else { Role::Service },
            digests: BTreeMap::from([(image.platform.clone(), image.digest.clone())]),
            status: verdict,
            provisional: wish.provisional,
            dimensions: judged.dimensions(),
            school,
            owner: wish.owner,
            vsm,
            sostle: SostleRange { min: level(wish.sostle.0)?, max: level(wish.sostle.1)? },
            segment: u8::try_from(judged.placement.segment).ok(),
            crq: judged.coverage.map(|coverage| coverage.crq.to_string()),
        },
        rom: RomFacts { gid: Some(gid.to_string()), ..wish.rom },
        dimensions: standard.dimensions.iter().map(|dimension| dimension.id.clone()).collect(),
    };
    let (store, stamp) = memory.stamped();
    let done = store.register(stamp, &registration)?;
    Ok(RegisterReport {
        schema: "mvi-fleet-register/1",
        gid: registration.organism.gid.clone(),
        reference: registration.organism.reference.clone(),
        digest: image.digest.to_string(),
        status: verdict,
        provisional: wish.provisional,
        school: registration.organism.school,
        vsm: registration.organism.vsm,
        rom: registration.rom.name,
        event: done.organism.seq,
        new: done.organism.new,
    })
}

/// The id of a reference: its own, where it has one and was only named so far; the next generation of an image that has
/// one under another version; else a new name.
fn proposed(memory: &Memory<'_>, reference: &Reference) -> Result<Gid, FleetFailure> {
    let standard = memory.law.standard;
    let lines = memory.store.register_lines()?;
    let listed = standard.gids.iter().map(|gid| (&gid.id, &gid.image));
    let told = lines.iter().map(|line| (&line.facts.gid, &line.facts.reference));
    let retired: BTreeSet<&String> = lines.iter().filter(|line| line.is_retired).map(|line| &line.facts.gid).collect();
    let mut given: BTreeSet<Gid> = BTreeSet::new();
    let mut kin: Option<Gid> = None;
    for (id, name) in listed.chain(told) {
        let Ok(gid) = id.parse::<Gid>() else { continue };
        if let Ok(other) = Reference::normalise(name, &standard.mirrors) {
            if other == *reference && !retired.contains(id) {
                return Ok(gid);
            }
            if kin.is_none() && is_same_image(&other, reference) {
                kin = Some(gid.clone());
            }
        }
        given.insert(gid);
    }
    match kin {
        Some(kin) => Ok(next_generation(kin.name(), &given)?),
        None => Ok(propose(reference, &given.iter().map(|gid| gid.name().to_owned()).collect())?),
    }
}
