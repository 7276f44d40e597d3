//! What reading images for the fleet came to.

use std::io;

use anstyle::Style;
use mvi_standard::evidence::BaseSource;

use super::{score, table};
use crate::render::text::audit::verdict_style;
use crate::render::text::page::{Page, paint};
use crate::report::fleet::{Change, RecordReport, RecordedImage, ScanReport};

/// Images of a scan that are shown one by one.
const SHOWN: usize = 200;

pub(super) fn record(report: &RecordReport, page: &mut Page<'_>) -> io::Result<()> {
    images(&report.images, page)
}

pub(super) fn scan(report: &ScanReport, page: &mut Page<'_>) -> io::Result<()> {
    let count = |change| report.images.iter().filter(|image| image.change == change).count();
    let told = format!(
        "{} new, {} changed, {} known, {} unreadable",
        count(Change::New),
        count(Change::Changed),
        count(Change::Same),
        report.unreadable.len()
    );
    page.both(paint::BOLD, &format!("{} places", report.found), &told)?;
    if report.resumed {
        let text = format!("begun {}; {} were done before", report.begun, report.done_before);
        page.line(&[(paint::DIM, &text)])?;
    }
    if report.too_old > 0 {
        page.line(&[(paint::DIM, &format!("{} images were built before and left out", report.too_old))])?;
    }
    let fresh: Vec<RecordedImage> =
        report.images.iter().filter(|image| image.change != Change::Same).take(SHOWN).cloned().collect();
    if !fresh.is_empty() {
        page.blank()?;
        images(&fresh, page)?;
    }
    if let Some(runs) = &report.runs {
        page.blank()?;
        let text = format!(
            "{} services on images, {} new or changed, {} ended, {} containers without a digest yet",
            runs.live, runs.changed, runs.ended, runs.without_digest
        );
        page.wrapped(paint::PLAIN, "", 0, &text)?;
    }
    page.blank()?;
    score::headline(&report.solvency, page)
}

fn images(images: &[RecordedImage], page: &mut Page<'_>) -> io::Result<()> {
    let column = |head, right, cuts| table::Column { head, right, cuts };
    let columns = [
        column("", false, false),
        column("IMAGE", false, true),
        column("VERDICT", false, false),
        column("BASE", false, true),
        column("BY", false, false),
        column("LAYERS", true, false),
        column("NEW", true, false),
    ];
    let rows: Vec<Vec<(Style, String)>> = images.iter().map(line).collect();
    if rows.is_empty() {
        return Ok(());
    }
    table::write(page, &columns, &rows).map(|_| ())
}

fn line(image: &RecordedImage) -> Vec<(Style, String)> {
    let (style, mark) = match image.change {
        Change::New => (paint::GOOD, "new"),
        Change::Changed => (paint::WARN, "changed"),
        Change::Same => (paint::DIM, "known"),
    };
    let by = match image.base_source {
        BaseSource::Stated => "statement",
        BaseSource::Annotation => "annotation",
        BaseSource::Label => "label",
        BaseSource::Layers => "layers",
        BaseSource::Unknown => "–",
    };
    vec![
        (style, mark.to_owned()),
        (paint::PLAIN, image.reference.clone()),
        (verdict_style(image.effective), image.effective.to_string()),
        (paint::PLAIN, image.base.clone().unwrap_or_else(|| "unknown".to_owned())),
        (paint::DIM, by.to_owned()),
        (paint::PLAIN, image.layers.to_string()),
        (paint::PLAIN, image.new_layers.to_string()),
    ]
}
