//! What was built, as text.

use std::io;

use mvi_standard::judge::GateStatus;

use super::page::{Page, paint};
use crate::report::build::{BuildReport, Cached, Measure};

pub(super) fn write(report: &BuildReport, page: &mut Page<'_>) -> io::Result<()> {
    let builder = format!("{} {}", report.builder.name, report.builder.version);
    page.both(paint::BOLD, &format!("built {} in {:.2} s", report.context, report.seconds), &builder)?;
    let digest = report.image.identity.manifest_digest.as_ref().or(report.image.identity.config_digest.as_ref());
    let sizes = &report.image.sizes;
    let transfer = sizes.transfer_mb.map_or_else(String::new, |mb| {
        format!("{}{mb} to transfer, ", if sizes.transfer_estimated { "≈ " } else { "" })
    });
    let weight = format!("{transfer}{} unpacked, {} layers", sizes.unpacked_mb, report.image.layers);
    let facts = [
        ("image", report.image.id.clone()),
        ("digest", digest.cloned().unwrap_or_default()),
        ("weight", weight),
        ("cached", cached(report.cached)),
        ("log", format!("{} lines{}", report.log.lines, in_file(report))),
    ];
    for (name, text) in facts {
        page.wrapped(paint::PLAIN, &format!("  {name:<9}"), 11, &text)?;
    }
    if let Some(output) = &report.output {
        page.wrapped(paint::PLAIN, "  written", 11, output)?;
    }
    report.measure.as_ref().map_or(Ok(()), |measure| measured(measure, page))
}

fn in_file(report: &BuildReport) -> String {
    let cut = if report.log.cut { ", of which the first were not kept" } else { "" };
    report.log.file.as_ref().map_or_else(|| cut.to_owned(), |file| format!("{cut}, in {file}"))
}

fn cached(cached: Cached) -> String {
    format!("{} of {} steps", cached.hits, cached.of)
}

fn measured(measure: &Measure, page: &mut Page<'_>) -> io::Result<()> {
    page.heading("Rebuilds", &format!("median {:.2} s", measure.median_s))?;
    let chosen = if measure.chosen { ", chosen as nobody named one" } else { "" };
    page.wrapped(paint::DIM, "  ", 2, &format!("{}: {}{chosen}", measure.touched.file, measure.touched.how))?;
    for (number, rebuild) in measure.rebuilds.iter().enumerate() {
        let right = cached(rebuild.cached);
        page.both(paint::PLAIN, &format!("  {}  {:.2} s", number + 1, rebuild.seconds), &right)?;
    }
    let Some(gate) = &measure.gate else { return Ok(()) };
    let (style, word) = match gate.status {
        GateStatus::Pass => (paint::GOOD, "pass"),
        GateStatus::Fail => (paint::BAD, "FAIL"),
        GateStatus::NoData => (paint::WARN, "no data"),
    };
    page.line(&[(style, &format!("  {word}")), (paint::PLAIN, &format!("  {}: {}", gate.id, gate.reason))])
}
