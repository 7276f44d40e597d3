//! Schools: how often an image is rebuilt and measured, and what fails or is reported when it changes.

use jiff::Timestamp;

use crate::judge::Finding;
use crate::numbers::short;
use crate::pressure::Measurements;
use crate::standard::{School, Standard};
use crate::verdict::{Severity, Verdict};

/// A measured build of an image.
#[derive(Debug, Clone, Copy)]
pub struct Build<'a> {
    /// What was measured.
    pub measured: &'a Measurements,
    /// How often each dimension was; nothing where nobody wrote it down.
    pub repetitions: Option<u32>,
}

/// The school with that id.
pub fn school<'a>(standard: &'a Standard, id: &str) -> Option<&'a School> {
    standard.schools.iter().find(|school| school.id == id)
}

/// The school of an image that declares none: by its verdict, then by its runtime; a base without a runtime of its own
/// is an operating system. Nothing where the standard has no such school or the runtime none by default.
pub fn default_school<'a>(standard: &'a Standard, verdict: Verdict, runtime: Option<&str>) -> Option<&'a School> {
    let id = match (verdict, runtime) {
        (Verdict::Audit | Verdict::Replace, _) => "REVIEW",
        (_, None) => "Methanogen",
        (_, Some(runtime)) => BY_RUNTIME.iter().find(|(known, _)| *known == runtime)?.1,
    };
    school(standard, id)
}

/// True when a new image may be built on one of this school.
pub fn may_have_children(school: &School) -> bool {
    school.new_children_allowed
}

/// A-AGE: the last ring is older than the school allows.
pub fn age_finding(school: &School, last_ring: Timestamp, now: Timestamp) -> Option<Finding> {
    let days = now.duration_since(last_ring).as_hours() / 24;
    (days > i64::from(school.max_age_days)).then(|| Finding {
        code: "A-AGE",
        severity: Severity::Medium,
        text: format!("last built {days} days ago, and {} allows {}; rebuild it", school.id, school.max_age_days),
    })
}

/// What a school has to say about a build, after another one where there is one: slower start, growth, and too few
/// measurements.
///
/// `A-STARTUP` fails the build and is high; `A-GROWTH` is reported; `A-REPETITIONS` means the numbers do not count.
pub fn regressions(school: &School, before: Option<Build<'_>>, after: Build<'_>) -> Vec<Finding> {
    let risen = |dimension: &str, limit: Option<f64>| {
        let (old, new) = (before?.measured.get(dimension)?, after.measured.get(dimension)?);
        let percent = 100.0 * (new - old) / old;
        limit.filter(|limit| percent > *limit).map(|limit| (percent, limit))
    };
    let told = |code, severity, (percent, limit): (f64, f64), what: &str| Finding {
        code,
        severity,
        text: format!("{what} by {} %, and {} allows {} %", short(percent), school.id, short(limit)),
    };
    let startup = risen("startup_ms", school.startup_regression_pct)
        .map(|change| told("A-STARTUP", Severity::High, change, "starts slower"));
    let growth = risen("size_mb", school.size_regression_pct)
        .map(|change| told("A-GROWTH", Severity::Medium, change, "has grown"));
    startup.into_iter().chain(growth).chain(too_few(school, after)).collect()
}

/// What is measured by running counts only when it was measured as often as the school asks for.
fn too_few(school: &School, build: Build<'_>) -> Option<Finding> {
    let runs = ["startup_ms", "mem_mb"].iter().any(|dimension| build.measured.get(dimension).is_some());
    let needed = school.repeat_measurements.filter(|_| runs)?;
    let text = match build.repetitions {
        Some(times) if times >= needed => return None,
        Some(times) => format!("measured {times} times, and {} asks for {needed}", school.id),
        None => format!("how often it was measured is not known, and {} asks for {needed} times", school.id),
    };
    Some(Finding { code: "A-REPETITIONS", severity: Severity::Medium, text })
}

/// Image Standard V13, schools: the default of each runtime profile.
const BY_RUNTIME: &[(&str, &str)] = &[
    ("static-web", "E.coli"),
    ("static-elf", "E.coli"),
    ("dynamic-elf", "E.coli"),
    ("python", "LAB"),
    ("node", "Yeast"),
];
