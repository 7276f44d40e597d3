//! `mvi build-event`: one build beside the one before it, for the pull request that made it.

use std::collections::BTreeMap;

use mvi_fleet::{Change, Shift};
use mvi_standard::Verdict;
use mvi_standard::judge::{Finding, GateStatus};
use mvi_standard::pressure::Pressure;
use serde::Serialize;

use super::Tool;
use super::diff::DiffReport;
use super::fleet::RecordedImage;

/// The report of `mvi build-event`. JSON Schema: `schema/mvi-build-event-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct BuildEventReport {
    /// `mvi-build-event/1`.
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// The image, as the fleet knows it now.
    pub image: RecordedImage,
    /// The ring before; nothing where this is the first.
    pub before: Option<Ring>,
    /// The dimensions of the standard, each with what it was and is.
    pub dimensions: Vec<Dimension>,
    /// The pressure now; nothing where nothing was measured.
    pub pressure: Option<Pressure>,
    /// The pressure before.
    pub pressure_before: Option<Pressure>,
    /// The verdict that counts.
    pub verdict: Verdict,
    /// The school whose gates they are; nothing where none is declared and none follows.
    pub school: Option<SchoolNote>,
    /// What the school asks of a build.
    pub gates: Vec<EventGate>,
    /// What else the school has to say.
    pub findings: Vec<Finding>,
    /// What changed, as far as the fleet remembers both.
    pub change: Option<Change>,
    /// Instructions of layers that came and went.
    pub instructions: Vec<InstructionChange>,
    /// What changed, file by file, where the image before was named.
    pub diff: Option<DiffReport>,
    /// What a full pull of the fleet costs.
    pub cost: Cost,
    /// What to know about the numbers.
    pub notes: Vec<String>,
}

/// A ring of the fleet.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Ring {
    /// Its reference.
    pub reference: String,
    /// Its digest.
    pub digest: String,
}

/// A dimension of the standard.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Dimension {
    /// Its id.
    pub id: String,
    /// Its unit.
    pub unit: String,
    /// Before and now; what was not measured is nothing, and never 0.
    #[serde(flatten)]
    pub values: Shift,
    /// Where the value of now is from, or why there is none.
    pub source: &'static str,
}

/// A school and how it was found.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SchoolNote {
    /// Its id.
    pub id: String,
    /// `stated`, `organism` or `default`.
    pub source: &'static str,
}

/// One gate of a school.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EventGate {
    /// `A-STARTUP` or `A-GROWTH`.
    pub id: &'static str,
    /// The dimension it looks at.
    pub dimension: &'static str,
    /// Outcome.
    pub status: GateStatus,
    /// True where a failure fails the build; the standard only reports others.
    pub blocks: bool,
    /// Change in percent, where both values are known.
    pub percent: Option<f64>,
    /// Most that is allowed, in percent.
    pub limit_percent: f64,
    /// Why, with the numbers.
    pub reason: String,
}

/// An instruction whose layer came or went.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct InstructionChange {
    /// `came` or `went`.
    pub change: &'static str,
    /// Its layer, from the base on.
    pub layer: usize,
    /// As a Dockerfile has it; nothing where the history does not say.
    pub instruction: Option<String>,
    /// Bytes to transfer, where they are known.
    pub transfer: Option<u64>,
}

/// What a pull by every node costs.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Cost {
    /// Nodes that pull.
    pub nodes: u32,
    /// Services that run it.
    pub services: u64,
    /// MB that a full pull of this image moves to empty nodes.
    pub whole_mb: Option<f64>,
    /// MB that nodes with the ring before pull: the layers that came, on every node.
    pub update_mb: Option<f64>,
    /// Nodes × services × change in MB: takes every byte for unshared. Above 0 where it costs more than before.
    pub formula_mb: Option<f64>,
    /// Change in MB over all nodes, every layer once a node. Above 0 where it costs more than before.
    pub exact_mb: Option<f64>,
}

/// Values by dimension.
pub(crate) type Values = BTreeMap<String, f64>;
