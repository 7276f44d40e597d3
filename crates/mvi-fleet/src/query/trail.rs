//! Where some packages come and go, laid out for asking it of every image that runs.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::error::Result;
use crate::project::layers::{self, Edge};
use crate::project::path::Step;

/// Where some packages come and go, by layer.
pub(super) struct Trail {
    provides: Edges,
    removes: Edges,
    unexamined: Edges,
}

impl Trail {
    pub(super) fn of(db: &Connection, packages: impl Iterator<Item = u64>) -> Result<Self> {
        let (mut provides, mut removes) = (Vec::new(), Vec::new());
        for package in packages {
            layers::each_edge(db, package, Edge::Provides, |layer| provides.push((layer, package)))?;
            layers::each_edge(db, package, Edge::Removes, |layer| removes.push((layer, package)))?;
        }
        let mut blank = db.prepare_cached("SELECT id, 0 FROM layer WHERE contents IS NULL")?;
        let unexamined = blank.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        Ok(Self { provides: Edges::of(provides), removes: Edges::of(removes), unexamined: Edges::of(unexamined) })
    }

    /// Whether nobody looked into one of the layers.
    pub(super) fn is_unclear(&self, path: &[Step]) -> bool {
        path.iter().any(|step| self.unexamined.has(step.layer))
    }

    /// Packages of the trail that are there in the end, each with the position of the layer that brought it. A layer
    /// that takes a package away and brings it has it in the end.
    pub(super) fn left_in(&self, path: &[Step]) -> BTreeMap<u64, usize> {
        let mut left = BTreeMap::new();
        for (position, step) in path.iter().enumerate() {
            for gone in self.removes.at(step.layer) {
                left.remove(&gone);
            }
            for there in self.provides.at(step.layer) {
                left.entry(there).or_insert(position);
            }
        }
        left
    }
}

/// Pairs of a layer and a package. A bit a layer says at once that it has none, as nearly all have.
struct Edges {
    bits: Vec<u64>,
    pairs: Vec<(u64, u64)>,
}

impl Edges {
    fn of(mut pairs: Vec<(u64, u64)>) -> Self {
        pairs.sort_unstable();
        let most = pairs.last().and_then(|(layer, _)| usize::try_from(*layer / 64).ok());
        let mut bits = vec![0; most.map_or(0, |most| most + 1)];
        for (layer, _) in &pairs {
            if let Some(word) = word(*layer).and_then(|word| bits.get_mut(word)) {
                *word |= 1 << (layer % 64);
            }
        }
        Self { bits, pairs }
    }

    fn has(&self, layer: u64) -> bool {
        word(layer).and_then(|word| self.bits.get(word)).is_some_and(|word| word & (1 << (layer % 64)) != 0)
    }

    /// The packages of a layer.
    fn at(&self, layer: u64) -> impl Iterator<Item = u64> + '_ {
        let first = if self.has(layer) { self.pairs.partition_point(|pair| pair.0 < layer) } else { self.pairs.len() };
        self.pairs.iter().skip(first).take_while(move |pair| pair.0 == layer).map(|pair| pair.1)
    }
}

fn word(layer: u64) -> Option<usize> {
    usize::try_from(layer / 64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packages_of_a_layer_are_its_own_alone() {
        let edges = Edges::of(vec![(130, 7), (2, 1), (130, 5), (3, 9)]);
        let check = |layer: u64, expected: &[u64]| {
            assert_eq!(edges.at(layer).collect::<Vec<_>>(), expected);
            assert_eq!(edges.has(layer), !expected.is_empty());
        };
        check(130, &[5, 7]);
        check(2, &[1]);
        check(66, &[]);
        check(1_000_000, &[]);
    }
}
