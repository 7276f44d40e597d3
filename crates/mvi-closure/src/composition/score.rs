//! Points of 100: the sections of the standard's scorecard, as far as an image tells of them.

use mvi_inventory::{Libc, Profile};
use serde::Serialize;

use super::evidence::{Finding, Presence};
use super::mandatory::{MandatoryNote, MandatoryState};
use super::{Fault, Terms, needs_glibc};
use crate::closure::Ground;

/// Something that passes or does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub what: String,
    /// Whether it passes.
    pub passed: bool,
}

/// A section of the scorecard.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// Its name in the standard.
    pub name: String,
    /// Its points.
    pub weight: u64,
    /// The checks that apply; without any the section does not count.
    pub checks: Vec<Check>,
    /// Points that it has; none where it does not count.
    pub points: Option<f64>,
}

/// The whole scorecard.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Points of 100 over the sections that count, scaled up to 100; none where none does.
    pub points: Option<f64>,
    /// The sections, by name.
    pub sections: Vec<Section>,
}

/// Weight times passed checks over those that apply, for each section; sections that do not apply are scaled away.
pub(super) fn score(ground: &Ground<'_>, terms: &Terms<'_>, judged: (&[MandatoryNote], &[Fault], &[Finding])) -> Score {
    let mut sections = Vec::new();
    for (name, weight) in &terms.rules.tables.scorecard {
        let Some(weight) = weight.as_u64() else { continue };
        let checks = checks(name, ground, terms, judged);
        let passed = checks.iter().filter(|check| check.passed).count();
        let points = (!checks.is_empty()).then(|| weight as f64 * passed as f64 / checks.len() as f64);
        sections.push(Section { name: name.clone(), weight, checks, points });
    }
    let counting = || sections.iter().filter_map(|section| Some((section.weight, section.points?)));
    let weights: u64 = counting().map(|(weight, _)| weight).sum();
    let points: f64 = counting().map(|(_, points)| points).sum();
    Score { points: (weights > 0).then(|| points * 100.0 / weights as f64), sections }
}

fn checks(
    section: &str,
    ground: &Ground<'_>,
    terms: &Terms<'_>,
    (mandatory, faults, findings): (&[MandatoryNote], &[Fault], &[Finding]),
) -> Vec<Check> {
    let has = |category: &str| {
        findings
            .iter()
            .any(|finding| finding.category == category && finding.presence == Presence::Present && !finding.inherited)
    };
    let hides = |category: &str| {
        findings.iter().any(|finding| finding.category == category && finding.presence == Presence::Hidden)
    };
    let check = |what: &str, passed: bool| Check { what: what.to_owned(), passed };
    let without = |category: &str, title: &str| check(&format!("no {}", title.to_lowercase()), !has(category));
    let rows = &terms.rules.tables.prohibited;
    let title = |id: &str| rows.iter().find(|row| row.id == id).map_or(id.to_owned(), |row| row.category.clone());
    let fault = |code: &str| faults.iter().any(|fault| fault.code == code);
    let starts = !ground.runtime.entry.is_empty();
    let mut checks = match section.split('_').next().unwrap_or_default() {
        "D1" => {
            let applies =
                mandatory.iter().filter(|note| matches!(note.state, MandatoryState::Present | MandatoryState::Missing));
            let there = applies.map(|note| check(&note.what, note.state == MandatoryState::Present));
            there.chain(rows.iter().map(|row| without(&row.id, &row.category))).collect()
        }
        "D2" => ["debug-tools", "package-managers"].map(|id| without(id, &title(id))).to_vec(),
        "D3" => {
            let mut checks = ["build-tools", "source-code", "cache"].map(|id| without(id, &title(id))).to_vec();
            let left = ["build-tools", "source-code", "cache"].into_iter().any(hides);
            checks.push(check("nothing of the build left in a lower layer", !left));
            checks
        }
        "D4" if starts => vec![
            check("the entry point is there", !fault("F-ENTRYPOINT-MISSING")),
            check(
                "all libraries resolve",
                !faults.iter().any(|fault| fault.code == "F-M0" && fault.risk == crate::rules::Risk::High),
            ),
            check("process 1 waits for orphans", !fault("F-PID1")),
            check("it runs as somebody else than root", terms.runs_as_other),
        ],
        "D7" if starts => {
            let is_static = ground.runtime.profile == Some(Profile::StaticElf);
            let is_lean = is_static || ground.runtime.libc == Some(Libc::Musl);
            if is_lean || needs_glibc(ground) { vec![check("musl, or no C library", is_lean)] } else { Vec::new() }
        }
        _ => Vec::new(),
    };
    let prefix = section.split('_').next().unwrap_or_default();
    checks.extend(terms.checks.iter().filter(|(section, _)| *section == prefix).map(|(_, check)| check.clone()));
    checks
}
