//! What the fleet and its change requests say of the bases that files name.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mvi_dockerfile::{ExceptedBase, LintSettings, SealedBase, SealedClass};
use mvi_fleet::{FleetError, RegisterLine, Role, Store};
use mvi_seal::RomContent;
use mvi_standard::crq::{Calendar, Crq, at};

/// Adds the bases that the fleet registered, and those that were sealed again. A fleet that registered no base is no
/// register of bases: nothing is missing from it, whatever services it knows.
///
/// # Errors
/// Those of the fleet's store.
pub(crate) fn add_register(store: &Store, settings: &mut LintSettings) -> Result<(), FleetError> {
    let lines: Vec<RegisterLine> = store.register_lines()?.into_iter().filter(|line| !line.is_retired).collect();
    if lines.is_empty() {
        return Ok(());
    }
    settings.sealed_bases.extend(lines.iter().filter_map(sealed_again));
    let bases: Vec<String> =
        lines.into_iter().filter(|line| line.facts.role == Role::Base).map(|line| line.facts.reference).collect();
    if !bases.is_empty() {
        settings.registered_bases = Some(bases);
    }
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

/// Adds what is sealed for each class, and the bases of sealed templates: the digest that an earlier seal of a line names gives way to that of the last, on
/// the same platform. `roms` are in the order they were sealed, each verified.
pub(crate) fn add_roms(roms: &[RomContent], settings: &mut LintSettings) {
    let mut lines: BTreeMap<&str, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for rom in roms.iter().filter(|rom| rom.template.is_some()) {
        let platforms = lines.entry(rom.base.as_str()).or_default();
        for base in &rom.base_digests {
            platforms.entry(base.platform.as_str()).or_default().push(base.digest.to_string());
        }
    }
    for rom in roms.iter().filter(|rom| rom.template.is_some()) {
        // The last that was sealed for a class is the one that counts.
        if let Some(row) = &rom.row {
            let sealed = SealedClass { rom: rom.name.to_string(), base: rom.base.clone() };
            settings.sealed_classes.insert(row.clone(), sealed);
        }
    }
    for (base, platforms) in lines {
        let mut newer = BTreeMap::new();
        for digests in platforms.values() {
            let Some(last) = digests.last() else { continue };
            newer.extend(digests.iter().filter(|digest| *digest != last).map(|old| (old.clone(), last.clone())));
        }
        if !newer.is_empty() {
            settings.sealed_bases.push(SealedBase { reference: base.to_owned(), newer });
        }
        // What a sealed record names was registered with it.
        if let Some(registered) = &mut settings.registered_bases
            && !registered.iter().any(|known| known == base)
        {
            registered.push(base.to_owned());
        }
    }
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

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test whose record cannot be made should stop
mod tests {
    use super::*;

    fn rom(name: &str, digit: &str) -> RomContent {
        let json = serde_json::json!({
            "name": name, "standard": "sha256:0", "row": "go-static", "base": "alpine:3.21",
            "base_digests": [{"platform": "linux/amd64", "digest": format!("sha256:{}", digit.repeat(64))}],
            "template": mvi_seal::Template::new("FROM alpine:3.21\n".into()), "exception": null, "dimensions": {},
            "pressure": null, "content": null, "coverage": 1.0, "decision": null, "candidates": [], "builder": null,
            "sbom": null, "rebuild": null, "sequence": 1, "previous": null, "sealed_at": "2026-11-01T00:00:00Z",
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn the_digest_of_an_earlier_seal_gives_way_to_that_of_the_last() {
        let mut settings = LintSettings::default();
        add_roms(&[rom("ROM-GO-V13", "1")], &mut settings);
        assert!(settings.sealed_bases.is_empty(), "sealed once, and as it was");
        add_roms(&[rom("ROM-GO-V13", "1"), rom("ROM-GO-V13-R2", "2")], &mut settings);
        let file = |digit: &str| format!("FROM alpine:3.21@sha256:{}\nRUN echo hello\n", digit.repeat(64));
        let drifts = |digit: &str| {
            let parsed = mvi_dockerfile::Dockerfile::parse(file(digit).as_bytes());
            let rule = mvi_dockerfile::RULES.iter().find(|rule| rule.meta().code == "W-ROM-DRIFT").unwrap();
            rule.check(&parsed, &settings).len()
        };
        assert_eq!((drifts("1"), drifts("2"), drifts("3")), (1, 0, 0));
    }
}
