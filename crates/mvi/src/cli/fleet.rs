//! `mvi fleet`: which store, which standard, who speaks; then the verb.

mod advisories;
mod ask;
pub(super) mod build_event;
mod question;
mod read;
mod tell;
mod upkeep;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use mvi_fleet::{FleetError, Stamp, Store};
use mvi_standard::Standard;
use mvi_standard::crq::Crq;

pub(super) use tell::levels;

use super::args::ShowFormat;
use super::args::fleet::{FleetArgs, FleetVerb, StoreArgs};
use super::crq_seal::seals;
use super::output::{Exit, Failure, show};
use crate::actions::crq::Ledger;
use crate::actions::fleet::Memory;
use crate::config::Config;
use crate::render::Report;
use crate::report::fleet::FleetReport;
use crate::{settings, standards};

pub(super) fn run(args: &FleetArgs) -> Result<Exit, Failure> {
    let desk = Desk::of(&args.store)?;
    match &args.verb {
        FleetVerb::Import(args) => tell::import(&desk, args),
        FleetVerb::Accept(args) => tell::accept(&desk, args),
        FleetVerb::Advisories(args) => advisories::advisories(&desk, args),
        FleetVerb::Register(args) => tell::register(&desk, args),
        FleetVerb::Retire(args) => tell::retire(&desk, args),
        FleetVerb::Record(args) => read::record(&desk, args),
        FleetVerb::Scan(args) => read::scan(&desk, args),
        FleetVerb::Judge(args) => read::judge(&desk, args),
        FleetVerb::Lineage(args) => question::lineage(&desk, args),
        FleetVerb::Forest(args) => question::plant(&desk, args),
        FleetVerb::Query(args) => question::query(&desk, args),
        FleetVerb::Due(args) => question::due(&desk, args),
        FleetVerb::Decisions(args) => question::decisions(&desk, args),
        FleetVerb::Export(args) => question::export(&desk, args),
        FleetVerb::List(args) => ask::list(&desk, args),
        FleetVerb::Solvency(args) => ask::solvency(&desk, args),
        FleetVerb::Findings(args) => ask::findings(&desk, args),
        FleetVerb::Belt(args) => ask::belt(&desk, args),
        FleetVerb::Show(args) => ask::show(&desk, args),
        FleetVerb::Backup { file } => upkeep::backup(&desk, file),
        FleetVerb::Restore { file } => upkeep::restore(&desk, file),
        FleetVerb::Check(args) => upkeep::check(&desk, args),
        FleetVerb::Rebuild => upkeep::rebuild(&desk),
        FleetVerb::Log(args) => upkeep::log(&desk, args),
    }
}

/// What every verb of the fleet works with.
pub(super) struct Desk {
    store: PathBuf,
    actor: String,
    pub(super) standard: Standard,
    config: Config,
}

impl Desk {
    /// From flags, then `mvi.toml`, then the usual places.
    pub(super) fn of(args: &StoreArgs) -> Result<Self, Failure> {
        let config = Config::find(&settings::working_dir()?)?;
        let store = store_file(args.store.as_deref(), &config)?;
        let store = store
            .ok_or_else(|| Failure::usage("there is no home folder to remember the fleet in; name a file: --store"))?;
        let actor = args.actor.clone().or_else(settings::user_name).unwrap_or_else(|| "unknown".to_owned());
        Ok(Self { store, actor, standard: standards::load(args.standard.as_deref())?, config })
    }

    /// The store, for reading alone.
    fn read(&self) -> Result<Store, Failure> {
        open_to_read(&self.store)
    }

    /// The store, for writing.
    fn write(&self) -> Result<Store, Failure> {
        Ok(Store::open(&self.store)?)
    }

    /// The store, for writing; a new one where there is none.
    pub(super) fn write_or_create(&self) -> Result<Store, Failure> {
        open_or_create(&self.store)
    }

    /// The settings of `mvi.toml`.
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    fn stamp(&self) -> Result<Stamp, Failure> {
        Ok(Stamp::new(settings::now(), self.actor.clone(), settings::seed()?))
    }

    /// The store with its judge.
    pub(super) fn memory(&self, store: Store) -> Result<Memory<'_>, Failure> {
        let standard = (&self.standard, self.crqs()?);
        Ok(Memory::new(store, standard, self.stamp()?, &settings::now))
    }

    /// All change requests: those of the folder and those of the log, which are one ledger.
    fn crqs(&self) -> Result<Vec<Crq>, Failure> {
        ledger(None, &self.store, &self.config)
    }
}

/// Change requests: those of the folder, as stated, as `mvi.toml` says, or the usual one, and those of the fleet's log.
///
/// # Errors
/// Files and logs that cannot be read, or that contradict each other.
pub(super) fn ledger(stated: Option<&Path>, store: &Path, config: &Config) -> Result<Vec<Crq>, Failure> {
    let store = if store.exists() { Some(open_to_read(store)?) } else { None };
    let Some(folder) = crq_folder(stated, config) else { return Ok(Vec::new()) };
    Ok(Ledger::open(folder, store, &seals(config)?).map_err(anyhow::Error::from)?.all())
}

/// The folder of change requests: as stated, as `mvi.toml` says, or the usual one; none without a home.
pub(super) fn crq_folder(stated: Option<&Path>, config: &Config) -> Option<PathBuf> {
    let configured = || config.crq.folder.as_deref().map(|folder| config.path(folder));
    stated.map(Path::to_owned).or_else(configured).or_else(|| settings::data_dir().map(|data| data.join("crq")))
}

/// A store, for reading alone.
fn open_to_read(file: &Path) -> Result<Store, Failure> {
    match Store::open_read_only(file) {
        // An older file is brought up to date by whoever may write it.
        Err(FleetError::TooOld { .. }) => Ok(Store::open(file)?),
        other => Ok(other?),
    }
}

/// A store, for writing; a new one where there is none.
///
/// # Errors
/// A folder or file that cannot be made or opened.
pub(super) fn open_or_create(file: &Path) -> Result<Store, Failure> {
    match Store::open(file) {
        Err(FleetError::Missing { .. }) => {}
        other => return Ok(other?),
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    match Store::create(file) {
        // Another process was quicker.
        Err(FleetError::Exists { .. }) => Ok(Store::open(file)?),
        other => Ok(other?),
    }
}

/// The file of the fleet: as stated, as `mvi.toml` says, or the usual one; none without a home.
pub(super) fn store_file(stated: Option<&str>, config: &Config) -> Result<Option<PathBuf>, Failure> {
    match (stated, &config.fleet.store) {
        (Some(stated), _) => file_of(stated).map(Some),
        (None, Some(stated)) => Ok(Some(config.path(&file_of(&stated.to_string_lossy())?))),
        (None, None) => Ok(settings::data_dir().map(|data| data.join("fleet.db"))),
    }
}

/// The fleet that an audit may ask for bases: the stated one, which has to be there, or the usual one, where it is.
///
/// # Errors
/// A store that cannot be read.
pub(super) fn known_fleet(stated: Option<&str>) -> Result<Option<Store>, Failure> {
    let config = Config::find(&settings::working_dir()?)?;
    let Some(file) = store_file(stated, &config)? else { return Ok(None) };
    if stated.is_none() && !file.exists() {
        return Ok(None);
    }
    open_to_read(&file).map(Some)
}

/// The file a store is in: `sqlite:FILE`, or the file alone.
fn file_of(text: &str) -> Result<PathBuf, Failure> {
    let file = text.strip_prefix("sqlite:").unwrap_or(text);
    let scheme = file.split_once("://").map(|(scheme, _)| scheme);
    match scheme {
        Some(scheme) => {
            Err(Failure::usage(format!("fleets are not kept in {scheme}; name a file: --store sqlite:FILE")))
        }
        None if file.is_empty() => Err(Failure::usage("the store has no name; write --store sqlite:FILE")),
        None => Ok(PathBuf::from(file)),
    }
}

/// Shows a report about the fleet.
fn told(report: &FleetReport, format: ShowFormat) -> Result<Exit, Failure> {
    show(&Report::Fleet(report), format.into())?;
    Ok(Exit::Fine)
}
