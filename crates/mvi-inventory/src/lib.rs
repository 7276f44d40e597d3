//! What is inside a container image: operating system, packages, who owns which file, and what could not be read.
//!
//! Read layers with an [`InventoryCollector`], merge them, and [`take`] the inventory of the tree.

mod cataloger;
mod catalogers;
mod collector;
mod document;
mod folders;
mod gaps;
mod gather;
mod hidden;
mod inventory;
mod life;
mod loaders;
mod os;
mod owners;
mod package;
pub mod parse;
mod providers;
mod purl;
mod requests;
mod runtime;
mod whiteouts;

pub use cataloger::{Cataloger, DATABASE_BYTES, Findings, RECORD_BYTES, RecordPath};
pub use catalogers::CATALOGERS;
pub use collector::InventoryCollector;
pub use document::Document;
pub use inventory::{Inventory, take};
pub use loaders::loaders;
pub use owners::Owners;
pub use package::{Ecosystem, Evidence, Hidden, Leftover, Package, Requested, Scope, Source};
pub use requests::{Memory, Presence, RequestedAbove, Requests};
pub use runtime::{Command, Libc, Profile, Program, Runtime, Step, Trace, detect_runtime};
