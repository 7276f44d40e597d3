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
             digest BLOB PRIMARY KEY, compliant INTEGER NOT NULL, heavy INTEGER NOT NULL, unmeasured INTEGER NOT NULL,
             bytes INTEGER
         ) STRICT, WITHOUT ROWID;
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
            Fact::Crq(_) | Fact::Lapsed(_) | Fact::Rom(_) | Fact::Standard(_) => Ok(()),
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

/// Takes away what an image contributed and adds what it contributes now.
fn recount_bytes(db: &Connection, digest: &[u8]) -> Result<()> {
    let mut before = db.prepare_cached("SELECT compliant, heavy, unmeasured, bytes FROM counted WHERE digest = ?")?;
    let before = before.query_row([digest], Share::read).optional()?;
    let now = share(db, digest)?;
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
            put.execute(params![digest, now.compliant, now.heavy, now.unmeasured, now.bytes])?;
        }
        None => {
            db.prepare_cached("DELETE FROM counted WHERE digest = ?")?.execute([digest])?;
        }
    }
    Ok(())
}

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
fn share(db: &Connection, digest: &[u8]) -> Result<Option<Share>> {
    let sql = "SELECT coalesce(judgement.compliant, 0), coalesce(judgement.heavy, 0),
                      coalesce(judgement.verdict, 'none') = 'none', image.transfer
               FROM image LEFT JOIN judgement ON judgement.digest = image.digest
               WHERE image.digest = ?1 AND image.audited AND NOT EXISTS (
                   SELECT 1 FROM ring JOIN organism ON organism.gid = ring.gid
                   WHERE ring.digest = ?1 AND organism.retired IS NOT NULL)";
    Ok(db.prepare_cached(sql)?.query_row([digest], Share::read).optional()?)
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
