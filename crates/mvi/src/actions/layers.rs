//! The layers of an image: what each brings, what lasts of it, and its files where they are asked for.

use mvi_image::{EntryTable, FileKind, ImageError, Location, RawEntry, printable};

use super::examine::{Examined, Examiner};
use super::waste::waste;
use crate::report::{FileChange, FileNote, LayerNote, LayersReport, Megabytes, TOOL};

/// Which files of each layer to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileList {
    /// None.
    None,
    /// All, in archive order.
    All,
    /// The largest, so many.
    Largest(usize),
}

/// Reads the image and lists its layers.
///
/// # Errors
/// Images that cannot be read.
pub(crate) fn layers(
    examiner: &Examiner<'_>,
    location: &Location,
    files: FileList,
) -> Result<LayersReport, ImageError> {
    let examined = examiner.examine_one(location)?;
    let mut notes = layer_notes(&examined);
    if files != FileList::None {
        add_files(&examined, &mut notes, files);
    }
    Ok(LayersReport {
        schema: "mvi-layers/1",
        tool: TOOL,
        image: examined.identity(),
        sizes: examined.sizes(),
        efficiency: examined.tree.efficiency(),
        layers: notes,
        waste: waste(&examined),
        gaps: examined.gaps(),
    })
}

/// One note a layer, base first.
pub(super) fn layer_notes(examined: &Examined) -> Vec<LayerNote> {
    let mut hidden = vec![0; examined.layers.len()];
    for file in examined.tree.hidden() {
        hidden[file.place.layer as usize] += file.bytes;
    }
    let notes = examined.layers.iter().zip(&examined.image.layers).zip(hidden).enumerate();
    notes
        .map(|(index, ((scanned, layer), hidden))| {
            let change = examined.tree.changes().get(index).copied().unwrap_or_default();
            LayerNote {
                index,
                instruction: examined.instruction(index),
                digest: layer.blob.as_ref().map(ToString::to_string),
                diff_id: layer.diff_id.as_ref().map(ToString::to_string),
                compression: scanned.compression.to_string(),
                transfer_mb: scanned.transfer_bytes.map(|transfer| Megabytes(transfer.bytes)),
                transfer_estimated: scanned.transfer_bytes.is_some_and(|transfer| transfer.estimated),
                unpacked_mb: Megabytes(scanned.facts.tar_bytes()),
                files_mb: Megabytes(change.file_bytes),
                hidden_mb: Megabytes(hidden),
                added: change.added,
                changed: change.changed,
                removed: change.removed,
                remembered: scanned.remembered,
                files: None,
                more_files: None,
            }
        })
        .collect()
}

fn add_files(examined: &Examined, notes: &mut [LayerNote], list: FileList) {
    let mut visible: Vec<Vec<bool>> =
        examined.layers.iter().map(|layer| vec![false; layer.facts.table().entries().len()]).collect();
    for id in examined.tree.visible() {
        if let Some(place) = examined.tree.node(id).own_place() {
            visible[place.layer as usize][place.entry as usize] = true;
        }
    }
    for ((scanned, note), visible) in examined.layers.iter().zip(notes).zip(visible) {
        let table = scanned.facts.table();
        let mut order: Vec<usize> = (0..table.entries().len()).collect();
        if let FileList::Largest(count) = list {
            order.sort_by_key(|index| (std::cmp::Reverse(table.entries()[*index].size()), *index));
            note.more_files = Some(order.len().saturating_sub(count));
            order.truncate(count);
        }
        note.files =
            Some(order.into_iter().map(|index| file_note(table, &table.entries()[index], visible[index])).collect());
    }
}

fn file_note(table: &EntryTable, entry: &RawEntry, visible: bool) -> FileNote {
    let attributes = table.attributes(entry);
    let change = match visible {
        true => FileChange::Visible,
        false if table.name(entry).starts_with(b".wh.") => FileChange::Whiteout,
        false => FileChange::Hidden,
    };
    let link = matches!(entry.kind(), FileKind::Symlink | FileKind::HardLink).then(|| printable(table.link(entry)));
    FileNote {
        path: printable(&table.path(entry)),
        kind: entry.kind(),
        mode: format!("{:04o}", attributes.mode),
        owner: format!("{}:{}", attributes.uid, attributes.gid),
        mb: Megabytes(entry.size()),
        change,
        link,
    }
}
