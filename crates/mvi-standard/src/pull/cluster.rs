//! A whole cluster pulls one image: closed forms and the bound that peers cannot beat.

use serde::{Deserialize, Serialize};

use super::{PullError, not_negative, positive};

/// Nodes that pull the same bytes from one registry.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many nodes.
    pub nodes: u32,
    /// What each of them lacks, MB.
    pub missing_mb: f64,
    /// Egress of the registry, Mbit/s.
    pub egress_mbps: f64,
    /// Link of a node, Mbit/s.
    pub node_mbps: f64,
}

impl Spread {
    fn check(&self) -> Result<(), PullError> {
        not_negative("the missing size", self.missing_mb)?;
        positive("the egress", self.egress_mbps)?;
        positive("the link of a node", self.node_mbps)
    }
}

/// Seconds until the last node has everything: n·8Z / min(E, n·b) all at once, ⌈n/c⌉·8Z / min(b, E/c) in waves of `c`.
///
/// # Errors
///
/// [`PullError::Number`] for a size or rate that no pull can have.
pub fn cluster_seconds(spread: &Spread, at_once: Option<u32>) -> Result<f64, PullError> {
    spread.check()?;
    if spread.nodes == 0 {
        return Ok(0.0);
    }
    let wave = at_once.unwrap_or(spread.nodes).clamp(1, spread.nodes);
    let waves = f64::from(spread.nodes.div_ceil(wave));
    let rate = spread.node_mbps.min(spread.egress_mbps / f64::from(wave));
    Ok(waves * 8.0 * spread.missing_mb / rate)
}

/// The least time in which peers that upload can serve everybody: max(8Z/E, 8Z/b, 8nZ / (E + Σ upload)).
///
/// # Errors
///
/// [`PullError::Number`] for a size or rate that no pull can have.
pub fn peer_bound_seconds(spread: &Spread, upload_mbps: f64) -> Result<f64, PullError> {
    spread.check()?;
    not_negative("the upload of a node", upload_mbps)?;
    if spread.nodes == 0 {
        return Ok(0.0);
    }
    let (nodes, one) = (f64::from(spread.nodes), 8.0 * spread.missing_mb);
    let together = nodes * one / (spread.egress_mbps + nodes * upload_mbps);
    Ok((one / spread.egress_mbps).max(one / spread.node_mbps).max(together))
}
