//! How long images take to arrive, as plain data.

use mvi_standard::pull::{PullTime, Simulated};
use serde::Serialize;

use super::Tool;

/// The report of `mvi pull`. JSON Schema: `schema/mvi-pull-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct PullReport {
    /// `mvi-pull/1`.
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// The images, with what a node without any layer has to fetch for each alone.
    pub images: Vec<PulledImage>,
    /// Nodes that pull.
    pub nodes: u32,
    /// Link of a node, Mbit/s.
    pub link_mbps: f64,
    /// Egress of the registry, Mbit/s.
    pub egress_mbps: f64,
    /// Distinct compressed layers of all images together, MB: what an empty node fetches.
    pub cold_mb: f64,
    /// What a node with the warm images fetches, MB.
    pub warm_mb: f64,
    /// True when compressed sizes are estimates.
    pub estimated: bool,
    /// One empty node alone.
    pub one_node: PullTime,
    /// All nodes at once by the closed form, download alone, seconds; none where nodes differ.
    pub cluster_s: Option<f64>,
    /// What no sharing among nodes can beat, seconds.
    pub peer_bound_s: Option<f64>,
    /// All nodes, simulated event by event.
    pub simulated: Simulated,
    /// What a full pull saves beside the images before; nothing where none were named.
    pub saving: Option<Saving>,
}

/// What smaller images save in one pull by all nodes; below 0 when they are larger.
#[derive(Debug, Serialize)]
pub(crate) struct Saving {
    /// Nodes × images × MB an image: takes every byte for unshared.
    pub formula_mb: f64,
    /// Distinct layers that a node really fetches or no longer fetches, over all nodes.
    pub exact_mb: f64,
}

/// One image of a pull.
#[derive(Debug, Serialize)]
pub(crate) struct PulledImage {
    /// As it was asked for.
    pub image: String,
    /// Layers.
    pub layers: usize,
    /// Distinct compressed layers, MB.
    pub transfer_mb: f64,
    /// Uncompressed layers, MB.
    pub unpacked_mb: f64,
}
