//! The ledger of change requests: reviewed files in a folder, and events in the fleet's log, that are one.
//!
//! A request that both have must be the same, or one the other further on: then the further one counts. Anything else
//! was changed behind somebody's back, and is an error.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::consent::{ConsentError, Seals};
use mvi_fleet::{CrqFacts, CrqRow, Fact, FleetError, Stamp, Store};
use mvi_standard::Standard;
use mvi_standard::crq::{Crq, CrqFileError, CrqId, State, grandfathered, read_crq, write_crq};
use mvi_standard::standard::JustifiedImage;

/// Longest file that is read, bytes.
const LONGEST: u64 = 1 << 20;

/// Change requests, by id.
pub(crate) struct Ledger {
    folder: PathBuf,
    store: Option<Store>,
    crqs: BTreeMap<CrqId, Crq>,
}

/// Why the ledger cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LedgerError {
    /// A file.
    #[error("cannot {what} `{path}`")]
    File {
        /// `read` or `write`.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file that is no change request.
    #[error(transparent)]
    Crq(#[from] CrqFileError),
    /// An approval or renewal without the seal it needs.
    #[error(transparent)]
    Consent(#[from] ConsentError),
    /// The fleet.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// A request in the log that cannot be read.
    #[error("{id} in the fleet's log cannot be read")]
    Document {
        /// Its id.
        id: String,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A file that is named after another request.
    #[error("`{path}` holds {id}; name it {id}.toml")]
    Name {
        /// The file.
        path: PathBuf,
        /// The request in it.
        id: CrqId,
    },
    /// File and log say different things.
    #[error("{id} differs between `{path}` and the fleet's log, and neither follows from the other: one was altered")]
    Conflict {
        /// The request.
        id: CrqId,
        /// Its file.
        path: PathBuf,
    },
}

impl Ledger {
    /// Reads the ledger; a folder that is not there yet is empty.
    ///
    /// # Errors
    /// Every kind of [`LedgerError`].
    pub(crate) fn open(folder: PathBuf, store: Option<Store>, seals: &Seals) -> Result<Self, LedgerError> {
        let mut ledger = Self { folder, store, crqs: BTreeMap::new() };
        for crq in ledger.files()? {
            ledger.crqs.insert(crq.id, crq);
        }
        for logged in ledger.logged()? {
            ledger.join(logged)?;
        }
        for crq in ledger.crqs.values() {
            seals.check(crq)?;
        }
        Ok(ledger)
    }

    /// The fleet that keeps the log, where there is one.
    pub(crate) fn store(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    /// All requests, by id.
    pub(crate) fn all(&self) -> Vec<Crq> {
        self.crqs.values().cloned().collect()
    }

    /// One request.
    pub(crate) fn get(&self, id: CrqId) -> Option<&Crq> {
        self.crqs.get(&id)
    }

    /// The next free id of a year: one above the highest there is.
    pub(crate) fn next_id(&self, year: u16) -> CrqId {
        let last = self.crqs.keys().filter(|id| id.year == year).map(|id| id.sequence).max();
        CrqId { year, sequence: last.unwrap_or(0) + 1 }
    }

    /// Keeps a request in its new state: first in the log, where there is one, then in its file.
    ///
    /// # Errors
    /// A log or folder that cannot be written; the request is as before then.
    pub(crate) fn save(&mut self, crq: &Crq, stamp: &mut Stamp) -> Result<(), LedgerError> {
        self.log(crq, stamp)?;
        write(&self.path(crq.id), &self.folder, write_crq(crq)?.as_bytes())?;
        self.crqs.insert(crq.id, crq.clone());
        Ok(())
    }

    /// Takes over the exceptions that a standard lists and the wanted of which nobody took over before, as requests
    /// that expire. Gives them.
    ///
    /// # Errors
    /// A log or folder that cannot be written; what was taken over until then is kept.
    pub(crate) fn grandfather(
        &mut self,
        standard: &Standard,
        stamp: &mut Stamp,
        wanted: impl Fn(&JustifiedImage) -> bool,
    ) -> Result<Vec<Crq>, LedgerError> {
        let year = u16::try_from(stamp.at.to_zoned(jiff::tz::TimeZone::UTC).year()).unwrap_or(0);
        let is_new = |entry: &JustifiedImage| {
            let mut known = self.crqs.values();
            wanted(entry) && !known.any(|crq| crq.imported_from.as_ref() == Some(&entry.image))
        };
        let taken = grandfathered(standard, self.next_id(year), (&stamp.actor, stamp.at), is_new);
        for crq in &taken {
            self.save(crq, stamp)?;
        }
        Ok(taken)
    }

    /// Writes a request into the log; gives the id of the event. Nothing where there is no log.
    ///
    /// # Errors
    /// A log that cannot be written.
    pub(crate) fn log(&mut self, crq: &Crq, stamp: &mut Stamp) -> Result<Option<String>, LedgerError> {
        let Some(store) = &mut self.store else { return Ok(None) };
        let document =
            serde_json::to_value(crq).map_err(|source| LedgerError::Document { id: crq.id.to_string(), source })?;
        let facts = CrqFacts {
            id: crq.id.to_string(),
            revision: crq.history.len() as u64,
            state: word(crq.state),
            subject: crq.subject.image.clone(),
            review_due: crq.review_due,
            document,
        };
        let fact = if crq.state == State::Lapsed { Fact::Lapsed(facts) } else { Fact::Crq(facts) };
        let key = format!("{}/{}", crq.id, crq.history.len());
        let appended = store.append(stamp, &fact, Some(&key))?;
        let events = store.events_of(&crq.id.to_string())?;
        Ok(events.into_iter().find(|event| event.seq == appended.seq).map(|event| event.id.to_string()))
    }

    fn files(&self) -> Result<Vec<Crq>, LedgerError> {
        let read = |source| LedgerError::File { what: "read", path: self.folder.clone(), source };
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(read(error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(read)?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                paths.push(path);
            }
        }
        paths.sort();
        paths.iter().map(|path| read_file(path)).collect()
    }

    fn logged(&self) -> Result<Vec<Crq>, LedgerError> {
        let Some(store) = &self.store else { return Ok(Vec::new()) };
        let rows = store.crqs()?;
        let read = |row: CrqRow| {
            serde_json::from_value(row.document).map_err(|source| LedgerError::Document { id: row.id, source })
        };
        rows.into_iter().map(read).collect()
    }

    fn join(&mut self, logged: Crq) -> Result<(), LedgerError> {
        let Some(filed) = self.crqs.get(&logged.id) else {
            self.crqs.insert(logged.id, logged);
            return Ok(());
        };
        let (long, short) =
            if filed.history.len() >= logged.history.len() { (filed, &logged) } else { (&logged, filed) };
        let follows =
            long.history.starts_with(&short.history) && (long.history.len() > short.history.len() || long == short);
        if !follows {
            return Err(LedgerError::Conflict { id: logged.id, path: self.path(logged.id) });
        }
        let long = long.clone();
        self.crqs.insert(long.id, long);
        Ok(())
    }

    fn path(&self, id: CrqId) -> PathBuf {
        self.folder.join(format!("{id}.toml"))
    }
}

/// The word of a state, as the log has it.
fn word(state: State) -> String {
    serde_json::to_value(state).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn read_file(path: &Path) -> Result<Crq, LedgerError> {
    let read = |source| LedgerError::File { what: "read", path: path.to_owned(), source };
    if fs::metadata(path).map_err(read)?.len() > LONGEST {
        return Err(read(io::Error::other(format!("it is larger than {LONGEST} bytes"))));
    }
    let crq = read_crq(&path.display().to_string(), &fs::read(path).map_err(read)?)?;
    let named = path.file_stem().and_then(|name| name.to_str()) == Some(crq.id.to_string().as_str());
    if named { Ok(crq) } else { Err(LedgerError::Name { path: path.to_owned(), id: crq.id }) }
}

fn write(path: &Path, folder: &Path, bytes: &[u8]) -> Result<(), LedgerError> {
    let failed = |source| LedgerError::File { what: "write", path: path.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map(|_| ()).map_err(|error| failed(error.error))
}
