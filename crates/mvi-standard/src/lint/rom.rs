//! STD-ROM: a row without a template id of its own, and rows and registered bases that do not name each other.

use jiff::civil::Date;

use super::LintFinding;
use crate::base::registered;
use crate::reference::Reference;
use crate::standard::{Row, Standard};
use crate::verdict::Severity;

pub(super) fn check(standard: &Standard, _: Date) -> Vec<LintFinding> {
    let ids = standard.rows.iter().filter_map(|row| template_id(standard, row));
    let bases = standard.rows.iter().flat_map(|row| {
        let missing = row.base.iter().filter(|base| !is_registered(standard, base));
        missing.map(|base| {
            let text = format!("its base `{base}` is not registered, so no image of this row reaches FLOOR");
            finding(Severity::High, format!("row:{}", row.id), text, "register the base")
        })
    });
    let dangling = standard.rom_bases.iter().flat_map(|rom| {
        let missing = rom.row_ids.iter().filter(|id| standard.row(id).is_none());
        missing.map(|id| {
            let text = format!("it names the row `{id}`, which the standard does not have");
            finding(Severity::Low, format!("rom_base:{}", rom.reference), text, "take the row out of `row_ids`")
        })
    });
    ids.chain(bases).chain(dangling).collect()
}

fn template_id(standard: &Standard, row: &Row) -> Option<LintFinding> {
    let subject = format!("row:{}", row.id);
    if row.rom.trim().is_empty() {
        return Some(finding(Severity::High, subject, "it has no template id".to_owned(), "give it one"));
    }
    if let Some(other) = standard.rows.iter().find(|other| other.id != row.id && other.rom == row.rom) {
        let text = format!("its template id {} is also that of `{}`", row.rom, other.id);
        return Some(finding(Severity::High, subject, text, "give every row its own"));
    }
    let text = format!("the written standard names no template for it; {} was derived", row.rom);
    (row.rom_origin == "derived").then(|| finding(Severity::Info, subject, text, "confirm the derived id"))
}

fn is_registered(standard: &Standard, base: &str) -> bool {
    Reference::normalise(base, &standard.mirrors).is_ok_and(|base| registered(standard, &base).is_some())
}

fn finding(severity: Severity, subject: String, text: String, advice: &str) -> LintFinding {
    LintFinding { code: "STD-ROM", severity, subject, text, advice: advice.to_owned() }
}
