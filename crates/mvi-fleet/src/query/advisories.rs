//! What the fleet was told of vulnerabilities, and the packages it knows: for whoever works out which are affected.

use rusqlite::{Connection, OptionalExtension};

use crate::error::{FleetError, Result};
use crate::event::EventKind;
use crate::fact::{Fact, VulnerabilityFacts};
use crate::store::Store;

impl Store {
    /// Every package URL that any layer ever provided, with what it was built from where that differs.
    ///
    /// # Errors
    /// [`FleetError`] of reading.
    pub fn packages(&self, mut visit: impl FnMut(&str, Option<&str>)) -> Result<(), FleetError> {
        self.read(|db| {
            let mut all = db.prepare_cached("SELECT purl, source FROM package")?;
            let mut rows = all.query([])?;
            while let Some(row) = rows.next()? {
                let (purl, source) = (row.get_ref(0)?, row.get_ref(1)?);
                visit(purl.as_str().unwrap_or_default(), source.as_str().ok());
            }
            Ok(())
        })
    }

    /// The latest word of a source on a vulnerability, by the id it tells it under.
    ///
    /// # Errors
    /// [`FleetError::Damaged`] for an event that cannot be read.
    pub fn advisory(&self, id: &str) -> Result<Option<VulnerabilityFacts>, FleetError> {
        self.read(|db| {
            let mut find = db.prepare_cached("SELECT seq FROM advisory WHERE source = ?")?;
            let seq: Option<u64> = find.query_row([id], |row| row.get(0)).optional()?;
            seq.map_or(Ok(None), |seq| told(db, seq))
        })
    }

    /// What was told about any of these packages, each once, by id.
    ///
    /// # Errors
    /// [`FleetError::Damaged`] for an event that cannot be read.
    pub fn advisories_about<'a>(
        &self,
        words: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<VulnerabilityFacts>, FleetError> {
        self.read(|db| {
            let mut find = db.prepare_cached(
                "SELECT advisory.seq FROM advisory_about JOIN advisory USING (source) WHERE advisory_about.word = ?",
            )?;
            let mut events: Vec<u64> = Vec::new();
            for word in words {
                let found = find.query_map([word], |row| row.get::<_, u64>(0))?;
                events.extend(found.collect::<std::result::Result<Vec<_>, _>>()?);
            }
            events.sort_unstable();
            events.dedup();
            let mut found = events.into_iter().map(|seq| told(db, seq)).collect::<Result<Vec<_>>>()?;
            found.sort_by(|left, right| left.as_ref().map(|one| &one.id).cmp(&right.as_ref().map(|one| &one.id)));
            Ok(found.into_iter().flatten().collect())
        })
    }
}

fn told(db: &Connection, seq: u64) -> Result<Option<VulnerabilityFacts>> {
    let mut read = db.prepare_cached("SELECT payload FROM event WHERE seq = ?")?;
    let payload: Option<String> = read.query_row([seq], |row| row.get(0)).optional()?;
    let Some(payload) = payload else { return Ok(None) };
    Ok(match Fact::decode(EventKind::Advisory, &payload, seq)? {
        Fact::Vulnerability(facts) => Some(facts),
        _ => None,
    })
}
