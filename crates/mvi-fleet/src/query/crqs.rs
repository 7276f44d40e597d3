//! Change requests as they were told last.

use crate::error::{Fault, FleetError};
use crate::event::EventKind;
use crate::fact::{CrqFacts, Fact};
use crate::store::Store;

impl Store {
    /// All change requests, each in its latest revision, by id.
    ///
    /// # Errors
    /// [`FleetError::Damaged`].
    pub fn change_requests(&self) -> Result<Vec<CrqFacts>, FleetError> {
        self.read(|db| {
            let sql = "SELECT seq, payload FROM event WHERE seq IN (SELECT seq FROM crq) ORDER BY subject";
            let mut find = db.prepare_cached(sql)?;
            let mut rows = find.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                // A request that lapsed has the same payload as one that moved otherwise.
                match Fact::decode(EventKind::Crq, &row.get::<_, String>(1)?, row.get(0)?)? {
                    Fact::Crq(crq) => found.push(crq),
                    _ => return Err(Fault::projection("a change request is none")),
                }
            }
            Ok(found)
        })
    }
}
