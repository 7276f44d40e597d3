//! The card of an organism: everything the fleet remembers of it, on one page.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mvi_image::Digest;
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use crate::bytes::{of_digest, to_digest};
use crate::error::{Fault, FleetError, Result};
use crate::fact::{JudgementFacts, OrganismFacts};
use crate::query::lineage::bases;
use crate::query::rows::{self, Named};
use crate::query::running::{Running, running_of};
use crate::store::Store;

/// An organism's card.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Organism {
    /// What was registered.
    #[serde(flatten)]
    pub facts: OrganismFacts,
    /// Why it was retired; nothing while it lives.
    pub retired: Option<String>,
    /// The event that registered it.
    pub created: u64,
    /// The event that changed it last.
    pub updated: u64,
    /// Its rings, by platform, oldest first.
    pub rings: Vec<Ring>,
    /// Names of its sealed templates.
    pub roms: Vec<String>,
    /// What its newest image stands on, nearest first; nothing is known of an image that was not taken in.
    pub bases: Vec<Named>,
    /// Distinct live services that run one of its images or an image that stands on one: its reproduction. The label
    /// is the standard's.
    pub services: u64,
    /// The latest judgement of its newest image.
    pub judgement: Option<JudgementFacts>,
}

/// One ring: the n-th different image that was built for an organism on one platform.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ring {
    /// From 1.
    pub n: u64,
    /// Its platform.
    pub platform: String,
    /// The image.
    pub digest: Digest,
    /// When it grew.
    pub at: Timestamp,
    /// Size in MB, as the standard measures size.
    pub size_mb: Option<f64>,
    /// Size minus that of the ring before, in MB; negative is a healthy shrink.
    pub width_mb: Option<f64>,
    /// Pressure by the latest judgement of that image.
    pub pressure: Option<f64>,
}

impl Store {
    /// The card of the organism with this GID.
    ///
    /// # Errors
    /// [`FleetError::Unknown`].
    pub fn organism(&self, gid: &str) -> Result<Organism, FleetError> {
        self.read(|db| card(db, gid))
    }
}

fn card(db: &Connection, gid: &str) -> Result<Organism> {
    let mut find = db.prepare_cached("SELECT document, retired, seq, updated FROM organism WHERE gid = ?")?;
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let found = find.query_row([gid], read).optional()?;
    let (document, retired, created, updated) = found.ok_or_else(|| Fault::unknown("organism", gid))?;
    let rings = rings(db, gid)?;
    let newest = rows::find(db, gid)?;
    let bases = newest.as_ref().map(|image| bases(db, image)).transpose()?.unwrap_or_default();
    let mut roms = db.prepare_cached("SELECT name FROM rom WHERE gid = ? ORDER BY seq")?;
    Ok(Organism {
        facts: serde_json::from_str(&document).map_err(|error| Fault::projection(error.to_string()))?,
        retired,
        created,
        updated,
        roms: roms.query_map([gid], |row| row.get(0))?.collect::<Result<_, _>>()?,
        bases: bases.into_iter().map(|base| base.named).collect(),
        services: reproduction(db, &rings)?.len() as u64,
        judgement: newest.map(|image| judgement(db, &image.named.digest)).transpose()?.flatten(),
        rings,
    })
}

/// Rings with their widths.
pub(super) fn rings(db: &Connection, gid: &str) -> Result<Vec<Ring>> {
    let sql = "SELECT n, platform, digest, at, size_mb FROM ring WHERE gid = ? ORDER BY platform, n";
    let mut find = db.prepare_cached(sql)?;
    let mut rows = find.query([gid])?;
    let mut found: Vec<Ring> = Vec::new();
    while let Some(row) = rows.next()? {
        let (platform, size_mb): (String, Option<f64>) = (row.get(1)?, row.get(4)?);
        let before = found.last().filter(|ring| ring.platform == platform).and_then(|ring| ring.size_mb);
        let digest = to_digest(&row.get::<_, Vec<u8>>(2)?)?;
        let at = Timestamp::from_microsecond(row.get(3)?).map_err(|error| Fault::projection(error.to_string()))?;
        let pressure = judgement(db, &digest)?.and_then(|judgement| judgement.pressure);
        let width_mb = size_mb.zip(before).map(|(now, before)| now - before);
        found.push(Ring { n: row.get(0)?, platform, digest, at, size_mb, width_mb, pressure });
    }
    Ok(found)
}

/// The latest judgement of an image.
pub(super) fn judgement(db: &Connection, digest: &Digest) -> Result<Option<JudgementFacts>> {
    let mut find = db.prepare_cached("SELECT document FROM judgement WHERE digest = ?")?;
    let document: Option<String> = find.query_row([of_digest(digest)], |row| row.get(0)).optional()?;
    let read = |document: String| serde_json::from_str(&document);
    document.map(read).transpose().map_err(|error| Fault::projection(error.to_string()))
}

/// Ids of live services on any of an organism's images.
pub(super) fn reproduction(db: &Connection, rings: &[Ring]) -> Result<BTreeSet<u64>> {
    let mut images = BTreeSet::new();
    for ring in rings {
        let Some(image) = crate::project::images::id_of(db, &ring.digest)? else { continue };
        images.insert(image);
        let mut below = db.prepare_cached("SELECT image FROM descends WHERE base = ?")?;
        for image in below.query_map([image], |row| row.get::<_, u64>(0))? {
            images.insert(image?);
        }
    }
    let images: Vec<u64> = images.into_iter().collect();
    let running = running_of(db, &images)?;
    Ok(running.iter().flat_map(Running::services).collect())
}
