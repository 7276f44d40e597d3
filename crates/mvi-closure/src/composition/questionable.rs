//! What the standard calls questionable, is there, and nothing needs: a shell beside a shell, a client that only asks about
//! health.

use mvi_image::{FileKind, printable};
use mvi_inventory::{Bodies, Part};
use serde::Serialize;

use super::Terms;
use crate::closure::{Closure, End, Ground, Strength, Thing, label};

/// A recommendation of the standard that fits the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// The beginning of the standard's detector: `REC-02`, `REC-03`.
    pub code: String,
    /// The program.
    pub component: String,
    /// Its printable path.
    pub path: String,
    /// The package that it is part of, by name and version.
    pub package: Option<String>,
    /// The layer that ships it.
    pub layer: u32,
    /// What is the matter.
    pub text: String,
    /// What does instead, by the standard.
    pub next: String,
}

/// Rows of the standard's `[[questionable]]` that a recommendation is about: the program is there, and nothing that runs leads to
/// it, or the health check alone does. Nothing is said where nobody can tell what runs.
pub(super) fn advice(ground: &Ground<'_>, closure: &Closure, terms: &Terms<'_>) -> Vec<Advice> {
    if closure.end != End::Known {
        return Vec::new();
    }
    let tables = &terms.rules.tables;
    let bodies = Bodies::new(ground.tree);
    let mut found = Vec::new();
    for (node, place) in ground.tree.visible_bodies() {
        let entry = ground.tree.node(node);
        let row = tables.questionable.iter().find(|row| row.component.as_bytes() == entry.name());
        let Some(row) = row.filter(|_| entry.kind() == FileKind::File) else { continue };
        let Some(code) = code_of(terms, &row.component) else { continue };
        if bodies.part(place, Part::Object).is_none() {
            continue;
        }
        let is_for_health = closure.for_health.contains(&node);
        let mark = closure.mark(Thing::File(node)).filter(|mark| mark.strength > Strength::Declared);
        let text = match (is_for_health, mark) {
            (true, _) => "only the health check uses it",
            (false, None) => "nothing that the image starts uses it",
            (false, Some(_)) => continue,
        };
        let owner = ground.inventory.owner_of(ground.tree, node);
        found.push(Advice {
            code,
            component: row.component.clone(),
            path: format!("/{}", printable(&ground.tree.path(node))),
            package: owner.map(label),
            layer: place.layer,
            text: text.to_owned(),
            next: row.replacement.clone(),
        });
    }
    found.sort_by(|left, right| (&left.code, &left.path).cmp(&(&right.code, &right.path)));
    found
}

/// `REC-02` of the detector `REC-02-BASH-RUNTIME`.
fn code_of(terms: &Terms<'_>, component: &str) -> Option<String> {
    let end = format!("-{}-RUNTIME", component.to_uppercase());
    let detectors = terms.rules.tables.recommendation.iter().filter_map(|row| row.detector.as_deref());
    let mut codes = detectors.filter_map(|detector| detector.strip_suffix(end.as_str()));
    codes.next().map(str::to_owned)
}
