//! Change requests: what one is, how it moves from draft to active and on, and which one covers an image now.
//!
//! Everything here is a pure function of the record, an event and the facts that its guards ask for. The record says
//! nothing by itself about the present: [`at`] tells what it is at a moment.

mod apply;
mod clock;
mod event;
mod file;
mod guards;
mod id;
mod ledger;
mod quorum;
mod reason;
mod record;

pub use apply::apply;
pub use clock::{Bump, Calendar, at, due, lapses};
pub use event::{Deed, Event};
pub use file::{CRQ_SCHEMA_JSON, CrqFileError, read_crq, write_crq};
pub use guards::{Directory, Guards, Measured, Organism, Refused, Sealed};
pub use id::{CrqId, IdError, OverrideId};
pub use ledger::{Coverage, covering, grandfathered, unknown, unused};
pub use reason::{GlibcReason, Proof, Reason, verify};
pub use record::{Approval, Consent, Crq, CrqKind, Decided, Entry, Request, State, Subject, Workload};

#[cfg(test)]
mod tests;
