//! The images of the fleet, one row each.

use std::collections::BTreeMap;

use rusqlite::{Row, params};
use serde::Serialize;

use crate::bytes::to_digest;
use crate::error::{Fault, FleetError, Result};
use crate::fact::JudgementFacts;
use crate::query::rows::Named;
use crate::store::Store;

/// Which images to list; with nothing set, all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListFilter {
    /// Only of this repository.
    pub repository: Option<String>,
    /// Only with this effective verdict, such as `REVIEW`; `none` also for those never judged.
    pub verdict: Option<String>,
    /// No more than so many.
    pub limit: Option<u64>,
}

/// One image of the fleet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImageRow {
    /// Which image.
    #[serde(flatten)]
    pub image: Named,
    /// Its repository.
    pub repository: String,
    /// Its tag, where it has one.
    pub tag: Option<String>,
    /// Its platform.
    pub platform: String,
    /// The organism it is a ring of.
    pub gid: Option<String>,
    /// Number of its layers.
    pub layers: u64,
    /// Bytes of its compressed layers.
    pub transfer: Option<u64>,
    /// Bytes of its uncompressed layers.
    pub unpacked: Option<u64>,
    /// What was measured, by the standard's ids.
    pub dimensions: BTreeMap<String, f64>,
    /// The latest judgement.
    pub judgement: Option<JudgementFacts>,
    /// The standard it was judged by.
    pub standard: Option<String>,
    /// Whether it counts in the score: audited, and no ring of a retired organism.
    pub counted: bool,
    /// Pods that run it now.
    pub pods: u64,
    /// The event that told of it last.
    pub seq: u64,
}

impl Store {
    /// Images in the order of their references, then digests.
    ///
    /// # Errors
    /// [`FleetError::Database`], [`FleetError::Projection`].
    pub fn list(&self, filter: &ListFilter) -> Result<Vec<ImageRow>, FleetError> {
        let sql = "SELECT image.digest, reference, platform,
                       (SELECT gid FROM ring WHERE ring.digest = image.digest ORDER BY gid LIMIT 1),
                       depth, transfer, unpacked, dimensions, judgement.document, judgement.standard, image.seq,
                       repository, tag,
                       audited AND NOT EXISTS (
                           SELECT 1 FROM ring JOIN organism ON organism.gid = ring.gid
                           WHERE ring.digest = image.digest AND organism.retired IS NOT NULL),
                       (SELECT coalesce(sum(pods), 0) FROM run WHERE run.image = image.id AND until IS NULL)
                   FROM image LEFT JOIN judgement ON judgement.digest = image.digest
                   WHERE (?1 IS NULL OR repository = ?1) AND (?2 IS NULL OR coalesce(judgement.effective, 'none') = ?2)
                   ORDER BY reference, image.digest LIMIT ?3";
        self.read(|db| {
            let mut find = db.prepare_cached(sql)?;
            let limit = filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(-1));
            let mut rows = find.query(params![filter.repository, filter.verdict, limit])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(read(row)?);
            }
            Ok(found)
        })
    }
}

fn read(row: &Row<'_>) -> Result<ImageRow> {
    let judgement: Option<String> = row.get(8)?;
    let unreadable = |error: serde_json::Error| Fault::projection(error.to_string());
    Ok(ImageRow {
        image: Named {
            digest: to_digest(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)?,
            reference: row.get(1)?,
        },
        platform: row.get(2)?,
        gid: row.get(3)?,
        layers: row.get(4)?,
        transfer: row.get(5)?,
        unpacked: row.get(6)?,
        dimensions: serde_json::from_str(&row.get::<_, String>(7)?).map_err(unreadable)?,
        judgement: judgement.map(|document| serde_json::from_str(&document)).transpose().map_err(unreadable)?,
        standard: row.get(9)?,
        seq: row.get(10)?,
        repository: row.get(11)?,
        tag: row.get(12)?,
        counted: row.get(13)?,
        pods: row.get(14)?,
    })
}
