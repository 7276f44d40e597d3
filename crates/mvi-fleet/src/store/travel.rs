//! The fleet as it was: a replay of the log up to an event, in memory.

use crate::error::{Fault, FleetError};
use crate::store::{Access, Store, rebuild};

impl Store {
    /// The fleet as it was just after event `seq`, to be asked like any other; it holds no log, and what is written
    /// to it is refused. Takes as long as a rebuild up to there, and as much memory as the projections.
    ///
    /// # Errors
    /// [`FleetError::Unknown`] for an event that has not happened, [`FleetError::Damaged`].
    pub fn as_of(&self, seq: u64) -> Result<Self, FleetError> {
        let replayed = self.read(|db| {
            let mut past = Self::in_memory(&self.path)?;
            let reached = rebuild::replay(db, &past.db, seq)?;
            if reached != seq {
                return Err(Fault::unknown("event", seq.to_string()));
            }
            past.access = Access::Read;
            Ok(past)
        })?;
        Ok(replayed)
    }
}
