//! Proves a file whole: SQLite's own check, the hash chain, the payloads, and projections that equal a replay.

use std::io::Write;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::bytes::{hex, sha256};
use crate::error::{FleetError, Result};
use crate::event::Event;
use crate::project::PROJECTIONS;
use crate::store::{Store, log, rebuild, schema};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Events in the log.
    pub events: u64,
    /// Hash of the last event, hex: who writes it down elsewhere can later prove that nothing before was changed.
    pub head: String,
    /// Events whose time is before that of the event before.
    pub clock_went_back: u64,
    /// What is wrong, worst first; nothing when the file is whole.
    pub faults: Vec<CheckFault>,
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum CheckFault {
    /// SQLite finds the file malformed.
    File {
        /// What it says.
        reason: String,
    },
    /// The first event that is not as it was written; those after it cannot be vouched for.
    Event {
        /// Its number.
        seq: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A table is not what the log says; a rebuild mends it.
    Projection {
        /// The table.
        table: String,
    },
}

impl CheckReport {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }
}

impl Store {
    /// Checks everything; takes as long as a rebuild and changes nothing.
    ///
    /// # Errors
    /// Only where the file cannot be read at all; what is wrong with its content is in the report.
    pub fn check(&self) -> Result<CheckReport, FleetError> {
        self.read(|db| {
            let mut report = CheckReport { events: 0, head: String::new(), clock_went_back: 0, faults: integrity(db)? };
            walk_chain(db, &mut report)?;
            if report.is_whole() {
                compare(db, &mut report)?;
            }
            Ok(report)
        })
    }

    /// Writes every row of every projection as text, ordered: two stores with the same dump answer alike.
    ///
    /// # Errors
    /// [`FleetError::Export`] where `out` cannot be written.
    pub fn dump(&self, out: &mut dyn Write) -> Result<(), FleetError> {
        self.read(|db| tables()?.iter().try_for_each(|table| dump(db, table, out)))
    }
}

fn integrity(db: &Connection) -> Result<Vec<CheckFault>> {
    let mut check = db.prepare("PRAGMA integrity_check(10)")?;
    let said = check.query_map([], |row| row.get::<_, String>(0))?;
    // A file too damaged to be checked is a finding as well.
    let said = said.map(|line| line.unwrap_or_else(|error| error.to_string())).filter(|line| line != "ok");
    Ok(said.map(|reason| CheckFault::File { reason }).collect())
}

fn walk_chain(db: &Connection, report: &mut CheckReport) -> Result<()> {
    let (mut prev, mut at) = (hex(&[0; 32]), None);
    log::walk(db, 0, |event| {
        let wrong = match &event {
            Ok(event) => wrong_with(event, report.events + 1, &prev).map(|reason| (event.seq, reason)),
            Err(FleetError::Damaged { seq, reason }) => Some((*seq, reason.clone())),
            Err(error) => Some((report.events + 1, error.to_string())),
        };
        if let Some((seq, reason)) = wrong {
            report.faults.push(CheckFault::Event { seq, reason });
            return Ok(false);
        }
        let event = event?;
        report.events += 1;
        report.clock_went_back += u64::from(at.is_some_and(|before| event.at < before));
        (prev, at) = (event.hash, Some(event.at));
        Ok(true)
    })?;
    let (seq, head): (u64, [u8; 32]) =
        db.query_row("SELECT seq, hash FROM state", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if report.is_whole() && (seq, hex(&head)) != (report.events, prev.clone()) {
        let reason = format!("the log ends here, the file was written up to event {seq}");
        report.faults.push(CheckFault::Event { seq: report.events, reason });
    }
    report.head = prev;
    Ok(())
}

fn wrong_with(event: &Event, seq: u64, prev: &str) -> Option<String> {
    if event.seq != seq {
        return Some(format!("event {seq} is missing"));
    }
    if event.payload_sha256 != hex(&sha256(event.payload.as_bytes())) {
        return Some("its payload was changed".into());
    }
    if event.prev != prev {
        return Some("it does not follow the event before".into());
    }
    let is_right = event.expected_hash().is_ok_and(|hash| event.hash == hex(&hash));
    (!is_right).then(|| "it was changed".into())
}

/// Replays the log beside the file and compares table by table.
fn compare(db: &Connection, report: &mut CheckReport) -> Result<()> {
    // An empty name is a database that SQLite keeps in memory, spills to a nameless file, and drops.
    let beside = Connection::open("")?;
    beside.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")?;
    schema::lay_out(&beside)?;
    if let Err(fault) = rebuild::replay(db, &beside, u64::MAX) {
        let fault = match fault.at(Path::new("the replay")) {
            FleetError::Damaged { seq, reason } => CheckFault::Event { seq, reason },
            other => CheckFault::File { reason: other.to_string() },
        };
        report.faults.push(fault);
        return Ok(());
    }
    for table in tables()? {
        if fingerprint(db, &table)? != fingerprint(&beside, &table)? {
            report.faults.push(CheckFault::Projection { table });
        }
    }
    Ok(())
}

/// The tables of this program's projections, by name.
fn tables() -> Result<Vec<String>> {
    let empty = Connection::open_in_memory()?;
    for projection in PROJECTIONS {
        empty.execute_batch(projection.schema())?;
    }
    let mut names = empty.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    Ok(names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn fingerprint(db: &Connection, table: &str) -> Result<[u8; 32]> {
    struct Hashing(Sha256);
    impl Write for Hashing {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut hashing = Hashing(Sha256::new());
    match dump(db, table, &mut hashing) {
        Ok(()) => Ok(hashing.0.finalize().into()),
        // A table that is gone or has other columns equals nothing.
        Err(_) => Ok([0; 32]),
    }
}

/// One line a row, in the order of the table's key.
fn dump(db: &Connection, table: &str, out: &mut dyn Write) -> Result<()> {
    let mut rows = db.prepare(&format!("SELECT * FROM \"{table}\""))?;
    let columns = rows.column_count();
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        write!(out, "{table}")?;
        for column in 0..columns {
            match row.get_ref(column)? {
                ValueRef::Null => write!(out, "\t-")?,
                ValueRef::Integer(number) => write!(out, "\t{number}")?,
                ValueRef::Real(number) => write!(out, "\t{number:?}")?,
                ValueRef::Text(text) => write!(out, "\t{:?}", String::from_utf8_lossy(text))?,
                ValueRef::Blob(bytes) => write!(out, "\t{}", hex(bytes))?,
            }
        }
        writeln!(out)?;
    }
    Ok(())
}
