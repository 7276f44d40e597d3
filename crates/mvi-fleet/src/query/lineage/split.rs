//! What of an image is its base's and what is the application's own: bytes, packages, vulnerabilities.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use serde::Serialize;

use crate::error::{FleetError, Result};
use crate::project::path::Step;
use crate::query::lineage::bases;
use crate::query::rows::{self, Named};
use crate::store::Store;

/// An image, split at its nearest base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Split {
    /// Which image.
    pub image: Named,
    /// The nearest base by layers; without one, all is the application's own.
    pub nearest: Option<Named>,
    /// What came with the base and is still there.
    pub base: SplitPart,
    /// What came above it.
    pub own: SplitPart,
    /// Packages of the base that layers above it took away.
    pub removed: Vec<String>,
}

/// One part of an image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SplitPart {
    /// Bytes of its stored layers; nothing if one of them is unknown.
    pub transfer: Option<u64>,
    /// Bytes of its uncompressed layers; nothing if one of them is unknown.
    pub unpacked: Option<u64>,
    /// Its packages that are there in the finished image, by package URL.
    pub packages: Vec<String>,
    /// Vulnerabilities of those packages, by the first of their names.
    pub vulnerabilities: Vec<String>,
    /// Layers nobody looked into: packages and vulnerabilities may be missing.
    pub unexamined: usize,
}

impl Store {
    /// Splits the image that `name` means at its nearest base. A package counts where it was brought last.
    ///
    /// # Errors
    /// [`FleetError::Unknown`].
    pub fn split(&self, name: &str) -> Result<Split, FleetError> {
        self.read(|db| {
            let image = rows::image(db, name)?;
            let nearest = bases(db, &image)?.into_iter().next();
            let cut = nearest.as_ref().map_or(0, |base| base.path.len());
            let (below, above) = image.path.split_at(cut.min(image.path.len()));
            let (mut base, mut own) = (part(db, below)?, part(db, above)?);
            let (of_base, _) = present(db, below)?;
            let (all, _) = present(db, &image.path)?;
            let mut removed = Vec::new();
            for package in of_base.keys().filter(|package| !all.contains_key(package)) {
                removed.push(rows::purl(db, *package)?);
            }
            for (package, position) in all {
                let part = if position < cut { &mut base } else { &mut own };
                part.packages.push(rows::purl(db, package)?);
                part.vulnerabilities.extend(vulnerabilities_of(db, package)?);
            }
            for part in [&mut base, &mut own] {
                part.packages.sort();
                part.vulnerabilities = std::mem::take(&mut part.vulnerabilities)
                    .into_iter()
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect();
            }
            removed.sort();
            Ok(Split { image: image.named, nearest: nearest.map(|base| base.named), base, own, removed })
        })
    }
}

/// Sizes of some layers, and how many nobody looked into.
fn part(db: &Connection, steps: &[Step]) -> Result<SplitPart> {
    let mut unexamined = 0;
    for step in steps {
        unexamined += usize::from(rows::contents(db, step.layer)?.is_none());
    }
    Ok(SplitPart {
        transfer: steps.iter().map(|step| step.transfer).sum(),
        unpacked: steps.iter().map(|step| step.unpacked).sum(),
        unexamined,
        ..SplitPart::default()
    })
}

/// Packages that are there after all these layers, each with the position of the layer that brought it; and how many
/// layers nobody looked into.
pub(in crate::query) fn present(db: &Connection, steps: &[Step]) -> Result<(BTreeMap<u64, usize>, usize)> {
    let (mut present, mut unexamined) = (BTreeMap::new(), 0);
    for (position, step) in steps.iter().enumerate() {
        let Some((provides, removes)) = rows::contents(db, step.layer)? else {
            unexamined += 1;
            continue;
        };
        // A layer that takes a package away and brings it has it in the end.
        for package in &removes {
            present.remove(package);
        }
        for package in provides {
            present.entry(package).or_insert(position);
        }
    }
    Ok((present, unexamined))
}

/// The first name of each vulnerability of a package.
pub(in crate::query) fn vulnerabilities_of(db: &Connection, package: u64) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT (SELECT min(name) FROM vulnerability_name
                       WHERE vulnerability_name.vulnerability = affects.vulnerability)
               FROM affects WHERE package = ?";
    let mut find = db.prepare_cached(sql)?;
    Ok(find.query_map([package], |row| row.get(0))?.collect::<Result<_, _>>()?)
}
