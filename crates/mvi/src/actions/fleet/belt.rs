//! The belt: all segments of the standard with the images that lie in them.

use std::collections::BTreeMap;

use mvi_fleet::Store;
use mvi_standard::Standard;
use mvi_standard::belt::zone;

use super::FleetFailure;
use super::list::{View, rows};
use crate::report::fleet::{BeltImage, BeltReport, BeltSegment};

/// The belt as it was at a moment.
///
/// # Errors
/// [`FleetFailure::Store`].
pub(crate) fn belt(store: &Store, standard: &Standard, view: &View) -> Result<BeltReport, FleetFailure> {
    let mut lying: BTreeMap<u32, Vec<BeltImage>> = BTreeMap::new();
    let mut unplaced = 0;
    for row in rows(store, view)?.current {
        match row.judgement.as_ref().and_then(|judgement| judgement.segment) {
            Some(segment) => lying.entry(u32::from(segment)).or_default().push(BeltImage {
                reference: row.image.reference,
                digest: row.image.digest.to_string(),
                verdict: row.judgement.map(|judgement| judgement.effective),
            }),
            None => unplaced += 1,
        }
    }
    let segment = |n: u32| {
        let listed = standard.segments.iter().find(|segment| segment.n == n);
        BeltSegment {
            n,
            zone: zone(&standard.belt, n),
            label: listed.map(|segment| segment.label.clone()).unwrap_or_default(),
            pins: listed.map(|segment| segment.pins.clone()).unwrap_or_default(),
            images: lying.remove(&n).unwrap_or_default(),
        }
    };
    Ok(BeltReport {
        schema: "mvi-fleet-belt/1",
        at: view.at.map(|at| at.to_string()),
        standard: standard.meta.id.clone(),
        segments: (0..standard.belt.segments).map(segment).collect(),
        unplaced,
    })
}
