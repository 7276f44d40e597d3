//! Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

use std::io::{self, Write};

use mvi_dockerfile::Level;

use super::{LintEnd, LintRenderer};
use crate::render::harmless;
use crate::report::lint::LintedFile;

/// `--format github`. GitHub's documentation: "Workflow commands", setting an error, warning or notice message.
pub(super) struct Github;

impl LintRenderer for Github {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn file(&mut self, file: &LintedFile, out: &mut dyn Write) -> io::Result<()> {
        for finding in &file.findings {
            let command = match finding.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Info | Level::Style => "notice",
            };
            let (start, end) = (finding.start, finding.end);
            write!(out, "::{command} file={},line={}", property(&file.path), start.line)?;
            // Columns are of use to GitHub only where the end is on the same line.
            if end.line == start.line {
                write!(out, ",col={},endColumn={}", start.column, end.column)?;
            } else {
                write!(out, ",endLine={}", end.line)?;
            }
            let lines: Vec<_> =
                [&finding.message].into_iter().chain(&finding.notes).map(|line| harmless(line)).collect();
            writeln!(out, ",title={}::{}", property(&finding.code), data(&lines.join("\n")))?;
        }
        Ok(())
    }

    fn end(&mut self, end: &LintEnd<'_>, out: &mut dyn Write) -> io::Result<()> {
        for file in end.unread {
            let (path, message) = (property(&file.path), data(&harmless(&file.message)));
            writeln!(out, "::error file={path},title=cannot be read::{message}")?;
        }
        Ok(())
    }
}

/// Text after the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(&harmless(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(data("50 % of\r\na: b, c"), "50 %25 of%0D%0Aa: b, c");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
        assert_eq!(property("a\n::error::x"), "a\\x0a%3A%3Aerror%3A%3Ax");
    }
}
