//! The card of an organism or an image.

use std::collections::BTreeMap;

use mvi_fleet::{LineageOf, Role, Sizes, SostleRange, Split};
use mvi_standard::Verdict;
use mvi_standard::belt::Placement;
use mvi_standard::crq::Coverage;
use mvi_standard::evidence::BaseSource;
use mvi_standard::judge::Finding;
use mvi_standard::organism::Reproduction;
use mvi_standard::pressure::Pressure;
use serde::Serialize;

use super::FleetRow;

/// Everything about one name. JSON Schema: `schema/mvi-fleet-card-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct CardReport {
    /// `mvi-fleet-card/1`.
    pub schema: &'static str,
    /// The organism, where a GID was asked for.
    pub organism: Option<OrganismCard>,
    /// The image, or the organism's newest ring.
    pub image: Option<ImageCard>,
}

/// An organism.
#[derive(Debug, Serialize)]
pub(crate) struct OrganismCard {
    /// Its id.
    pub gid: String,
    /// Its line.
    pub reference: String,
    /// What it is for.
    pub role: Role,
    /// Its status at registration.
    pub status: Verdict,
    /// Whether it was registered before all was measured.
    pub provisional: bool,
    /// Who answers for it.
    pub owner: String,
    /// Its rebuild profile.
    pub school: String,
    /// Its operating role.
    pub vsm: String,
    /// Exposure levels it may have.
    pub sostle: SostleRange,
    /// Its segment at registration.
    pub segment: Option<u8>,
    /// The change request that permits it.
    pub crq: Option<String>,
    /// When it was registered.
    pub registered: String,
    /// Why it was retired; nothing while it lives.
    pub retired: Option<String>,
    /// Services that stand on it; nothing while no image of it is known.
    pub services: Option<u64>,
    /// The word for that number.
    pub reproduction: Option<Reproduction>,
    /// Its builds, oldest first.
    pub rings: Vec<Ring>,
    /// What its school complains of.
    pub findings: Vec<Finding>,
}

/// One build of an organism.
#[derive(Debug, Serialize)]
pub(crate) struct Ring {
    /// Its number, from 1.
    pub n: usize,
    /// Its reference.
    pub reference: String,
    /// Its digest.
    pub digest: String,
    /// Its platform.
    pub platform: String,
    /// Its size, MB.
    pub size_mb: Option<f64>,
    /// What it is larger than the ring before, MB; negative where it shrank.
    pub width_mb: Option<f64>,
    /// Its pressure.
    pub pressure: Option<f64>,
}

/// An image.
#[derive(Debug, Serialize)]
pub(crate) struct ImageCard {
    /// Its line in the table.
    #[serde(flatten)]
    pub row: FleetRow,
    /// Whether a newer image took its reference.
    pub superseded: bool,
    /// Its repository.
    pub repository: String,
    /// When it was built, as its config says.
    pub created: Option<String>,
    /// Its sizes, bytes.
    pub sizes: Sizes,
    /// Known dimensions by the standard's ids.
    pub dimensions: BTreeMap<String, f64>,
    /// The class it was judged by.
    pub class: Option<String>,
    /// Its direct base.
    pub base: Option<String>,
    /// How that is known.
    pub base_source: BaseSource,
    /// Why the rule held.
    pub reason: String,
    /// Its pressure.
    #[serde(rename = "pressure_detail")]
    pub pressure: Option<Pressure>,
    /// Its place on the belt, and why.
    pub placement: Placement,
    /// The change request about it.
    #[serde(rename = "change_request")]
    pub coverage: Option<Coverage>,
    /// What weakens the judgement or contradicts what is declared.
    pub findings: Vec<Finding>,
    /// What to do, in order.
    pub next_steps: Vec<String>,
    /// Where it comes from.
    pub lineage: LineageOf,
    /// What of it is its base's.
    pub split: Split,
}
