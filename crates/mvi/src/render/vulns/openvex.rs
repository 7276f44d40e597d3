//! What is known of an image's vulnerabilities as OpenVEX 0.2.0: <https://github.com/openvex/spec>.

use std::collections::BTreeMap;
use std::io::{self, Write};

use mvi_advisories::{Verdict, VexStatus};
use serde_json::{Value, json};

use crate::render::sbom::names::image_purl;
use crate::render::sbom::pretty;
use crate::report::TOOL;
use crate::report::vulns::{VulnNote, VulnsReport};

/// A statement for every advisory and every status it has; the packages that have it are parts of the image.
pub(super) fn write(report: &VulnsReport, out: &mut dyn Write) -> io::Result<()> {
    let mut statements: BTreeMap<(&str, &str, String), Vec<&VulnNote>> = BTreeMap::new();
    let waived = report.waived.iter().map(|waived| {
        let action = format!("Accepted until {}: {}", waived.until, waived.reason);
        (&waived.finding, VexStatus::Affected, action)
    });
    let open = report.findings.iter().map(|note| {
        let status = match (&note.vex, note.verdict) {
            (Some(vex), _) => vex.status,
            (None, Verdict::Undecided) => VexStatus::UnderInvestigation,
            (None, _) => VexStatus::Affected,
        };
        (note, status, action(note))
    });
    let answered = report.answered.iter().filter_map(|note| Some((note, note.vex.as_ref()?.status, String::new())));
    for (note, status, action) in open.chain(waived).chain(answered) {
        let action = if status == VexStatus::Affected { action } else { String::new() };
        statements.entry((&note.id, status.as_str(), action)).or_default().push(note);
    }
    let product = image_purl(&report.image).unwrap_or_else(|| report.image.title().to_owned());
    let statements: Vec<Value> =
        statements.iter().map(|((_, status, action), notes)| statement(&product, (status, action), notes)).collect();
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": format!("urn:uuid:{}", report.serial),
        "author": TOOL.name,
        "role": "scanner",
        "timestamp": report.at,
        "version": 1,
        "tooling": format!("{} {}", TOOL.name, TOOL.version),
        "statements": statements,
    });
    pretty(&document, out)
}

fn action(note: &VulnNote) -> String {
    let package = &note.package.name;
    match &note.fixed_in {
        Some(fix) => format!("Update {package} to {fix}"),
        None => format!("No fixed version of {package} is known"),
    }
}

fn statement(product: &str, (status, action): (&str, &String), notes: &[&VulnNote]) -> Value {
    let first = notes[0];
    let parts: Vec<Value> = notes.iter().map(|note| json!({"@id": note.package.purl})).collect();
    let mut vulnerability = json!({"name": first.id});
    if !first.aliases.is_empty() {
        vulnerability["aliases"] = json!(first.aliases);
    }
    let mut statement = json!({
        "vulnerability": vulnerability,
        "products": [{"@id": product, "subcomponents": parts}],
        "status": status,
    });
    if !action.is_empty() {
        statement["action_statement"] = json!(action);
    }
    if let Some(vex) = &first.vex {
        // OpenVEX asks for one of the two where somebody is not affected.
        let impact = vex.text.as_ref().or(vex.justification.as_ref()).filter(|_| status == "not_affected");
        let known =
            vex.justification.as_ref().filter(|label| LABELS.contains(&label.as_str()) && status == "not_affected");
        let fields = [("justification", known), ("impact_statement", impact)];
        for (name, value) in fields.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            statement[name] = json!(value);
        }
    }
    statement
}

/// The labels of OpenVEX, "Status Justifications"; those of other standards become words.
const LABELS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];
