//! A spiral as plain data: how far it is, what was found out about every base, and what keeps it from going on.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Tool;

/// The report of `mvi spiral run` and `mvi spiral status`. JSON Schema: `schema/mvi-spiral-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct SpiralReport {
    /// `mvi-spiral/1`.
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// The cycle.
    pub id: String,
    /// What the service is called.
    pub name: String,
    /// Row of the standard.
    pub class: String,
    /// Where its Dockerfile is from.
    pub dockerfile: String,
    /// The base in use.
    pub incumbent: Option<String>,
    /// The time of everything that is built, seconds since 1970.
    pub epoch: u64,
    /// The last state that was reached; nothing before the first.
    pub state: Option<&'static str>,
    /// Guards that do not hold: the spiral waits until they do.
    pub stops: Vec<Stop>,
    /// What to know about this run.
    pub notes: Vec<String>,
    /// Bases, the best first.
    pub candidates: Vec<CandidateRow>,
    /// What was expected before anything was decided, where it is not decided yet.
    pub expected: Option<Expected>,
    /// The decision.
    pub decision: Option<DecisionNote>,
    /// How two more builds of the winner compared.
    pub rebuild: Option<RebuildNote>,
    /// The sealed record.
    pub rom: Option<RomNote>,
    /// The organism.
    pub organism: Option<OrganismNote>,
}

/// A guard that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Stop {
    /// A stable code: `SPIRAL-BUILDER`, or one of `mvi rom seal`.
    pub code: String,
    /// What is missing, and what to do.
    pub text: String,
}

/// A base.
#[derive(Debug, Serialize)]
pub(crate) struct CandidateRow {
    /// Its reference.
    pub base: String,
    /// `infeasible`, `absent`, `open`, `failed` or `built`.
    pub stands: &'static str,
    /// Why it is not built; of one that is open, what is not known.
    pub why: Option<String>,
    /// Where it was read.
    pub source: Option<String>,
    /// Its C library, where that shows.
    pub libc: Option<String>,
    /// Digest of what was built.
    pub digest: Option<String>,
    /// sha256 of the builder's log.
    pub log: Option<String>,
    /// Seconds that its build took.
    pub build_s: Option<f64>,
    /// What was measured, by the standard's dimensions; medians of runs.
    pub measured: BTreeMap<String, f64>,
    /// What was not, and why.
    pub missing: BTreeMap<String, String>,
    /// Start-ups in ms, run by run.
    pub startup_ms: Vec<f64>,
    /// Memory in MB, run by run.
    pub mem_mb: Vec<f64>,
    /// Its pressure.
    pub pressure: Option<f64>,
    /// The measured share of it, 0 to 1.
    pub coverage: f64,
    /// Whether it is in use.
    pub is_incumbent: bool,
    /// Whether it was decided on.
    pub is_chosen: bool,
}

/// A forecast in short; `mvi predict` says more.
#[derive(Debug, Serialize)]
pub(crate) struct Expected {
    /// The base.
    pub base: Option<String>,
    /// Why.
    pub reason: String,
    /// Bases to be built before anything is sealed.
    pub trials: Vec<String>,
}

/// The decision in short; the fleet keeps all of it.
#[derive(Debug, Serialize)]
pub(crate) struct DecisionNote {
    /// Its key in the fleet's log.
    pub id: String,
    /// sha256 of its canonical JSON.
    pub digest: String,
    /// The base.
    pub chosen: Option<String>,
    /// The base in use, or the class's own.
    pub requested: String,
    /// Pressure that is taken away.
    pub gain: Option<f64>,
    /// Holds the gain.
    pub interval: Option<[f64; 2]>,
    /// How sure that is.
    pub confidence: Option<f64>,
    /// Why.
    pub reason: String,
    /// Bases that have to be built before anything is sealed.
    pub waiting: Vec<String>,
}

/// How rebuilds compared.
#[derive(Debug, Serialize)]
pub(crate) struct RebuildNote {
    /// Paths that differ between the trial and two builds without a cache; none where all are equal.
    pub different: Vec<String>,
    /// Median of cached rebuilds, seconds.
    pub build_cached_s: Option<f64>,
    /// Why there is none.
    pub why: Option<String>,
}

/// A sealed record.
#[derive(Debug, Serialize)]
pub(crate) struct RomNote {
    /// Its name.
    pub name: String,
    /// Its seal.
    pub seal: String,
}

/// An organism.
#[derive(Debug, Serialize)]
pub(crate) struct OrganismNote {
    /// Its id.
    pub gid: String,
    /// What it is called.
    pub reference: String,
    /// The winner's digest.
    pub digest: String,
    /// Whether the winner is the next ring of one that was there.
    pub is_ring: bool,
}

/// The report of `mvi spiral log`. JSON Schema: `schema/mvi-spiral-log-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct SpiralLogReport {
    /// `mvi-spiral-log/1`.
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// Lines of the journal, the oldest first.
    pub lines: Vec<LogLine>,
}

/// A line of the journal.
#[derive(Debug, Serialize)]
pub(crate) struct LogLine {
    /// When.
    pub at: String,
    /// What was done, such as `built`.
    pub done: String,
    /// About which base or state, and what came of it, in short.
    pub what: String,
    /// All of it.
    pub entry: serde_json::Value,
    /// The line's digest, which holds all before it.
    pub sum: String,
}
