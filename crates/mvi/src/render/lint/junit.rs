//! Findings as a JUnit report: a file is a suite, a finding a test that failed.

use std::io::{self, Write};

use super::xml::escape;
use super::{LintEnd, LintRenderer};
use crate::report::TOOL;
use crate::report::lint::LintedFile;

/// `--format junit`.
pub(super) struct Junit;

impl LintRenderer for Junit {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{} lint\">", TOOL.name)
    }

    fn file(&mut self, file: &LintedFile, out: &mut dyn Write) -> io::Result<()> {
        let path = escape(&file.path);
        let failures = file.findings.len();
        let tests = failures.max(1);
        writeln!(out, "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">")?;
        if file.findings.is_empty() {
            writeln!(out, "    <testcase classname=\"{path}\" name=\"lint\"/>")?;
        }
        for finding in &file.findings {
            let (line, column, level) = (finding.start.line, finding.start.column, finding.level.name());
            let (code, message) = (escape(&finding.code), escape(&finding.message));
            writeln!(out, "    <testcase classname=\"{path}\" name=\"{code} at {line}:{column}\">")?;
            write!(
                out,
                "      <failure type=\"{level}\" message=\"{message}\">{path}:{line}:{column} {code} {message}"
            )?;
            for note in &finding.notes {
                write!(out, "&#10;{}", escape(note))?;
            }
            writeln!(out, "</failure>\n    </testcase>")?;
        }
        writeln!(out, "  </testsuite>")
    }

    fn end(&mut self, end: &LintEnd<'_>, out: &mut dyn Write) -> io::Result<()> {
        for file in end.unread {
            let (path, message) = (escape(&file.path), escape(&file.message));
            writeln!(out, "  <testsuite name=\"{path}\" tests=\"1\" failures=\"0\" errors=\"1\">")?;
            writeln!(
                out,
                "    <testcase classname=\"{path}\" name=\"read\"><error message=\"{message}\"/></testcase>"
            )?;
            writeln!(out, "  </testsuite>")?;
        }
        writeln!(out, "</testsuites>")
    }
}
