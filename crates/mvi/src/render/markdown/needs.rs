//! What an image needs, as Markdown: sizes, faults, the largest parts, categories, points.

use std::io::{self, Write};

use mvi_closure::Decision;

use super::cell;
use crate::report::needs::NeedsReport;
use crate::report::percent;

/// Components that are listed.
const LARGEST: usize = 10;

pub(super) fn needs(report: &NeedsReport, out: &mut dyn Write) -> io::Result<()> {
    let sizes = &report.sizes;
    writeln!(out, "### {}", cell(report.image.title()))?;
    writeln!(
        out,
        "\nNeeds {} of {}; perhaps {}; does not need {} ({:.0} %)",
        sizes.include_mb,
        sizes.all_mb,
        sizes.possible_mb,
        sizes.unneeded_mb,
        percent(sizes.unneeded_mb.0, sizes.all_mb.0)
    )?;
    if let Some(points) = report.score.points {
        writeln!(out, "\nScorecard: {points:.0} of 100")?;
    }
    writeln!(out)?;
    for fault in &report.faults {
        writeln!(out, "- **{}** {} ({})", fault.code, cell(&fault.text), cell(&fault.next))?;
    }
    for note in &report.advice {
        let it = &note.advice;
        writeln!(out, "- **{}** {}: {} (instead: {})", cell(&it.code), cell(&it.path), cell(&it.text), cell(&it.next))?;
    }
    if !report.categories.is_empty() {
        writeln!(out, "\n| risk | prohibited | MB | in |\n|---|---|---|---|")?;
    }
    for sum in &report.categories {
        let risk = format!("{:?}", sum.risk).to_lowercase();
        let (title, names) = (cell(&sum.title), cell(&sum.components.join(", ")));
        writeln!(out, "| {risk} | {title} | {:.2} | {names} |", sum.mb.value())?;
    }
    writeln!(out, "\n| | component | MB | layer |\n|---|---|---|---|")?;
    for (word, kinds) in
        [("needed", &[Decision::Include][..]), ("not needed", &[Decision::Prohibit, Decision::DebugStage][..])]
    {
        let of_kind = report.components.iter().filter(|component| kinds.contains(&component.decision));
        for component in of_kind.take(LARGEST) {
            let instruction = cell(component.instruction.as_deref().unwrap_or_default());
            let name = cell(&component.name);
            writeln!(out, "| {word} | {name} | {:.2} | {} {instruction} |", component.mb.value(), component.layer)?;
        }
    }
    Ok(())
}
