//! Layers that two images share, and those that only one of them has.

use std::collections::HashSet;

use mvi_image::Digest;

use crate::actions::examine::Examined;
use crate::report::diff::{DiffLayer, LayersDiff};

/// Compares layers by the digests of their archives.
pub(super) fn layers(old: &Examined, new: &Examined) -> LayersDiff {
    let (before, after) = (digests(old), digests(new));
    let shared = before.iter().zip(&after).take_while(|(left, right)| left == right && left.is_some()).count();
    LayersDiff { shared, went: only(old, &before, &after), came: only(new, &after, &before) }
}

fn digests(examined: &Examined) -> Vec<Option<&Digest>> {
    examined.image.layers.iter().map(|layer| layer.diff_id.as_ref()).collect()
}

/// The layers of a side that the other has nowhere.
fn only(side: &Examined, own: &[Option<&Digest>], others: &[Option<&Digest>]) -> Vec<DiffLayer> {
    let others: HashSet<&Digest> = others.iter().filter_map(|digest| *digest).collect();
    let missing = |digest: &Option<&Digest>| digest.is_none_or(|digest| !others.contains(digest));
    let layers = own.iter().enumerate().filter(|(_, digest)| missing(digest));
    layers
        .map(|(index, _)| DiffLayer {
            index,
            instruction: side.instruction(index),
            transfer: side.layers[index].transfer_bytes.map(|transfer| transfer.bytes),
            unpacked: side.layers[index].facts.tar_bytes(),
        })
        .collect()
}
