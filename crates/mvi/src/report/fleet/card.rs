//! The card of an organism or an image.

use std::collections::BTreeMap;

use mvi_fleet::{LineageOf, Organism, Sizes, Split};
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
    /// What the fleet remembers of it.
    #[serde(flatten)]
    pub organism: Organism,
    /// Services that stand on it; nothing while no image of it was measured.
    #[serde(rename = "live_services")]
    pub services: Option<u64>,
    /// The word for that number.
    pub reproduction: Option<Reproduction>,
    /// For a base without a measured image: the pressure in the middle of its class's band.
    pub expected_pressure: Option<Pressure>,
    /// What its school and the deployment rules complain of.
    pub findings: Vec<Finding>,
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
    /// Bytes that are there and not needed to run, MB; none where nobody can tell.
    pub unneeded_mb: Option<f64>,
    /// The floor that it was judged by, MB: as its owner declares it, or estimated.
    pub floor_estimate_mb: Option<f64>,
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
    /// Its pressure against the floor of its own class.
    pub pressure_in_class: Option<Pressure>,
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
