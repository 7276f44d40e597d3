//! Decisions about bases, and the documents of sealed records.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::error::{Fault, FleetError};
use crate::store::Store;

/// One decision.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecisionRow {
    /// Its key.
    pub id: String,
    /// The service.
    pub service: String,
    /// The base that was in use or asked for.
    pub requested: String,
    /// The base that was taken; nothing where none could be had.
    pub chosen: Option<String>,
    /// sha256 of the record's canonical JSON.
    pub digest: String,
    /// When the fleet was told.
    pub at: Timestamp,
    /// The event that keeps it.
    pub event: u64,
    /// The record.
    pub document: Value,
}

impl Store {
    /// The decisions about one service, or all, oldest first.
    ///
    /// # Errors
    /// [`FleetError::Database`], [`FleetError::Projection`].
    pub fn decisions(&self, service: Option<&str>) -> Result<Vec<DecisionRow>, FleetError> {
        self.read(|db| {
            let sql = "SELECT decision.id, service, requested, chosen, digest, event.at, decision.seq, document
                       FROM decision JOIN event ON event.seq = decision.seq
                       WHERE ?1 IS NULL OR service = ?1 ORDER BY decision.seq";
            let mut find = db.prepare_cached(sql)?;
            let mut rows = find.query([service])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let (at, document): (String, String) = (row.get(5)?, row.get(7)?);
                found.push(DecisionRow {
                    id: row.get(0)?,
                    service: row.get(1)?,
                    requested: row.get(2)?,
                    chosen: row.get(3)?,
                    digest: row.get(4)?,
                    at: at.parse().map_err(|error: jiff::Error| Fault::projection(error.to_string()))?,
                    event: row.get(6)?,
                    document: serde_json::from_str(&document).map_err(|error| Fault::projection(error.to_string()))?,
                });
            }
            Ok(found)
        })
    }

    /// The sealed records that the fleet was told of, whole, in the order it was told.
    ///
    /// # Errors
    /// [`FleetError::Database`], [`FleetError::Projection`].
    pub fn seal_documents(&self) -> Result<Vec<(String, Value)>, FleetError> {
        self.read(|db| {
            let mut find = db.prepare_cached("SELECT name, document FROM rom ORDER BY seq")?;
            let mut rows = find.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let document: String = row.get(1)?;
                let document = serde_json::from_str(&document).map_err(|error| Fault::projection(error.to_string()))?;
                found.push((row.get(0)?, document));
            }
            Ok(found)
        })
    }
}
