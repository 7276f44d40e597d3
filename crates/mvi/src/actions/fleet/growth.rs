//! D-GROWTH: tags that are much larger than the tag before them in their repository, and the layer that did it.

use std::cmp::Ordering;

use mvi_fleet::{ImageFacts, ImageRow, Store};
use mvi_standard::Standard;
use mvi_standard::declared::{growth as grown, tag_order};
use mvi_standard::judge::Finding;

use super::FleetFailure;

/// What an image is larger than the tag before it by, where that is more than the standard allows; `rows` are images of
/// its repository.
///
/// # Errors
/// [`FleetFailure::Store`].
pub(super) fn growth<'r>(
    standard: &Standard,
    store: &Store,
    image: &ImageFacts,
    rows: impl Iterator<Item = &'r ImageRow>,
) -> Result<Option<Finding>, FleetFailure> {
    let size = |dimensions: &std::collections::BTreeMap<String, f64>| dimensions.get("size_mb").copied();
    let (Some(tag), Some(now)) = (image.tag.as_deref(), size(&image.dimensions)) else { return Ok(None) };
    let older = |row: &&ImageRow| {
        let comparable = row.repository == image.repository && row.platform == image.platform;
        comparable && row.tag.as_deref().and_then(|other| tag_order(other, tag)) == Some(Ordering::Less)
    };
    let later = |best: &'r ImageRow, other: &'r ImageRow| {
        let tags = best.tag.as_deref().zip(other.tag.as_deref());
        let is_later = tags.and_then(|(best, other)| tag_order(best, other)) == Some(Ordering::Less);
        if is_later { other } else { best }
    };
    let Some(before) = rows.filter(older).reduce(later) else { return Ok(None) };
    let (Some(old), Some(then)) = (before.tag.as_deref(), size(&before.dimensions)) else { return Ok(None) };
    let Some(mut finding) = grown(standard, (old, then), (tag, now)) else { return Ok(None) };
    if before.layers > 0 && !image.layers.is_empty() {
        let change = store.change(&before.image.digest.to_string(), &image.digest.to_string())?;
        let largest = change.layers_new.iter().max_by_key(|layer| layer.unpacked);
        if let Some((layer, bytes)) = largest.and_then(|layer| Some((layer, layer.unpacked?))) {
            let place = image.layers.iter().position(|other| other.diff_id == layer.diff_id);
            let place = place.map_or_else(|| layer.diff_id.to_string(), |place| format!("layer {place}"));
            finding.text =
                format!("{}; most of what is new is in {place}, {:.2} MB unpacked", finding.text, bytes as f64 / 1e6);
        }
    }
    Ok(Some(finding))
}
