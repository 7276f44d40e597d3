//! Findings as JSON, a file a line.

use std::io::{self, Write};

use super::{LintEnd, LintRenderer};
use crate::report::TOOL;
use crate::report::lint::LintedFile;

/// `--format json`; see `schema/mvi-lint-1.json`.
#[derive(Default)]
pub(super) struct Json {
    started: bool,
    /// One file, put together before it is written: findings are many small pieces.
    text: Vec<u8>,
}

impl LintRenderer for Json {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let tool = serde_json::to_string(&TOOL)?;
        write!(out, "{{\"schema\": \"mvi-lint/1\",\n\"tool\": {tool},\n\"files\": [")
    }

    fn file(&mut self, file: &LintedFile, out: &mut dyn Write) -> io::Result<()> {
        self.text.clear();
        self.text.extend_from_slice(if self.started { b",\n" } else { b"\n" });
        self.started = true;
        serde_json::to_writer(&mut self.text, file)?;
        out.write_all(&self.text)
    }

    fn end(&mut self, end: &LintEnd<'_>, out: &mut dyn Write) -> io::Result<()> {
        let (unreadable, totals) = (serde_json::to_string(end.unread)?, serde_json::to_string(&end.totals)?);
        write!(out, "\n],\n\"unreadable\": {unreadable},\n\"totals\": {totals}")?;
        if let Some(measured) = end.measured {
            write!(out, ",\n\"measured\": {}", serde_json::to_string(measured)?)?;
        }
        writeln!(out, "}}")
    }
}
