//! The register as a whole: every organism with its rings and seals, every sealed record, and how fresh the news about
//! vulnerabilities are.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mvi_image::Digest;
use rusqlite::{Connection, OptionalExtension};

use crate::bytes::to_digest;
use crate::error::{Fault, FleetError, Result};
use crate::fact::OrganismFacts;
use crate::store::Store;

/// One organism in the register.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterLine {
    /// What was registered.
    pub facts: OrganismFacts,
    /// Whether it was retired.
    pub is_retired: bool,
    /// The event that registered it.
    pub event: u64,
    /// Its images with their platforms, the oldest first.
    pub rings: Vec<(String, Digest)>,
    /// When the last of them grew.
    pub last_ring: Option<Timestamp>,
    /// Names of its sealed records.
    pub roms: Vec<String>,
}

/// A sealed record that the fleet was told of.
#[derive(Debug, Clone, PartialEq)]
pub struct SealRow {
    /// Its name.
    pub name: String,
    /// The organism it is for.
    pub gid: Option<String>,
    /// When the fleet was told.
    pub at: Timestamp,
}

impl Store {
    /// Every organism, retired ones as well, by GID. Two reads however many there are.
    ///
    /// # Errors
    /// [`FleetError::Database`], [`FleetError::Projection`].
    pub fn register_lines(&self) -> Result<Vec<RegisterLine>, FleetError> {
        self.read(|db| {
            let (mut grown, mut roms) = (rings(db)?, names(db)?);
            let mut find = db.prepare_cached("SELECT gid, document, retired, seq FROM organism ORDER BY gid")?;
            let mut rows = find.query([])?;
            let mut lines = Vec::new();
            while let Some(row) = rows.next()? {
                let (gid, document): (String, String) = (row.get(0)?, row.get(1)?);
                let (rings, last_ring) = grown.remove(&gid).unwrap_or_default();
                lines.push(RegisterLine {
                    facts: serde_json::from_str(&document).map_err(|error| Fault::projection(error.to_string()))?,
                    is_retired: row.get::<_, Option<String>>(2)?.is_some(),
                    event: row.get(3)?,
                    rings,
                    last_ring,
                    roms: roms.remove(&gid).unwrap_or_default(),
                });
            }
            Ok(lines)
        })
    }

    /// Every sealed record, by name.
    ///
    /// # Errors
    /// [`FleetError::Database`], [`FleetError::Projection`].
    pub fn seals(&self) -> Result<Vec<SealRow>, FleetError> {
        self.read(|db| {
            let sql = "SELECT rom.name, gid, event.at FROM rom JOIN event ON event.seq = rom.seq ORDER BY name";
            let mut find = db.prepare_cached(sql)?;
            let mut rows = find.query([])?;
            let mut seals = Vec::new();
            while let Some(row) = rows.next()? {
                seals.push(SealRow { name: row.get(0)?, gid: row.get(1)?, at: moment(&row.get::<_, String>(2)?)? });
            }
            Ok(seals)
        })
    }

    /// When the fleet last heard anything new about vulnerabilities; nothing when it never did.
    ///
    /// # Errors
    /// [`FleetError::Database`], [`FleetError::Projection`].
    pub fn advised_at(&self) -> Result<Option<Timestamp>, FleetError> {
        self.read(|db| {
            let sql = "SELECT at FROM event WHERE seq = (SELECT max(seq) FROM advisory)";
            let at: Option<String> = db.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
            at.as_deref().map(moment).transpose()
        })
    }
}

/// Images with their platforms, and when the last of them grew.
type Rings = (Vec<(String, Digest)>, Option<Timestamp>);

fn rings(db: &Connection) -> Result<BTreeMap<String, Rings>> {
    let mut find = db.prepare_cached("SELECT gid, platform, digest, at FROM ring ORDER BY gid, seq")?;
    let mut rows = find.query([])?;
    let mut found: BTreeMap<String, Rings> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let at = Timestamp::from_microsecond(row.get(3)?).map_err(|error| Fault::projection(error.to_string()))?;
        let (rings, last) = found.entry(row.get(0)?).or_default();
        rings.push((row.get(1)?, to_digest(&row.get::<_, Vec<u8>>(2)?)?));
        *last = (*last).max(Some(at));
    }
    Ok(found)
}

fn names(db: &Connection) -> Result<BTreeMap<String, Vec<String>>> {
    let mut find = db.prepare_cached("SELECT gid, name FROM rom WHERE gid IS NOT NULL ORDER BY gid, seq")?;
    let mut rows = find.query([])?;
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        found.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(found)
}

fn moment(text: &str) -> Result<Timestamp> {
    text.parse().map_err(|error: jiff::Error| Fault::projection(error.to_string()))
}
