//! Services and what they run: `RUNS`.

use rusqlite::{OptionalExtension, params};

use crate::bytes::of_digest;
use crate::error::Result;
use crate::fact::{Fact, RunFacts, canonical};
use crate::project::{Happened, Projection, Target, images};

/// The projection of services. A service may run an image that the fleet does not know, or does not know yet.
pub(crate) struct Runs;

impl Projection for Runs {
    fn name(&self) -> &'static str {
        "runs"
    }

    fn version(&self) -> u32 {
        1
    }

    fn schema(&self) -> &'static str {
        "CREATE TABLE service (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
         CREATE TABLE run (
             id INTEGER PRIMARY KEY,
             service INTEGER NOT NULL REFERENCES service (id),
             cluster TEXT NOT NULL,
             digest BLOB NOT NULL,
             image INTEGER,
             pods INTEGER NOT NULL,
             nodes TEXT NOT NULL,
             since TEXT NOT NULL,
             until TEXT,
             seq INTEGER NOT NULL,
             UNIQUE (service, cluster, digest)
         ) STRICT;
         CREATE INDEX run_digest ON run (digest);
         CREATE INDEX run_live ON run (image, service, pods, nodes) WHERE until IS NULL;"
    }

    fn apply(&self, target: &mut Target<'_>, event: &Happened<'_>) -> Result<()> {
        match event.fact {
            Fact::Run(run) => put(target, run, event.seq),
            Fact::Image(image) => {
                let id = images::id_of(target.db, &image.digest)?;
                let sql = "UPDATE run SET image = ? WHERE digest = ? AND image IS NOT ?1";
                target.db.prepare_cached(sql)?.execute(params![id, of_digest(&image.digest)])?;
                Ok(())
            }
            Fact::Layer(_) | Fact::Judgement(_) | Fact::Build(_) | Fact::Lineage(_) | Fact::Vulnerability(_) => Ok(()),
            Fact::Organism(_) | Fact::Retired(_) | Fact::Crq(_) | Fact::Lapsed(_) | Fact::Decision(_) => Ok(()),
            Fact::Rom(_) | Fact::Standard(_) => Ok(()),
        }
    }
}

fn put(target: &Target<'_>, run: &RunFacts, seq: u64) -> Result<()> {
    let db = target.db;
    let mut find = db.prepare_cached("SELECT id FROM service WHERE name = ?")?;
    let service: u64 = match find.query_row([&run.service], |row| row.get(0)).optional()? {
        Some(id) => id,
        None => {
            db.prepare_cached("INSERT INTO service (name) VALUES (?)")?.execute([&run.service])?;
            db.last_insert_rowid().unsigned_abs()
        }
    };
    let sql = "INSERT INTO run (service, cluster, digest, image, pods, nodes, since, until, seq)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (service, cluster, digest) DO UPDATE SET image = excluded.image, pods = excluded.pods,
               nodes = excluded.nodes, since = excluded.since, until = excluded.until, seq = excluded.seq";
    db.prepare_cached(sql)?.execute(params![
        service,
        run.cluster,
        of_digest(&run.digest),
        images::id_of(db, &run.digest)?,
        run.pods,
        if run.nodes.is_empty() { String::new() } else { canonical(&run.nodes)? },
        run.since.to_string(),
        run.until.map(|until| until.to_string()),
        seq,
    ])?;
    Ok(())
}
