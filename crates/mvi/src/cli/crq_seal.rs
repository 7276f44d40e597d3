//! Agreeing to a change request with a key, and putting it in force: the register's word on its base, and the sealed
//! override record.

use std::path::Path;

use anyhow::Context as _;
use mvi_seal::{Dimension, Dimensions, Override, RomContent, RomFolder, RomName, SealingFacts, SigningKey, refusals};
use mvi_standard::crq::{Crq, CrqId, Deed, Organism, OverrideId, Sealed};

use super::args::crq::ConsentArgs;
use super::args::seal::PasswordArgs;
use super::crq::{Desk, Found, refusal};
use super::key::{public_keys, signing_key};
use super::output::{Exit, Failure};
use super::rom::record as tell_fleet;
use crate::actions::crq::{Seals, seal};
use crate::actions::known::{known_organisms, of_base};
use crate::config::Config;
use crate::settings;

/// How the base that a request asks for is registered, by the standard or in the fleet.
pub(super) fn organism(desk: &Desk, id: CrqId) -> Result<Option<Organism>, Failure> {
    let crq = desk.crq(id)?;
    let asked = crq.request.base.as_deref().unwrap_or(&crq.subject.image);
    let known = known_organisms(&desk.standard, desk.ledger.store())?;
    let found = of_base(&desk.standard, &known, asked).next().map(|known| -> anyhow::Result<Organism> {
        let gid = known.gid.parse().with_context(|| format!("`{}` is registered and no GID", known.gid))?;
        Ok(Organism { gid, status: known.status })
    });
    Ok(found.transpose()?)
}

/// Whose word needs a seal, as `mvi.toml` says.
pub(super) fn seals(config: &Config) -> Result<Seals, Failure> {
    let mut seals = Seals { required: config.crq.sealed, ..Seals::default() };
    for person in &config.approvers {
        let Some(file) = &person.key else { continue };
        let keys = public_keys(&[config.path(file)])?;
        seals.people.extend(keys.into_iter().map(|key| (person.name.clone(), (key, person.key_since))));
    }
    Ok(seals)
}

/// An approval or a renewal, sealed where whoever gives it has a key.
pub(super) fn agree(
    desk: &mut Desk,
    id: CrqId,
    deed: Deed,
    (found, consent): (&Found, &ConsentArgs),
) -> Result<Exit, Failure> {
    let key = consent.key.as_deref().map(|file| own_key(desk, file, &consent.password)).transpose()?;
    if key.is_none() && desk.seals.wants(&desk.by, desk.now) {
        let known = desk.seals.people.contains_key(&desk.by);
        let next = if known { "name it: --key FILE" } else { "and mvi.toml names none of theirs" };
        return Err(Failure::usage(format!("{} agrees with a key, {next}", desk.by)));
    }
    match desk.decide(id, deed, found)? {
        Err(refused) => refusal(&refused),
        Ok(mut after) => {
            if let Some(key) = key {
                seal(&mut after, &key).map_err(anyhow::Error::from)?;
            }
            desk.keep(&after)
        }
    }
}

/// The private key of who acts, which must be the one that `mvi.toml` knows.
fn own_key(desk: &Desk, file: &Path, password: &PasswordArgs) -> Result<SigningKey, Failure> {
    let key = signing_key(file, password)?;
    match desk.seals.people.get(&desk.by) {
        Some((known, _)) if *known == key.public() => Ok(key),
        Some(_) => Err(Failure::usage(format!("`{}` is not the key of {} in mvi.toml", file.display(), desk.by))),
        None => Err(Failure::usage(format!("mvi.toml names no key of {}; add `key` to its [[approver]]", desk.by))),
    }
}

/// Seals the override record, and activates the request with it.
pub(super) fn activate(
    desk: &mut Desk,
    id: CrqId,
    key: &Path,
    folder: Option<&Path>,
    password: &PasswordArgs,
) -> Result<Exit, Failure> {
    let configured = desk.config.rom.folder.as_deref().map(|folder| desk.config.path(folder));
    let folder = folder.map(Path::to_owned).or(configured);
    let folder = folder.or_else(|| settings::data_dir().map(|data| data.join("rom")));
    let folder = RomFolder::new(folder.ok_or_else(|| Failure::usage("name the ROMs' folder with --rom-folder"))?);
    let key = signing_key(key, password)?;
    let mut trusted =
        public_keys(&desk.config.rom.trusted.iter().map(|key| desk.config.path(key)).collect::<Vec<_>>())?;
    if !trusted.contains(&key.public()) {
        trusted.push(key.public());
    }
    let names = folder.names()?;
    let version = u32::try_from(desk.standard.meta.version).unwrap_or(0);
    let name = RomName::next_override(version, &names);
    let (sequence, previous) = folder.next_link(&trusted)?;
    // The state machine is asked before anything is sealed: a seal cannot be taken back.
    let rom: OverrideId = name.to_string().parse().map_err(anyhow::Error::from)?;
    let found = Found { sealed: Some(Sealed { rom, crq: id }), ..Found::default() };
    let after = match desk.decide(id, Deed::Activate, &found)? {
        Ok(after) => after,
        Err(refused) => return refusal(&refused),
    };
    let content = RomContent { sequence, previous, ..record(desk, &after, name)? };
    let facts = SealingFacts {
        crq_active: after.state.is_in_force(),
        gid_registered: after.gid.is_some(),
        ..SealingFacts::default()
    };
    if let Some(refused) = refusals(&content, &facts).into_iter().next() {
        return Err(Failure::usage(format!("{id} cannot be activated ({}): {}", refused.code, refused.text)));
    }
    let sealed = folder.seal(&content, &[&key])?;
    tell_fleet(Some(&desk.store), &sealed, &sealed.verify(&[key.public()])?)?;
    desk.keep(&after)
}

fn record(desk: &Desk, crq: &Crq, name: RomName) -> Result<RomContent, Failure> {
    let size =
        crq.request.size_mb.map(|value| Dimension { value, method: "as filed and checked".into(), runs: Vec::new() });
    let review_due =
        crq.review_due.ok_or_else(|| Failure::usage(format!("{} has no date of review; nothing is sealed", crq.id)))?;
    Ok(RomContent {
        name,
        standard: desk.standard.digest().to_owned(),
        row: None,
        base: crq.request.base.clone().unwrap_or_else(|| "unknown".into()),
        base_digests: Vec::new(),
        template: None,
        exception: Some(Override {
            crq: crq.id.to_string(),
            subject: crq.subject.image.clone(),
            cap_mb: crq.cap_mb,
            review_due,
        }),
        dimensions: Dimensions { size_mb: size, ..Dimensions::default() },
        pressure: None,
        content: None,
        coverage: 0.0,
        decision: crq.decision.as_ref().map(|decision| decision.id.clone()),
        candidates: Vec::new(),
        builder: None,
        sbom: None,
        rebuild: None,
        sequence: 0,
        previous: None,
        sealed_at: desk.now,
    })
}
