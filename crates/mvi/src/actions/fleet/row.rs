//! One line of the fleet's table, from what the store has.

use mvi_fleet::ImageRow;

use crate::report::fleet::FleetRow;

/// The line of an image.
pub(super) fn row(image: &ImageRow) -> FleetRow {
    let judgement = image.judgement.as_ref();
    FleetRow {
        reference: image.image.reference.clone(),
        digest: image.image.digest.to_string(),
        platform: image.platform.clone(),
        gid: image.gid.clone(),
        size_mb: image.dimensions.get("size_mb").copied(),
        verdict: judgement.map(|judgement| judgement.verdict),
        declared: judgement.and_then(|judgement| judgement.declared),
        effective: judgement.map(|judgement| judgement.effective),
        rule: judgement.map(|judgement| judgement.rule),
        action: judgement.map(|judgement| judgement.action),
        triggers: judgement.map(|judgement| judgement.triggers.clone()).unwrap_or_default(),
        compliant: judgement.is_some_and(|judgement| judgement.compliant),
        heavy: judgement.is_some_and(|judgement| judgement.heavy),
        pressure: judgement.and_then(|judgement| judgement.pressure),
        coverage: judgement.and_then(|judgement| judgement.coverage),
        band: judgement.and_then(|judgement| judgement.band.clone()),
        segment: judgement.and_then(|judgement| judgement.segment),
        counted: image.counted,
        layers: image.layers,
        pods: image.pods,
        standard: image.standard.clone(),
        seq: image.seq,
    }
}
