//! What a file may say by its schema and the program would not do, or could not compute with.

use super::{LoadError, Violation};
use crate::standard::Standard;

/// Refuses verdicts that differ from the built-in rules', and numbers that leave pressure or belt without an answer.
pub(super) fn check(standard: &Standard) -> Result<(), LoadError> {
    let violations: Vec<Violation> = verdicts(standard).chain(places(standard)).chain(belt(standard)).collect();
    if violations.is_empty() { Ok(()) } else { Err(LoadError::Invalid { violations }) }
}

fn verdicts(standard: &Standard) -> impl Iterator<Item = Violation> {
    let rules = standard.verdict_rules.iter().filter_map(|rule| {
        let fixed = crate::judge::verdict_of(rule.id);
        (rule.verdict != fixed).then(|| Violation {
            path: format!("verdict_rule:{}.verdict", rule.id),
            message: format!("is `{}`, and this rule always means `{fixed}`; disable the rule instead", rule.verdict),
        })
    });
    let severities = standard.verdicts.iter().filter_map(|row| {
        let fixed = row.id.severity()?;
        (row.severity != fixed).then(|| Violation {
            path: format!("verdict:{}.severity", row.id),
            message: format!("is {}, and the order of verdicts is fixed: {fixed}", row.severity),
        })
    });
    rules.chain(severities)
}

fn places(standard: &Standard) -> impl Iterator<Item = Violation> {
    let gamma = (standard.meta.gamma1 <= 1.0)
        .then(|| violation("standard.gamma1", "has to be above 1, as pressure is a power of it".to_owned()));
    let dimensions = standard.dimensions.iter().filter(|dimension| dimension.floor + dimension.shift <= 0.0);
    let dimensions = dimensions.map(|dimension| {
        let path = format!("dimension:{}.floor", dimension.id);
        violation(&path, "and its shift have to be above 0 together".to_owned())
    });
    let none = standard.dimensions.is_empty().then(|| violation("dimension", "has no entry".to_owned()));
    gamma.into_iter().chain(dimensions).chain(none)
}

fn belt(standard: &Standard) -> impl Iterator<Item = Violation> {
    let belt = &standard.belt;
    let zones = [
        ("zone_floor", &belt.zone_floor),
        ("zone_justified", &belt.zone_justified),
        ("zone_review", &belt.zone_review),
    ];
    let zones = zones.into_iter().filter_map(move |(name, ends)| {
        let proper = matches!(ends.as_slice(), [low, high] if low <= high && *high < belt.segments);
        let message = format!("has to be the first and the last of {} segments", belt.segments);
        (!proper).then(|| violation(&format!("belt.{name}"), message))
    });
    let single =
        [("seg_audit", belt.seg_audit), ("seg_replace", belt.seg_replace), ("seg_unmeasured", belt.seg_unmeasured)];
    let single = single.into_iter().filter(|(_, segment)| *segment >= belt.segments).map(move |(name, segment)| {
        violation(&format!("belt.{name}"), format!("is {segment}, and the belt has {} segments", belt.segments))
    });
    let step = (belt.pressure_step <= 0.0)
        .then(|| violation("belt.pressure_step", format!("is {}, and has to be above 0", belt.pressure_step)));
    zones.chain(single).chain(step)
}

fn violation(path: &str, message: String) -> Violation {
    Violation { path: path.to_owned(), message }
}
