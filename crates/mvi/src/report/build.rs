//! `mvi build`: what was built, by whom, how long it took, and what was not done again.

use mvi_probe::build::{Found, Step, Touched};
use mvi_standard::judge::Gate;
use serde::Serialize;

use super::{ImageIdentity, Sizes, Tool};

/// The report of `mvi build`. JSON Schema: `schema/mvi-build-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct BuildReport {
    /// `mvi-build/1`.
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// The builder.
    pub builder: Found,
    /// What it was asked, values of build arguments left out.
    pub command: String,
    /// The context.
    pub context: String,
    /// From the builder's start to its end, in seconds; without a cache where rebuilds were timed.
    pub seconds: f64,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Steps that it did not do again.
    pub cached: Cached,
    /// What it wrote.
    pub log: LogNote,
    /// The image.
    pub image: BuiltImage,
    /// Where it was written, beside the builder's storage.
    pub output: Option<String>,
    /// Rebuilds; nothing where they were not asked for.
    pub measure: Option<Measure>,
}

/// Steps that were cached, of those that can be.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Cached {
    /// Cached.
    pub hits: usize,
    /// All that can be.
    pub of: usize,
}

/// What a builder wrote.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LogNote {
    /// Lines.
    pub lines: u64,
    /// Bytes.
    pub bytes: u64,
    /// True where the first of it was not kept, so that steps may be missing.
    pub cut: bool,
    /// The file it is in.
    pub file: Option<String>,
}

/// The image that came out.
#[derive(Debug, Serialize)]
pub(crate) struct BuiltImage {
    /// What the builder calls it.
    pub id: String,
    /// Which image it is, as it was exported.
    pub identity: ImageIdentity,
    /// What it weighs.
    pub sizes: Sizes,
    /// Its layers.
    pub layers: usize,
}

/// Timed rebuilds.
#[derive(Debug, Serialize)]
pub(crate) struct Measure {
    /// What was changed before each.
    pub touched: Touched,
    /// True where nobody named the file.
    pub chosen: bool,
    /// Each of them, in their order.
    pub rebuilds: Vec<Rebuild>,
    /// The median of their times, in seconds.
    pub median_s: f64,
    /// AC-BUILD; nothing where the standard has no such gate.
    pub gate: Option<Gate>,
}

/// One rebuild.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Rebuild {
    /// How long it took.
    pub seconds: f64,
    /// Steps that were not done again.
    pub cached: Cached,
}
