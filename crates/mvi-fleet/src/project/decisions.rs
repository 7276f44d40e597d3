//! Decisions about bases, each once; a decision is never changed, only followed by another.

use rusqlite::{OptionalExtension, params};

use crate::error::{Fault, Result};
use crate::fact::{DecisionFacts, Fact, canonical};
use crate::project::{Happened, Projection, Target};

/// The projection of decisions.
pub(crate) struct Decisions;

impl Projection for Decisions {
    fn name(&self) -> &'static str {
        "decisions"
    }

    fn version(&self) -> u32 {
        1
    }

    fn schema(&self) -> &'static str {
        "CREATE TABLE decision (
             id TEXT PRIMARY KEY,
             service TEXT NOT NULL,
             requested TEXT NOT NULL,
             chosen TEXT,
             digest TEXT NOT NULL,
             seq INTEGER NOT NULL,
             document TEXT NOT NULL
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX decision_service ON decision (service);"
    }

    fn apply(&self, target: &mut Target<'_>, event: &Happened<'_>) -> Result<()> {
        match event.fact {
            Fact::Decision(decision) => put(target, decision, event.seq),
            Fact::Image(_) | Fact::Layer(_) | Fact::Judgement(_) | Fact::Build(_) | Fact::Lineage(_) => Ok(()),
            Fact::Vulnerability(_) | Fact::Run(_) | Fact::Organism(_) | Fact::Retired(_) => Ok(()),
            Fact::Crq(_) | Fact::Lapsed(_) | Fact::Rom(_) | Fact::Standard(_) => Ok(()),
        }
    }
}

fn put(target: &Target<'_>, decision: &DecisionFacts, seq: u64) -> Result<()> {
    let mut find = target.db.prepare_cached("SELECT seq FROM decision WHERE id = ?")?;
    if let Some(before) = find.query_row([&decision.id], |row| row.get::<_, u64>(0)).optional()? {
        let reason = format!("was decided in event {before}, and a decision is never changed; decide anew");
        return Err(Fault::refused(&decision.id, reason));
    }
    let mut put = target.db.prepare_cached("INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    put.execute(params![
        decision.id,
        decision.service,
        decision.requested,
        decision.chosen,
        decision.digest.to_string(),
        seq,
        canonical(&decision.document)?
    ])?;
    Ok(())
}
