//! Q6 and Q7: what runs without being known, and which change requests have to be looked at.

use jiff::{SignedDuration, Timestamp};
use mvi_image::Digest;
use rusqlite::{Connection, Row};
use serde::Serialize;

use crate::bytes::to_digest;
use crate::error::{Fault, FleetError, Result};
use crate::store::Store;

/// A running digest that is no ring of any living organism.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Orphan {
    /// What runs.
    pub digest: Digest,
    /// Its latest reference, if the fleet knows the image.
    pub reference: Option<String>,
    /// The organism it was a ring of, which is retired.
    pub retired: Option<String>,
    /// Who runs it, by name.
    pub services: Vec<String>,
    /// Pods of all of them.
    pub pods: u64,
}

/// A change request in its latest state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CrqRow {
    /// `CRQ-<year>-<number>`.
    pub id: String,
    /// Its revision.
    pub revision: u64,
    /// Its state's word.
    pub state: String,
    /// What it is about.
    pub subject: String,
    /// When it has to be looked at.
    pub review_due: Option<Timestamp>,
    /// The event that told of it last.
    pub seq: u64,
    /// The whole record.
    pub document: serde_json::Value,
}

/// A change request that is due.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Due {
    /// The change request.
    #[serde(flatten)]
    pub crq: CrqRow,
    /// Whole days until it is due, rounded down; negative when it is overdue.
    pub days: i64,
}

const CRQ: &str = "SELECT id, revision, state, subject, review_due, seq, document FROM crq";

impl Store {
    /// Q7: change requests in a state of `states` whose review is due within `days` days of `now`, or overdue, the
    /// most urgent first. Which states still count is the standard's to say.
    ///
    /// # Errors
    /// [`FleetError::Projection`].
    pub fn due(&self, now: Timestamp, days: u32, states: &[&str]) -> Result<Vec<Due>, FleetError> {
        let until = now.checked_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX);
        self.read(|db| {
            let mut find = db.prepare_cached(&format!("{CRQ} WHERE review_due <= ? ORDER BY review_due, id"))?;
            let mut rows = find.query([until.as_microsecond()])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let crq = crq(row)?;
                if !states.contains(&crq.state.as_str()) {
                    continue;
                }
                let left = crq.review_due.map_or(0, |due| due.as_second() - now.as_second());
                found.push(Due { crq, days: left.div_euclid(86_400) });
            }
            Ok(found)
        })
    }

    /// All change requests in their latest state, by id.
    ///
    /// # Errors
    /// [`FleetError::Projection`].
    pub fn crqs(&self) -> Result<Vec<CrqRow>, FleetError> {
        self.read(|db| {
            let mut find = db.prepare_cached(&format!("{CRQ} ORDER BY id"))?;
            let mut rows = find.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(crq(row)?);
            }
            Ok(found)
        })
    }

    /// Q6: running digests that belong to no organism, or to a retired one, by digest.
    ///
    /// # Errors
    /// [`FleetError::Projection`].
    pub fn orphans(&self) -> Result<Vec<Orphan>, FleetError> {
        let sql = "SELECT run.digest, image.reference, service.name, run.pods, (
                       SELECT min(ring.gid) FROM ring WHERE ring.digest = run.digest)
                   FROM run JOIN service ON service.id = run.service LEFT JOIN image ON image.digest = run.digest
                   WHERE run.until IS NULL AND NOT EXISTS (
                       SELECT 1 FROM ring JOIN organism ON organism.gid = ring.gid
                       WHERE ring.digest = run.digest AND organism.retired IS NULL)
                   ORDER BY run.digest, service.name";
        self.read(|db| orphans(db, sql))
    }
}

fn orphans(db: &Connection, sql: &str) -> Result<Vec<Orphan>> {
    let mut find = db.prepare_cached(sql)?;
    let mut rows = find.query([])?;
    let mut found: Vec<Orphan> = Vec::new();
    while let Some(row) = rows.next()? {
        let digest = to_digest(&row.get::<_, Vec<u8>>(0)?)?;
        let (service, pods): (String, u64) = (row.get(2)?, row.get(3)?);
        if found.last().is_none_or(|last| last.digest != digest) {
            let (reference, retired) = (row.get(1)?, row.get(4)?);
            found.push(Orphan { digest, reference, retired, services: Vec::new(), pods: 0 });
        }
        let Some(orphan) = found.last_mut() else { continue };
        orphan.pods += pods;
        if orphan.services.last() != Some(&service) {
            orphan.services.push(service);
        }
    }
    Ok(found)
}

fn crq(row: &Row<'_>) -> Result<CrqRow> {
    let due = row.get::<_, Option<i64>>(4)?.map(Timestamp::from_microsecond).transpose();
    let document = serde_json::from_str(&row.get::<_, String>(6)?);
    Ok(CrqRow {
        id: row.get(0)?,
        revision: row.get(1)?,
        state: row.get(2)?,
        subject: row.get(3)?,
        review_due: due.map_err(|error| Fault::projection(error.to_string()))?,
        seq: row.get(5)?,
        document: document.map_err(|error| Fault::projection(error.to_string()))?,
    })
}
