//! The table of the fleet.

use std::io;

use anstyle::Style;
use mvi_standard::{Trigger, Verdict};

use super::table;
use crate::render::text::audit::verdict_style;
use crate::render::text::page::{Page, cut, paint};
use crate::report::fleet::{Column, FleetRow, ListReport};

/// What is shown where nothing was asked for.
const USUAL: &[Column] = &[
    Column::Name,
    Column::Size,
    Column::Verdict,
    Column::Action,
    Column::Triggers,
    Column::Counts,
    Column::Pressure,
    Column::Segment,
    Column::Gid,
    Column::Layers,
];

pub(super) fn write(report: &ListReport, page: &mut Page<'_>) -> io::Result<()> {
    let asked = if report.columns.is_empty() { USUAL } else { &report.columns };
    let columns: Vec<table::Column> = asked.iter().map(|column| head(*column)).collect();
    let rows: Vec<Vec<(Style, String)>> =
        report.images.iter().map(|row| asked.iter().map(|column| cell(row, *column)).collect()).collect();
    let left_out = table::write(page, &columns, &rows)?;
    let mut told = match report.found {
        found if found == report.known => format!("{found} images"),
        found => format!("{found} of {} images", report.known),
    };
    if report.images.len() < report.found {
        told = format!("{told}, the first {}", report.images.len());
    }
    if let Some(at) = &report.at {
        told = format!("{told}, as of {at}");
    }
    if !left_out.is_empty() && !report.columns.is_empty() {
        told = format!("{told}; no room for {}", left_out.join(", "));
    }
    page.blank()?;
    page.line(&[(paint::DIM, &told)])
}

fn head(column: Column) -> table::Column {
    let (head, right, cuts) = match column {
        Column::Name => ("IMAGE", false, true),
        Column::Size => ("MB", true, false),
        Column::Verdict => ("VERDICT", false, false),
        Column::Declared => ("DECLARED", false, false),
        Column::Rule => ("RULE", false, false),
        Column::Action => ("ACTION", false, false),
        Column::Triggers => ("CRQ", false, false),
        Column::Counts => ("COUNTS", false, false),
        Column::Pressure => ("PRESSURE", false, false),
        Column::Segment => ("SEG", true, false),
        Column::Layers => ("LAYERS", true, false),
        Column::Gid => ("GID", false, false),
        Column::Platform => ("PLATFORM", false, false),
        Column::Digest => ("DIGEST", false, false),
        Column::Pods => ("PODS", true, false),
    };
    table::Column { head, right, cuts }
}

fn cell(row: &FleetRow, column: Column) -> (Style, String) {
    let word = |verdict: Option<Verdict>| match verdict {
        None => (paint::DIM, "–".to_owned()),
        Some(Verdict::Unmeasured) => (paint::WARN, "unmeasured".to_owned()),
        Some(verdict) => (verdict_style(verdict), verdict.to_string()),
    };
    let plain = |text: Option<String>| match text {
        Some(text) => (paint::PLAIN, text),
        None => (paint::DIM, "–".to_owned()),
    };
    match column {
        Column::Name => (paint::PLAIN, row.reference.clone()),
        Column::Size => plain(row.size_mb.map(|size| format!("{size:.2}"))),
        Column::Verdict => word(row.effective),
        Column::Declared => word(row.declared),
        Column::Rule => plain(row.rule.map(|rule| rule.to_string())),
        Column::Action => plain(row.action.map(|action| action.code().to_owned())),
        Column::Triggers => triggers(&row.triggers),
        Column::Counts => counts(row),
        Column::Pressure => {
            let band = row.band.as_deref().unwrap_or_default();
            plain(row.pressure.map(|pressure| format!("{pressure:.4} {band}")))
        }
        Column::Segment => plain(row.segment.map(|segment| segment.to_string())),
        Column::Layers => plain((row.layers > 0).then(|| row.layers.to_string())),
        Column::Gid => plain(row.gid.clone()),
        Column::Platform => (paint::PLAIN, row.platform.clone()),
        Column::Digest => (paint::DIM, cut(&row.digest, 20)),
        Column::Pods => plain((row.pods > 0).then(|| row.pods.to_string())),
    }
}

fn triggers(triggers: &[Trigger]) -> (Style, String) {
    let words: Vec<String> = triggers.iter().map(|trigger| format!("{trigger:?}")).collect();
    if words.is_empty() { (paint::DIM, "–".into()) } else { (paint::WARN, words.join(" ")) }
}

fn counts(row: &FleetRow) -> (Style, String) {
    match (row.counted, row.compliant, row.heavy) {
        (false, ..) => (paint::DIM, "not".into()),
        (true, true, _) => (paint::GOOD, "compliant".into()),
        (true, _, true) => (paint::BAD, "heavy".into()),
        (true, false, false) => (paint::DIM, "neither".into()),
    }
}
