//! This program's own bill: `mvi-sbom/1`.

use serde::Deserialize;

use super::{Bill, BillError};
use crate::inventory::Inventory;
use crate::package::Package;
use crate::parse::os_release::OsRelease;

#[derive(Deserialize)]
struct Document {
    schema: String,
    #[serde(default)]
    created: Option<String>,
    image: Image,
    #[serde(default)]
    os: Option<System>,
    #[serde(default)]
    layers: Vec<Layer>,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Image {
    source: String,
    #[serde(default)]
    reference: Option<String>,
}

#[derive(Deserialize)]
struct System {
    id: Option<String>,
    version_id: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Layer {
    instruction: Option<String>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Bill, BillError> {
    let document: Document = serde_json::from_slice(bytes)?;
    let os = document.os.map(|os| OsRelease {
        id: os.id,
        version_id: os.version_id,
        pretty_name: os.name,
        ..OsRelease::default()
    });
    let (hidden, packages): (Vec<_>, Vec<_>) =
        document.packages.into_iter().partition(|package| package.hidden.is_some());
    Ok(Bill {
        standard: document.schema,
        subject: document.image.reference.unwrap_or(document.image.source),
        created: document.created,
        inventory: Inventory { os, packages, hidden, ..Inventory::default() },
        has_layers: !document.layers.is_empty(),
        nameless: 0,
        instructions: document.layers.into_iter().map(|layer| layer.instruction).collect(),
    })
}
