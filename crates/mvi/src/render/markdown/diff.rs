//! Two builds as Markdown, for the pull request between them.

use std::io::{self, Write};

use super::{cell, short};
use crate::render::text::{signed, sizes, why};
use crate::report::Megabytes;
use crate::report::diff::DiffReport;

/// Rows of a table; the JSON has all.
const ROWS: usize = 30;

pub(super) fn write(report: &DiffReport, out: &mut dyn Write) -> io::Result<()> {
    let (old, new) = report.titles();
    writeln!(out, "### {} → {}\n", cell(old), cell(new))?;
    for finding in &report.findings {
        writeln!(out, "- **{} {}**: {}", finding.code, finding.severity, cell(&finding.text))?;
    }
    let sizes = sizes(report);
    if !sizes.is_empty() {
        writeln!(out, "\n| | before | after | change |\n|---|---:|---:|---:|")?;
    }
    for (name, old, new) in sizes {
        writeln!(out, "| {name} | {old} | {new} | {} |", signed(old.0, new.0))?;
    }
    packages(report, out)?;
    if !report.causes.is_empty() {
        writeln!(out, "\n| where the visible megabytes went | change |\n|---|---:|")?;
    }
    for cause in report.causes.iter().take(10) {
        writeln!(out, "| {} | {} |", short(Some(&cause.cause)), signed(cause.old, cause.new))?;
    }
    if let Some(layers) = &report.layers {
        let pulled: u64 = layers.came.iter().map(|layer| layer.transfer.unwrap_or(layer.unpacked)).sum();
        let (came, shared) = (layers.came.len(), layers.shared);
        writeln!(out, "\n{shared} layers are shared; who has the old one pulls {came} more, {}.", Megabytes(pulled))?;
    }
    advisories(report, out)
}

fn packages(report: &DiffReport, out: &mut dyn Write) -> io::Result<()> {
    if report.packages.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| package | before | after | why | layer |\n|---|---|---|---|---|")?;
    for package in report.packages.iter().take(ROWS) {
        let name = cell(&format!("{} {}", package.ecosystem.as_str(), package.name));
        let (old, new) = (cell(&package.old.join(", ")), cell(&package.new.join(", ")));
        let layer = short(package.instruction.as_deref());
        writeln!(out, "| {name} | {old} | {new} | {} | {} {layer} |", why(package.why), package.layer)?;
    }
    match report.packages.len().checked_sub(ROWS).filter(|more| *more > 0) {
        Some(more) => writeln!(out, "\nand {more} more packages; `--format json` has them"),
        None => Ok(()),
    }
}

fn advisories(report: &DiffReport, out: &mut dyn Write) -> io::Result<()> {
    let Some(vulns) = &report.vulns else { return Ok(()) };
    let (came, went) = (vulns.came.len(), vulns.went.len());
    writeln!(out, "\n{came} advisories came, {went} went, {} stayed.", vulns.stayed)?;
    if came > 0 {
        writeln!(out, "\n| came | level | package |\n|---|---|---|")?;
    }
    for note in vulns.came.iter().take(ROWS) {
        let package = cell(&format!("{} {}", note.package.name, note.package.version));
        writeln!(out, "| {} | {} | {package} |", cell(&note.id), note.level.as_str())?;
    }
    Ok(())
}
