//! What can be told to the fleet: one fact, one event; its kind, its subject and its bytes.

pub(crate) mod check;
mod image;
mod judgement;
mod organism;
mod record;
mod world;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Fault, FleetError, Result};
use crate::event::EventKind;

pub use image::{BaseClaim, Contents, Evidence, ImageFacts, LayerOfImage, Lineage, Provided, Scope, Sizes};
pub use judgement::JudgementFacts;
pub use organism::{OrganismFacts, Retirement, Role, SostleRange};
pub use record::{BuildFacts, CrqFacts, DecisionFacts, RomFacts, StandardFacts};
pub use world::{Affected, RunFacts, VulnerabilityFacts};

/// One fact, ready to be kept. What kind of event it becomes follows from what it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// What a layer holds.
    Layer(Contents),
    /// An image as it was measured.
    Image(ImageFacts),
    /// What the standard said about an image.
    Judgement(JudgementFacts),
    /// A build, in the builder's words.
    Build(BuildFacts),
    /// Someone's word on where an image comes from.
    Lineage(Lineage),
    /// A vulnerability and the packages it affects.
    Vulnerability(VulnerabilityFacts),
    /// A service and the image it runs.
    Run(RunFacts),
    /// An organism, registered.
    Organism(OrganismFacts),
    /// An organism that left.
    Retired(Retirement),
    /// A change request in a new state.
    Crq(CrqFacts),
    /// A change request that ran out.
    Lapsed(CrqFacts),
    /// Which base a service was found to be best on.
    Decision(DecisionFacts),
    /// A sealed template.
    Rom(RomFacts),
    /// A standard that came into force.
    Standard(StandardFacts),
}

impl Fact {
    /// The kind of event that keeps this fact.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::Layer(_) => EventKind::Layer,
            Self::Image(_) => EventKind::Measure,
            Self::Judgement(_) => EventKind::Verdict,
            Self::Build(_) => EventKind::Build,
            Self::Lineage(_) => EventKind::Declare,
            Self::Vulnerability(_) => EventKind::Advisory,
            Self::Run(_) => EventKind::Run,
            Self::Organism(_) => EventKind::Register,
            Self::Retired(_) => EventKind::Retire,
            Self::Crq(_) => EventKind::Crq,
            Self::Lapsed(_) => EventKind::Lapse,
            Self::Decision(_) => EventKind::Decision,
            Self::Rom(_) => EventKind::Seal,
            Self::Standard(_) => EventKind::Standard,
        }
    }

    /// What the fact is about: a digest, a GID, `namespace/name`, an id.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::Layer(contents) => contents.diff_id.to_string(),
            Self::Image(image) => image.digest.to_string(),
            Self::Judgement(judgement) => judgement.digest.to_string(),
            Self::Build(build) => build.digest.to_string(),
            Self::Lineage(lineage) => lineage.child.clone(),
            Self::Vulnerability(vulnerability) => vulnerability.id.clone(),
            Self::Run(run) => run.service.clone(),
            Self::Organism(organism) => organism.gid.clone(),
            Self::Retired(retirement) => retirement.gid.clone(),
            Self::Crq(crq) | Self::Lapsed(crq) => crq.id.clone(),
            Self::Decision(decision) => decision.id.clone(),
            Self::Rom(rom) => rom.name.clone(),
            Self::Standard(standard) => standard.digest.to_string(),
        }
    }

    /// The payload of the fact's event: canonical JSON (RFC 8785).
    pub(crate) fn encode(&self) -> Result<String> {
        match self {
            Self::Layer(contents) => contents.encode(),
            Self::Image(image) => canonical(image),
            Self::Judgement(judgement) => canonical(judgement),
            Self::Build(build) => canonical(build),
            Self::Lineage(lineage) => canonical(lineage),
            Self::Vulnerability(vulnerability) => canonical(vulnerability),
            Self::Run(run) => canonical(run),
            Self::Organism(organism) => canonical(organism),
            Self::Retired(retirement) => canonical(retirement),
            Self::Crq(crq) | Self::Lapsed(crq) => canonical(crq),
            Self::Decision(decision) => canonical(decision),
            Self::Rom(rom) => canonical(rom),
            Self::Standard(standard) => canonical(standard),
        }
    }

    /// The fact that an event's payload holds.
    pub(crate) fn decode(kind: EventKind, payload: &str, seq: u64) -> Result<Self, FleetError> {
        fn read<T: DeserializeOwned>(payload: &str, seq: u64) -> Result<T, FleetError> {
            let damaged = |error: serde_json::Error| FleetError::Damaged { seq, reason: error.to_string() };
            serde_json::from_str(payload).map_err(damaged)
        }
        Ok(match kind {
            EventKind::Layer => Self::Layer(read(payload, seq)?),
            EventKind::Measure => Self::Image(read(payload, seq)?),
            EventKind::Verdict => Self::Judgement(read(payload, seq)?),
            EventKind::Build => Self::Build(read(payload, seq)?),
            EventKind::Declare => Self::Lineage(read(payload, seq)?),
            EventKind::Advisory => Self::Vulnerability(read(payload, seq)?),
            EventKind::Run => Self::Run(read(payload, seq)?),
            EventKind::Register => Self::Organism(read(payload, seq)?),
            EventKind::Retire => Self::Retired(read(payload, seq)?),
            EventKind::Crq => Self::Crq(read(payload, seq)?),
            EventKind::Lapse => Self::Lapsed(read(payload, seq)?),
            EventKind::Decision => Self::Decision(read(payload, seq)?),
            EventKind::Seal => Self::Rom(read(payload, seq)?),
            EventKind::Standard => Self::Standard(read(payload, seq)?),
        })
    }

    /// Refuses what could not be kept, read back or shown.
    pub(crate) fn check(&self) -> Result<()> {
        check::fact(self)
    }
}

/// Canonical JSON of anything serialisable.
pub(crate) fn canonical(value: &impl Serialize) -> Result<String> {
    serde_json_canonicalizer::to_string(value).map_err(|error| Fault::refused("a fact", error.to_string()))
}
