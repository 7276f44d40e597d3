//! Change requests in their latest state. What was before stays in the log.

use rusqlite::{OptionalExtension, params};

use crate::error::{Fault, Result};
use crate::fact::{CrqFacts, Fact, canonical};
use crate::project::{Happened, Projection, Target};

/// The projection of change requests.
pub(crate) struct Crqs;

impl Projection for Crqs {
    fn name(&self) -> &'static str {
        "crqs"
    }

    fn version(&self) -> u32 {
        1
    }

    fn schema(&self) -> &'static str {
        "CREATE TABLE crq (
             id TEXT PRIMARY KEY,
             revision INTEGER NOT NULL,
             state TEXT NOT NULL,
             subject TEXT NOT NULL,
             review_due INTEGER,
             seq INTEGER NOT NULL,
             document TEXT NOT NULL
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX crq_due ON crq (review_due) WHERE review_due IS NOT NULL;
         CREATE INDEX crq_subject ON crq (subject);"
    }

    fn apply(&self, target: &mut Target<'_>, event: &Happened<'_>) -> Result<()> {
        match event.fact {
            Fact::Crq(crq) | Fact::Lapsed(crq) => put(target, crq, event.seq),
            Fact::Image(_) | Fact::Layer(_) | Fact::Judgement(_) | Fact::Build(_) | Fact::Lineage(_) => Ok(()),
            Fact::Vulnerability(_) | Fact::Run(_) | Fact::Organism(_) | Fact::Retired(_) => Ok(()),
            Fact::Decision(_) | Fact::Rom(_) | Fact::Standard(_) => Ok(()),
        }
    }
}

fn put(target: &Target<'_>, crq: &CrqFacts, seq: u64) -> Result<()> {
    let mut find = target.db.prepare_cached("SELECT revision FROM crq WHERE id = ?")?;
    let before: Option<u64> = find.query_row([&crq.id], |row| row.get(0)).optional()?;
    if let Some(before) = before.filter(|before| *before >= crq.revision) {
        let reason = format!("revision {} is not after {before}, which is known; read it again first", crq.revision);
        return Err(Fault::refused(&crq.id, reason));
    }
    let mut put = target.db.prepare_cached("INSERT OR REPLACE INTO crq VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    let due = crq.review_due.map(|due| due.as_microsecond());
    put.execute(params![crq.id, crq.revision, crq.state, crq.subject, due, seq, canonical(&crq.document)?])?;
    Ok(())
}
