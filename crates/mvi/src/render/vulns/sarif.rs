//! Findings as SARIF 2.1.0 (OASIS): an advisory is a rule, a package that has it a result.

use std::collections::BTreeMap;
use std::io::{self, Write};

use mvi_advisories::{Level, Verdict};
use serde_json::{Value, json};

use crate::render::lint::sarif::{SCHEMA, uri};
use crate::render::sbom::pretty;
use crate::report::TOOL;
use crate::report::vulns::{VulnNote, VulnsReport};

pub(super) fn write(report: &VulnsReport, out: &mut dyn Write) -> io::Result<()> {
    let waived = report
        .waived
        .iter()
        .map(|waived| (&waived.finding, Some(format!("until {}: {}", waived.until, waived.reason))));
    let answered = report.answered.iter().map(|note| (note, Some(answer(note))));
    let all: Vec<_> = report.findings.iter().map(|note| (note, None)).chain(waived).chain(answered).collect();
    let mut rules: BTreeMap<&str, &VulnNote> = BTreeMap::new();
    for (note, _) in &all {
        rules.entry(&note.id).or_insert(note);
    }
    let index: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(place, id)| (*id, place)).collect();
    let results: Vec<Value> = all
        .iter()
        .map(|(note, excuse)| {
            let mut result = result(report.image.title(), note, index[note.id.as_str()]);
            if let Some(excuse) = excuse {
                result["suppressions"] = json!([{"kind": "external", "status": "accepted", "justification": excuse}]);
            }
            result
        })
        .collect();
    let stale = report.index.stale.iter().map(|feed| format!("the feed {feed} is too old to be believed"));
    let unchecked = report.unchecked.iter().map(|gap| {
        format!("not looked up: {} packages of {}; no feed speaks of them", gap.packages, gap.ecosystem.as_str())
    });
    let gaps = report.gaps.iter().map(|gap| gap.text.clone());
    let notes: Vec<Value> =
        stale.chain(unchecked).chain(gaps).map(|text| json!({"level": "warning", "message": {"text": text}})).collect();
    let rules: Vec<Value> = rules.into_values().map(rule).collect();
    let run = json!({
        "tool": {"driver": {"name": TOOL.name, "semanticVersion": TOOL.version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": notes}],
    });
    pretty(&json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}), out)
}

/// What somebody says about a finding, as a sentence.
pub(super) fn answer(note: &VulnNote) -> String {
    let Some(vex) = &note.vex else { return String::new() };
    let said = [Some(vex.status.as_str()), vex.justification.as_deref(), vex.text.as_deref()];
    said.into_iter().flatten().collect::<Vec<_>>().join(": ")
}

fn rule(note: &VulnNote) -> Value {
    let title = if note.summary.is_empty() { &note.id } else { &note.summary };
    let mut rule = json!({
        "id": note.id,
        "shortDescription": {"text": title},
        "help": {"text": note.references.join("\n")},
        "defaultConfiguration": {"level": level(note)},
        "properties": {"tags": ["security", "vulnerability"], "aliases": note.aliases},
    });
    if let Some(address) = note.references.first() {
        rule["helpUri"] = json!(address);
    }
    // What code scanning sorts by.
    if let Some(score) = note.score {
        rule["properties"]["security-severity"] = json!(format!("{score:.1}"));
    }
    rule
}

fn result(image: &str, note: &VulnNote, index: usize) -> Value {
    let package = &note.package;
    let fix = match &note.fixed_in {
        Some(fix) => format!("update to {fix}"),
        None => "no fixed version is known".to_owned(),
    };
    let undecided = if note.verdict == Verdict::Undecided { " (undecided)" } else { "" };
    let text = format!("{} in {} {}{undecided}; {fix}", note.id, package.name, package.version);
    let logical = note.layer.map_or_else(|| image.to_owned(), |layer| format!("{image}, layer {layer}"));
    json!({
        "ruleId": note.id,
        "ruleIndex": index,
        "level": level(note),
        "message": {"text": text},
        "locations": [{
            "physicalLocation": {"artifactLocation": {"uri": uri(&package.record)}, "region": {"startLine": 1}},
            "logicalLocations": [{"fullyQualifiedName": logical}],
        }],
        "partialFingerprints": {"mviVulnerability/v1": format!("{}:{}:{}", note.id, package.purl, package.record)},
        "properties": {
            "purl": package.purl, "fixedIn": note.fixed_in, "layer": note.layer, "instruction": note.instruction,
            "origin": note.origin, "reached": note.reached, "exploited": note.exploited, "epss": note.epss,
        },
    })
}

fn level(note: &VulnNote) -> &'static str {
    match note.level {
        _ if note.verdict == Verdict::Undecided => "note",
        Level::Critical | Level::High => "error",
        Level::Medium | Level::Unknown => "warning",
        Level::Low | Level::Negligible => "note",
    }
}
