//! What an image would weigh if what it needs stood on the floor base of its class.

use std::collections::HashSet;

use mvi_inventory::Profile;

use super::component::{Component, Decision};
use super::{FloorBase, Terms};
use crate::closure::{Closure, End, Ground, Link, Strength, Thing};

/// Compressed megabytes of the image if the included closure stood on the class's floor base. What the runtime itself is,
/// the floor base brings, where there is one; everything else is scaled by the compression of the layer that it comes in.
pub(super) fn floor(
    ground: &Ground<'_>,
    closure: &Closure,
    terms: &Terms<'_>,
    components: &[Component],
) -> Result<f64, String> {
    if let End::Open { reason } = &closure.end {
        return Err(reason.clone());
    }
    let (base, provided) = match terms.floor_base {
        FloorBase::OfClass(mb) => (mb, runtime_objects(ground, closure)),
        FloorBase::Scratch => (0.0, HashSet::new()),
        FloorBase::Unknown => return Err("the size of a floor base of this class is not known".to_owned()),
    };
    let mut bytes = 0.0;
    for component in components.iter().filter(|component| component.decision == Decision::Include) {
        let by_base = terms.floor_base != FloorBase::Scratch && component.of_runtime;
        if by_base || component.purl.as_ref().is_some_and(|purl| provided.contains(purl)) {
            continue;
        }
        for (layer, kept) in &component.kept {
            let share = terms.layers.get(*layer as usize).and_then(|layer| layer.compressed);
            bytes += *kept as f64 * share.ok_or("how far a layer is compressed is not known")?;
        }
    }
    Ok(base + bytes / 1e6)
}

/// Packages with what the runtime's own program needs, by package URL: its libraries, and what is read on any system.
fn runtime_objects(ground: &Ground<'_>, closure: &Closure) -> HashSet<String> {
    let is_static = ground.runtime.profile == Some(Profile::StaticElf);
    let program = ground.runtime.entry.iter().rev().find_map(|step| step.path.as_ref());
    let program = program.and_then(|path| ground.tree.find(path.as_bytes())).map(Thing::File);
    let is_payload =
        |thing: Thing| Some(thing) == program && matches!(ground.runtime.profile, Some(Profile::DynamicElf) | None);
    let mut provided = HashSet::new();
    for (thing, mark) in closure.things().filter(|(_, mark)| mark.strength == Strength::Included) {
        let by_runtime = match &mark.link {
            Link::System | Link::Interpreter | Link::Loader | Link::Runtime => true,
            Link::Entry => !is_static && !is_payload(thing),
            Link::Needs { .. } => mark.from == program || is_needed_by_runtime(closure, mark.from),
            _ => false,
        };
        let Thing::File(node) = thing else { continue };
        if by_runtime && let Some(package) = ground.inventory.owner_of(ground.tree, node) {
            provided.insert(package.purl.clone());
        }
    }
    provided
}

/// True when the way to a library leads through the runtime's own objects alone.
fn is_needed_by_runtime(closure: &Closure, mut from: Option<Thing>) -> bool {
    for _ in 0..64 {
        match from.and_then(|thing| closure.mark(thing)) {
            Some(mark) if matches!(mark.link, Link::Runtime | Link::Entry | Link::Loader) => return true,
            Some(mark) if matches!(mark.link, Link::Needs { .. }) => from = mark.from,
            _ => return false,
        }
    }
    false
}
