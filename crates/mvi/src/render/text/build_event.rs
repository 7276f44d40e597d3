//! One build beside the one before it, as text.

use std::io;

use mvi_standard::judge::GateStatus;

use super::page::{Page, paint};
use crate::render::markdown::build_event::{cost, numbers, pressure};
use crate::report::Megabytes;
use crate::report::build_event::BuildEventReport;

/// Rows of a list; the JSON has all.
const ROWS: usize = 20;

pub(super) fn write(report: &BuildEventReport, page: &mut Page<'_>) -> io::Result<()> {
    page.both(paint::BOLD, &report.image.reference, &report.verdict.to_string())?;
    let beside = report.before.as_ref().map_or_else(
        || "the first ring of its name".to_owned(),
        |before| format!("beside {} {}", before.reference, before.digest),
    );
    page.wrapped(paint::DIM, "  ", 2, &beside)?;
    for dimension in &report.dimensions {
        let (from, to, change) = numbers(dimension);
        let id = &dimension.id;
        page.both(paint::PLAIN, &format!("  {id:<12} {from:>12} → {to:<12} {change}"), dimension.source)?;
    }
    page.wrapped(paint::PLAIN, "  ", 2, &pressure(report))?;
    gates(report, page)?;
    what_changed(report, page)?;
    page.heading("A full pull", "")?;
    for line in cost(report) {
        page.wrapped(paint::PLAIN, "  ", 2, &line)?;
    }
    for note in &report.notes {
        page.wrapped(paint::WARN, "  ", 2, note)?;
    }
    Ok(())
}

fn gates(report: &BuildEventReport, page: &mut Page<'_>) -> io::Result<()> {
    let school = report
        .school
        .as_ref()
        .map_or_else(|| "no school".to_owned(), |school| format!("{} ({})", school.id, school.source));
    page.heading("Gates", &school)?;
    for gate in &report.gates {
        let (style, word) = match (gate.status, gate.blocks) {
            (GateStatus::Pass, _) => (paint::GOOD, "pass"),
            (GateStatus::Fail, true) => (paint::BAD, "FAIL"),
            (GateStatus::Fail, false) => (paint::WARN, "reported"),
            (GateStatus::NoData, _) => (paint::WARN, "no data"),
        };
        page.line(&[(style, &format!("  {word:<9}")), (paint::PLAIN, &format!(" {} {}", gate.id, gate.reason))])?;
    }
    for finding in &report.findings {
        page.wrapped(paint::WARN, "  ", 2, &format!("{}: {}", finding.code, finding.text))?;
    }
    Ok(())
}

fn what_changed(report: &BuildEventReport, page: &mut Page<'_>) -> io::Result<()> {
    let Some(change) = &report.change else { return Ok(()) };
    page.heading("What changed", &format!("{} layers shared", change.shared_layers))?;
    for one in report.instructions.iter().take(ROWS) {
        let transfer = one.transfer.map_or_else(String::new, |bytes| Megabytes(bytes).to_string());
        let what = one.instruction.as_deref().unwrap_or("(no history)");
        page.both(paint::PLAIN, &format!("  {} {:>2} {what}", one.change, one.layer), &transfer)?;
    }
    for (word, packages) in [("came", &change.packages_new), ("went", &change.packages_gone)] {
        for package in packages.iter().take(ROWS) {
            page.line(&[(paint::PLAIN, &format!("  {word} {package}"))])?;
        }
    }
    let all = report.instructions.len().max(change.packages_new.len()).max(change.packages_gone.len());
    if all > ROWS {
        page.line(&[(paint::DIM, "  and more: --format json has all")])?;
    }
    Ok(())
}
