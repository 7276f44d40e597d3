//! Makes a new file beside its place and moves it there whole; recognises a file as ours without touching it.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use rusqlite::Connection;

use crate::error::{FleetError, Result};
use crate::store::schema;

/// The first bytes of every SQLite 3 file: SQLite file format, section 1.3.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

pub(super) fn file(path: &Path) -> Result<(), FleetError> {
    let failed = |what, source| FleetError::File { what, path: path.to_owned(), source };
    if path.exists() {
        return Err(FleetError::Exists { path: path.to_owned() });
    }
    let folder = folder(path);
    let draft =
        tempfile::Builder::new().prefix(".fleet-").tempfile_in(folder).map_err(|error| failed("create", error))?;
    write(draft.path()).map_err(|fault| fault.at(path))?;
    draft.as_file().sync_all().map_err(|error| failed("create", error))?;
    draft.persist_noclobber(path).map_err(|error| match error.error.kind() {
        ErrorKind::AlreadyExists => FleetError::Exists { path: path.to_owned() },
        _ => failed("put into place", error.error),
    })?;
    sync_folder(folder).map_err(|error| failed("put into place", error))
}

fn write(draft: &Path) -> Result<()> {
    let mut db = Connection::open(draft)?;
    db.pragma_update(None, "application_id", schema::APPLICATION)?;
    let transaction = db.transaction()?;
    schema::lay_out(&transaction)?;
    transaction.commit()?;
    // Remembered in the file; the log of an empty file is empty and goes with the connection.
    db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0))?;
    db.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// The folder a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes names in a folder last.
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Refuses a file whose header is not a fleet's; reads its first 100 bytes and nothing else.
pub(super) fn is_ours(path: &Path) -> Result<(), FleetError> {
    let failed = |source: std::io::Error| match source.kind() {
        ErrorKind::NotFound => FleetError::Missing { path: path.to_owned() },
        _ => FleetError::File { what: "read", path: path.to_owned(), source },
    };
    let foreign = |what| Err(FleetError::NotOurs { path: path.to_owned(), what });
    let file = File::open(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return foreign("it is no plain file");
    }
    let mut header = Vec::new();
    file.take(100).read_to_end(&mut header).map_err(failed)?;
    if header.is_empty() {
        return foreign("it is empty");
    }
    if header.len() < 100 || !header.starts_with(MAGIC) {
        return foreign("it is no SQLite database");
    }
    if header[68..72] != schema::APPLICATION.to_be_bytes() {
        return foreign("it is another program's database");
    }
    Ok(())
}
