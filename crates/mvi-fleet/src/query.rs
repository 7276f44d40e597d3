//! Questions to the fleet and their answers, which are plain data.

mod advisories;
mod blast;
mod change;
mod cover;
mod decisions;
mod due;
mod facts;
mod forest;
mod inherits;
mod lineage;
mod list;
mod organism;
mod register;
mod rows;
mod running;
mod similar;
mod solvency;
mod trail;

pub use blast::BlastRadius;
pub use change::{Change, LayerRow, Shift};
pub use cover::{Cover, Rebuild};
pub use decisions::DecisionRow;
pub use due::{CrqRow, Due, Orphan};
pub use facts::LiveRun;
pub use forest::Tree;
pub use inherits::{AffectedImage, AffectedImages, AffectedService, Inheritance};
pub use lineage::{Ancestor, Claim, LineageFinding, LineageOf, Split, SplitPart};
pub use list::{ImageRow, ListFilter};
pub use organism::{Organism, Ring};
pub use register::{RegisterLine, SealRow};
pub use rows::Named;
pub use similar::Similar;
pub use solvency::{SolvencyTally, Weights};

use mvi_image::Digest;
use rusqlite::Connection;

/// The digest of the image that `name` means, if the fleet knows it.
pub(crate) fn named(db: &Connection, name: &str) -> crate::error::Result<Option<Digest>> {
    Ok(rows::find(db, name)?.map(|image| image.named.digest))
}
