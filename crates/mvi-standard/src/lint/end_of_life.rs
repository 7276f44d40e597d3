//! STD-EOL: a base that its makers no longer support.

use jiff::civil::{Date, date};

use super::LintFinding;
use crate::base::registered;
use crate::reference::Reference;
use crate::standard::{RomBase, Standard};
use crate::verdict::Severity;

pub(super) fn check(standard: &Standard, today: Date) -> Vec<LintFinding> {
    let runtime = standard.rom_bases.iter().filter_map(|rom| {
        let (end, why) = end_of(standard, rom)?;
        let subject = format!("rom_base:{}", rom.reference);
        (today > end).then(|| finding(Severity::High, subject, &rom.reference, end, &why))
    });
    let builder = standard.builder_bases.iter().filter_map(|builder| {
        let (end, why) = match builder.eol {
            Some(end) => (end, ENDED.to_owned()),
            None => upstream_end(standard, &builder.reference)?,
        };
        let subject = format!("builder_base:{}", builder.reference);
        (today > end).then(|| finding(Severity::Medium, subject, &builder.reference, end, &why))
    });
    runtime.chain(builder).collect()
}

/// The last day on which the makers of a registered base support it; nothing where nobody knows it.
pub fn supported_until(standard: &Standard, base: &str) -> Option<Date> {
    let reference = Reference::normalise(base, &standard.mirrors).ok()?;
    end_of(standard, registered(standard, &reference)?).map(|(end, _)| end)
}

fn end_of(standard: &Standard, rom: &RomBase) -> Option<(Date, String)> {
    match rom.eol {
        Some(end) => Some((end, ENDED.to_owned())),
        None => upstream_end(standard, &rom.reference),
    }
}

fn finding(severity: Severity, subject: String, reference: &str, end: Date, why: &str) -> LintFinding {
    LintFinding {
        code: "STD-EOL",
        severity,
        subject,
        text: format!("`{reference}` is past its end of life: {why} on {end}"),
        advice: "move to a supported version in the next standard".to_owned(),
    }
}

fn upstream_end(standard: &Standard, reference: &str) -> Option<(Date, String)> {
    let reference = Reference::normalise(reference, &standard.mirrors).ok()?;
    let tag = reference.tag.as_deref()?;
    let (_, _, end, why) = UPSTREAM.iter().find(|(repository, version, _, _)| {
        let rest = tag.strip_prefix(version);
        reference.repository == *repository && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
    })?;
    Some((*end, (*why).to_owned()))
}

const ENDED: &str = "its upstream support ended";

/// Ends of support for bases whose entry gives none, from their makers' release schedules.
/// Repository, version, last day, what happened then.
const UPSTREAM: &[(&str, &str, Date, &str)] = &[
    // go.dev/doc/devel/release: a release is supported until the second one after it; 1.24 came on this day.
    ("golang", "1.22", date(2025, 2, 11), "Go 1.24 took over its support"),
    // nginx.org/en/CHANGES-1.28: the stable branch that follows the mainline branch 1.27.
    ("nginx", "1.27", date(2025, 4, 23), "nginx 1.28 superseded it"),
    // endoflife.date/api/go.json: 1.25 and 1.26 took over.
    ("golang", "1.23", date(2025, 8, 12), "Go 1.25 took over its support"),
    ("golang", "1.24", date(2026, 2, 11), "Go 1.26 took over its support"),
    // endoflife.date/api/nginx.json: the branches that 1.30 and 1.31 followed.
    ("nginx", "1.28", date(2026, 4, 14), "nginx 1.30 superseded it"),
    ("nginx", "1.29", date(2026, 5, 13), "nginx 1.31 superseded it"),
    // nodejs/Release: end of life of the 22.x line.
    ("node", "22", date(2027, 4, 30), ENDED),
    // PEP 693: end of security support.
    ("python", "3.12", date(2028, 10, 31), ENDED),
];
