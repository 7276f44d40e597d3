//! The fleet's one file: opening it, making it, and one transaction a change. What is in it is elsewhere.

mod append;
mod backup;
mod check;
mod create;
mod ingest;
mod log;
mod rebuild;
mod register;
mod schema;
mod travel;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::{Fault, FleetError, Result};
use crate::project::{self, Names, Target};

pub use append::Appended;
pub use check::{CheckFault, CheckReport};
pub use ingest::Ingested;
pub use register::{Registered, Registration};

use append::Writer;

/// How long a process waits for another one's transaction, which is short except while projections are rebuilt.
const PATIENCE: Duration = Duration::from_secs(30);
/// Page cache of one connection, in KiB as SQLite writes it.
const CACHE_KIB: i64 = 262_144;
/// Pages of SQLite's log, 64 MB, before they go back into the file: pages that many transactions change go once.
const LOG_PAGES: i64 = 16_384;
/// The same while many facts are kept at once, 256 MB.
const LOG_PAGES_IN_BULK: i64 = 65_536;
/// Statements that are kept compiled.
const STATEMENTS: usize = 128;

/// The memory of a fleet: a hash-chained log of events, and projections that follow from it.
///
/// Many processes may have the same file open; one writes at a time and the others wait up to 30 seconds. What an
/// order has acknowledged is on the disk, and what it has not is not there at all.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    path: PathBuf,
    names: Names,
    access: Access,
    /// SQLite's counter of changes by others, as it was when `names` were learnt.
    seen: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Write,
    Read,
}

impl Store {
    /// Makes a new, empty fleet file. It appears whole or not at all.
    ///
    /// # Errors
    /// [`FleetError::Exists`] where there is a file already; [`FleetError::File`] where none can be.
    pub fn create(path: &Path) -> Result<Self, FleetError> {
        create::file(path)?;
        Self::open(path)
    }

    /// Opens a fleet file for reading and writing; an older one is brought up to date first.
    ///
    /// # Errors
    /// [`FleetError::Missing`], [`FleetError::NotOurs`] (and the file is as it was), [`FleetError::TooNew`],
    /// [`FleetError::ReadOnly`].
    pub fn open(path: &Path) -> Result<Self, FleetError> {
        create::is_ours(path)?;
        let db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|fault| fault.at(path))?;
        let mut store = Self::of(db, path, Access::Write).map_err(|fault| fault.at(path))?;
        store.bring_up_to_date().map_err(|fault| fault.at(path))?;
        Ok(store)
    }

    /// Opens a fleet file for reading alone; nothing is written, not even beside it when nobody else has it open.
    ///
    /// # Errors
    /// As [`Store::open`], and [`FleetError::TooOld`].
    pub fn open_read_only(path: &Path) -> Result<Self, FleetError> {
        create::is_ours(path)?;
        let store = connect_for_reading(path).and_then(|db| Self::of(db, path, Access::Read));
        let store = store.map_err(|fault| fault.at(path))?;
        match schema::standing(&store.db, path).map_err(|fault| fault.at(path))? {
            schema::Standing::Current => Ok(store),
            schema::Standing::Older => Err(FleetError::TooOld { path: path.to_owned() }),
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn of(db: Connection, path: &Path, access: Access) -> Result<Self> {
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Self { db, path: path.to_owned(), names: Names::default(), access, seen: -1 })
    }

    /// A store in memory with empty projections and no file behind it.
    fn in_memory(path: &Path) -> Result<Self> {
        let db = Connection::open_in_memory()?;
        schema::lay_out(&db)?;
        Self::of(db, path, Access::Write)
    }

    fn bring_up_to_date(&mut self) -> Result<()> {
        if schema::standing(&self.db, &self.path)? == schema::Standing::Current {
            return Ok(());
        }
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have done it while this one waited for its turn.
        if schema::standing(&transaction, &self.path)? == schema::Standing::Older {
            schema::migrate(&transaction, &self.path)?;
            rebuild::all(&transaction)?;
            transaction.commit()?;
        }
        self.names.forget();
        Ok(())
    }

    /// One transaction: all of `order`, on the disk, or nothing.
    fn write<T>(&mut self, order: impl FnOnce(&mut Writer<'_>) -> Result<T>) -> Result<T, FleetError> {
        let done = self.try_write(order);
        if done.is_err() {
            // Names that were given in a transaction that never was must not be used again.
            self.names.forget();
        }
        done.map_err(|fault| fault.at(&self.path))
    }

    fn try_write<T>(&mut self, order: impl FnOnce(&mut Writer<'_>) -> Result<T>) -> Result<T> {
        if self.access == Access::Read {
            return Err(FleetError::ReadOnly { path: self.path.clone() }.into());
        }
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let seen = transaction.query_row("PRAGMA data_version", [], |row| row.get(0))?;
        if seen != self.seen {
            self.names.forget();
            // Another process may have brought the file beyond this program.
            if schema::standing(&transaction, &self.path)? != schema::Standing::Current {
                return Err(FleetError::TooOld { path: self.path.clone() }.into());
            }
        }
        self.seen = seen;
        let target = Target { db: &transaction, names: &mut self.names };
        let mut writer = Writer::start(target)?;
        let done = order(&mut writer)?;
        writer.finish()?;
        transaction.commit()?;
        Ok(done)
    }

    /// Many transactions in a row: SQLite's log may grow longer between its returns into the file, and is empty again
    /// afterwards unless someone reads.
    fn in_bulk<T>(&mut self, order: impl FnOnce(&mut Self) -> Result<T, FleetError>) -> Result<T, FleetError> {
        let until = |store: &Self, pages| {
            let set = store.db.pragma_update(None, "wal_autocheckpoint", pages);
            set.map_err(|error| Fault::from(error).at(&store.path))
        };
        until(self, LOG_PAGES_IN_BULK)?;
        let done = order(self);
        until(self, LOG_PAGES)?;
        // A checkpoint that finds readers is done by a later one; what was acknowledged is on the disk without it.
        let _ = self.db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        done
    }

    /// Reads under one snapshot, so that all of an answer is from one moment.
    pub(crate) fn read<T>(&self, question: impl FnOnce(&Connection) -> Result<T>) -> Result<T, FleetError> {
        let ask = || {
            let snapshot = self.db.unchecked_transaction()?;
            question(&snapshot)
        };
        ask().map_err(|fault: Fault| fault.at(&self.path))
    }
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection> {
    let db = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    tune(&db)?;
    if access.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        if db.is_readonly("main")? {
            return Err(FleetError::ReadOnly { path: path.to_owned() }.into());
        }
        db.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        // FULL: a commit has reached the disk before it is acknowledged.
        db.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    }
    Ok(db)
}

fn tune(db: &Connection) -> Result<()> {
    db.busy_timeout(PATIENCE)?;
    db.pragma_update(None, "cache_size", -CACHE_KIB)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    // A file that was tampered with must not run what its schema says.
    db.pragma_update(None, "trusted_schema", false)?;
    Ok(())
}

/// A reader of a file in WAL mode writes beside it, which a read-only folder does not let it do; with no log left
/// behind, the file alone is all there is and may be read as it lies.
fn connect_for_reading(path: &Path) -> Result<Connection> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let nobody_writes = std::fs::metadata(&log).map_or(true, |log| log.len() == 0);
    let readable = |db: Connection| db.query_row("PRAGMA schema_version", [], |row| row.get::<_, i64>(0)).map(|_| db);
    let plain = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    let db = match plain.and_then(readable) {
        Err(error) if nobody_writes && cannot_open(&error) => {
            let uri = format!("file:{}?immutable=1", escape_uri(path));
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(uri, flags)?
        }
        other => other?,
    };
    tune(&db)?;
    Ok(db)
}

fn cannot_open(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly))
}

fn escape_uri(path: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
    let bytes = path.as_os_str().as_encoded_bytes();
    bytes.iter().map(|byte| if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// What the projections of this program are, for the check against what a file has.
fn fingerprint() -> String {
    project::PROJECTIONS.iter().map(|projection| format!("{}={};", projection.name(), projection.version())).collect()
}
