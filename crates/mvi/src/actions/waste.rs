//! Hidden bytes with their causes, and what to do about each in words.

use mvi_image::{Cause, Place, Reason, causes, printable};

use super::examine::Examined;
use crate::report::{Megabytes, WasteCause, WastedFile};

/// The causes of everything hidden, largest first.
pub(super) fn waste(examined: &Examined) -> Vec<WasteCause> {
    causes(&examined.tree).iter().map(|cause| describe(examined, cause)).collect()
}

fn describe(examined: &Examined, cause: &Cause) -> WasteCause {
    let (layer, by_layer) = (cause.layer as usize, cause.by_layer as usize);
    let instruction = examined.instruction(layer);
    let by_instruction = examined.instruction(by_layer);
    let fix = fix(cause, instruction.as_deref(), by_instruction.as_deref());
    let largest = cause
        .largest
        .iter()
        .map(|file| WastedFile { path: printable(&path_of(examined, file.place)), mb: Megabytes(file.bytes) });
    WasteCause {
        layer,
        instruction,
        by_layer,
        by_instruction,
        reason: cause.reason,
        files: cause.files,
        mb: Megabytes(cause.bytes),
        transfer_mb: share_of_transfer(examined, layer, cause.bytes),
        likely: cause.likely,
        fix,
        largest: largest.collect(),
    }
}

/// The path of an entry of the image.
pub(super) fn path_of(examined: &Examined, place: Place) -> Vec<u8> {
    let table = examined.layers[place.layer as usize].facts.table();
    table.entries().get(place.entry as usize).map(|entry| table.path(entry)).unwrap_or_default()
}

/// What `bytes` of a layer add to a pull, if they compress like the rest of it.
pub(super) fn share_of_transfer(examined: &Examined, layer: usize, bytes: u64) -> Option<Megabytes> {
    let scanned = examined.layers.get(layer)?;
    let transfer = u128::from(scanned.transfer_bytes?.bytes);
    let whole = u128::from(scanned.facts.tar_bytes());
    (whole > 0).then(|| Megabytes((u128::from(bytes) * transfer / whole) as u64))
}

/// The kind of step that made a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Run,
    Copy,
    Unknown,
}

fn step(instruction: Option<&str>) -> Step {
    match instruction.and_then(|text| text.split_whitespace().next()) {
        Some("RUN") => Step::Run,
        Some("COPY" | "ADD") => Step::Copy,
        Some(_) | None => Step::Unknown,
    }
}

fn fix(cause: &Cause, instruction: Option<&str>, by: Option<&str>) -> String {
    let (from, to) = (cause.layer, cause.by_layer);
    match (cause.reason, step(instruction), step(by)) {
        (Reason::NoPlace, _, _) => {
            format!("layer {from} ships these bytes under names that lead nowhere: leave them out")
        }
        (Reason::SameLayer, _, _) => format!("layer {from} ships these files twice: rebuild it with a current builder"),
        (Reason::DeletedLater, _, _) if from == 0 => {
            "they belong to the base: start from a smaller base, or build in a stage of its own and COPY the result"
                .into()
        }
        (Reason::DeletedLater, Step::Run, _) => {
            format!("clean up in the same RUN that made them (layer {from}), not in layer {to}")
        }
        (Reason::DeletedLater, Step::Copy, _) => "do not copy them in: .dockerignore, or a narrower COPY".into(),
        (Reason::DeletedLater, Step::Unknown, _) => {
            format!("leave them out of layer {from} instead of deleting them in layer {to}")
        }
        (Reason::AttributesOnly, Step::Copy, _) => copy_attributes(by).into(),
        (Reason::AttributesOnly, Step::Run, _) => format!(
            "set owner and mode in the same RUN that makes them (layer {from}), or build in a stage of its own: {}",
            copy_attributes(by)
        ),
        (Reason::AttributesOnly, Step::Unknown, _) => {
            format!("set owner and mode in the step that makes them (layer {from}); {}", copy_attributes(by))
        }
        (Reason::IdenticalCopy, _, _) => {
            format!("layer {to} ships the same bytes again: leave them out of one of the two")
        }
        (Reason::Overwritten, _, _) if from == 0 => {
            "the base's files are rewritten: let one step do all installing, or take a base that has the newer ones"
                .into()
        }
        (Reason::Overwritten, Step::Run, Step::Run) => {
            format!("join the RUN steps of layers {from} and {to}, so that they are written once")
        }
        (Reason::Overwritten, _, _) => format!("write them once: layer {to} replaces what layer {from} ships"),
    }
}

fn copy_attributes(by: Option<&str>) -> &'static str {
    match by {
        Some(text) if text.contains("chmod") && !text.contains("chown") => "COPY --chmod=… instead of RUN chmod",
        Some(text) if text.contains("chown") => "COPY --chown=… instead of RUN chown",
        Some(_) | None => "COPY --chown=… --chmod=… instead of changing them later",
    }
}
