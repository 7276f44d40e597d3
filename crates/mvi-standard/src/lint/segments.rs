//! STD-SEG: a belt whose pins are not unique or whose zones do not cover every segment exactly once.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::LintFinding;
use crate::standard::{Belt, Standard};
use crate::verdict::Severity;

pub(super) fn check(standard: &Standard, _: Date) -> Vec<LintFinding> {
    let mut findings = zone_cover(&standard.belt);
    findings.extend(standard.segments.iter().filter_map(|segment| {
        let zone = zones(&standard.belt).into_iter().find(|(_, low, high)| (*low..=*high).contains(&segment.n));
        let (zone, ..) = zone.filter(|(name, ..)| *name != segment.zone)?;
        let text = format!("it says zone `{}` and lies in `{zone}`", segment.zone);
        Some(finding(format!("segment:{}", segment.n), text, "give it the zone it lies in"))
    }));
    let mut pinned: BTreeMap<&str, u32> = BTreeMap::new();
    for segment in &standard.segments {
        for pin in &segment.pins {
            if let Some(first) = pinned.insert(pin, segment.n) {
                let text = format!("`{pin}` is pinned here and to segment {first}");
                findings.push(finding(format!("segment:{}", segment.n), text, "pin it once"));
            }
        }
    }
    for number in 0..standard.belt.segments {
        let count = standard.segments.iter().filter(|segment| segment.n == number).count();
        if count != 1 {
            let text = format!("segment {number} stands there {count} times");
            findings.push(finding(format!("segment:{number}"), text, "write every segment once"));
        }
    }
    findings
}

/// Segments that lie in no zone or in several.
fn zone_cover(belt: &Belt) -> Vec<LintFinding> {
    (0..belt.segments)
        .filter_map(|number| {
            let around: Vec<&str> = zones(belt)
                .into_iter()
                .filter(|(_, low, high)| (*low..=*high).contains(&number))
                .map(|(name, ..)| name)
                .collect();
            let text = match around.as_slice() {
                [_] => return None,
                [] => format!("segment {number} lies in no zone"),
                several => format!("segment {number} lies in several zones: {}", several.join(", ")),
            };
            Some(finding("belt".to_owned(), text, "let the zones cover every segment once"))
        })
        .collect()
}

/// Zones with their first and last segment; one that is not written as two numbers covers nothing.
fn zones(belt: &Belt) -> Vec<(&'static str, u32, u32)> {
    let written = [("floor", &belt.zone_floor), ("justified", &belt.zone_justified), ("review", &belt.zone_review)];
    let ranges = written.into_iter().filter_map(|(name, ends)| match ends.as_slice() {
        [low, high] => Some((name, *low, *high)),
        _ => None,
    });
    let single = [("audit", belt.seg_audit, belt.seg_audit), ("replace", belt.seg_replace, belt.seg_replace)];
    ranges.chain(single).collect()
}

fn finding(subject: String, text: String, advice: &str) -> LintFinding {
    LintFinding { code: "STD-SEG", severity: Severity::High, subject, text, advice: advice.to_owned() }
}
