//! Registration: GID, event and sealed template in one transaction, whole or not at all.

use crate::error::{Fault, FleetError, Result};
use crate::event::Stamp;
use crate::fact::{Fact, OrganismFacts, Retirement, RomFacts};
use crate::project::organisms::known;
use crate::store::{Appended, Store};
use mvi_standard::Verdict;
use rusqlite::Connection;

/// What a registration needs: rule SOV-2 of the standard asks for all three.
#[derive(Debug, Clone, PartialEq)]
pub struct Registration {
    /// The organism: its GID row.
    pub organism: OrganismFacts,
    /// Its sealed template: its ROM entry.
    pub rom: RomFacts,
    /// Ids of the standard's dimensions, all of which must be measured unless the organism is provisional.
    pub dimensions: Vec<String>,
}

/// A registration that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Registered {
    /// The organism's event.
    pub organism: Appended,
    /// The template's event.
    pub rom: Appended,
}

impl Store {
    /// Registers an organism: GID, event and template, all of it or nothing. The same registration again changes
    /// nothing. What was registered provisionally is registered anew, as long as it lives and its reference is the same.
    ///
    /// # Errors
    /// [`FleetError::Refused`] where something is missing or the GID or the template's name is taken;
    /// [`FleetError::Conflict`] where the GID was registered otherwise.
    pub fn register(&mut self, stamp: &mut Stamp, registration: &Registration) -> Result<Registered, FleetError> {
        let Registration { organism, rom, .. } = registration;
        let name = format!("seal:{}", rom.name);
        self.write(|writer| {
            complete(registration)?;
            let gid = order_key(writer.target.db, organism, rom)?;
            let organism = writer.append(stamp, &Fact::Organism(organism.clone()), Some(&gid))?;
            let rom = writer.append(stamp, &Fact::Rom(rom.clone()), Some(&name))?;
            Ok(Registered { organism, rom })
        })
    }

    /// Ends an organism. Its GID stays taken, its images count no more.
    ///
    /// # Errors
    /// [`FleetError::Refused`] where there is none, or it is retired already.
    pub fn retire(&mut self, stamp: &mut Stamp, gid: &str, reason: &str) -> Result<Appended, FleetError> {
        let retirement = Retirement { gid: gid.to_owned(), reason: reason.to_owned() };
        self.append(stamp, &Fact::Retired(retirement), None)
    }
}

/// The key of a registration: by its GID, and where it was or is registered anew, by the template that came with it.
fn order_key(db: &Connection, organism: &OrganismFacts, rom: &RomFacts) -> Result<String> {
    let (first, later) = (format!("register:{}", organism.gid), format!("register:{}:{}", organism.gid, rom.name));
    let again = db.prepare_cached("SELECT 1 FROM event WHERE key = ?")?.exists([&later])?;
    let anew = known(db, &organism.gid)?
        .is_some_and(|(before, retired)| retired.is_none() && before.provisional && before != *organism);
    Ok(if again || anew { later } else { first })
}

fn complete(registration: &Registration) -> Result<()> {
    let Registration { organism, rom, dimensions } = registration;
    crate::gid::check(&organism.gid)?;
    let refused = |reason: String| Err(Fault::refused(&organism.gid, reason));
    if organism.digests.is_empty() {
        return refused("has no digest; give one for each platform".into());
    }
    let words = [
        ("school", &organism.school),
        ("owner", &organism.owner),
        ("VSM role", &organism.vsm),
        ("SOSTLE level", &organism.sostle.min),
        ("SOSTLE level", &organism.sostle.max),
    ];
    if let Some((what, _)) = words.iter().find(|(_, word)| word.trim().is_empty()) {
        return refused(format!("has no {what}"));
    }
    let missing: Vec<&str> =
        dimensions.iter().map(String::as_str).filter(|id| !organism.dimensions.contains_key(*id)).collect();
    if !missing.is_empty() && !organism.provisional {
        return refused(format!("{} not measured; measure, or register provisionally", missing.join(", ")));
    }
    if organism.provisional && organism.status != Verdict::Review {
        return refused(format!("is provisional, so its status is REVIEW, not {}", organism.status));
    }
    match &rom.gid {
        Some(gid) if *gid == organism.gid => Ok(()),
        Some(gid) => refused(format!("template {} is sealed for {gid}", rom.name)),
        None => refused(format!("template {} names no GID", rom.name)),
    }
}
