//! A desk with a fleet: the recorded one, or small images in a folder.

use serde_json::Value;

use crate::archive::{Config, Members};
use crate::desk::{Desk, blob};
use crate::entry::{file, layer};

/// The fleet that the standard was written about.
pub(crate) const RECORDED: &[u8] = include_bytes!("../../../mvi-standard/tests/fixtures/fleet-v13.toml");

/// A desk on which that fleet was taken in.
pub(crate) fn recorded() -> Desk {
    let desk = Desk::bare();
    desk.write("fleet.toml", RECORDED);
    desk.says(&["fleet", "import", "fleet.toml"]);
    desk
}

/// What a verb says as JSON; it has to end well.
pub(crate) fn json(desk: &Desk, arguments: &[&str]) -> Value {
    serde_json::from_str(&desk.says(&[arguments, &["--format", "json"]].concat())).unwrap()
}

/// A layer of one file that no other layer has.
pub(crate) fn bytes(seed: u64) -> Vec<u8> {
    layer(&[file(&format!("files/{seed}"), blob(seed, 20_000))])
}

/// Writes an image of these layers as docker saves it.
pub(crate) fn save(desk: &Desk, path: &str, name: &str, seeds: &[u64]) {
    let layers: Vec<Vec<u8>> = seeds.iter().map(|seed| bytes(*seed)).collect();
    desk.write(path, &Members::docker(&layers, &[name], &Config::default()).tar());
}

/// The image of a list with this reference.
pub(crate) fn row<'v>(list: &'v Value, reference: &str) -> &'v Value {
    let images = list["images"].as_array().unwrap();
    images.iter().find(|image| image["reference"] == reference).unwrap_or_else(|| panic!("{reference} in {list:#}"))
}
