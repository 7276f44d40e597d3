//! Drops the projections and makes them again from the log.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Fault, FleetError, Result};
use crate::event::Event;
use crate::fact::Fact;
use crate::project::{Happened, Names, Target, layers};
use crate::store::{Access, Store, log, schema};

impl Store {
    /// Makes all projections again from the log, in one transaction; gives the number of events replayed.
    ///
    /// # Errors
    /// [`FleetError::Damaged`] with the first event that cannot be replayed; the projections are then as before.
    pub fn rebuild(&mut self) -> Result<u64, FleetError> {
        let done = self.try_rebuild();
        self.names.forget();
        done.map_err(|fault| fault.at(&self.path))
    }

    fn try_rebuild(&mut self) -> Result<u64> {
        if self.access == Access::Read {
            return Err(FleetError::ReadOnly { path: self.path.clone() }.into());
        }
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        schema::standing(&transaction, &self.path)?;
        let replayed = all(&transaction)?;
        transaction.commit()?;
        Ok(replayed)
    }
}

/// Drops and replays inside the caller's transaction.
pub(super) fn all(db: &Connection) -> Result<u64> {
    schema::drop_projections(db)?;
    schema::lay_out_projections(db)?;
    replay(db, db, u64::MAX)
}

/// Replays the log of `source` up to `last` into the empty projections of `into`; gives the number of events.
pub(super) fn replay(source: &Connection, into: &Connection, last: u64) -> Result<u64> {
    let mut names = Names::default();
    let mut target = Target { db: into, names: &mut names };
    let (mut seq, mut hash) = (0, [0; 32]);
    log::walk(source, 0, |event| {
        let event = event?;
        if event.seq > last {
            return Ok(false);
        }
        project(&mut target, &event)?;
        let unsayable = |error: serde_json::Error| Fault::refused(&event.subject, error.to_string());
        (seq, hash) = (event.seq, event.expected_hash().map_err(unsayable)?);
        Ok(true)
    })?;
    layers::write_edges(&mut target)?;
    into.execute("UPDATE state SET seq = ?, hash = ?", rusqlite::params![seq, hash])?;
    Ok(seq)
}

fn project(target: &mut Target<'_>, event: &Event) -> Result<()> {
    let fact = Fact::decode(event.kind, &event.payload, event.seq)?;
    let happened = Happened {
        seq: event.seq,
        at: event.at,
        payload_sha256: &crate::bytes::sha256(event.payload.as_bytes()),
        standard: event.standard.as_ref(),
        fact: &fact,
    };
    // The projection took it once; that it does not now is the fault of the bytes, not of whoever asks.
    target.project(&happened).map_err(|fault| match fault {
        Fault::Said(FleetError::Refused { subject, reason }) => {
            FleetError::Damaged { seq: event.seq, reason: format!("{subject}: {reason}") }.into()
        }
        other => other,
    })
}
