//! Adds events at the end of the log, and lets every projection follow in the same transaction.

use rusqlite::{OptionalExtension, params};

use crate::bytes::{hex, sha256};
use crate::error::{Fault, FleetError, Result};
use crate::event::{Event, EventId, Stamp};
use crate::fact::Fact;
use crate::project::{Happened, Target, layers};
use crate::store::Store;

/// Bytes of one payload; SQLite's own end is a thousand million.
const PAYLOAD: usize = 256 << 20;

/// Facts of one transaction when many are kept: enough that a page many of them change is written once, few enough
/// that other processes get their turn within seconds.
pub(super) const BATCH: usize = 2000;

/// What became of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Appended {
    /// The event that keeps it.
    pub seq: u64,
    /// Whether the event is new; not so where the same was said before under the same key.
    pub new: bool,
    /// Whether the event's time is before that of the event before it.
    pub clock_went_back: bool,
}

/// A transaction on the log.
pub(crate) struct Writer<'a> {
    pub(crate) target: Target<'a>,
    seq: u64,
    hash: [u8; 32],
    at: Option<jiff::Timestamp>,
}

impl Store {
    /// Keeps one fact as one event; it is on the disk when this returns.
    ///
    /// With a `key`, saying the same again changes nothing and gives the first event.
    ///
    /// # Errors
    /// [`FleetError::Conflict`] where the key was used for something else, [`FleetError::Refused`] for a fact that
    /// cannot be kept, [`FleetError::Full`], [`FleetError::Busy`], [`FleetError::ReadOnly`].
    pub fn append(&mut self, stamp: &mut Stamp, fact: &Fact, key: Option<&str>) -> Result<Appended, FleetError> {
        self.write(|writer| writer.append(stamp, fact, key))
    }

    /// Keeps many facts, some thousand a transaction, without keys. `kept` is called after each transaction with what
    /// became of its facts, in order: those are on the disk. Gives the number of all.
    ///
    /// # Errors
    /// As [`Store::append`]; what `kept` was told stays, the transaction that failed leaves nothing.
    pub fn append_many(
        &mut self,
        stamp: &mut Stamp,
        facts: impl IntoIterator<Item = Fact>,
        mut kept: impl FnMut(&[Appended]),
    ) -> Result<usize, FleetError> {
        let (mut facts, mut total) = (facts.into_iter().peekable(), 0);
        self.in_bulk(|store| {
            while facts.peek().is_some() {
                let batch: Vec<Fact> = facts.by_ref().take(BATCH).collect();
                let keep =
                    |writer: &mut Writer<'_>| batch.iter().map(|fact| writer.append(stamp, fact, None)).collect();
                let done: Vec<Appended> = store.write(keep)?;
                total += done.len();
                kept(&done);
            }
            Ok(total)
        })
    }
}

impl<'a> Writer<'a> {
    /// Starts where the log ends.
    pub(super) fn start(target: Target<'a>) -> Result<Self> {
        let sql = "SELECT seq, hash, at FROM event ORDER BY seq DESC LIMIT 1";
        let mut last = target.db.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?));
        let last = last.query_row([], read).optional()?;
        let (seq, hash, at) = last.unwrap_or((0, [0; 32], String::new()));
        Ok(Self { target, seq, hash, at: at.parse().ok() })
    }

    pub(crate) fn append(&mut self, stamp: &mut Stamp, fact: &Fact, key: Option<&str>) -> Result<Appended> {
        fact.check()?;
        let payload = fact.encode()?;
        let hash = sha256(payload.as_bytes());
        self.append_encoded(stamp, fact, key, (payload, hash))
    }

    /// As [`Writer::append`], for a fact that was checked and whose payload is at hand with its hash.
    pub(super) fn append_encoded(
        &mut self,
        stamp: &mut Stamp,
        fact: &Fact,
        key: Option<&str>,
        (payload, payload_sha256): (String, [u8; 32]),
    ) -> Result<Appended> {
        if payload.len() > PAYLOAD {
            return Err(Fault::refused(fact.subject(), format!("{} bytes in one event", payload.len())));
        }
        if let Some(before) = key.map(|key| self.said_before(key, fact, &payload_sha256)).transpose()?.flatten() {
            return Ok(before);
        }
        let clock_went_back = self.at.is_some_and(|last| stamp.at < last);
        let mut event = Event {
            seq: self.seq + 1,
            id: stamp.next_id(),
            kind: fact.kind(),
            subject: fact.subject(),
            at: stamp.at,
            actor: stamp.actor.clone(),
            standard: stamp.standard.clone(),
            key: key.map(str::to_owned),
            payload,
            payload_sha256: hex(&payload_sha256),
            prev: hex(&self.hash),
            hash: String::new(),
        };
        let hash = event.expected_hash().map_err(|error| Fault::refused(&event.subject, error.to_string()))?;
        event.hash = hex(&hash);
        self.insert(&event, &payload_sha256, &hash)?;
        let happened = Happened {
            seq: event.seq,
            at: event.at,
            payload_sha256: &payload_sha256,
            standard: event.standard.as_ref(),
            fact,
        };
        self.target.project(&happened)?;
        (self.seq, self.hash, self.at) = (event.seq, hash, Some(event.at));
        Ok(Appended { seq: event.seq, new: true, clock_went_back })
    }

    fn said_before(&self, key: &str, fact: &Fact, payload_sha256: &[u8; 32]) -> Result<Option<Appended>> {
        let sql = "SELECT seq, kind, subject, payload_sha256 FROM event WHERE key = ?";
        let mut find = self.target.db.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, [u8; 32]>(3)?))
        };
        let Some((seq, kind, subject, before)) = find.query_row([key], read).optional()? else { return Ok(None) };
        if kind == fact.kind().code() && subject == fact.subject() && before == *payload_sha256 {
            return Ok(Some(Appended { seq, new: false, clock_went_back: false }));
        }
        Err(FleetError::Conflict { key: key.to_owned(), seq }.into())
    }

    fn insert(&self, event: &Event, payload_sha256: &[u8; 32], hash: &[u8; 32]) -> Result<()> {
        let EventId(id) = event.id;
        // FAIL: a whole transaction is undone when an event is refused, so SQLite need not keep each statement undoable.
        let mut insert =
            self.target.db.prepare_cached("INSERT OR FAIL INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
        insert.execute(params![
            event.seq,
            id,
            event.kind.code(),
            event.subject,
            event.at.to_string(),
            event.actor,
            event.standard.as_ref().map(ToString::to_string),
            event.key,
            event.payload,
            payload_sha256,
            self.hash,
            hash,
        ])?;
        Ok(())
    }

    /// Writes down how far the projections have come.
    pub(super) fn finish(mut self) -> Result<()> {
        layers::write_edges(&mut self.target)?;
        let mut update = self.target.db.prepare_cached("UPDATE state SET seq = ?, hash = ? WHERE seq IS NOT ?1")?;
        update.execute(params![self.seq, self.hash])?;
        Ok(())
    }
}
