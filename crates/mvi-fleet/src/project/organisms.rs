//! Organisms, their rings and their sealed templates.

use mvi_image::Digest;
use rusqlite::{Connection, OptionalExtension, params};

use crate::bytes::of_digest;
use crate::error::{Fault, Result};
use crate::fact::{Fact, ImageFacts, OrganismFacts, Retirement, RomFacts, canonical};
use crate::project::{Happened, Projection, Target};

/// The projection of organisms. A GID that was given once is never given again, though what was registered provisionally
/// may be registered whole later; and a template is never replaced.
pub(crate) struct Organisms;

impl Projection for Organisms {
    fn name(&self) -> &'static str {
        "organisms"
    }

    fn version(&self) -> u32 {
        2
    }

    fn schema(&self) -> &'static str {
        "CREATE TABLE organism (
             gid TEXT PRIMARY KEY,
             seq INTEGER NOT NULL,
             updated INTEGER NOT NULL,
             reference TEXT NOT NULL,
             retired TEXT,
             document TEXT NOT NULL
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX organism_reference ON organism (reference);
         CREATE TABLE ring (
             gid TEXT NOT NULL REFERENCES organism (gid),
             platform TEXT NOT NULL,
             n INTEGER NOT NULL,
             digest BLOB NOT NULL,
             at INTEGER NOT NULL,
             size_mb REAL,
             seq INTEGER NOT NULL,
             PRIMARY KEY (gid, platform, n),
             UNIQUE (gid, digest)
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX ring_digest ON ring (digest);
         CREATE TABLE rom (
             name TEXT PRIMARY KEY, seal TEXT NOT NULL, previous TEXT, gid TEXT, seq INTEGER NOT NULL,
             document TEXT NOT NULL
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX rom_gid ON rom (gid);"
    }

    fn apply(&self, target: &mut Target<'_>, event: &Happened<'_>) -> Result<()> {
        match event.fact {
            Fact::Organism(organism) => register(target.db, organism, event),
            Fact::Image(image) => grow(target.db, image, event),
            Fact::Retired(retirement) => retire(target.db, retirement, event),
            Fact::Rom(rom) => seal(target.db, rom, event),
            Fact::Layer(_) | Fact::Judgement(_) | Fact::Build(_) | Fact::Lineage(_) => Ok(()),
            Fact::Vulnerability(_) | Fact::Run(_) | Fact::Crq(_) | Fact::Lapsed(_) => Ok(()),
            Fact::Decision(_) | Fact::Standard(_) => Ok(()),
        }
    }
}

fn register(db: &Connection, organism: &OrganismFacts, event: &Happened<'_>) -> Result<()> {
    match known(db, &organism.gid)? {
        None => {
            let mut insert = db.prepare_cached("INSERT INTO organism VALUES (?1, ?2, ?2, ?3, NULL, ?4)")?;
            insert.execute(params![organism.gid, event.seq, organism.reference, canonical(organism)?])?;
        }
        Some((before, None)) if before.provisional && before.reference == organism.reference => {
            let mut update = db.prepare_cached("UPDATE organism SET updated = ?, document = ? WHERE gid = ?")?;
            update.execute(params![event.seq, canonical(organism)?, organism.gid])?;
        }
        Some(_) => {
            let why = "the GID is taken, and GIDs are never given twice; take the next number";
            return Err(Fault::refused(&organism.gid, why));
        }
    }
    let size = organism.dimensions.get("size_mb").copied();
    let add = |(platform, digest): (&String, &Digest)| ring(db, (&organism.gid, platform), digest, size, event);
    organism.digests.iter().try_for_each(add)
}

/// What was registered under a GID, and why it ended if it did.
pub(crate) fn known(db: &Connection, gid: &str) -> Result<Option<(OrganismFacts, Option<String>)>> {
    let mut find = db.prepare_cached("SELECT document, retired FROM organism WHERE gid = ?")?;
    let found: Option<(String, Option<String>)> =
        find.query_row([gid], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let read = |(document, retired): (String, _)| Ok((serde_json::from_str(&document)?, retired));
    found.map(read).transpose().map_err(|error: serde_json::Error| Fault::projection(error.to_string()))
}

fn grow(db: &Connection, image: &ImageFacts, event: &Happened<'_>) -> Result<()> {
    let Some(gid) = &image.organism else { return Ok(()) };
    let mut find = db.prepare_cached("SELECT retired FROM organism WHERE gid = ?")?;
    match find.query_row([gid], |row| row.get::<_, Option<String>>(0)).optional()? {
        None => {
            return Err(Fault::refused(image.digest.to_string(), format!("there is no organism {gid}; register it")));
        }
        Some(Some(_)) => {
            return Err(Fault::refused(image.digest.to_string(), format!("{gid} is retired and grows no more")));
        }
        Some(None) => {}
    }
    let transfer = image.sizes.transfer.map(|bytes| bytes as f64 / 1e6);
    let size = image.dimensions.get("size_mb").copied().or(transfer);
    ring(db, (gid, &image.platform), &image.digest, size, event)?;
    db.prepare_cached("UPDATE organism SET updated = ? WHERE gid = ?")?.execute(params![event.seq, gid])?;
    Ok(())
}

/// Adds the next ring, unless the image is one already; then a size that was not known is filled in.
fn ring(db: &Connection, line: (&str, &str), digest: &Digest, size: Option<f64>, event: &Happened<'_>) -> Result<()> {
    let (gid, platform) = line;
    let mut known = db.prepare_cached("UPDATE ring SET size_mb = coalesce(?, size_mb) WHERE gid = ? AND digest = ?")?;
    if known.execute(params![size, gid, of_digest(digest)])? > 0 {
        return Ok(());
    }
    let sql = "INSERT INTO ring SELECT ?1, ?2, coalesce(max(n), 0) + 1, ?3, ?4, ?5, ?6 FROM ring
               WHERE gid = ?1 AND platform = ?2";
    let at = event.at.as_microsecond();
    db.prepare_cached(sql)?.execute(params![gid, platform, of_digest(digest), at, size, event.seq])?;
    Ok(())
}

fn retire(db: &Connection, retirement: &Retirement, event: &Happened<'_>) -> Result<()> {
    let mut update =
        db.prepare_cached("UPDATE organism SET retired = ?, updated = ? WHERE gid = ? AND retired IS NULL")?;
    if update.execute(params![retirement.reason, event.seq, retirement.gid])? == 0 {
        return Err(Fault::refused(&retirement.gid, "there is no such organism, or it is retired already"));
    }
    Ok(())
}

fn seal(db: &Connection, rom: &RomFacts, event: &Happened<'_>) -> Result<()> {
    let mut find = db.prepare_cached("SELECT seal, gid FROM rom WHERE name = ?")?;
    let known: Option<(String, Option<String>)> =
        find.query_row([&rom.name], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    if let Some((seal, gid)) = known {
        // Sealed first and registered later: the same record is given to its organism.
        if seal == rom.seal.to_string() && gid.is_none() && rom.gid.is_some() {
            db.prepare_cached("UPDATE rom SET gid = ? WHERE name = ?")?.execute(params![rom.gid, rom.name])?;
            return Ok(());
        }
        return Err(Fault::refused(&rom.name, "is sealed already and is never changed; seal a higher revision"));
    }
    let mut insert = db.prepare_cached("INSERT INTO rom VALUES (?, ?, ?, ?, ?, ?)")?;
    let previous = rom.previous.as_ref().map(ToString::to_string);
    insert.execute(params![rom.name, rom.seal.to_string(), previous, rom.gid, event.seq, canonical(&rom.document)?])?;
    Ok(())
}
