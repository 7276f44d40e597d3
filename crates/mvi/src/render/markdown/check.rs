//! What is unwise about an image, as Markdown: the numbers and a table of findings.

use std::io::{self, Write};

use super::{cell, short};
use crate::report::check::{CheckReport, Checked};

pub(super) fn write(report: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "### {}\n", cell(report.image.title()))?;
    findings(&report.checked, out)
}

/// The numbers and the table.
pub(super) fn findings(checked: &Checked, out: &mut dyn Write) -> io::Result<()> {
    let counts = &checked.counts;
    writeln!(
        out,
        "{} errors, {} warnings, {} infos; {} secrets",
        counts.error, counts.warning, counts.info, counts.secrets
    )?;
    if checked.findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| level | checkpoint | what | where | layer |\n|---|---|---|---|---|")?;
    for note in &checked.findings {
        let finding = &note.finding;
        let path = finding.path.as_ref().map_or_else(String::new, |path| cell(&format!("/{path}")));
        let layer = finding.layer.map_or_else(String::new, |layer| layer.to_string());
        let hidden = finding.hidden_by.map_or_else(String::new, |by| format!(", hidden by {by}"));
        let instruction = note.instruction.as_ref().map_or_else(String::new, |text| short(Some(text)));
        let (level, code, what) = (finding.level.as_str(), &finding.code, cell(&finding.message));
        writeln!(out, "| {level} | {code} | {what} | {path} | {layer}{hidden} {instruction} |")?;
    }
    Ok(())
}
