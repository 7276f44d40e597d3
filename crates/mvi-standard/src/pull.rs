//! How long images take to arrive: closed forms for a node and a cluster, bounds, and a simulation that agrees.
//!
//! Sizes in MB, 1 MB = 10⁶ bytes; links in Mbit/s; times in seconds.

mod cluster;
mod rates;
mod saving;
mod simulate;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use cluster::{Spread, cluster_seconds, peer_bound_seconds};
pub use saving::{exact_saving_mb, formula_saving_mb};
pub use simulate::{Node, Scenario, Simulated, simulate};

use crate::standard::Standard;

/// A layer as it is pulled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PulledLayer {
    /// Its digest.
    pub digest: String,
    /// Compressed, MB.
    pub transfer_mb: f64,
    /// Unpacked, MB.
    pub unpacked_mb: f64,
}

/// How layers are compressed, which decides how fast they unpack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// gzip.
    Gzip,
    /// zstd.
    Zstd,
}

/// What a node does with the bytes it gets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// Round trip to the registry, s.
    pub rtt_s: f64,
    /// Layers that a node asks for at once; at least 1.
    pub layers_at_once: u32,
    /// Unpacking, MB/s; nothing when it is left out.
    pub unpack_mb_s: Option<f64>,
    /// Whether unpacking runs beside the download.
    pub overlap: bool,
}

/// The time of one pull, by part.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PullTime {
    /// Asking for manifest and layers, s.
    pub setup_s: f64,
    /// Download, s.
    pub download_s: f64,
    /// Unpacking, s.
    pub unpack_s: f64,
    /// All of it, s.
    pub total_s: f64,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PullError {
    /// A number is not one that a pull can have.
    #[error("{what} is {value}, and has to be {rule}")]
    Number {
        /// Which one.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What it has to be.
        rule: &'static str,
    },
    /// A pull names a layer that the scenario does not have.
    #[error("node {node} pulls layer {layer}, and there are {layers}")]
    NoLayer {
        /// Place of the node.
        node: usize,
        /// Place of the layer.
        layer: usize,
        /// How many layers there are.
        layers: usize,
    },
    /// The scenario is larger than is simulated.
    #[error("the scenario has {found} layer pulls, and {limit} are simulated at most; take fewer nodes")]
    TooLarge {
        /// Layer pulls in it.
        found: usize,
        /// How many are simulated.
        limit: usize,
    },
}

impl Terms {
    /// Download alone: no round trips, no unpacking.
    pub const DOWNLOAD: Self = Self { rtt_s: 0.0, layers_at_once: 3, unpack_mb_s: None, overlap: true };

    /// The terms of a standard's pull model.
    pub fn of(standard: &Standard, compression: Compression) -> Self {
        let model = &standard.pull_model;
        let unpack_mb_s = match compression {
            Compression::Gzip => model.unpack_gzip_mb_s,
            Compression::Zstd => model.unpack_zstd_mb_s,
        };
        Self {
            rtt_s: model.rtt_ms / 1000.0,
            layers_at_once: model.concurrent_layer_downloads,
            unpack_mb_s: Some(unpack_mb_s),
            overlap: model.overlap_unpack,
        }
    }

    /// H = RTT · (2 + ⌈layers / at once⌉); nothing to ask for where no layer is missing.
    pub(crate) fn setup_s(&self, layers: usize) -> f64 {
        if layers == 0 {
            return 0.0;
        }
        let rounds = layers.div_ceil(self.layers_at_once.max(1) as usize);
        self.rtt_s * (2.0 + rounds as f64)
    }

    /// Seconds to unpack.
    pub(crate) fn unpack_s(&self, unpacked_mb: f64) -> f64 {
        self.unpack_mb_s.map_or(0.0, |rate| unpacked_mb / rate)
    }

    fn check(&self) -> Result<(), PullError> {
        not_negative("the round trip", self.rtt_s)?;
        self.unpack_mb_s.map_or(Ok(()), |rate| positive("the rate of unpacking", rate))
    }
}

/// One node pulls layers that it lacks at a rate of its own: T = H + max(8·Σz / r, Σu / d), or their sum without
/// overlap. Image Standard V13, pull performance.
///
/// # Errors
///
/// [`PullError::Number`] for a size, rate or round trip that no pull can have.
pub fn pull_time(missing: &[PulledLayer], rate_mbps: f64, terms: &Terms) -> Result<PullTime, PullError> {
    positive("the rate", rate_mbps)?;
    terms.check()?;
    missing.iter().try_for_each(check_layer)?;
    let setup_s = terms.setup_s(missing.len());
    let download_s = 8.0 * missing.iter().map(|layer| layer.transfer_mb).sum::<f64>() / rate_mbps;
    let unpack_s = terms.unpack_s(missing.iter().map(|layer| layer.unpacked_mb).sum());
    let total_s = setup_s + if terms.overlap { download_s.max(unpack_s) } else { download_s + unpack_s };
    Ok(PullTime { setup_s, download_s, unpack_s, total_s })
}

fn check_layer(layer: &PulledLayer) -> Result<(), PullError> {
    not_negative("the compressed size of a layer", layer.transfer_mb)?;
    not_negative("the unpacked size of a layer", layer.unpacked_mb)
}

fn positive(what: &'static str, value: f64) -> Result<(), PullError> {
    let holds = value.is_finite() && value > 0.0;
    if holds { Ok(()) } else { Err(PullError::Number { what, value, rule: "a number above 0" }) }
}

fn not_negative(what: &'static str, value: f64) -> Result<(), PullError> {
    let holds = value.is_finite() && value >= 0.0;
    if holds { Ok(()) } else { Err(PullError::Number { what, value, rule: "a number from 0 on" }) }
}

#[cfg(test)]
mod tests;
