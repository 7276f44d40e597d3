//! Reads events back, one at a time.

use rusqlite::{Connection, Row};

use crate::bytes::hex;
use crate::error::{FleetError, Result};
use crate::event::{Event, EventId, EventKind};
use crate::store::Store;

const COLUMNS: &str = "seq, id, kind, subject, at, actor, standard, key, payload, payload_sha256, prev, hash";

impl Store {
    /// Calls `each` with every event after `after`, in order, until it says stop with `false`.
    ///
    /// # Errors
    /// [`FleetError::Damaged`] with the first event that cannot be read.
    pub fn events(&self, after: u64, mut each: impl FnMut(Event) -> bool) -> Result<(), FleetError> {
        self.read(|db| walk(db, after, |event| Ok(each(event?))))
    }

    /// All events on one subject, oldest first; those on layers are found by walking the log alone.
    ///
    /// # Errors
    /// [`FleetError::Damaged`] with the first event that cannot be read.
    pub fn events_of(&self, subject: &str) -> Result<Vec<Event>, FleetError> {
        self.read(|db| {
            let mut find =
                db.prepare(&format!("SELECT {COLUMNS} FROM event WHERE substr(subject, -16) = substr(?1, -16) AND subject = ?1 AND kind <> 'layer' ORDER BY seq"))?;
            let mut rows = find.query([subject])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(event(row)?);
            }
            Ok(found)
        })
    }

    /// A number that differs from before when another connection has written since: `data_version` of SQLite.
    ///
    /// # Errors
    /// [`FleetError::Database`].
    pub fn foreign_writes(&self) -> Result<u64, FleetError> {
        self.read(|db| Ok(db.query_row("PRAGMA data_version", [], |row| row.get(0))?))
    }

    /// Number of the last event; 0 for an empty log.
    ///
    /// # Errors
    /// [`FleetError::Database`].
    pub fn last_seq(&self) -> Result<u64, FleetError> {
        self.read(|db| Ok(db.query_row("SELECT coalesce(max(seq), 0) FROM event", [], |row| row.get(0))?))
    }
}

/// Calls `each` with every event after `after`, or with why it cannot be read, until it says stop.
pub(super) fn walk(
    db: &Connection,
    after: u64,
    mut each: impl FnMut(Result<Event, FleetError>) -> Result<bool>,
) -> Result<()> {
    let mut events = db.prepare(&format!("SELECT {COLUMNS} FROM event WHERE seq > ? ORDER BY seq"))?;
    let mut rows = events.query([after])?;
    while let Some(row) = rows.next()? {
        if !each(event(row))? {
            break;
        }
    }
    Ok(())
}

/// An event as its row has it, whatever its hashes say.
fn event(row: &Row<'_>) -> Result<Event, FleetError> {
    let seq = row.get(0).unwrap_or(0);
    let damaged = |what: &str| FleetError::Damaged { seq, reason: format!("its {what} cannot be read") };
    let text = |column, what| row.get::<_, String>(column).map_err(|_| damaged(what));
    let bytes = |column, what| row.get::<_, [u8; 32]>(column).map(|raw| hex(&raw)).map_err(|_| damaged(what));
    let maybe = |column, what| row.get::<_, Option<String>>(column).map_err(|_| damaged(what));
    let standard = maybe(6, "standard")?.map(|text| text.parse()).transpose().map_err(|_| damaged("standard"))?;
    Ok(Event {
        seq,
        id: EventId(row.get(1).map_err(|_| damaged("id"))?),
        kind: EventKind::of_code(&text(2, "kind")?).ok_or_else(|| damaged("kind"))?,
        subject: text(3, "subject")?,
        at: text(4, "time")?.parse().map_err(|_| damaged("time"))?,
        actor: text(5, "actor")?,
        standard,
        key: maybe(7, "key")?,
        payload: text(8, "payload")?,
        payload_sha256: bytes(9, "payload hash")?,
        prev: bytes(10, "link to the event before")?,
        hash: bytes(11, "hash")?,
    })
}
