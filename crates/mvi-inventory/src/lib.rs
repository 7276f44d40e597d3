//! What is inside a container image: operating system, packages, who owns which file, and what could not be read.
//!
//! Read layers with an [`InventoryCollector`], merge them, and [`take`] the inventory of the tree.

mod bill;
mod cataloger;
mod catalogers;
mod collector;
mod cpe;
mod document;
mod extract;
mod folders;
mod gaps;
mod gather;
mod hidden;
mod inventory;
mod libc_symbols;
pub mod licence;
mod life;
mod loaders;
mod loading;
mod objects;
mod os;
mod owners;
mod package;
pub mod parse;
mod providers;
mod purl;
mod requests;
mod runtime;
mod study;
mod told;
mod wheels;
mod whiteouts;

pub use bill::{BILL_BYTES, Bill, BillError, read_bill};
pub use cataloger::{Cataloger, DATABASE_BYTES, Findings, RECORD_BYTES, RecordPath};
pub use catalogers::{CATALOGERS, lock_names, locked_packages, read_lock};
pub use collector::{InventoryCollector, PackageCollector, ProgramCollector};
pub use cpe::{Certainty, Cpe, cpes};
pub use document::{Bodies, Document, kept_body};
pub use extract::{Part, add_part, part};
pub use inventory::{Inventory, take};
pub use libc_symbols::{Difference, LibcSymbol, SymbolKind, libc_symbol, libc_symbols, libc_versions};
pub use loaders::loaders;
pub use objects::Object;
pub use owners::Owners;
pub use package::{Ecosystem, Evidence, Hidden, Leftover, Package, Requested, Scope, Source};
pub use purl::image_purl;
pub use requests::{Memory, Presence, RequestedAbove, Requests};
pub use runtime::{Command, Libc, Profile, Program, Runtime, Step, Trace, detect_runtime};
pub use told::FoundBill;
pub use wheels::{Wheel, parse_wheel};
