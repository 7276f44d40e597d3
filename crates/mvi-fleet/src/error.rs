//! What can go wrong with the fleet's file, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why an order to the fleet's memory was not carried out. Nothing is ever half carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FleetError {
    /// The file is there and is something else; it was not touched.
    #[error("`{path}` is not a fleet file ({what}); name another file, or create a new one")]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// What it is instead, as far as its first bytes tell.
        what: &'static str,
    },
    /// There is no such file.
    #[error("there is no fleet file `{path}`; create it first")]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A new file was asked for where one is already.
    #[error("`{path}` exists already; open it, or name another file")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by a newer program.
    #[error("`{path}` has schema {found}, this program knows up to {known}; use the newer program")]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: u32,
        /// The newest schema known here.
        known: u32,
    },
    /// The file was written by an older program and may only be read.
    #[error("`{path}` has an older schema; open it once for writing to bring it up to date")]
    TooOld {
        /// The file.
        path: PathBuf,
    },
    /// The store was opened for reading, or the file may not be written.
    #[error("`{path}` may only be read; open it for writing, or check its permissions")]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// Another process kept the file for longer than this one waits.
    #[error("`{path}` is in use by another process; try again")]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// There was no room; the change was undone.
    #[error("no room to write `{path}`; nothing was changed, free some space and try again")]
    Full {
        /// The file.
        path: PathBuf,
        /// What the database said.
        source: rusqlite::Error,
    },
    /// The database refused.
    #[error("cannot use the fleet file `{path}`")]
    Database {
        /// The file.
        path: PathBuf,
        /// What the database said.
        source: rusqlite::Error,
    },
    /// A file operation beside the database failed.
    #[error("cannot {what} `{path}`")]
    File {
        /// What was tried: `create`, `read`, `put into place`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The same key came with another content.
    #[error("key `{key}` was used for other content in event {seq}; use another key, or the same content")]
    Conflict {
        /// The idempotency key.
        key: String,
        /// The event that has it.
        seq: u64,
    },
    /// A fact cannot be kept as it is.
    #[error("{subject}: {reason}")]
    Refused {
        /// What the fact is about.
        subject: String,
        /// What is wrong with it and how it may be put right.
        reason: String,
    },
    /// Something was asked for that the fleet does not know.
    #[error("the fleet knows no {kind} `{name}`")]
    Unknown {
        /// What kind of thing.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// What is stored cannot be read: the file was damaged or changed by hand.
    #[error("event {seq} is damaged: {reason}; restore a backup")]
    Damaged {
        /// The first event that is wrong.
        seq: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A row of a projection is not as it was written.
    #[error("a projection is damaged ({what}); rebuild the projections")]
    Projection {
        /// Which table and what about it.
        what: String,
    },
    /// An export could not be written to its destination.
    #[error("cannot write the export")]
    Export(#[source] io::Error),
}

/// What the modules inside fail with before the path is known.
#[derive(Debug)]
pub(crate) enum Fault {
    Sql(rusqlite::Error),
    Said(FleetError),
}

pub(crate) type Result<T, E = Fault> = std::result::Result<T, E>;

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<FleetError> for Fault {
    fn from(error: FleetError) -> Self {
        Self::Said(error)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Said(FleetError::Export(error))
    }
}

impl Fault {
    /// A fact that cannot be kept.
    pub(crate) fn refused(subject: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Said(FleetError::Refused { subject: subject.into(), reason: reason.into() })
    }

    /// A name that is not known.
    pub(crate) fn unknown(kind: &'static str, name: impl Into<String>) -> Self {
        Self::Said(FleetError::Unknown { kind, name: name.into() })
    }

    /// A stored row that cannot be read.
    pub(crate) fn projection(what: impl Into<String>) -> Self {
        Self::Said(FleetError::Projection { what: what.into() })
    }

    /// The error with the file it happened in.
    pub(crate) fn at(self, path: &Path) -> FleetError {
        let path = path.to_owned();
        let source = match self {
            Self::Said(error) => return error,
            Self::Sql(source) => source,
        };
        // A file-size limit shows as a failed write and not as a full disk, and so does a full disk where the index of
        // the write-ahead log has to grow: SQLITE_IOERR_WRITE, _TRUNCATE, _SHMOPEN, _SHMSIZE (rescode.html).
        const NO_ROOM: [i32; 4] = [778, 1546, 4618, 4874];
        let extended = source.sqlite_error().map(|error| error.extended_code);
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => FleetError::Busy { path },
            Some(ErrorCode::ReadOnly) => FleetError::ReadOnly { path },
            Some(ErrorCode::DiskFull) => FleetError::Full { path, source },
            Some(ErrorCode::SystemIoFailure) if extended.is_some_and(|code| NO_ROOM.contains(&code)) => {
                FleetError::Full { path, source }
            }
            _ => FleetError::Database { path, source },
        }
    }
}
