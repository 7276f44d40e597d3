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
    /// How often each dimension was.
    pub repetitions: u32,
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

/// What a school has to say about a build after another one: slower start, growth, and too few measurements.
///
/// `A-STARTUP` fails the build and is high; `A-GROWTH` is reported; `A-REPETITIONS` means the numbers do not count.
pub fn regressions(school: &School, before: Build<'_>, after: Build<'_>) -> Vec<Finding> {
    let risen = |dimension: &str, limit: Option<f64>| {
        let (old, new) = (before.measured.get(dimension)?, after.measured.get(dimension)?);
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
    let few = school.repeat_measurements.filter(|needed| after.repetitions < *needed).map(|needed| Finding {
        code: "A-REPETITIONS",
        severity: Severity::Medium,
        text: format!("measured {} times, and {} asks for {needed}", after.repetitions, school.id),
    });
    startup.into_iter().chain(growth).chain(few).collect()
}

/// Image Standard V13, schools: the default of each runtime profile.
const BY_RUNTIME: &[(&str, &str)] = &[
    ("static-web", "E.coli"),
    ("static-elf", "E.coli"),
    ("dynamic-elf", "E.coli"),
    ("python", "LAB"),
    ("node", "Yeast"),
];
