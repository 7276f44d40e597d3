//! What the fleet and its change requests say of the bases that files name.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mvi_dockerfile::{ExceptedBase, LintSettings, SealedBase};
use mvi_fleet::{FleetError, RegisterLine, Store};
use mvi_standard::crq::{Calendar, Crq, at};

/// Adds the bases that the fleet registered, and those that were sealed again. A fleet that registered nothing is no
/// register: nothing is missing from it.
///
/// # Errors
/// Those of the fleet's store.
pub(crate) fn add_register(store: &Store, settings: &mut LintSettings) -> Result<(), FleetError> {
    let lines: Vec<RegisterLine> = store.register_lines()?.into_iter().filter(|line| !line.is_retired).collect();
    if lines.is_empty() {
        return Ok(());
    }
    settings.sealed_bases.extend(lines.iter().filter_map(sealed_again));
    settings.registered_bases = Some(lines.into_iter().map(|line| line.facts.reference).collect());
    Ok(())
}

/// A sealed organism with more than one ring on a platform.
fn sealed_again(line: &RegisterLine) -> Option<SealedBase> {
    let mut newest: BTreeMap<&str, String> = BTreeMap::new();
    for (platform, digest) in &line.rings {
        newest.insert(platform, digest.to_string());
    }
    let older = line.rings.iter().filter_map(|(platform, digest)| {
        let (digest, today) = (digest.to_string(), newest.get(platform.as_str())?);
        (digest != *today).then(|| (digest, today.clone()))
    });
    let newer: BTreeMap<String, String> = older.collect();
    let is_sealed = !line.roms.is_empty() && !newer.is_empty();
    is_sealed.then(|| SealedBase { reference: line.facts.reference.clone(), newer })
}

/// Adds the bases that change requests in force except.
pub(crate) fn add_exceptions(crqs: &[Crq], calendar: &Calendar, now: Timestamp, settings: &mut LintSettings) {
    let in_force = crqs.iter().filter(|crq| at(crq, calendar, now).state.is_in_force());
    let excepted = in_force.filter_map(|crq| {
        let base = crq.request.base.clone()?;
        Some(ExceptedBase { base, crq: crq.id.to_string() })
    });
    settings.excepted_bases.extend(excepted);
}
