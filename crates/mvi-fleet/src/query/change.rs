//! Q4: what changed between two images, such as two rings of an organism.

use std::collections::{BTreeMap, BTreeSet};

use mvi_image::Digest;
use rusqlite::Connection;
use serde::Serialize;

use crate::bytes::to_digest;
use crate::error::{Fault, FleetError, Result};
use crate::project::path::Step;
use crate::query::lineage::present;
use crate::query::rows::{self, Named, Placed};
use crate::store::Store;

/// What changed from one image to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The image before.
    pub from: Named,
    /// The image after.
    pub to: Named,
    /// Layers that both have at their start.
    pub shared_layers: usize,
    /// Layers of the image before that the one after has not, base first.
    pub layers_gone: Vec<LayerRow>,
    /// Layers of the image after that the one before has not, base first.
    pub layers_new: Vec<LayerRow>,
    /// Packages that are there no more.
    pub packages_gone: Vec<String>,
    /// Packages that were not there. A package in another version is gone and new.
    pub packages_new: Vec<String>,
    /// Measured dimensions that differ, by the standard's ids.
    pub dimensions: BTreeMap<String, Shift>,
    /// Layers of either image that nobody looked into: packages may be missing.
    pub unexamined: usize,
}

/// A measured value before and after; nothing where it was not measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shift {
    /// Before.
    pub from: Option<f64>,
    /// After.
    pub to: Option<f64>,
}

/// A layer and its sizes in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerRow {
    /// Digest of the uncompressed tar.
    pub diff_id: Digest,
    /// Of the stored blob.
    pub transfer: Option<u64>,
    /// Of the uncompressed tar.
    pub unpacked: Option<u64>,
}

impl Store {
    /// Q4: what changed from the image that `from` means to the one that `to` means.
    ///
    /// # Errors
    /// [`FleetError::Unknown`].
    pub fn change(&self, from: &str, to: &str) -> Result<Change, FleetError> {
        self.read(|db| {
            let (from, to) = (rows::image(db, from)?, rows::image(db, to)?);
            let (before, unclear) = present(db, &from.path)?;
            let (after, also_unclear) = present(db, &to.path)?;
            let shared = from.path.iter().zip(&to.path).take_while(|(old, new)| old.node == new.node).count();
            Ok(Change {
                shared_layers: shared,
                layers_gone: only_in(db, &from.path, &to.path)?,
                layers_new: only_in(db, &to.path, &from.path)?,
                packages_gone: missing(db, &before, &after)?,
                packages_new: missing(db, &after, &before)?,
                dimensions: dimensions(db, &from, &to)?,
                unexamined: unclear + also_unclear,
                from: from.named,
                to: to.named,
            })
        })
    }
}

fn only_in(db: &Connection, here: &[Step], there: &[Step]) -> Result<Vec<LayerRow>> {
    let there: BTreeSet<u64> = there.iter().map(|step| step.layer).collect();
    here.iter().filter(|step| !there.contains(&step.layer)).map(|step| layer(db, step)).collect()
}

/// A step with the layer's name.
pub(super) fn layer(db: &Connection, step: &Step) -> Result<LayerRow> {
    let mut find = db.prepare_cached("SELECT diff_id FROM layer WHERE id = ?")?;
    let diff_id: Vec<u8> = find.query_row([step.layer], |row| row.get(0))?;
    Ok(LayerRow { diff_id: to_digest(&diff_id)?, transfer: step.transfer, unpacked: step.unpacked })
}

fn missing(db: &Connection, here: &BTreeMap<u64, usize>, there: &BTreeMap<u64, usize>) -> Result<Vec<String>> {
    let gone = here.keys().filter(|package| !there.contains_key(package));
    let mut names = gone.map(|package| rows::purl(db, *package)).collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

fn dimensions(db: &Connection, from: &Placed, to: &Placed) -> Result<BTreeMap<String, Shift>> {
    let (before, after) = (measured(db, from.id)?, measured(db, to.id)?);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let shift = |name: &String| {
        let shift = Shift { from: before.get(name).copied(), to: after.get(name).copied() };
        (shift.from != shift.to).then(|| (name.clone(), shift))
    };
    Ok(names.into_iter().filter_map(shift).collect())
}

/// What was measured of an image.
fn measured(db: &Connection, id: u64) -> Result<BTreeMap<String, f64>> {
    let mut find = db.prepare_cached("SELECT dimensions FROM image WHERE id = ?")?;
    let text: String = find.query_row([id], |row| row.get(0))?;
    serde_json::from_str(&text).map_err(|error| Fault::projection(error.to_string()))
}
