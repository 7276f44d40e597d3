//! The ELF objects of a tree, as the pass found them.

use mvi_image::{FileTree, Gap, GapCode, Place, printable};
use serde::{Deserialize, Serialize};

use crate::document::Bodies;
use crate::extract::Part;
use crate::owners::Owners;
use crate::parse::elf::ElfFacts;

/// An ELF object of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Printable path.
    pub path: String,
    /// Layer that ships it.
    pub layer: u32,
    /// The package that owns it, as an index into the inventory's packages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<usize>,
    /// What it tells of itself.
    pub facts: ElfFacts,
}

/// The visible objects by path; one with several names is there once, under one of them. The gaps are about those that make no sense
/// in part.
pub(crate) fn objects(tree: &FileTree, bodies: &Bodies<'_>, owners: &Owners) -> (Vec<Object>, Vec<Gap>) {
    let mut objects = Vec::new();
    let mut gaps = Vec::new();
    for (id, place) in tree.visible_bodies() {
        let Some(facts) = object_at(bodies, place) else { continue };
        let path = tree.path(id);
        if !facts.unread.is_empty() {
            let text = format!("is an ELF object that makes no sense in part: {}", facts.unread.join(", "));
            gaps.push(Gap { layer: Some(place.layer), ..Gap::at(GapCode::Body, &path, text) });
        }
        let owner = owners.owner_of(tree, id);
        objects.push(Object { path: printable(&path), layer: place.layer, owner, facts });
    }
    objects.sort_by(|left, right| left.path.cmp(&right.path));
    (objects, gaps)
}

/// The facts of the object that the entry at `place` ships.
pub(crate) fn object_at(bodies: &Bodies<'_>, place: Place) -> Option<ElfFacts> {
    serde_json::from_slice(bodies.part(place, Part::Object)?).ok()
}
