//! The counts that the fleet's score is made of, kept up to date one image at a time.

use mvi_image::Digest;
use rusqlite::{Connection, OptionalExtension, params};

use crate::bytes::of_digest;
use crate::error::Result;
use crate::fact::Fact;
use crate::project::{Happened, Projection, Target};

/// The projection of the tally: one row of sums, and what each image contributed to them.
pub(crate) struct Tally;

impl Projection for Tally {
    fn name(&self) -> &'static str {
        "tally"
    }

    fn version(&self) -> u32 {
        1
    }

    fn schema(&self) -> &'static str {
        "CREATE TABLE counted (
             image INTEGER PRIMARY KEY, compliant INTEGER NOT NULL, heavy INTEGER NOT NULL, unmeasured INTEGER NOT NULL,
             bytes INTEGER
         ) STRICT;
         CREATE TABLE tally (
             one INTEGER PRIMARY KEY CHECK (one = 1),
             total INTEGER NOT NULL, compliant INTEGER NOT NULL, heavy INTEGER NOT NULL, unmeasured INTEGER NOT NULL,
             total_bytes INTEGER NOT NULL, compliant_bytes INTEGER NOT NULL, heavy_bytes INTEGER NOT NULL,
             unmeasured_bytes INTEGER NOT NULL, without_bytes INTEGER NOT NULL
         ) STRICT;
         INSERT INTO tally VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0, 0);"
    }

    fn apply(&self, target: &mut Target<'_>, event: &Happened<'_>) -> Result<()> {
        match event.fact {
            Fact::Image(image) => recount(target.db, &image.digest),
            Fact::Judgement(judgement) => recount(target.db, &judgement.digest),
            Fact::Organism(organism) => organism.digests.values().try_for_each(|digest| recount(target.db, digest)),
            Fact::Retired(retirement) => recount_rings(target.db, &retirement.gid),
            Fact::Layer(_) | Fact::Build(_) | Fact::Lineage(_) | Fact::Vulnerability(_) | Fact::Run(_) => Ok(()),
            Fact::Crq(_) | Fact::Lapsed(_) | Fact::Decision(_) | Fact::Rom(_) | Fact::Standard(_) => Ok(()),
        }
    }
}

fn recount_rings(db: &Connection, gid: &str) -> Result<()> {
    let mut rings = db.prepare_cached("SELECT digest FROM ring WHERE gid = ?")?;
    let rings: Vec<Vec<u8>> = rings.query_map([gid], |row| row.get(0))?.collect::<Result<_, _>>()?;
    rings.iter().try_for_each(|digest| recount_bytes(db, digest))
}

fn recount(db: &Connection, digest: &Digest) -> Result<()> {
    recount_bytes(db, &of_digest(digest))
}

/// Takes away what an image contributed and adds what it contributes now; one that is not known contributes nothing.
fn recount_bytes(db: &Connection, digest: &[u8]) -> Result<()> {
    let mut image = db.prepare_cached("SELECT id, audited, transfer FROM image WHERE digest = ?")?;
    let image = image.query_row([digest], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let Some((image, audited, bytes)): Option<(u64, bool, Option<u64>)> = image else { return Ok(()) };
    let mut before = db.prepare_cached("SELECT compliant, heavy, unmeasured, bytes FROM counted WHERE image = ?")?;
    let before = before.query_row([image], Share::read).optional()?;
    let now = if audited { share(db, digest, bytes)? } else { None };
    if before == now {
        return Ok(());
    }
    if let Some(before) = before {
        add(db, &before, -1)?;
    }
    match now {
        Some(now) => {
            add(db, &now, 1)?;
            let mut put = db.prepare_cached("INSERT OR REPLACE INTO counted VALUES (?, ?, ?, ?, ?)")?;
            put.execute(params![image, now.compliant, now.heavy, now.unmeasured, now.bytes])?;
        }
        None => {
            db.prepare_cached("DELETE FROM counted WHERE image = ?")?.execute([image])?;
        }
    }
    Ok(())
}

/// The code of the verdict that says nothing was measured.
const UNMEASURED: &str = "none";

/// What one image contributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share {
    compliant: bool,
    heavy: bool,
    unmeasured: bool,
    bytes: Option<u64>,
}

impl Share {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { compliant: row.get(0)?, heavy: row.get(1)?, unmeasured: row.get(2)?, bytes: row.get(3)? })
    }
}

/// An image counts if it is known, audited, and of no organism that is retired; unjudged, it is unmeasured.
fn share(db: &Connection, digest: &[u8], bytes: Option<u64>) -> Result<Option<Share>> {
    let mut rings = db.prepare_cached("SELECT gid FROM ring WHERE digest = ?")?;
    let mut rings = rings.query([digest])?;
    while let Some(ring) = rings.next()? {
        let mut organism = db.prepare_cached("SELECT retired IS NOT NULL FROM organism WHERE gid = ?")?;
        if organism.query_row([ring.get::<_, String>(0)?], |row| row.get(0))? {
            return Ok(None);
        }
    }
    let mut judgement = db.prepare_cached("SELECT compliant, heavy, verdict FROM judgement WHERE digest = ?")?;
    let read = |row: &rusqlite::Row<'_>| {
        let verdict: String = row.get(2)?;
        Ok(Share { compliant: row.get(0)?, heavy: row.get(1)?, unmeasured: verdict == UNMEASURED, bytes })
    };
    let unjudged = Share { compliant: false, heavy: false, unmeasured: true, bytes };
    Ok(Some(judgement.query_row([digest], read).optional()?.unwrap_or(unjudged)))
}

fn add(db: &Connection, share: &Share, sign: i64) -> Result<()> {
    let sql = "UPDATE tally SET total = total + ?1, compliant = compliant + ?2, heavy = heavy + ?3,
                   unmeasured = unmeasured + ?4, total_bytes = total_bytes + ?1 * ?5,
                   compliant_bytes = compliant_bytes + ?2 * ?5, heavy_bytes = heavy_bytes + ?3 * ?5,
                   unmeasured_bytes = unmeasured_bytes + ?4 * ?5, without_bytes = without_bytes + ?6";
    let part = |holds: bool| if holds { sign } else { 0 };
    db.prepare_cached(sql)?.execute(params![
        sign,
        part(share.compliant),
        part(share.heavy),
        part(share.unmeasured),
        share.bytes.unwrap_or(0),
        part(share.bytes.is_none()),
    ])?;
    Ok(())
}
