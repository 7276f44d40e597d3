//! An image's way through the tree of layer chains, as it is packed in the image's row.

use crate::bytes::{pack, unpack};

/// One step of an image's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    /// Id of the layer.
    pub(crate) layer: u64,
    /// Id of the chain that ends with it: the same for all images that are the same up to here.
    pub(crate) node: u64,
    /// Bytes of the stored blob.
    pub(crate) transfer: Option<u64>,
    /// Bytes of the uncompressed tar.
    pub(crate) unpacked: Option<u64>,
}

/// Base first. An unknown size is 0 and a known one is one more, so that unknown is not nothing.
pub(crate) fn pack_path(steps: &[Step]) -> Vec<u8> {
    let size = |bytes: Option<u64>| bytes.map_or(0, |bytes| bytes + 1);
    pack(steps.iter().flat_map(|step| [step.layer, step.node, size(step.transfer), size(step.unpacked)]))
}

pub(crate) fn unpack_path(packed: &[u8]) -> Vec<Step> {
    let mut numbers = unpack(packed);
    // Four numbers a step, two of them sizes of some bytes.
    let mut steps = Vec::with_capacity(packed.len() / 8);
    while let (Some(layer), Some(node), Some(transfer), Some(unpacked)) =
        (numbers.next(), numbers.next(), numbers.next(), numbers.next())
    {
        steps.push(Step { layer, node, transfer: transfer.checked_sub(1), unpacked: unpacked.checked_sub(1) });
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_size_stays_unknown_and_nothing_stays_nothing() {
        let steps = [
            Step { layer: 1, node: 300, transfer: None, unpacked: Some(0) },
            Step { layer: 70_000, node: 2, transfer: Some(u64::from(u32::MAX)), unpacked: None },
        ];
        assert_eq!(unpack_path(&pack_path(&steps)), steps);
    }
}
