//! Findings as checkstyle's XML, which many tools read.

use std::io::{self, Write};

use mvi_dockerfile::Level;

use super::xml::escape;
use super::{LintEnd, LintRenderer};
use crate::report::TOOL;
use crate::report::lint::LintedFile;

/// `--format checkstyle`.
pub(super) struct Checkstyle;

impl LintRenderer for Checkstyle {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">")
    }

    fn file(&mut self, file: &LintedFile, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "  <file name=\"{}\">", escape(&file.path))?;
        for finding in &file.findings {
            // Checkstyle has no level below info.
            let severity = match finding.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Info | Level::Style => "info",
            };
            let (line, column) = (finding.start.line, finding.start.column);
            let (message, source) = (escape(&finding.message), escape(&finding.code));
            writeln!(
                out,
                "    <error line=\"{line}\" column=\"{column}\" severity=\"{severity}\" message=\"{message}\" source=\"{}.{source}\"/>",
                TOOL.name
            )?;
        }
        writeln!(out, "  </file>")
    }

    fn end(&mut self, end: &LintEnd<'_>, out: &mut dyn Write) -> io::Result<()> {
        for file in end.unread {
            let (path, message) = (escape(&file.path), escape(&file.message));
            writeln!(out, "  <file name=\"{path}\">\n    <exception>{message}</exception>\n  </file>")?;
        }
        writeln!(out, "</checkstyle>")
    }
}
