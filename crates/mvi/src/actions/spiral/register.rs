//! The last step: the winner becomes an organism in one transaction of three writes, or the next ring of the one that its
//! name has already.

use anyhow::Context as _;
use mvi_fleet::{Fact, RegisterLine, RomFacts, Scope};
use mvi_seal::RomName;
use mvi_standard::organism::level_range;

use super::Desk;
use super::entry::{Entry, Registered};
use crate::actions::fleet::Memory;
use crate::actions::fleet::record::record_facts;
use crate::actions::fleet::recorded::{Naming, image_facts};
use crate::actions::fleet::register::{Wish, register};
use crate::actions::known::{known_organisms, of_base};
use crate::actions::rom::facts;
use crate::report::spiral::Stop;

impl Desk<'_, '_> {
    /// REGISTERED.
    pub(super) fn register(&mut self) -> anyhow::Result<Vec<Stop>> {
        if self.known.registered.is_some() {
            return Ok(Vec::new());
        }
        let winner = self.known.winner().context("the journal names no winner")?.to_owned();
        let (rom, begun) = (self.rom()?, self.begun()?);
        let (owner, sostle) = self.who_and_where(&winner)?;
        let number = self.known.candidate(&winner).map_or(0, |candidate| candidate.number).to_string();
        let (examined, location) = (self.read_image(&number)?, self.location(&number)?);
        let naming = Naming { name: Some(begun.name.clone()), statement: self.statement(&winner), gid: None };
        let card = &self.wish.card;
        let memory = self.memory.as_deref_mut().context("this step needs a fleet: --store")?;
        let facts = image_facts(memory.law.standard, &examined, &location, &naming)?;
        let (digest, reference) = (facts.digest.to_string(), facts.reference.clone());
        record_facts(memory, &location, facts)?;
        // From now on it counts.
        let mut image = memory.store.facts(&digest)?;
        let line = line_of(memory, &reference)?;
        image.scope = Scope::Audited;
        image.organism = line.as_ref().map(|line| line.facts.gid.clone()).or(image.organism);
        memory.tell(&[image])?;
        let (gid, is_ring) = match line {
            Some(line) if !is_same(&line, &rom) => {
                let gid = line.facts.gid;
                let told = Fact::Rom(RomFacts { gid: Some(gid.clone()), ..rom.clone() });
                memory.append(&told, Some(&format!("seal:{}", rom.name)))?;
                (gid, true)
            }
            Some(line) => (line.facts.gid, line.rings.len() > 1),
            None => {
                let (school, vsm) = (card.school.clone(), card.vsm.clone());
                let (name, gid, provisional) = (digest.clone(), None, false);
                let wish = Wish { name, gid, rom, owner, school, vsm, sostle, provisional };
                (register(memory, wish)?.gid, false)
            }
        };
        self.write(Entry::Registered(Registered { gid, reference, digest, is_ring }))?;
        Ok(Vec::new())
    }

    /// The sealed record as the fleet takes it.
    fn rom(&self) -> anyhow::Result<RomFacts> {
        let sealed = self.known.sealed.as_ref().context("the journal names no seal")?;
        let name: RomName = sealed.name.parse()?;
        let (folder, trusted) = self.tools.roms;
        facts(&folder.read(&name)?, &folder.verify(&name, trusted)?)
    }

    /// Who answers for the winner and where it may run: as stated, else as its base's entry in the register says.
    fn who_and_where(&self, base: &str) -> anyhow::Result<(String, (u8, u8))> {
        let card = &self.wish.card;
        let memory = self.memory.as_deref().context("this step needs a fleet: --store")?;
        let known = known_organisms(self.tools.standard, Some(&memory.store))?;
        let of_base = of_base(self.tools.standard, &known, base).next().map(|known| known.owner.clone());
        let owner = card.owner.clone().or(of_base).context("who answers for it? name the owner: --owner")?;
        let sostle = card.sostle.or_else(|| level_range(self.tools.standard, base));
        Ok((owner, sostle.context("at which level does it run? name it: --sostle L0-L1")?))
    }
}

/// The organism that a reference has, and that was not retired.
fn line_of(memory: &Memory<'_>, reference: &str) -> anyhow::Result<Option<RegisterLine>> {
    let lines = memory.store.register_lines()?.into_iter();
    Ok(lines.into_iter().find(|line| !line.is_retired && line.facts.reference == reference))
}

/// True where the record is the organism's already: a run was ended right after registration.
fn is_same(line: &RegisterLine, rom: &RomFacts) -> bool {
    line.roms.contains(&rom.name)
}
