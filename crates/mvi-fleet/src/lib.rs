//! The memory of a fleet in one SQLite file: a hash-chained log of events, and projections that follow from it.
//!
//! It keeps facts and answers and decides nothing: verdicts, change requests and seals come in as facts that others
//! worked out. The clock and randomness are arguments.

mod bytes;
mod error;
mod event;
mod export;
mod fact;
mod gid;
mod project;
mod query;
mod store;

pub use error::FleetError;
pub use event::{Event, EventId, EventKind, Stamp};
pub use export::{EXPORT_SCHEMA, ExportFormat};
pub use fact::{
    Affected, BaseClaim, BuildFacts, Contents, CrqFacts, DecisionFacts, Evidence, Fact, ImageFacts, JudgementFacts,
    LayerOfImage, Lineage, OrganismFacts, Provided, Retirement, Role, RomFacts, RunFacts, Scope, Sizes, SostleRange,
    StandardFacts, VulnerabilityFacts,
};
pub use query::*;
pub use store::{Appended, CheckFault, CheckReport, Ingested, Registered, Registration, Store};
