//! Which images of a fleet count in its score, and with which weight.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use thiserror::Error;

use super::JudgedImage;
use crate::solvency::{Standing, Tally, TallyError, weight_of};

/// Which images count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Those that belong to the audit.
    Audited,
    /// All that are known.
    All,
}

/// What an image weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weigh {
    /// Each image counts 1.
    Images,
    /// Its size.
    Bytes,
    /// How often it is pulled.
    Pulls,
    /// How many pods run it.
    Pods,
}

/// Why a fleet cannot be weighed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WeighError {
    /// An image lacks the weight.
    #[error("the image `{image}` has no {what}; record it or count images instead")]
    Missing {
        /// Its name.
        image: String,
        /// What is missing.
        what: &'static str,
    },
    /// The sum does not fit.
    #[error("the weights of the fleet cannot be summed up")]
    Sum {
        /// Why not.
        source: TallyError,
    },
}

/// One image as the score sees it: all platforms of a tag together, a digest once.
pub(super) struct Unit<'a> {
    pub(super) name: &'a str,
    pub(super) standing: Standing,
    /// The platforms that are in it.
    members: Vec<&'a JudgedImage>,
}

/// The images in scope. Platforms of one reference are one image with the worst of their standings; a digest that
/// several references share counts where it first stands.
pub(super) fn units(images: &[JudgedImage], scope: Scope) -> Vec<Unit<'_>> {
    let mut digests: BTreeSet<&str> = BTreeSet::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut units: Vec<Unit<'_>> = Vec::new();
    let in_scope = images.iter().filter(|image| scope == Scope::All || image.audited);
    for image in in_scope.filter(|image| image.digest.as_deref().is_none_or(|digest| digests.insert(digest))) {
        let known = image.platform.as_ref().and_then(|_| places.get(image.reference.as_str()).copied());
        match known.and_then(|place| units.get_mut(place)) {
            Some(unit) => {
                unit.standing = worse(unit.standing, image.standing);
                unit.members.push(image);
            }
            None => {
                if image.platform.is_some() {
                    places.insert(&image.reference, units.len());
                }
                units.push(Unit { name: &image.name, standing: image.standing, members: vec![image] });
            }
        }
    }
    units
}

/// The tally with each image counting 1.
pub(super) fn counted(images: &[JudgedImage], scope: Scope) -> Tally {
    let mut tally = Tally::default();
    for unit in units(images, scope) {
        // A list in memory cannot be long enough for this sum not to fit.
        let _ = tally.add(unit.standing, 1);
    }
    tally
}

pub(super) fn tally(images: &[JudgedImage], scope: Scope, weigh: Weigh) -> Result<Tally, WeighError> {
    let mut tally = Tally::default();
    for unit in units(images, scope) {
        tally.add(unit.standing, weight(&unit, weigh)?).map_err(|source| WeighError::Sum { source })?;
    }
    Ok(tally)
}

fn weight(unit: &Unit<'_>, weigh: Weigh) -> Result<u64, WeighError> {
    let (what, values): (_, Vec<Option<f64>>) = match weigh {
        Weigh::Images => return Ok(1),
        Weigh::Bytes => ("size", unit.members.iter().map(|image| image.size_mb).collect()),
        Weigh::Pulls => ("number of pulls", unit.members.iter().map(|image| image.pulls).collect()),
        Weigh::Pods => ("number of pods", unit.members.iter().map(|image| image.pods).collect()),
    };
    let missing = || WeighError::Missing { image: unit.name.to_owned(), what };
    let values: Option<Vec<f64>> = values.into_iter().collect();
    // Platforms are pulled and run side by side; the size of an image is that of its largest one.
    let value = values.ok_or_else(missing)?.into_iter().reduce(|sum, value| match weigh {
        Weigh::Bytes => sum.max(value),
        Weigh::Images | Weigh::Pulls | Weigh::Pods => sum + value,
    });
    value.and_then(weight_of).ok_or_else(missing)
}

fn worse(left: Standing, right: Standing) -> Standing {
    let rank = |standing| match standing {
        Standing::Compliant => 0,
        Standing::Neither => 1,
        Standing::Unmeasured => 2,
        Standing::Heavy => 3,
    };
    if rank(right) > rank(left) { right } else { left }
}
