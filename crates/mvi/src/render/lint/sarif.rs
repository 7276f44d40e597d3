//! Findings as SARIF 2.1.0 (OASIS), for code scanning.

use std::io::{self, Write};

use mvi_dockerfile::{Level, RuleMeta, all_rules};
use serde_json::{Value, json};

use super::{LintEnd, LintRenderer};
use crate::report::TOOL;
use crate::report::lint::{FixNote, LintFinding, LintedFile, Place};

pub(in crate::render) const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// `--format sarif`.
#[derive(Default)]
pub(super) struct Sarif {
    started: bool,
}

impl LintRenderer for Sarif {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let rules: Vec<Value> = all_rules().map(describe).collect();
        let driver = json!({"name": TOOL.name, "semanticVersion": TOOL.version, "rules": rules});
        write!(out, "{{\"$schema\": \"{SCHEMA}\",\n\"version\": \"2.1.0\",\n\"runs\": [{{\"tool\": ")?;
        serde_json::to_writer(&mut *out, &json!({"driver": driver}))?;
        write!(out, ",\n\"columnKind\": \"unicodeCodePoints\",\n\"results\": [")
    }

    fn file(&mut self, file: &LintedFile, out: &mut dyn Write) -> io::Result<()> {
        for finding in &file.findings {
            out.write_all(if self.started { b",\n" } else { b"\n" })?;
            self.started = true;
            serde_json::to_writer(&mut *out, &result(&file.path, finding))?;
        }
        Ok(())
    }

    fn end(&mut self, end: &LintEnd<'_>, out: &mut dyn Write) -> io::Result<()> {
        let unread: Vec<Value> = end
            .unread
            .iter()
            .map(|file| {
                let location = json!({"physicalLocation": {"artifactLocation": {"uri": uri(&file.path)}}});
                json!({"level": "error", "message": {"text": file.message}, "locations": [location]})
            })
            .collect();
        let invocation = json!([{"executionSuccessful": unread.is_empty(), "toolExecutionNotifications": unread}]);
        writeln!(out, "\n],\n\"invocations\": {invocation}}}]}}")
    }
}

fn describe(meta: &RuleMeta) -> Value {
    let markdown = format!(
        "{}\n\nBad:\n\n```dockerfile\n{}\n```\n\nGood:\n\n```dockerfile\n{}\n```",
        meta.why,
        meta.bad.trim_end(),
        meta.good.trim_end()
    );
    json!({
        "id": meta.code,
        "name": meta.name,
        "shortDescription": {"text": sentence(meta.name)},
        "fullDescription": {"text": meta.why},
        "help": {"text": meta.why, "markdown": markdown},
        "defaultConfiguration": {"level": level(meta.level)},
        "properties": {"tags": [meta.group.name()], "twins": meta.twins},
    })
}

/// A rule's name as a sentence.
fn sentence(name: &str) -> String {
    let mut text = name.replace('-', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

fn result(path: &str, finding: &LintFinding) -> Value {
    let text: Vec<&str> = [&finding.message].into_iter().chain(&finding.notes).map(String::as_str).collect();
    let location = json!({
        "artifactLocation": {"uri": uri(path)},
        "region": region(finding.start, finding.end),
    });
    let mut result = json!({
        "ruleId": finding.code,
        "level": level(finding.level),
        "message": {"text": text.join("\n")},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"mviFinding/v1": finding.fingerprint},
    });
    if let Some(index) = all_rules().position(|meta| meta.code == finding.code) {
        result["ruleIndex"] = json!(index);
    }
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([repair(path, fix)]);
    }
    result
}

fn repair(path: &str, fix: &FixNote) -> Value {
    let replacements: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| json!({"deletedRegion": region(edit.start, edit.end), "insertedContent": {"text": edit.text}}))
        .collect();
    json!({
        "description": {"text": fix.title},
        "artifactChanges": [{"artifactLocation": {"uri": uri(path)}, "replacements": replacements}],
    })
}

fn region(start: Place, end: Place) -> Value {
    json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info | Level::Style => "note",
    }
}

/// A path as a relative URI (RFC 3986): what is not unreserved there is percent-encoded.
pub(in crate::render) fn uri(path: &str) -> String {
    let path = path.trim_start_matches("./");
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uris() {
        assert_eq!(uri("./a b/Dockerfile"), "a%20b/Dockerfile");
        assert_eq!(uri("é:1"), "%C3%A9%3A1");
        assert_eq!(sentence("pin-apt-versions"), "Pin apt versions");
    }
}
