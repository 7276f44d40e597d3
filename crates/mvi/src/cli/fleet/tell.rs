//! Verbs that tell the fleet something by hand.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use mvi_fleet::RomFacts;
use mvi_seal::Sealed;
use mvi_standard::fleet_file::{FleetFile, FleetImage};
use mvi_standard::gid::Gid;
use mvi_standard::judge::names_image;
use mvi_standard::standard::JustifiedImage;

use super::{Desk, crq_folder, told};
use crate::actions::crq::Ledger;
use crate::actions::fleet::FleetFailure;
use crate::actions::fleet::accept::accept as accept_names;
use crate::actions::fleet::import::import as import_fleet;
use crate::actions::fleet::register::{Wish, register as register_organism};
use crate::actions::rom::facts;
use crate::cli::args::fleet::{AcceptArgs, ImportArgs, RegisterArgs, RetireArgs};
use crate::cli::crq_seal::seals;
use crate::cli::key::public_keys;
use crate::cli::output::{Exit, Failure};
use crate::report::fleet::FleetReport;

/// Longest file that is read, bytes.
const LONGEST: u64 = 64 << 20;

pub(super) fn import(desk: &Desk, args: &ImportArgs) -> Result<Exit, Failure> {
    let bytes = read(&args.file)?;
    let fleet = FleetFile::read(&bytes).map_err(FleetFailure::from);
    let fleet = fleet.with_context(|| format!("`{}`", args.file.display()))?;
    let exceptions = take_over(desk, &fleet)?;
    let mut memory = desk.memory(desk.write_or_create()?)?;
    let mut report = import_fleet(&mut memory, &fleet)?;
    report.exceptions = exceptions;
    told(&FleetReport::Import(report), args.show.format)
}

/// The exceptions that the standard lists for images of the fleet become change requests, which expire; gives their ids.
/// Without a folder to keep requests in, the standard's own list stands.
fn take_over(desk: &Desk, fleet: &FleetFile) -> Result<Vec<String>, Failure> {
    let Some(folder) = crq_folder(None, &desk.config) else { return Ok(Vec::new()) };
    let store = desk.write_or_create()?;
    let mut ledger = Ledger::open(folder, Some(store), &seals(&desk.config)?).map_err(anyhow::Error::from)?;
    let is_there = |entry: &JustifiedImage| {
        let mut references = fleet.images.iter().map(FleetImage::reference);
        references.any(|reference| names_image(&entry.image, &reference, &desk.standard))
    };
    let taken = ledger.grandfather(&desk.standard, &mut desk.stamp()?, is_there).map_err(anyhow::Error::from)?;
    Ok(taken.iter().map(|crq| crq.id.to_string()).collect())
}

pub(super) fn accept(desk: &Desk, args: &AcceptArgs) -> Result<Exit, Failure> {
    let mut memory = desk.memory(desk.write()?)?;
    told(&FleetReport::Accept(accept_names(&mut memory, &args.names)?), args.show.format)
}

pub(super) fn register(desk: &Desk, args: &RegisterArgs) -> Result<Exit, Failure> {
    let gid = args.gid.as_deref().map(str::parse::<Gid>).transpose().map_err(FleetFailure::from)?;
    let wish = Wish {
        name: args.name.clone(),
        gid,
        rom: sealed(desk, &args.rom, &args.trust)?,
        owner: args.owner.clone(),
        school: args.school.clone(),
        vsm: args.vsm.clone(),
        sostle: levels(&args.sostle)?,
        provisional: args.provisional,
    };
    let mut memory = desk.memory(desk.write()?)?;
    told(&FleetReport::Register(register_organism(&mut memory, wish)?), args.show.format)
}

pub(super) fn retire(desk: &Desk, args: &RetireArgs) -> Result<Exit, Failure> {
    let mut store = desk.write()?;
    let done = store.retire(&mut desk.stamp()?, &args.gid, &args.reason)?;
    writeln!(anstream::stdout(), "{} is retired; its id stays taken (event {})", args.gid, done.seq)?;
    Ok(Exit::Fine)
}

/// Levels as `L0`, `0`, `L0-L2` or `0-2`.
pub(in crate::cli) fn levels(text: &str) -> Result<(u8, u8), Failure> {
    let level = |text: &str| text.trim().trim_start_matches('L').parse::<u8>();
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    match (level(low), level(high)) {
        (Ok(low), Ok(high)) if low <= high => Ok((low, high)),
        _ => Err(Failure::usage(format!("`{text}` is no range of exposure levels; write L0 or L0-L2"))),
    }
}

/// A sealed record's entry, once a trusted key is found to have sealed it.
fn sealed(desk: &Desk, file: &Path, trust: &[PathBuf]) -> Result<RomFacts, Failure> {
    let stated = desk.config.rom.trusted.iter().map(|path| desk.config.path(path));
    let files: Vec<PathBuf> = if trust.is_empty() { stated.collect() } else { trust.to_vec() };
    if files.is_empty() {
        return Err(Failure::usage("no key is trusted to seal; name its public half: --trust FILE"));
    }
    let bytes = read(file)?;
    let sealed = Sealed::from_bytes(bytes);
    let verified = sealed.verify(&public_keys(&files)?)?;
    Ok(facts(&sealed, &verified).with_context(|| format!("`{}`", file.display()))?)
}

/// A whole file, or standard input.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().take(LONGEST).read_to_end(&mut bytes).context("cannot read standard input")?;
        return Ok(bytes);
    }
    let read = std::fs::File::open(file).and_then(|opened| opened.take(LONGEST).read_to_end(&mut bytes));
    read.with_context(|| format!("cannot read `{}`", file.display()))?;
    Ok(bytes)
}
