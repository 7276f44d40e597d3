//! One build beside the one before it, as Markdown for the pull request that made it: what changed, why, what it costs.

use std::io::{self, Write};

use mvi_standard::judge::GateStatus;

use super::{cell, diff, short};
use crate::report::Megabytes;
use crate::report::build_event::{BuildEventReport, Dimension};

/// Rows of a list; the JSON has all.
const ROWS: usize = 30;

pub(super) fn write(report: &BuildEventReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### {}: {}\n", cell(&report.image.reference), report.verdict)?;
    match &report.before {
        Some(before) => writeln!(out, "Beside {} ({}).\n", cell(&before.reference), short_digest(&before.digest))?,
        None => writeln!(out, "The first ring of its name: there is nothing to compare it with.\n")?,
    }
    writeln!(out, "| | before | now | change | |\n|---|---:|---:|---:|---|")?;
    for dimension in &report.dimensions {
        let (from, to, change) = numbers(dimension);
        writeln!(out, "| {} | {from} | {to} | {change} | {} |", cell(&dimension.id), cell(dimension.source))?;
    }
    writeln!(out, "\n{}\n", cell(&pressure(report)))?;
    gates(report, out)?;
    what_changed(report, out)?;
    for line in cost(report) {
        writeln!(out, "{}\n", cell(&line))?;
    }
    for note in &report.notes {
        writeln!(out, "- {}", cell(note))?;
    }
    writeln!(out, "\n<sub>mvi {}</sub>", report.tool.version)
}

/// Before, now and change of a dimension; a stroke where it was not measured.
pub(in crate::render) fn numbers(dimension: &Dimension) -> (String, String, String) {
    let shown = |value: Option<f64>| {
        value.map_or_else(
            || "–".to_owned(),
            |value| format!("{} {}", rounded(value), unit(dimension)).trim_end().to_owned(),
        )
    };
    let (from, to) = (dimension.values.from, dimension.values.to);
    let change = from.zip(to).map_or_else(String::new, |(from, to)| {
        let share = if from > 0.0 { format!(" ({:+.1} %)", 100.0 * (to - from) / from) } else { String::new() };
        let difference = to - from;
        let sign = if difference < 0.0 { "−" } else { "+" };
        format!("{sign}{}{share}", rounded(difference.abs()))
    });
    (shown(from), shown(to), change)
}

fn unit(dimension: &Dimension) -> &str {
    if ["MB", "ms"].contains(&dimension.unit.as_str()) { &dimension.unit } else { "" }
}

fn rounded(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The pressure now and before, with what is known of it.
pub(in crate::render) fn pressure(report: &BuildEventReport) -> String {
    let Some(now) = &report.pressure else { return "No pressure: nothing was measured.".to_owned() };
    let before =
        report.pressure_before.as_ref().map_or_else(String::new, |before| format!(", {} before", before.printed()));
    let [low, high] = now.interval;
    let coverage = 100.0 * now.coverage;
    format!(
        "Pressure {} {}{before}; {coverage:.0} % of the weights are measured, so it lies from {low:.4} to {high:.4}.",
        now.printed(),
        now.band_text()
    )
}

fn gates(report: &BuildEventReport, out: &mut dyn Write) -> io::Result<()> {
    let Some(school) = &report.school else { return writeln!(out, "No school, and so no gates of one.\n") };
    writeln!(out, "School {} ({}).\n", cell(&school.id), cell(school.source))?;
    if !report.gates.is_empty() {
        writeln!(out, "| gate | | why |\n|---|---|---|")?;
    }
    for gate in &report.gates {
        let mark = match (gate.status, gate.blocks) {
            (GateStatus::Pass, _) => "pass",
            (GateStatus::Fail, true) => "**FAIL**",
            (GateStatus::Fail, false) => "reported",
            (GateStatus::NoData, _) => "no data",
        };
        writeln!(out, "| {} | {mark} | {} |", gate.id, cell(&gate.reason))?;
    }
    for finding in &report.findings {
        writeln!(out, "\n- {}: {}", finding.code, cell(&finding.text))?;
    }
    writeln!(out)
}

fn what_changed(report: &BuildEventReport, out: &mut dyn Write) -> io::Result<()> {
    if let Some(files) = &report.diff {
        return diff::write(files, out).and_then(|()| writeln!(out));
    }
    let Some(change) = &report.change else { return Ok(()) };
    writeln!(out, "#### What changed\n")?;
    if report.instructions.is_empty() {
        writeln!(out, "No layer: both have the same {}.\n", change.shared_layers)?;
    } else {
        writeln!(
            out,
            "{} layers are shared.\n\n| layer | | transfer | instruction |\n|---:|---|---:|---|",
            change.shared_layers
        )?;
    }
    for one in report.instructions.iter().take(ROWS) {
        let transfer = one.transfer.map_or_else(|| "–".to_owned(), |bytes| Megabytes(bytes).to_string());
        writeln!(out, "| {} | {} | {transfer} | {} |", one.layer, one.change, short(one.instruction.as_deref()))?;
    }
    more(report.instructions.len(), out)?;
    let packages = [("came", &change.packages_new), ("went", &change.packages_gone)];
    if packages.iter().any(|(_, packages)| !packages.is_empty()) {
        writeln!(out, "\n| package | |\n|---|---|")?;
    }
    for (word, packages) in packages {
        for package in packages.iter().take(ROWS) {
            writeln!(out, "| {} | {word} |", cell(package))?;
        }
        more(packages.len(), out)?;
    }
    if change.unexamined > 0 {
        writeln!(out, "\n{} layers were never looked into: packages may be missing here.", change.unexamined)?;
    }
    writeln!(out)
}

fn more(count: usize, out: &mut dyn Write) -> io::Result<()> {
    match count.checked_sub(ROWS).filter(|more| *more > 0) {
        Some(more) => writeln!(out, "\nand {more} more; `--format json` has them\n"),
        None => Ok(()),
    }
}

/// What a full pull of the fleet costs, a sentence a number.
pub(in crate::render) fn cost(report: &BuildEventReport) -> Vec<String> {
    let cost = &report.cost;
    let who = format!("{} nodes, {} services", cost.nodes, cost.services);
    let Some(whole) = cost.whole_mb else {
        return vec!["What a full pull costs is not known: the compressed sizes of its layers are not.".to_owned()];
    };
    let mut lines = vec![format!("A full pull by empty nodes moves {whole:.1} MB ({who}).")];
    if let Some(update) = cost.update_mb {
        lines.push(format!("Nodes that have the ring before pull {update:.1} MB together."));
    }
    if let (Some(formula), Some(exact)) = (cost.formula_mb, cost.exact_mb) {
        lines.push(format!(
            "Beside the ring before that is {exact:+.1} MB really, as what services of a node share is pulled once, and {formula:+.1} MB as nodes × services × MB."
        ));
    }
    lines
}

fn short_digest(digest: &str) -> &str {
    digest.get(..19).unwrap_or(digest)
}
