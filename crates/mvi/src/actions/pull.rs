//! Pull times on the real layers of images: what they share is fetched once a node.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail};
use mvi_image::Compression as Stored;
use mvi_standard::Standard;
use mvi_standard::pull::{
    Compression, Node, PulledLayer, Scenario, Spread, Terms, cluster_seconds, exact_saving_mb, formula_saving_mb,
    peer_bound_seconds, pull_time, simulate,
};

use super::examine::Examined;
use crate::report::{PullReport, PulledImage, Saving, TOOL};

/// Who pulls, over what.
pub(crate) struct PullPlan<'a> {
    /// Whose pull model counts.
    pub standard: &'a Standard,
    /// Nodes that pull.
    pub nodes: u32,
    /// Link of a node, Mbit/s.
    pub link_mbps: f64,
    /// Egress of the registry, Mbit/s.
    pub egress_mbps: f64,
    /// Share of the nodes that have the warm images.
    pub warm_nodes: f64,
    /// Upload of a node that serves others, Mbit/s.
    pub upload_mbps: Option<f64>,
    /// Most pulls at once.
    pub slots: Option<u32>,
    /// Whether unpacking runs beside the download.
    pub overlap: bool,
    /// Whether only the download counts.
    pub download_only: bool,
}

/// An image by the name it was asked for.
pub(crate) type Named = (String, Examined);

/// The layers of all images, each once.
#[derive(Default)]
struct Layers {
    all: Vec<PulledLayer>,
    places: BTreeMap<String, usize>,
    estimated: bool,
    zstd: usize,
}

impl Layers {
    /// The places of an image's distinct layers.
    fn add(&mut self, name: &str, examined: &Examined) -> anyhow::Result<Vec<usize>> {
        let mut places = Vec::new();
        for (index, (layer, scanned)) in examined.image.layers.iter().zip(&examined.layers).enumerate() {
            let id = layer.diff_id.as_ref().or(layer.blob.as_ref());
            // Layers without a digest are nobody else's.
            let id = id.map_or_else(|| format!("{name}#{index}"), ToString::to_string);
            let transfer =
                scanned.transfer_bytes.with_context(|| format!("{name}: the size of layer {index} is not known"))?;
            self.estimated |= transfer.estimated;
            self.zstd += usize::from(scanned.compression == Stored::Zstd);
            let layer = PulledLayer {
                digest: id.clone(),
                transfer_mb: transfer.bytes as f64 / 1e6,
                unpacked_mb: scanned.facts.tar_bytes() as f64 / 1e6,
            };
            let next = self.all.len();
            let place = *self.places.entry(id).or_insert(next);
            if place == next {
                self.all.push(layer);
            }
            if !places.contains(&place) {
                places.push(place);
            }
        }
        Ok(places)
    }

    fn mb(&self, places: impl IntoIterator<Item = usize>) -> f64 {
        places.into_iter().map(|place| self.all[place].transfer_mb).sum()
    }
}

/// Works out how long `images` take to reach every node, of which some have the layers of `warm` already, and what that
/// saves beside the images `before`.
///
/// # Errors
/// Layers of unknown size, and numbers that no pull can have.
pub(crate) fn pull(
    images: &[Named],
    (warm, before): (&[Named], &[Named]),
    plan: &PullPlan<'_>,
) -> anyhow::Result<PullReport> {
    if !(0.0..=1.0).contains(&plan.warm_nodes) {
        bail!("--warm-nodes is a share from 0 to 1, not {}", plan.warm_nodes);
    }
    let mut layers = Layers::default();
    let mut places = |images: &[Named]| -> anyhow::Result<Vec<Vec<usize>>> {
        images.iter().map(|(name, examined)| layers.add(name, examined)).collect()
    };
    let (pulls, stored, replaced) = (places(images)?, places(warm)?, places(before)?);
    let store: BTreeSet<usize> = stored.into_iter().flatten().collect();
    let wanted: BTreeSet<usize> = pulls.iter().flatten().copied().collect();
    let terms = terms(plan, &layers);
    let cold_mb = layers.mb(wanted.iter().copied());
    let warm_mb = layers.mb(wanted.difference(&store).copied());
    let alike = store.is_empty() || plan.warm_nodes >= 1.0;
    let missing: Vec<PulledLayer> = wanted.iter().map(|place| layers.all[*place].clone()).collect();
    let rate = plan.link_mbps.min(plan.egress_mbps);
    let spread = Spread {
        nodes: plan.nodes,
        missing_mb: if store.is_empty() { cold_mb } else { warm_mb },
        egress_mbps: plan.egress_mbps,
        node_mbps: plan.link_mbps,
    };
    let nodes = nodes(plan, &pulls, &store);
    let saving = (!before.is_empty()).then(|| saving(&layers, (&pulls, &replaced), &nodes));
    let scenario = Scenario {
        nodes,
        egress_mbps: plan.egress_mbps,
        slots: plan.slots.map(|slots| slots as usize),
        upload_mbps: plan.upload_mbps,
        terms,
        layers: layers.all.clone(),
    };
    let described = images.iter().zip(&pulls).map(|((name, examined), places)| PulledImage {
        image: name.clone(),
        layers: examined.layers.len(),
        transfer_mb: layers.mb(places.iter().copied()),
        unpacked_mb: places.iter().map(|place| layers.all[*place].unpacked_mb).sum(),
    });
    Ok(PullReport {
        schema: "mvi-pull/1",
        tool: TOOL,
        images: described.collect(),
        nodes: plan.nodes,
        link_mbps: plan.link_mbps,
        egress_mbps: plan.egress_mbps,
        cold_mb,
        warm_mb,
        estimated: layers.estimated,
        one_node: pull_time(&missing, rate, &terms)?,
        cluster_s: alike.then(|| cluster_seconds(&spread, plan.slots)).transpose()?,
        peer_bound_s: plan.upload_mbps.map(|upload| peer_bound_seconds(&spread, upload)).transpose()?,
        simulated: simulate(&scenario)?,
        saving,
    })
}

/// What a full pull saves: by the doctrine's formula, and layer by layer on every node.
fn saving(layers: &Layers, (new, old): (&[Vec<usize>], &[Vec<usize>]), nodes: &[Node]) -> Saving {
    let alone = |images: &[Vec<usize>]| images.iter().map(|places| layers.mb(places.iter().copied())).sum::<f64>();
    let services = u32::try_from(new.len()).unwrap_or(u32::MAX);
    let each = (alone(old) - alone(new)) / f64::from(services.max(1));
    let distinct = |images: &[Vec<usize>]| images.iter().flatten().copied().collect::<BTreeSet<usize>>();
    let (new, old) = (distinct(new), distinct(old));
    let digest = |place: &usize| layers.all[*place].digest.clone();
    let mb = |place: &usize| layers.all[*place].transfer_mb;
    let gone = old.difference(&new).map(|place| (digest(place), mb(place)));
    let come = new.difference(&old).map(|place| (digest(place), -mb(place)));
    let saved: BTreeMap<String, f64> = gone.chain(come).collect();
    let lacking: Vec<Vec<String>> = nodes
        .iter()
        .map(|node| new.union(&old).filter(|place| !node.store.contains(place)).map(digest).collect())
        .collect();
    Saving {
        formula_mb: formula_saving_mb(u32::try_from(nodes.len()).unwrap_or(u32::MAX), services, each),
        exact_mb: exact_saving_mb(lacking.iter().map(Vec::as_slice), &saved),
    }
}

fn terms(plan: &PullPlan<'_>, layers: &Layers) -> Terms {
    if plan.download_only {
        return Terms::DOWNLOAD;
    }
    // One rate for all: that of the compression most layers have.
    let compression = if layers.zstd * 2 > layers.all.len() { Compression::Zstd } else { Compression::Gzip };
    Terms { overlap: plan.overlap, ..Terms::of(plan.standard, compression) }
}

fn nodes(plan: &PullPlan<'_>, pulls: &[Vec<usize>], store: &BTreeSet<usize>) -> Vec<Node> {
    let warm = (f64::from(plan.nodes) * plan.warm_nodes).round() as u32;
    let node = |number: u32| Node {
        link_mbps: plan.link_mbps,
        store: if number < warm { store.clone() } else { BTreeSet::new() },
        pulls: pulls.iter().map(|layers| (0.0, layers.clone())).collect(),
    };
    (0..plan.nodes).map(node).collect()
}
