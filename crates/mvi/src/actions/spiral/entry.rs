//! What a line of a spiral's journal says.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mvi_seal::Rebuild;
use mvi_standard::feasibility::HardRule;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The states, in their order. Image Standard V13, spiral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// Candidates are written, and those that cannot be are named with their proof.
    Probed,
    /// Each that can be was really built and run.
    Measured,
    /// Each build is in the fleet.
    Ingested,
    /// The decision is in the fleet's log.
    Predicted,
    /// The winner is sealed.
    Sealed,
    /// The winner is an organism.
    Registered,
}

impl State {
    /// All, in their order.
    pub(crate) const ALL: [Self; 6] =
        [Self::Probed, Self::Measured, Self::Ingested, Self::Predicted, Self::Sealed, Self::Registered];

    /// The word of the standard: `PROBED`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Probed => "PROBED",
            Self::Measured => "MEASURED",
            Self::Ingested => "INGESTED",
            Self::Predicted => "PREDICTED",
            Self::Sealed => "SEALED",
            Self::Registered => "REGISTERED",
        }
    }
}

/// A piece of work that is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "done", rename_all = "snake_case")]
pub(crate) enum Entry {
    /// A cycle was begun.
    Begun(Box<Begun>),
    /// A base was looked at.
    Candidate(Box<Candidate>),
    /// A candidate was built.
    Built(Built),
    /// A candidate could not be built, or does not run.
    Failed(Failed),
    /// All that were built were run.
    Run {
        /// Each of them.
        ran: Vec<Ran>,
    },
    /// Advisories of a candidate were counted.
    Counted(Counted),
    /// A candidate is in the fleet.
    Ingested(Ingested),
    /// It is decided.
    Decided(Decided),
    /// The winner was built twice more.
    Rebuilt(Rebuilt),
    /// The winner is sealed.
    Sealed(Sealed),
    /// The winner is registered.
    Registered(Registered),
    /// A state was reached.
    Reached {
        /// Which.
        state: State,
    },
}

/// What a cycle goes by from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Begun {
    /// Random, hex.
    pub id: String,
    /// What the service is called, with its tag.
    pub name: String,
    /// Row of the standard.
    pub class: String,
    /// Digest of the standard.
    pub standard: String,
    /// Digest of the source: names, rights and contents.
    pub source: String,
    /// Where the Dockerfile is from: its path in the source, or the template's class.
    pub dockerfile: String,
    /// The base in use, as the Dockerfile names it.
    pub incumbent: Option<String>,
    /// Bases and where they are, as they were named.
    pub bases: BTreeMap<String, String>,
    /// Other images that stages start from.
    pub others: BTreeMap<String, String>,
    /// The time of everything that is built, seconds since 1970.
    pub epoch: u64,
    /// How it is run.
    pub runs: RunPlan,
}

/// How candidates are run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RunPlan {
    /// Repetitions that count.
    pub runs: usize,
    /// When it is ready, where that is stated.
    pub ready: Option<String>,
    /// Milliseconds until its memory is looked at.
    pub settle_ms: u64,
    /// Seconds until it has to be ready.
    pub patience_s: f64,
}

/// A base, and whether the service could stand on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Candidate {
    /// Its reference, as `FROM` has it.
    pub base: String,
    /// Its place among the cycle's files.
    pub number: usize,
    /// Where it was found; nothing where it is not at hand.
    pub image: Option<BaseImage>,
    /// Whether a hard rule speaks against it.
    pub standing: Standing,
    /// sha256 of the candidate's Dockerfile, where one was written.
    pub dockerfile: Option<String>,
}

/// What a base is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct BaseImage {
    /// Where it was read.
    pub source: String,
    /// Digest of its manifest as the builder gets it.
    pub digest: String,
    /// Its platform.
    pub platform: String,
    /// `none`, `musl` or `glibc`, where that shows.
    pub libc: Option<String>,
    /// Its layers.
    pub layers: u32,
    /// Its packages.
    pub packages: usize,
    /// Compressed bytes of its layers, MB.
    pub transfer_mb: Option<f64>,
}

/// How a candidate stands before it is built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub(crate) enum Standing {
    /// No hard rule speaks against it.
    Feasible,
    /// None does as far as is known; a build will tell.
    Unproven {
        /// What is not known.
        missing: Vec<String>,
    },
    /// One does: it is never built.
    Infeasible {
        /// Which.
        rule: HardRule,
        /// The fact that proves it.
        proof: String,
    },
    /// Nobody knows where it is, or it cannot be read.
    Absent {
        /// Why.
        why: String,
    },
}

/// A candidate that was built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Built {
    /// The base.
    pub base: String,
    /// Digest of the image's manifest.
    pub digest: String,
    /// sha256 of the builder's log.
    pub log: String,
    /// Seconds.
    pub seconds: f64,
    /// Who built it, with its version.
    pub builder: String,
    /// Its size by the standard's basis, MB.
    pub size_mb: Option<f64>,
    /// Its layers.
    pub layers: usize,
}

/// A trial that failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Failed {
    /// The base.
    pub base: String,
    /// sha256 of what was written.
    pub log: String,
    /// What happened, in words.
    pub why: String,
    /// True where it was built and does not run.
    #[serde(default)]
    pub ran: bool,
}

/// How a candidate ran.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ran {
    /// The base.
    pub base: String,
    /// Milliseconds until it was ready, run by run.
    pub startup_ms: Vec<f64>,
    /// Memory in MB, run by run.
    pub mem_mb: Vec<f64>,
    /// How memory was measured.
    pub memory: String,
    /// Id of the runs.
    pub id: String,
    /// What ran it; or why nothing did.
    pub with: String,
}

/// Advisories of a candidate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counted {
    /// The base.
    pub base: String,
    /// All.
    pub cve_count: Option<u32>,
    /// Those of severity HIGH and CRITICAL.
    pub high_plus: Option<u32>,
    /// Where from; or why there is no number.
    pub by: String,
}

/// A candidate in the fleet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ingested {
    /// The base.
    pub base: String,
    /// What it is called there.
    pub reference: String,
    /// Its pressure over what was measured.
    pub pressure: Option<f64>,
    /// The measured share.
    pub coverage: f64,
}

/// The decision, as far as the next steps go by it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Decided {
    /// Its key in the fleet's log.
    pub id: String,
    /// sha256 of its canonical JSON.
    pub digest: String,
    /// The record.
    pub record: Value,
}

/// How two more builds of the winner compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rebuilt {
    /// File by file.
    pub rebuild: Rebuild,
    /// Median of cached rebuilds, seconds.
    pub build_cached_s: Option<f64>,
    /// Why there is none.
    pub why: Option<String>,
    /// sha256 of the builder's program.
    #[serde(default)]
    pub builder: Option<String>,
}

/// A sealed winner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sealed {
    /// The ROM.
    pub name: String,
    /// Its seal.
    pub seal: String,
    /// When.
    pub at: Timestamp,
}

/// A registered winner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Registered {
    /// Its id.
    pub gid: String,
    /// What it is called.
    pub reference: String,
    /// Its digest.
    pub digest: String,
    /// Whether the organism was there before, and this is its next ring.
    pub is_ring: bool,
}
