//! Vulnerabilities, their other names, and the packages they affect: `AFFECTS`.

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Result;
use crate::fact::{Fact, VulnerabilityFacts};
use crate::project::{Happened, Projection, Target, layers};

/// The projection of vulnerabilities. What shares a name is one; what each source said of it is kept apart, so that
/// a source's next word replaces its own alone.
pub(crate) struct Vulnerabilities;

impl Projection for Vulnerabilities {
    fn name(&self) -> &'static str {
        "vulnerabilities"
    }

    fn version(&self) -> u32 {
        2
    }

    fn schema(&self) -> &'static str {
        "CREATE TABLE vulnerability_name (name TEXT PRIMARY KEY, vulnerability INTEGER NOT NULL) STRICT, WITHOUT ROWID;
         CREATE INDEX vulnerability_names ON vulnerability_name (vulnerability);
         CREATE TABLE affects (
             vulnerability INTEGER NOT NULL,
             package INTEGER NOT NULL,
             source TEXT NOT NULL,
             fixed_in TEXT,
             severity TEXT,
             PRIMARY KEY (vulnerability, package, source)
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX affects_package ON affects (package);
         CREATE TABLE advisory (source TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
         CREATE TABLE advisory_about (
             word TEXT NOT NULL, source TEXT NOT NULL, PRIMARY KEY (word, source)
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX advisory_words ON advisory_about (source);"
    }

    fn apply(&self, target: &mut Target<'_>, event: &Happened<'_>) -> Result<()> {
        match event.fact {
            Fact::Vulnerability(vulnerability) => put(target, vulnerability, event.seq),
            Fact::Image(_) | Fact::Layer(_) | Fact::Judgement(_) | Fact::Build(_) | Fact::Lineage(_) => Ok(()),
            Fact::Run(_)
            | Fact::Organism(_)
            | Fact::Retired(_)
            | Fact::Crq(_)
            | Fact::Lapsed(_)
            | Fact::Decision(_) => Ok(()),
            Fact::Rom(_) | Fact::Standard(_) => Ok(()),
        }
    }
}

/// The vulnerability with this name or alias.
pub(crate) fn id_of(db: &Connection, name: &str) -> Result<Option<u64>> {
    let mut find = db.prepare_cached("SELECT vulnerability FROM vulnerability_name WHERE name = ?")?;
    Ok(find.query_row([name], |row| row.get(0)).optional()?)
}

fn put(target: &mut Target<'_>, facts: &VulnerabilityFacts, seq: u64) -> Result<()> {
    let db = target.db;
    let names = || std::iter::once(&facts.id).chain(&facts.aliases);
    // Events are numbered once, so the number of the first on a vulnerability can be its id.
    let mut id = seq;
    for name in names() {
        id = id.min(id_of(db, name)?.unwrap_or(seq));
    }
    for name in names() {
        match id_of(db, name)? {
            Some(other) if other != id => merge(db, other, id)?,
            Some(_) => {}
            None => {
                db.prepare_cached("INSERT INTO vulnerability_name VALUES (?, ?)")?.execute(params![name, id])?;
            }
        }
    }
    db.prepare_cached("INSERT OR REPLACE INTO advisory VALUES (?, ?)")?.execute(params![facts.id, seq])?;
    db.prepare_cached("DELETE FROM advisory_about WHERE source = ?")?.execute([&facts.id])?;
    for word in &facts.about {
        db.prepare_cached("INSERT OR IGNORE INTO advisory_about VALUES (?, ?)")?.execute([word, &facts.id])?;
    }
    let mut delete = db.prepare_cached("DELETE FROM affects WHERE vulnerability = ? AND source = ?")?;
    delete.execute(params![id, facts.id])?;
    for affected in &facts.affects {
        let package = layers::intern_package(target, &affected.purl)?;
        let mut insert = db.prepare_cached("INSERT OR REPLACE INTO affects VALUES (?, ?, ?, ?, ?)")?;
        insert.execute(params![id, package, facts.id, affected.fixed_in, affected.severity])?;
    }
    Ok(())
}

/// Two that turn out to be one.
fn merge(db: &Connection, from: u64, into: u64) -> Result<()> {
    let mut names = db.prepare_cached("UPDATE vulnerability_name SET vulnerability = ?2 WHERE vulnerability = ?1")?;
    names.execute([from, into])?;
    let mut edges = db.prepare_cached("UPDATE OR REPLACE affects SET vulnerability = ?2 WHERE vulnerability = ?1")?;
    edges.execute([from, into])?;
    Ok(())
}
