//! Registered organisms, whoever registered them: the standard's own list, and the fleet.

use mvi_fleet::{FleetError, Store};
use mvi_standard::base::is_same_base;
use mvi_standard::{Standard, Verdict};

/// A registered organism that was not retired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    /// Its GID.
    pub gid: String,
    /// Its reference.
    pub reference: String,
    /// Who answers for it.
    pub owner: String,
    /// Its status.
    pub status: Verdict,
}

/// All of them: the standard's first, then the fleet's by GID; what the fleet retired is left out of both.
///
/// # Errors
/// Those of the fleet's store.
pub(crate) fn known_organisms(standard: &Standard, fleet: Option<&Store>) -> Result<Vec<Known>, FleetError> {
    let listed = standard.gids.iter().map(|gid| Known {
        gid: gid.id.clone(),
        reference: gid.image.clone(),
        owner: gid.owner.clone(),
        status: gid.status,
    });
    let mut known: Vec<Known> = listed.collect();
    let Some(fleet) = fleet else { return Ok(known) };
    for line in fleet.register_lines()? {
        let facts = line.facts;
        known.retain(|known| known.gid != facts.gid);
        if !line.is_retired {
            known.push(Known { gid: facts.gid, reference: facts.reference, owner: facts.owner, status: facts.status });
        }
    }
    Ok(known)
}

/// Those that are this base.
pub(crate) fn of_base<'k>(
    standard: &'k Standard,
    known: &'k [Known],
    base: &'k str,
) -> impl Iterator<Item = &'k Known> {
    known.iter().filter(move |known| is_same_base(standard, &known.reference, base))
}
