//! Q5: whose rebuild would rid most services of a vulnerability.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use serde::Serialize;

use crate::error::{FleetError, Result};
use crate::query::inherits::{Introducers, affected};
use crate::query::rows::{self, Named};
use crate::query::running::running;
use crate::query::trail::Trail;
use crate::store::Store;

/// A plan of rebuilds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cover {
    /// The vulnerability, as it was asked for.
    pub vulnerability: String,
    /// Images to rebuild, the one that helps most services first.
    pub rebuilds: Vec<Rebuild>,
    /// Services that run the vulnerable package.
    pub services: u64,
    /// Running services of which it is not known.
    pub undecided: u64,
}

/// One rebuild.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rebuild {
    /// The image to build anew without the affected packages: the nearest known image whose own layers bring them.
    pub image: Named,
    /// Services that are rid of the vulnerability by this rebuild, their own that follows it, and the ones before.
    pub frees: u64,
}

impl Store {
    /// Q5: whose rebuild removes a vulnerability from most services; a greedy set cover.
    ///
    /// A service is rid of it once every image that brings it an affected package is rebuilt. Each service's set is
    /// fixed by its layers, so the greedy choice counts, per image, the services that need it and nothing else that is
    /// not chosen yet; where no image frees a service alone, the one that most services wait for goes first. Of equals
    /// the one known first.
    ///
    /// # Errors
    /// [`FleetError::Unknown`] for a vulnerability that no fact told of.
    pub fn who_fixes(&self, vulnerability: &str) -> Result<Cover, FleetError> {
        self.read(|db| {
            let (needs, undecided) = needs(db, vulnerability)?;
            let services = needs.values().sum();
            let named = |(image, frees)| Ok(Rebuild { image: rows::named_by_id(db, image)?, frees });
            let rebuilds = greedy(needs).into_iter().map(named).collect::<Result<_>>()?;
            Ok(Cover { vulnerability: vulnerability.into(), rebuilds, services, undecided })
        })
    }
}

/// How many affected services need which images rebuilt; and how many services are undecided.
fn needs(db: &Connection, vulnerability: &str) -> Result<(BTreeMap<Vec<u64>, u64>, u64)> {
    let trail = Trail::of(db, affected(db, vulnerability)?.into_keys())?;
    let (mut introducers, mut ways) = (Introducers::default(), rows::Ways::of(db)?);
    let (mut by_service, mut undecided) = (BTreeMap::<u64, BTreeSet<u64>>::new(), BTreeSet::new());
    for running in running(db)? {
        let Some(id) = running.image else {
            undecided.extend(running.services());
            continue;
        };
        let path = ways.find(id)?;
        if trail.is_unclear(&path) {
            undecided.extend(running.services());
        }
        for position in trail.left_in(&path).into_values() {
            let by = introducers.of(db, &path, position)?.unwrap_or(id);
            for service in running.services() {
                by_service.entry(service).or_default().insert(by);
            }
        }
    }
    let mut needs = BTreeMap::new();
    for wanted in by_service.into_values() {
        *needs.entry(wanted.into_iter().collect()).or_default() += 1;
    }
    Ok((needs, undecided.len() as u64))
}

/// Images in the order of their rebuilds, each with the services it frees.
fn greedy(mut needs: BTreeMap<Vec<u64>, u64>) -> Vec<(u64, u64)> {
    let mut order = Vec::new();
    while needs.keys().any(|wanted| wanted.len() > 1) {
        let Some(image) = best(&needs) else { break };
        let mut left = BTreeMap::new();
        let mut frees = 0;
        for (mut wanted, services) in needs {
            wanted.retain(|other| *other != image);
            if wanted.is_empty() {
                frees += services;
            } else {
                *left.entry(wanted).or_default() += services;
            }
        }
        order.push((image, frees));
        needs = left;
    }
    // Where every service waits for one image alone, the greedy order is that of the numbers.
    let mut rest: Vec<(u64, u64)> =
        needs.into_iter().filter_map(|(wanted, frees)| Some((*wanted.first()?, frees))).collect();
    rest.sort_by_key(|(image, frees)| (std::cmp::Reverse(*frees), *image));
    order.extend(rest);
    order
}

/// The image that frees most services at once, then the one that most wait for, then the one known first.
fn best(needs: &BTreeMap<Vec<u64>, u64>) -> Option<u64> {
    let mut score = BTreeMap::<u64, (u64, u64)>::new();
    for (wanted, services) in needs {
        for image in wanted {
            let (alone, together) = score.entry(*image).or_default();
            *alone += if wanted.len() == 1 { *services } else { 0 };
            *together += services;
        }
    }
    score.into_iter().max_by_key(|(image, score)| (*score, std::cmp::Reverse(*image))).map(|(image, _)| image)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(needs: &[(&[u64], u64)], expected: &[(u64, u64)]) {
        assert_eq!(greedy(needs.iter().map(|(wanted, services)| (wanted.to_vec(), *services)).collect()), expected);
    }

    #[test]
    fn the_image_that_frees_most_goes_first() {
        // 1 frees 3 at once, then 2 frees its own 2 and the 4 that waited for both, then 3.
        check(&[(&[1], 3), (&[2], 2), (&[1, 2], 4), (&[3], 1)], &[(1, 3), (2, 6), (3, 1)]);
        // Nobody is freed by one alone: 2 is waited for by 5, and 1 then frees 3 and 3 frees 2.
        check(&[(&[1, 2], 3), (&[2, 3], 2)], &[(2, 0), (1, 3), (3, 2)]);
        check(&[], &[]);
    }
}
