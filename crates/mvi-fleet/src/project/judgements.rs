//! The latest judgement of each image: `JUDGED_BY`. Earlier ones stay in the log.

use rusqlite::params;

use crate::bytes::of_digest;
use crate::error::Result;
use crate::fact::{Fact, JudgementFacts, canonical};
use crate::project::{Happened, Projection, Target};

/// The projection of judgements.
pub(crate) struct Judgements;

impl Projection for Judgements {
    fn name(&self) -> &'static str {
        "judgements"
    }

    fn version(&self) -> u32 {
        1
    }

    fn schema(&self) -> &'static str {
        "CREATE TABLE judgement (
             digest BLOB NOT NULL UNIQUE,
             seq INTEGER NOT NULL,
             verdict TEXT NOT NULL,
             effective TEXT NOT NULL,
             action TEXT NOT NULL,
             standard TEXT,
             compliant INTEGER NOT NULL,
             heavy INTEGER NOT NULL,
             document TEXT NOT NULL
         ) STRICT;"
    }

    fn apply(&self, target: &mut Target<'_>, event: &Happened<'_>) -> Result<()> {
        match event.fact {
            Fact::Judgement(judgement) => put(target, judgement, event),
            Fact::Image(_) | Fact::Layer(_) | Fact::Build(_) | Fact::Lineage(_) | Fact::Vulnerability(_) => Ok(()),
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

fn put(target: &Target<'_>, judgement: &JudgementFacts, event: &Happened<'_>) -> Result<()> {
    let sql = "INSERT INTO judgement VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (digest) DO UPDATE SET seq = excluded.seq, verdict = excluded.verdict,
               effective = excluded.effective, action = excluded.action, standard = excluded.standard,
               compliant = excluded.compliant, heavy = excluded.heavy, document = excluded.document";
    target.db.prepare_cached(sql)?.execute(params![
        of_digest(&judgement.digest),
        event.seq,
        judgement.verdict.code(),
        judgement.effective.code(),
        judgement.action.code(),
        event.standard.map(ToString::to_string),
        judgement.compliant,
        judgement.heavy,
        canonical(judgement)?,
    ])?;
    Ok(())
}
