//! Questions to the fleet and their answers, which are plain data.

mod blast;
mod facts;
mod inherits;
mod lineage;
mod list;
mod rows;
mod running;
mod solvency;

pub use blast::BlastRadius;
pub use facts::LiveRun;
pub use inherits::{AffectedService, Inheritance};
pub use lineage::{Ancestor, Claim, LineageFinding, LineageOf, Split, SplitPart};
pub use list::{ImageRow, ListFilter};
pub use rows::Named;
pub use solvency::{SolvencyTally, Weights};
