//! The fleet as a forest: each organism a tree with roots, trunk, branches and rings, ready to be drawn.

use rusqlite::Connection;
use serde::Serialize;

use crate::error::{FleetError, Result};
use crate::query::change::{LayerRow, layer};
use crate::query::lineage::bases;
use crate::query::organism::{Ring, reproduction, rings};
use crate::query::rows::{self, Named};
use crate::query::running::service_name;
use crate::store::Store;

/// One organism as a tree.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tree {
    /// Its GID.
    pub gid: String,
    /// The canonical reference of its line.
    pub reference: String,
    /// Whether it is retired.
    pub retired: bool,
    /// The images its newest image stands on, deepest first.
    pub roots: Vec<Named>,
    /// The layers of its newest image, base first; none where the image was not taken in.
    pub trunk: Vec<LayerRow>,
    /// Live services on any of its images, by name.
    pub branches: Vec<String>,
    /// Its rings, by platform, oldest first.
    pub rings: Vec<Ring>,
}

impl Store {
    /// All organisms as trees, by GID.
    ///
    /// # Errors
    /// [`FleetError::Projection`].
    pub fn forest(&self) -> Result<Vec<Tree>, FleetError> {
        self.read(|db| {
            let mut find =
                db.prepare_cached("SELECT gid, reference, retired IS NOT NULL FROM organism ORDER BY gid")?;
            let found = find.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let found: Vec<(String, String, bool)> = found.collect::<Result<_, _>>()?;
            found.into_iter().map(|organism| tree(db, organism)).collect()
        })
    }
}

fn tree(db: &Connection, (gid, reference, retired): (String, String, bool)) -> Result<Tree> {
    let rings = rings(db, &gid)?;
    let (mut roots, mut trunk) = (Vec::new(), Vec::new());
    if let Some(image) = rows::find(db, &gid)? {
        roots = bases(db, &image)?.into_iter().rev().map(|base| base.named).collect();
        trunk = image.path.iter().map(|step| layer(db, step)).collect::<Result<_>>()?;
    }
    let services = reproduction(db, &rings)?;
    let mut branches = services.into_iter().map(|service| service_name(db, service)).collect::<Result<Vec<_>>>()?;
    branches.sort();
    Ok(Tree { gid, reference, retired, roots, trunk, branches, rings })
}
