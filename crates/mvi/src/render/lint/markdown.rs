//! Findings as a table for pull requests.

use std::io::{self, Write};

use super::{LintEnd, LintRenderer, count};
use crate::render::markdown::cell;
use crate::report::lint::LintedFile;

/// `--format markdown`.
#[derive(Default)]
pub(super) struct Markdown {
    started: bool,
}

impl LintRenderer for Markdown {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn file(&mut self, file: &LintedFile, out: &mut dyn Write) -> io::Result<()> {
        for finding in &file.findings {
            if !self.started {
                writeln!(out, "| level | where | rule | finding | repair |\n|---|---|---|---|---|")?;
                self.started = true;
            }
            let (level, path, line) = (finding.level.name(), cell(&file.path), finding.start.line);
            let (code, message) = (cell(&finding.code), cell(&finding.message));
            let repair = match &finding.fix {
                Some(fix) if fix.safe => cell(&fix.title),
                Some(fix) => format!("{} (unsafe)", cell(&fix.title)),
                None => String::new(),
            };
            writeln!(out, "| {level} | {path}:{line} | {code} | {message} | {repair} |")?;
        }
        Ok(())
    }

    fn end(&mut self, end: &LintEnd<'_>, out: &mut dyn Write) -> io::Result<()> {
        if self.started {
            writeln!(out)?;
        }
        let totals = end.totals;
        let (findings, files) = (count(totals.findings(), "finding", "findings"), count(totals.files, "file", "files"));
        writeln!(out, "**{findings} in {files}**")?;
        for file in end.unread {
            writeln!(out, "\n{} cannot be read: {}", cell(&file.path), cell(&file.message))?;
        }
        Ok(())
    }
}
