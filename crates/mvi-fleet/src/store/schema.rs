//! The log's tables by numbered migrations, and whether a file is of this program's age.

use std::path::Path;

use rusqlite::Connection;

use crate::error::{FleetError, Result};
use crate::project;
use crate::store::fingerprint;

/// Marks a file as ours: `MVIF` in SQLite's header, offset 68.
pub(super) const APPLICATION: u32 = 0x4d56_4946;

/// What each version added to the log; the first makes version 1. Never changed once released. Projections have
/// versions of their own and are rebuilt.
pub(super) const MIGRATIONS: &[&str] = &[
    "CREATE TABLE event (
        seq INTEGER PRIMARY KEY,
        id BLOB NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        standard TEXT,
        key TEXT,
        payload TEXT NOT NULL,
        payload_sha256 BLOB NOT NULL,
        prev BLOB NOT NULL,
        hash BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX event_key ON event (key) WHERE key IS NOT NULL;
    CREATE TRIGGER event_follows BEFORE INSERT ON event
        WHEN new.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
        BEGIN SELECT raise(FAIL, 'events are only added at the end'); END;
    CREATE TRIGGER event_stays BEFORE UPDATE ON event
        BEGIN SELECT raise(ABORT, 'events are never changed'); END;
    CREATE TRIGGER event_remains BEFORE DELETE ON event
        BEGIN SELECT raise(ABORT, 'events are never deleted'); END;
    CREATE TABLE state (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        seq INTEGER NOT NULL,
        hash BLOB NOT NULL,
        projections TEXT NOT NULL
    ) STRICT;
    INSERT INTO state VALUES (1, 0, zeroblob(32), '');",
    // What happened to one thing, oldest first. A layer never changes; its events are most of all, and nobody asks.
    // By their ends, as digests and references begin alike and whole ones would make the index four times as large.
    "CREATE INDEX event_subject ON event (substr(subject, -16)) WHERE kind <> 'layer';",
    // Projections only: packages know what they were built from, advisories what they are about.
    "",
    // Projections only: what was registered provisionally may be registered whole; a layer knows who told of it.
    "",
    // Projections only: decisions about bases.
    "",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Current,
    Older,
}

/// Whether the file has the schema and the projections of this program.
pub(super) fn standing(db: &Connection, path: &Path) -> Result<Standing> {
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    let found: u32 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known {
        return Err(FleetError::TooNew { path: path.to_owned(), found, known }.into());
    }
    if found < known {
        return Ok(Standing::Older);
    }
    let projections: String = db.query_row("SELECT projections FROM state", [], |row| row.get(0))?;
    Ok(if projections == fingerprint() { Standing::Current } else { Standing::Older })
}

/// Brings the log to the newest version; the projections are left for a rebuild.
pub(super) fn migrate(db: &Connection, path: &Path) -> Result<()> {
    standing(db, path)?;
    let found: usize = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for migration in MIGRATIONS.iter().skip(found) {
        db.execute_batch(migration)?;
    }
    db.pragma_update(None, "user_version", MIGRATIONS.len())?;
    Ok(())
}

/// Everything of an empty store.
pub(super) fn lay_out(db: &Connection) -> Result<()> {
    migrate(db, Path::new(""))?;
    lay_out_projections(db)
}

/// The tables of all projections, empty.
pub(super) fn lay_out_projections(db: &Connection) -> Result<()> {
    for projection in project::PROJECTIONS {
        db.execute_batch(projection.schema())?;
    }
    db.execute("UPDATE state SET seq = 0, hash = zeroblob(32), projections = ?", [fingerprint()])?;
    Ok(())
}

/// Takes away every table that is not the log's, whichever program made it.
pub(super) fn drop_projections(db: &Connection) -> Result<()> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('event', 'state')
               AND name NOT LIKE 'sqlite%' ORDER BY rowid DESC"; // what refers before what is referred to
    let names: Vec<String> = db.prepare(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for name in names {
        db.execute_batch(&format!("DROP TABLE \"{}\"", name.replace('"', "\"\"")))?;
    }
    Ok(())
}
