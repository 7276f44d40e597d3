//! Findings as JSON, a file a line.

use std::io::{self, Write};

use mvi_dockerfile::JsonText;

use super::{LintEnd, LintRenderer};
use crate::report::TOOL;
use crate::report::lint::{EditNote, FixNote, LintFinding, LintedFile, Place};

/// `--format json`; see `schema/mvi-lint-1.json`.
#[derive(Default)]
pub(super) struct Json {
    started: bool,
    /// One file, put together before it is written: findings are many small pieces.
    text: JsonText,
}

impl LintRenderer for Json {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let tool = serde_json::to_string(&TOOL)?;
        write!(out, "{{\"schema\": \"mvi-lint/1\",\n\"tool\": {tool},\n\"files\": [")
    }

    fn file(&mut self, file: &LintedFile, out: &mut dyn Write) -> io::Result<()> {
        self.text.clear();
        self.text.raw(if self.started { ",\n" } else { "\n" });
        self.started = true;
        write_file(&mut self.text, file)?;
        out.write_all(self.text.as_str().as_bytes())
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

/// As serde writes it, in a tenth of a run's time less; a test holds the two together.
fn write_file(out: &mut JsonText, file: &LintedFile) -> io::Result<()> {
    let LintedFile { path, findings, known, fixed, source: _ } = file;
    out.raw("{\"path\":");
    out.string(path);
    out.raw(",\"findings\":[");
    for (index, finding) in findings.iter().enumerate() {
        if index > 0 {
            out.raw(",");
        }
        write_finding(out, finding)?;
    }
    out.raw("],\"known\":");
    out.number(*known);
    out.raw(",\"fixed\":");
    out.number(*fixed);
    out.raw("}");
    Ok(())
}

fn write_finding(out: &mut JsonText, finding: &LintFinding) -> io::Result<()> {
    let LintFinding { code, name, twins, level, message, notes, start, end, fix, cost, fingerprint, bytes: _ } =
        finding;
    out.raw("{\"code\":");
    out.string(code);
    out.raw(",\"name\":");
    match name {
        Some(name) => out.string(name),
        None => out.raw("null"),
    }
    out.raw(",\"twins\":");
    out.strings(&mut twins.iter().copied());
    out.raw(",\"level\":");
    out.string(level.name());
    out.raw(",\"message\":");
    out.string(message);
    out.raw(",\"notes\":");
    out.strings(&mut notes.iter().map(String::as_str));
    write_places(out, [*start, *end], ",");
    out.raw(",\"fix\":");
    match fix {
        Some(fix) => write_fix(out, fix),
        None => out.raw("null"),
    }
    if let Some(cost) = cost {
        out.raw(",\"cost\":");
        out.raw(&serde_json::to_string(cost)?);
    }
    out.raw(",\"fingerprint\":");
    out.string(fingerprint);
    out.raw("}");
    Ok(())
}

fn write_fix(out: &mut JsonText, fix: &FixNote) {
    let FixNote { title, safe, edits } = fix;
    out.raw("{\"title\":");
    out.string(title);
    out.raw(if *safe { ",\"safe\":true" } else { ",\"safe\":false" });
    out.raw(",\"edits\":[");
    for (index, EditNote { start, end, text }) in edits.iter().enumerate() {
        out.raw(if index > 0 { ",{" } else { "{" });
        write_places(out, [*start, *end], "");
        out.raw(",\"text\":");
        out.string(text);
        out.raw("}");
    }
    out.raw("]}");
}

/// `before` stands before both.
fn write_places(out: &mut JsonText, [start, end]: [Place; 2], before: &str) {
    out.raw(before);
    for (name, place) in [("\"start\":{\"line\":", start), (",\"end\":{\"line\":", end)] {
        out.raw(name);
        out.number(place.line);
        out.raw(",\"column\":");
        out.number(place.column);
        out.raw("}");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a report that cannot be written should stop
mod tests {
    use mvi_dockerfile::Level;

    use super::*;
    use crate::report::Megabytes;
    use crate::report::lint::{LintCost, LintPackage};

    fn finding(name: Option<&'static str>, fix: Option<FixNote>, cost: Option<LintCost>) -> LintFinding {
        LintFinding {
            code: "MVI3006".into(),
            name,
            twins: &["DL3006", "Twin"],
            level: Level::Warning,
            message: "a \"quoted\" \\ message\u{1b}[1m".into(),
            notes: vec!["one".into(), "two\nlines".into()],
            start: Place { line: 1, column: 10 },
            end: Place { line: 20, column: 3 },
            fix,
            cost,
            fingerprint: "00ff".into(),
            bytes: 0..3,
        }
    }

    fn check(findings: Vec<LintFinding>) {
        let file = LintedFile { path: "a b/ü".into(), findings, known: 0, fixed: 12, source: "".into() };
        let mut text = JsonText::default();
        write_file(&mut text, &file).unwrap();
        assert_eq!(text.as_str(), serde_json::to_string(&file).unwrap());
    }

    #[test]
    fn a_file_is_written_as_serde_would() {
        check(Vec::new());
        check(vec![finding(None, None, None)]);
        let edit = |text: &str| EditNote {
            start: Place { line: 2, column: 1 },
            end: Place { line: 2, column: 9 },
            text: text.into(),
        };
        let fix = |safe, edits| Some(FixNote { title: "write `x`".into(), safe, edits });
        let package = LintPackage { name: "gcc".into(), mb: Megabytes(1_250_000) };
        let cost = LintCost { mb: Megabytes(1_500_000), layer: Some(3), packages: vec![package] };
        check(vec![
            finding(Some("tagged-base"), fix(true, vec![edit("FROM \t"), edit("")]), Some(cost)),
            finding(Some("x"), fix(false, Vec::new()), None),
        ]);
    }
}
