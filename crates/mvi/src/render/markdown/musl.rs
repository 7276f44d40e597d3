//! Whether an image can move to musl, as Markdown: the verdict and a table of what has to move.

use std::io::{self, Write};

use mvi_musl::Verdict;

use super::{cell, short};
use crate::render::text::musl_phrase;
use crate::report::musl::MuslReport;

pub(super) fn write(report: &MuslReport, out: &mut dyn Write) -> io::Result<()> {
    let counts = &report.counts;
    writeln!(out, "### {}: {} for musl", cell(report.image.title()), musl_phrase(report.verdict))?;
    writeln!(
        out,
        "\n{} blocked, {} need work, {} safe; {} objects of glibc itself go\n",
        counts.blocked, counts.needs_work, counts.safe, counts.glibc_objects
    )?;
    let moving: Vec<_> = report.subjects.iter().filter(|note| note.subject.verdict > Verdict::Safe).collect();
    if moving.is_empty() {
        return Ok(());
    }
    writeln!(out, "| verdict | what | why | what gets it there | layer |\n|---|---|---|---|---|")?;
    for note in moving {
        let subject = &note.subject;
        let version = subject.version.as_deref().unwrap_or_default();
        let name = cell(format!("{} {version}", subject.name).trim_end());
        let unblock = subject.unblock.as_deref().map(cell).unwrap_or_default();
        let instruction = short(note.instruction.as_deref());
        let (verdict, why, layer) = (musl_phrase(subject.verdict), cell(&subject.why), subject.layer);
        writeln!(out, "| {verdict} | {name} | {why} | {unblock} | {layer} {instruction} |")?;
    }
    Ok(())
}
