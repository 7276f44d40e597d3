//! What was packed, as text.

use std::io;

use mvi_probe::pack::{LayerFrom, PackedImage, PackedLayer, PlatformFrom};

use super::page::{Page, paint};
use crate::report::Megabytes;
use crate::report::pack::{EpochFrom, PackReport};

pub(super) fn write(report: &PackReport, page: &mut Page<'_>) -> io::Result<()> {
    let packed = &report.packed;
    let bytes: u64 = packed.images.iter().flat_map(|image| &image.layers).map(|layer| layer.bytes).sum();
    page.both(paint::BOLD, &report.output, &Megabytes(bytes).to_string())?;
    page.line(&[(paint::PLAIN, &packed.digest.to_string())])?;
    for image in &packed.images {
        write_image(image, page)?;
    }
    if !packed.notes.is_empty() {
        page.heading("Notes", "")?;
    }
    for note in &packed.notes {
        page.wrapped(paint::WARN, "  ", 4, &format!("{}: {}", note.path, note.text))?;
    }
    if packed.notes_left_out > 0 {
        page.line(&[(paint::DIM, &format!("  and {} more", packed.notes_left_out))])?;
    }
    let from = match report.epoch_from {
        EpochFrom::Stated => "as stated",
        EpochFrom::Default => "as nothing states another",
    };
    page.line(&[(paint::DIM, &format!("every time in what was made is {}, {from}", report.epoch))])
}

fn write_image(image: &PackedImage, page: &mut Page<'_>) -> io::Result<()> {
    let from = match image.platform_from {
        PlatformFrom::Stated => "as stated",
        PlatformFrom::Base => "as the base",
        PlatformFrom::Program => "by the header of a program",
        PlatformFrom::Machine => "as this machine",
        PlatformFrom::Image => "as it was",
    };
    page.heading(&image.platform.to_string(), from)?;
    for (number, layer) in image.layers.iter().enumerate() {
        page.both(paint::PLAIN, &format!("  {number:>2}  {}", said(layer)), &Megabytes(layer.bytes).to_string())?;
    }
    Ok(())
}

fn said(layer: &PackedLayer) -> String {
    let whence = match layer.from {
        LayerFrom::Copied => "copied: ",
        LayerFrom::Packed => "",
    };
    let entries = layer.entries.map_or_else(String::new, |entries| format!(", {entries} paths"));
    format!("{whence}{}{entries}", if layer.what.is_empty() { "(no history)" } else { &layer.what })
}
