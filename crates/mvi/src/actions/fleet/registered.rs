//! The register at hand: which organism an image is a ring of, and which one its base is.

use std::collections::HashMap;

use jiff::Timestamp;
use mvi_fleet::{RegisterLine, Store};
use mvi_image::Digest;
use mvi_standard::Standard;
use mvi_standard::base::{BaseStanding, is_same_base};
use mvi_standard::reference::Reference;
use mvi_standard::sovereignty::{Record, Registered};

use super::FleetFailure;
use super::lineage::UNKNOWN;

/// Every living organism, to be looked up by image and by reference.
pub(super) struct Register {
    lines: Vec<RegisterLine>,
    by_digest: HashMap<Digest, usize>,
    by_reference: HashMap<Reference, usize>,
    /// When the fleet last heard anything new about vulnerabilities.
    pub advised_at: Option<Timestamp>,
}

impl Register {
    /// Reads the register.
    ///
    /// # Errors
    /// [`FleetFailure::Store`].
    pub(super) fn of(standard: &Standard, store: &Store) -> Result<Self, FleetFailure> {
        let lines: Vec<RegisterLine> = store.register_lines()?.into_iter().filter(|line| !line.is_retired).collect();
        let (mut by_digest, mut by_reference) = (HashMap::new(), HashMap::new());
        for (place, line) in lines.iter().enumerate() {
            by_digest.extend(line.rings.iter().map(|(_, digest)| (digest.clone(), place)));
            if let Ok(reference) = Reference::normalise(&line.facts.reference, &standard.mirrors) {
                by_reference.entry(reference).or_insert(place);
            }
        }
        Ok(Self { lines, by_digest, by_reference, advised_at: store.advised_at()? })
    }

    /// Every organism, by GID.
    pub(super) fn lines(&self) -> &[RegisterLine] {
        &self.lines
    }

    /// The organism that an image is a ring of.
    pub(super) fn of_image(&self, digest: &Digest) -> Option<&RegisterLine> {
        self.by_digest.get(digest).map(|place| &self.lines[*place])
    }

    /// The organism that a base is: by the registered base that covers it, else by its own reference.
    fn of_base(&self, standard: &Standard, base: &BaseStanding) -> Option<&RegisterLine> {
        let names: [Option<&str>; 2] = match base {
            BaseStanding::Registered { reference, rom, .. } => [Some(rom), Some(reference)],
            BaseStanding::Outside { reference } | BaseStanding::Banned { reference, .. } => [Some(reference), None],
            BaseStanding::Unresolved { reference, .. } => [Some(reference), None],
            BaseStanding::Unknown => [None, None],
        };
        names.into_iter().flatten().find_map(|name| {
            let exact = Reference::normalise(name, &standard.mirrors).ok()?;
            // A repository that is registered without a tag is registered with all of them.
            let any = Reference { tag: Some("latest".to_owned()), digest: None, ..exact.clone() };
            self.by_reference.get(&exact).or_else(|| self.by_reference.get(&any)).map(|place| &self.lines[*place])
        })
    }

    /// What the deployment rules ask about an image.
    pub(super) fn about(&self, standard: &Standard, image: (&Digest, u64), base: &BaseStanding) -> Registered {
        let (digest, pods) = image;
        Registered {
            runs: pods > 0,
            image: self.of_image(digest).map(record),
            base: self.of_base(standard, base).map(record).or_else(|| listed(standard, base)),
        }
    }
}

/// What the standard itself lists of a base that the fleet never registered: an id, and nobody's event or seal.
fn listed(standard: &Standard, base: &BaseStanding) -> Option<Record> {
    let BaseStanding::Registered { rom, .. } = base else { return None };
    let gid = standard.gids.iter().find(|gid| is_same_base(standard, &gid.image, rom))?;
    Some(Record { gid: Some(gid.id.clone()), school: Some(gid.school.clone()), ..Record::default() })
}

fn record(line: &RegisterLine) -> Record {
    let facts = &line.facts;
    let known = |word: &str| Some(word.to_owned()).filter(|word| !word.is_empty() && word != UNKNOWN);
    Record {
        gid: Some(facts.gid.clone()),
        event: Some(line.event.to_string()),
        rom: line.roms.first().cloned(),
        school: known(&facts.school),
        vsm: known(&facts.vsm),
        sostle: facts.sostle.max.trim_start_matches('L').parse().ok(),
    }
}
