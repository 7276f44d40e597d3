//! Copies of the file: taken while others write, in place whole or not at all; and back.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::error::{FleetError, Result};
use crate::store::{Store, create};

/// Pages copied before others get their turn.
const PAGES: i32 = 4096;

impl Store {
    /// Writes a copy of the file as it is now; others go on writing. The copy replaces what was at `path` at once.
    ///
    /// # Errors
    /// [`FleetError::File`] or [`FleetError::Full`] where the copy cannot be written; then nothing is at `path` that
    /// was not there before. [`FleetError::NotOurs`] where another program's file is there.
    pub fn backup(&self, path: &Path) -> Result<(), FleetError> {
        if path.exists() {
            create::is_ours(path)?;
        }
        let failed = |what, source| FleetError::File { what, path: path.to_owned(), source };
        let folder = create::folder(path);
        let draft = tempfile::Builder::new().prefix(".fleet-").tempfile_in(folder);
        let draft = draft.map_err(|error| failed("create", error))?;
        copy(&self.db, draft.path()).map_err(|fault| fault.at(path))?;
        draft.as_file().sync_all().map_err(|error| failed("create", error))?;
        draft.persist(path).map_err(|error| failed("put into place", error.error))?;
        create::sync_folder(folder).map_err(|error| failed("put into place", error))
    }

    /// Makes `path` a fleet file again from a copy, which is checked first and stays as it is. There must be nothing
    /// at `path`: a file in use cannot be replaced under the feet of its users.
    ///
    /// # Errors
    /// [`FleetError::Exists`], those of [`Store::open_read_only`] on the copy, and [`FleetError::Damaged`] where the
    /// copy's own check finds a fault.
    pub fn restore(copy: &Path, path: &Path) -> Result<Self, FleetError> {
        if path.exists() {
            return Err(FleetError::Exists { path: path.to_owned() });
        }
        let source = Self::open_read_only(copy)?;
        let report = source.check()?;
        if let Some(fault) = report.faults.first() {
            return Err(FleetError::Damaged {
                seq: report.events,
                reason: format!("the copy is not whole: {fault:?}"),
            });
        }
        source.backup(path)?;
        Self::open(path)
    }
}

fn copy(source: &Connection, draft: &Path) -> Result<()> {
    let mut into = Connection::open(draft)?;
    Backup::new(source, &mut into)?.run_to_completion(PAGES, Duration::ZERO, None)?;
    // The copy is its own file: no log beside it until it is opened.
    into.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0))?;
    into.close().map_err(|(_, error)| error)?;
    Ok(())
}
