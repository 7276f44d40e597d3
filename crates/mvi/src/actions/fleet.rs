//! What the program does with the fleet: telling it facts, judging them, and asking it; no arguments, no output.

pub(crate) mod accept;
pub(crate) mod belt;
pub(crate) mod card;
pub(crate) mod dossier;
mod error;
pub(crate) mod import;
mod judging;
mod lineage;
pub(crate) mod list;
mod memory;
pub(crate) mod register;
mod row;
pub(crate) mod solvency;
mod units;

pub(crate) use error::{FleetFailure, is_usage};
pub(crate) use judging::{Judged, Law, judged};
pub(crate) use memory::Memory;
