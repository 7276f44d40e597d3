//! What advisories say of an image, as Markdown: the numbers, what they do not cover, a table of findings.

use std::io::{self, Write};

use mvi_advisories::Verdict;
use mvi_closure::End;

use super::{cell, short};
use crate::render::text::vulns_base::sentence;
use crate::report::vulns::VulnsReport;

pub(super) fn write(report: &VulnsReport, out: &mut dyn Write) -> io::Result<()> {
    let counts = &report.counts;
    writeln!(out, "### {}", cell(report.image.title()))?;
    writeln!(
        out,
        "\n{} critical, {} high, {} medium, {} low, {} undecided; {} with a fix, {} known to be exploited\n",
        counts.critical, counts.high, counts.medium, counts.low, counts.undecided, counts.fixable, counts.exploited
    )?;
    for name in &report.index.stale {
        writeln!(out, "- too old to be believed: {}", cell(name))?;
    }
    for gap in &report.unchecked {
        writeln!(out, "- not looked up: {} of {}; no feed speaks of them", gap.packages, gap.ecosystem.as_str())?;
    }
    if let Some(why) = &report.reach.unknown_because {
        writeln!(out, "- nobody can tell what is reached: {}", cell(why))?;
    }
    if let Some(End::Open { reason }) = &report.reach.end {
        writeln!(out, "- nobody can tell what is not reached: {}", cell(reason))?;
    }
    if report.reach.left_out > 0 {
        writeln!(out, "- left out: {} in packages that nothing reaches", report.reach.left_out)?;
    }
    for update in &report.base_updates {
        writeln!(out, "- {}", cell(&sentence(update)))?;
    }
    if report.findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| level | id | package | version | fixed in | layer | reached |\n|---|---|---|---|---|---|---|")?;
    for note in &report.findings {
        let level = if note.verdict == Verdict::Undecided { "undecided" } else { note.level.as_str() };
        let fix = note.fixed_in.as_deref().map(cell).unwrap_or_default();
        let instruction = short(note.instruction.as_deref());
        let (id, name, version) = (cell(&note.id), cell(&note.package.name), cell(&note.package.version));
        writeln!(
            out,
            "| {level} | {id} | {name} | {version} | {fix} | {} {instruction} | {} |",
            note.layer.map_or_else(String::new, |layer| layer.to_string()),
            note.reached.as_str()
        )?;
    }
    Ok(())
}
