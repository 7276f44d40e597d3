//! Findings about an image as SARIF 2.1.0 (OASIS), for code scanning.

use std::io::{self, Write};

use mvi_check::{CHECKPOINTS, Level, Twin};
use serde_json::{Value, json};

use super::lint::sarif::{SCHEMA, uri};
use crate::report::TOOL;
use crate::report::check::{CheckNote, CheckReport};

/// Writes the findings of one image.
///
/// # Errors
/// Whatever the writer says.
pub(crate) fn sarif(report: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<Value> = CHECKPOINTS
        .iter()
        .map(|point| {
            let tags = match point.twin {
                Twin::Cis => vec!["image", "cis"],
                Twin::Dockle | Twin::None => vec!["image"],
            };
            json!({
                "id": point.code,
                "shortDescription": {"text": point.title},
                "fullDescription": {"text": point.why},
                "help": {"text": point.fix},
                "defaultConfiguration": {"level": level(point.level)},
                "properties": {"tags": tags},
            })
        })
        .collect();
    let image = report.image.title();
    let results: Vec<Value> = report.checked.findings.iter().map(|note| result(image, note)).collect();
    let notes: Vec<Value> =
        report
            .gaps
            .iter()
            .map(|gap| json!({"level": "warning", "message": {"text": gap.text}}))
            .chain(report.checked.unanswered.iter().map(
                |open| json!({"level": "note", "message": {"text": open.why}, "associatedRule": {"id": open.code}}),
            ))
            .collect();
    let run = json!({
        "tool": {"driver": {"name": TOOL.name, "semanticVersion": TOOL.version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": notes}],
    });
    serde_json::to_writer_pretty(&mut *out, &json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}))?;
    writeln!(out)
}

fn result(image: &str, note: &CheckNote) -> Value {
    let finding = &note.finding;
    let index = CHECKPOINTS.iter().position(|point| point.code == finding.code);
    // Services that show SARIF ask for a file: what is in none is about the image itself.
    let place = finding.path.as_deref().unwrap_or("image");
    let line = finding.secret.as_ref().filter(|_| finding.path.is_some()).map_or(1, |secret| secret.line);
    let logical = match finding.layer {
        Some(layer) => format!("{image}, layer {layer}"),
        None => image.to_owned(),
    };
    let hidden =
        finding.hidden_by.map_or_else(String::new, |by| format!(" (hidden by layer {by}, and shipped all the same)"));
    let print = format!("{}:{place}:{}", finding.code, finding.secret.as_ref().map_or("", |secret| &secret.sha256));
    json!({
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": level(finding.level),
        "message": {"text": format!("{}{hidden}", finding.message)},
        "locations": [{
            "physicalLocation": {"artifactLocation": {"uri": uri(place)}, "region": {"startLine": line}},
            "logicalLocations": [{"fullyQualifiedName": logical}],
        }],
        "partialFingerprints": {"mviCheck/v1": print},
        "properties": {"layer": finding.layer, "hiddenBy": finding.hidden_by, "instruction": note.instruction},
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
    }
}
