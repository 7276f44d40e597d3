//! What smaller layers save: the formula of the doctrine, and the exact sum beside it.

use std::collections::{BTreeMap, BTreeSet};

/// Silos × services × MB saved a service, per full pull of the fleet; it takes every byte for unshared.
pub fn formula_saving_mb(silos: u32, services_per_silo: u32, saved_mb_per_service: f64) -> f64 {
    f64::from(silos) * f64::from(services_per_silo) * saved_mb_per_service
}

/// MB that really are not pulled any more: Σ over nodes, Σ over distinct layers that the node lacks, of what the
/// layer saves. A layer that all services of a node share is saved once a node.
///
/// `lacking` has the digests that each node would pull, in any order and as often as images name them; `saved` the MB
/// that each changed layer lost. A layer that grew counts below 0.
pub fn exact_saving_mb<'a>(lacking: impl IntoIterator<Item = &'a [String]>, saved: &BTreeMap<String, f64>) -> f64 {
    let of_node = |digests: &[String]| {
        let distinct: BTreeSet<&String> = digests.iter().collect();
        distinct.into_iter().filter_map(|digest| saved.get(digest)).sum::<f64>()
    };
    lacking.into_iter().map(of_node).sum()
}
