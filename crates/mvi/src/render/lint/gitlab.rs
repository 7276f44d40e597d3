//! Findings as a code quality report of GitLab.

use std::io::{self, Write};

use mvi_dockerfile::Level;
use serde::Serialize;

use super::{LintEnd, LintRenderer};
use crate::report::lint::LintedFile;

/// `--format gitlab`. GitLab's documentation: "Code Quality", report format.
#[derive(Default)]
pub(super) struct Gitlab {
    started: bool,
}

#[derive(Serialize)]
struct Violation<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

impl LintRenderer for Gitlab {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"[")
    }

    fn file(&mut self, file: &LintedFile, out: &mut dyn Write) -> io::Result<()> {
        for finding in &file.findings {
            out.write_all(if self.started { b",\n" } else { b"\n" })?;
            self.started = true;
            let violation = Violation {
                description: &finding.message,
                check_name: &finding.code,
                fingerprint: &finding.fingerprint,
                severity: match finding.level {
                    Level::Error => "critical",
                    Level::Warning => "major",
                    Level::Info => "minor",
                    Level::Style => "info",
                },
                location: Location {
                    // GitLab wants paths from the root of the repository, without `./`.
                    path: file.path.trim_start_matches("./"),
                    lines: Lines { begin: finding.start.line, end: finding.end.line },
                },
            };
            serde_json::to_writer(&mut *out, &violation)?;
        }
        Ok(())
    }

    fn end(&mut self, _: &LintEnd<'_>, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"\n]\n")
    }
}
