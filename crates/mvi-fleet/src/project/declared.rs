//! What people, labels and attestations say about lineage: `DERIVES_FROM` by other evidence than layers.

use rusqlite::params;

use crate::error::Result;
use crate::fact::{Evidence, Fact};
use crate::project::{Happened, Projection, Target};

/// The projection of claims on lineage. Claims are kept beside each other, never merged.
pub(crate) struct Declared;

impl Projection for Declared {
    fn name(&self) -> &'static str {
        "declared"
    }

    fn version(&self) -> u32 {
        1
    }

    fn schema(&self) -> &'static str {
        "CREATE TABLE claim (
             child TEXT NOT NULL, parent TEXT NOT NULL, evidence TEXT NOT NULL, seq INTEGER NOT NULL,
             PRIMARY KEY (child, parent, evidence)
         ) STRICT, WITHOUT ROWID;
         CREATE INDEX claim_parent ON claim (parent);"
    }

    fn apply(&self, target: &mut Target<'_>, event: &Happened<'_>) -> Result<()> {
        let put = |child: &str, parent: &str, evidence: Evidence| -> Result<()> {
            let mut insert = target.db.prepare_cached("INSERT OR REPLACE INTO claim VALUES (?, ?, ?, ?)")?;
            insert.execute(params![child, parent, evidence.code(), event.seq])?;
            Ok(())
        };
        match event.fact {
            Fact::Lineage(lineage) => put(&lineage.child, &lineage.parent, lineage.evidence),
            Fact::Image(image) => {
                let child = image.digest.to_string();
                image.bases.iter().try_for_each(|claim| put(&child, &claim.parent, claim.evidence))
            }
            Fact::Layer(_) | Fact::Judgement(_) | Fact::Build(_) | Fact::Vulnerability(_) | Fact::Run(_) => Ok(()),
            Fact::Organism(_) | Fact::Retired(_) | Fact::Crq(_) | Fact::Lapsed(_) | Fact::Decision(_) => Ok(()),
            Fact::Rom(_) | Fact::Standard(_) => Ok(()),
        }
    }
}
