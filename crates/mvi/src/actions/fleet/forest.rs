//! The fleet as a forest: a tree for every organism and every repository, with roots, trunk, branches and rings.

use std::collections::BTreeMap;

use mvi_fleet::{ImageRow, ListFilter};

use super::dossier::Dossier;
use super::{FleetFailure, Memory};
use crate::report::fleet::{ForestReport, ForestRing, ForestTree, Root, TrunkLayer};

/// All trees, the largest first.
///
/// # Errors
/// [`FleetFailure`].
pub(crate) fn forest(memory: &mut Memory<'_>) -> Result<ForestReport, FleetFailure> {
    let mut lines: BTreeMap<(Option<String>, String), Vec<ImageRow>> = BTreeMap::new();
    let (all, _) = super::units::current(memory.store.list(&ListFilter::default())?);
    let grown: BTreeMap<String, String> =
        memory.store.forest()?.into_iter().map(|tree| (tree.gid, tree.reference)).collect();
    for row in all {
        let name = row.gid.as_ref().and_then(|gid| grown.get(gid)).unwrap_or(&row.repository).clone();
        lines.entry((row.gid.clone(), name)).or_default().push(row);
    }
    let mut trees = Vec::with_capacity(lines.len());
    for ((gid, name), mut rings) in lines {
        rings.sort_by_key(|row| row.seq);
        trees.push(tree(memory, gid, name, &rings)?);
    }
    trees.sort_by(|left, right| {
        let size = |tree: &ForestTree| tree.size_mb.unwrap_or(0.0);
        size(right).total_cmp(&size(left)).then_with(|| left.name.cmp(&right.name))
    });
    let standard = memory.law.standard;
    Ok(ForestReport {
        schema: "mvi-fleet-forest/1",
        standard: standard.meta.id.clone(),
        at: memory.law.now.to_string(),
        trees,
    })
}

fn tree(
    memory: &mut Memory<'_>,
    gid: Option<String>,
    name: String,
    rows: &[ImageRow],
) -> Result<ForestTree, FleetFailure> {
    let rings = rings(rows);
    // Of several that are current, the largest stands for all: it is the one to look at.
    let chosen = rows.iter().max_by(|left, right| {
        let size = |row: &ImageRow| row.dimensions.get("size_mb").copied().unwrap_or(0.0);
        size(left).total_cmp(&size(right)).then_with(|| left.seq.cmp(&right.seq))
    });
    let Some(row) = chosen else { return Err(FleetFailure::Usage(format!("`{name}` has no image"))) };
    let facts = memory.store.facts(&row.image.digest.to_string())?;
    let judged = memory.judged(&facts)?;
    let bases = memory.bases(&facts)?;
    let below = bases.first().map_or(0, |base| base.layers);
    let named = judged.evidence.base.reference.iter();
    let roots = named.chain(judged.evidence.ancestors.iter().map(|base| &base.reference));
    let mut seen = Vec::new();
    for reference in roots {
        if !seen.iter().any(|root: &Root| root.reference == *reference) {
            let known = bases.iter().any(|base| base.reference == *reference);
            seen.push(Root { reference: reference.clone(), known });
        }
    }
    let trunk = facts.layers.iter().enumerate().map(|(place, layer)| TrunkLayer {
        diff_id: layer.diff_id.to_string(),
        unpacked_mb: layer.unpacked.map(|bytes| bytes as f64 / 1e6),
        of_base: place < below,
    });
    let mut branches = Vec::new();
    for row in rows {
        branches.extend(memory.store.services_on(&row.image.digest.to_string())?);
    }
    branches.sort();
    branches.dedup();
    Ok(ForestTree {
        name,
        gid,
        reference: facts.reference.clone(),
        verdict: judged.effective.effective,
        counted: row.counted,
        size_mb: judged.judgement.size.map(|size| size.mb),
        pressure: judged.pressure.map(|pressure| pressure.value),
        segment: judged.placement.segment,
        zone: judged.placement.zone,
        read: !Dossier::of(&facts)?.is_only_declared(),
        roots: seen,
        trunk: trunk.collect(),
        branches,
        rings,
    })
}

/// Builds of a line, oldest first, each beside the one before it on its platform.
fn rings(rows: &[ImageRow]) -> Vec<ForestRing> {
    let mut before: BTreeMap<&str, f64> = BTreeMap::new();
    let ring = |row: &'_ ImageRow, before: Option<f64>| {
        let size_mb = row.dimensions.get("size_mb").copied();
        ForestRing {
            reference: row.image.reference.clone(),
            digest: row.image.digest.to_string(),
            platform: row.platform.clone(),
            verdict: row.judgement.as_ref().map(|judgement| judgement.effective),
            size_mb,
            width_mb: size_mb.zip(before).map(|(now, before)| now - before),
        }
    };
    let mut rings = Vec::with_capacity(rows.len());
    for row in rows {
        let ring = ring(row, before.get(row.platform.as_str()).copied());
        if let Some(size) = ring.size_mb {
            before.insert(&row.platform, size);
        }
        rings.push(ring);
    }
    rings
}
