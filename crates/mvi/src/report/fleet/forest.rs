//! The fleet as a forest.

use mvi_standard::Verdict;
use serde::Serialize;

/// All trees, the largest first. JSON Schema: `schema/mvi-fleet-forest-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct ForestReport {
    /// `mvi-fleet-forest/1`.
    pub schema: &'static str,
    /// The standard whose verdicts they bear.
    pub standard: String,
    /// When.
    pub at: String,
    /// The trees.
    pub trees: Vec<ForestTree>,
}

/// A line of images: an organism, or all images of a repository.
#[derive(Debug, Serialize)]
pub(crate) struct ForestTree {
    /// Its name: the organism's line, or the repository.
    pub name: String,
    /// The organism.
    pub gid: Option<String>,
    /// The image that is drawn: the largest of those that are current.
    pub reference: String,
    /// The verdict that counts.
    pub verdict: Verdict,
    /// Whether it counts in the score.
    pub counted: bool,
    /// Its size, MB.
    pub size_mb: Option<f64>,
    /// Its pressure.
    pub pressure: Option<f64>,
    /// Its segment.
    pub segment: u32,
    /// The segment's zone.
    pub zone: &'static str,
    /// Whether it was read; what was only declared has no layers.
    pub read: bool,
    /// What it stands on, nearest first.
    pub roots: Vec<Root>,
    /// Its layers, base first.
    pub trunk: Vec<TrunkLayer>,
    /// Services that run it, or something that stands on it.
    pub branches: Vec<String>,
    /// Its builds, oldest first.
    pub rings: Vec<ForestRing>,
}

/// A base.
#[derive(Debug, Serialize)]
pub(crate) struct Root {
    /// Its reference.
    pub reference: String,
    /// Whether layers show it; else somebody says so.
    pub known: bool,
}

/// A layer.
#[derive(Debug, Serialize)]
pub(crate) struct TrunkLayer {
    /// Digest of its uncompressed archive.
    pub diff_id: String,
    /// Its uncompressed size, MB.
    pub unpacked_mb: Option<f64>,
    /// Whether it came with the nearest base.
    pub of_base: bool,
}

/// One build.
#[derive(Debug, Serialize)]
pub(crate) struct ForestRing {
    /// Its reference.
    pub reference: String,
    /// Its digest.
    pub digest: String,
    /// Its platform.
    pub platform: String,
    /// The verdict that counts.
    pub verdict: Option<Verdict>,
    /// Its size, MB.
    pub size_mb: Option<f64>,
    /// What it is larger than the build before, MB.
    pub width_mb: Option<f64>,
}
