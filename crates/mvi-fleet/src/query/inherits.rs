//! Q1: which services have a vulnerability, and which base brought it to each.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;
use serde::Serialize;

use crate::error::{Fault, FleetError, Result};
use crate::project::path::Step;
use crate::project::vulnerabilities::id_of;
use crate::query::rows::{self, Named};
use crate::query::running::running;
use crate::query::trail::Trail;
use crate::store::Store;

/// Who has a vulnerability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inheritance {
    /// The vulnerability, as it was asked for.
    pub vulnerability: String,
    /// Affected services, by name, then image, then package.
    pub services: Vec<AffectedService>,
    /// Running services whose image the fleet does not know, or has layers nobody looked into: they may be affected.
    pub undecided: Vec<String>,
}

/// A service, the image it runs, the affected package in it, and who brought that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AffectedService {
    /// `namespace/name`.
    pub service: String,
    /// What it runs.
    pub image: Named,
    /// The affected package.
    pub package: String,
    /// The lowest known image whose own layers brought the package so that it is still there: the image itself where
    /// no base did.
    pub introduced_by: Named,
    /// The version that has it no more.
    pub fixed_in: Option<String>,
    /// Severity in the source's word.
    pub severity: Option<String>,
}

/// Which images of the fleet have a vulnerability, whether anything runs them or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AffectedImages {
    /// The vulnerability, as it was asked for.
    pub vulnerability: String,
    /// Affected images, by name, then package.
    pub images: Vec<AffectedImage>,
    /// Images with layers nobody looked into: they may be affected.
    pub undecided: Vec<Named>,
}

/// An image, the affected package in it, and who brought that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AffectedImage {
    /// The image.
    pub image: Named,
    /// The affected package.
    pub package: String,
    /// As of [`AffectedService::introduced_by`].
    pub introduced_by: Named,
    /// The version that has it no more.
    pub fixed_in: Option<String>,
    /// Severity in the source's word.
    pub severity: Option<String>,
}

/// An affected package.
pub(super) struct AffectedPackage {
    purl: String,
    fixed_in: Option<String>,
    severity: Option<String>,
}

impl Store {
    /// Q1: services that run an image in which a package affected by `vulnerability` (its id or an alias) is still
    /// there after all its layers, each with the base that brought it.
    ///
    /// # Errors
    /// [`FleetError::Unknown`] for a vulnerability that no fact told of: not knowing is not being safe.
    pub fn inherits(&self, vulnerability: &str) -> Result<Inheritance, FleetError> {
        self.read(|db| {
            let affected = affected(db, vulnerability)?;
            let trail = Trail::of(db, affected.keys().copied())?;
            let (mut introducers, mut names) = (Introducers::default(), rows::Names::default());
            let mut ways = rows::Ways::of(db)?;
            let (mut services, mut undecided) = (Vec::new(), Vec::new());
            for running in running(db)? {
                let Some(id) = running.image else {
                    undecided.extend(running.names(db)?);
                    continue;
                };
                let path = ways.find(id)?;
                if trail.is_unclear(&path) {
                    undecided.extend(running.names(db)?);
                }
                let left = trail.left_in(&path);
                if left.is_empty() {
                    continue;
                }
                let (image, by_service) = (rows::named_by_id(db, id)?, running.names(db)?);
                for (package, position) in left {
                    let by = names.of(db, introducers.of(db, &path, position)?.unwrap_or(id))?;
                    let row = |service: &String| found(service, &image, &affected[&package], by);
                    services.extend(by_service.iter().map(row));
                }
            }
            services.sort();
            undecided.sort();
            undecided.dedup();
            Ok(Inheritance { vulnerability: vulnerability.into(), services, undecided })
        })
    }
}

impl Store {
    /// Q1 asked of images: all in which a package affected by `vulnerability` is still there after all its layers.
    ///
    /// # Errors
    /// As [`Store::inherits`].
    pub fn affected_images(&self, vulnerability: &str) -> Result<AffectedImages, FleetError> {
        self.read(|db| {
            let affected = affected(db, vulnerability)?;
            let trail = Trail::of(db, affected.keys().copied())?;
            let (mut introducers, mut names) = (Introducers::default(), rows::Names::default());
            let (mut images, mut undecided) = (Vec::new(), Vec::new());
            let mut ways = rows::Ways::of(db)?;
            let mut all = db.prepare_cached("SELECT id FROM image")?;
            for id in all.query_map([], |row| row.get::<_, u64>(0))? {
                let id = id?;
                let path = ways.find(id)?;
                if trail.is_unclear(&path) {
                    undecided.push(rows::named_by_id(db, id)?);
                }
                for (package, position) in trail.left_in(&path) {
                    let (image, package) = (rows::named_by_id(db, id)?, &affected[&package]);
                    let by = names.of(db, introducers.of(db, &path, position)?.unwrap_or(id))?;
                    images.push(AffectedImage {
                        image,
                        package: package.purl.clone(),
                        introduced_by: by.clone(),
                        fixed_in: package.fixed_in.clone(),
                        severity: package.severity.clone(),
                    });
                }
            }
            images.sort();
            undecided.sort();
            Ok(AffectedImages { vulnerability: vulnerability.into(), images, undecided })
        })
    }
}

fn found(service: &str, image: &Named, package: &AffectedPackage, by: &Named) -> AffectedService {
    AffectedService {
        service: service.to_owned(),
        image: image.clone(),
        package: package.purl.clone(),
        introduced_by: by.clone(),
        fixed_in: package.fixed_in.clone(),
        severity: package.severity.clone(),
    }
}

/// Packages that a vulnerability affects, by id; of several sources the first by name speaks.
pub(super) fn affected(db: &Connection, vulnerability: &str) -> Result<BTreeMap<u64, AffectedPackage>> {
    let id = id_of(db, vulnerability)?.ok_or_else(|| Fault::unknown("vulnerability", vulnerability))?;
    let sql = "SELECT package, purl, fixed_in, severity FROM affects JOIN package ON package.id = affects.package
               WHERE vulnerability = ? ORDER BY affects.source DESC";
    let mut find = db.prepare_cached(sql)?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok((row.get(0)?, AffectedPackage { purl: row.get(1)?, fixed_in: row.get(2)?, severity: row.get(3)? }))
    };
    Ok(find.query_map([id], read)?.collect::<Result<_, _>>()?)
}

/// The first known image that ends at a chain, by id; remembered, as services share their bases.
#[derive(Default)]
pub(super) struct Introducers(HashMap<u64, Option<u64>>);

impl Introducers {
    /// The lowest known image below the end of a way that has the layer at `position`.
    pub(super) fn of(&mut self, db: &Connection, path: &[Step], position: usize) -> Result<Option<u64>> {
        for step in path.get(position..path.len().saturating_sub(1)).unwrap_or_default() {
            let ends = match self.0.get(&step.node) {
                Some(ends) => *ends,
                None => {
                    let mut find = db.prepare_cached("SELECT min(id) FROM image WHERE tip = ?")?;
                    let ends = find.query_row([step.node], |row| row.get(0))?;
                    self.0.insert(step.node, ends);
                    ends
                }
            };
            if ends.is_some() {
                return Ok(ends);
            }
        }
        Ok(None)
    }
}
