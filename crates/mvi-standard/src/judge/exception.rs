//! Exceptions: an approved one that the caller gives, or the standard's own list, and whether it still counts.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::case::{measured, names_image};
use crate::evidence::{Evidence, Justification};
use crate::standard::{JustifiedImage, Standard};

/// An exception that names an image.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exception {
    /// Which record it is from.
    pub source: String,
    /// Largest size that it covers, MB.
    pub cap_mb: f64,
    /// Condition under which the image may run.
    pub constraint: Option<String>,
    /// Whether it counts.
    pub state: ExceptionState,
    /// Whether its review date has passed.
    pub review_due: bool,
}

/// Whether an exception counts for an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionState {
    /// It does: in force, and the image is within the cap or unmeasured.
    Covers,
    /// It is in force, and the image outgrew it.
    OverCap,
    /// Its time is over.
    Lapsed,
}

/// The exception that says most for the image: one that covers it before others, the caller's before the standard's.
pub(super) fn of(standard: &Standard, evidence: &Evidence, size_mb: Option<f64>, now: Timestamp) -> Option<Exception> {
    let given = evidence.justification.as_ref().map(|given| approved(given, size_mb, now));
    let image = evidence.image.as_deref();
    let listed = standard
        .justified
        .iter()
        .filter(|entry| {
            evidence.justification.as_ref().and_then(|given| given.takes_place_of.as_ref()) != Some(&entry.image)
        })
        .filter(|entry| image.is_some_and(|image| names_image(&entry.image, image, standard)))
        .map(|entry| grandfathered(standard, entry, size_mb, now));
    given.into_iter().chain(listed).min_by_key(|exception| match exception.state {
        ExceptionState::Covers => 0,
        ExceptionState::OverCap => 1,
        ExceptionState::Lapsed => 2,
    })
}

fn approved(given: &Justification, size_mb: Option<f64>, now: Timestamp) -> Exception {
    // A cap that is no number covers nothing.
    let cap_mb = measured(Some(given.cap_mb)).unwrap_or(0.0);
    Exception {
        source: given.source.clone(),
        cap_mb,
        constraint: given.constraint.clone(),
        state: state(given.lapses_at.is_some_and(|lapses_at| now >= lapses_at), cap_mb, size_mb),
        review_due: given.review_due.is_some_and(|due| now >= due),
    }
}

fn grandfathered(standard: &Standard, entry: &JustifiedImage, size_mb: Option<f64>, now: Timestamp) -> Exception {
    let policy = &standard.policy;
    let cap_mb = entry.cap_mb.unwrap_or(entry.size_mb * (1.0 + policy.justified_cap_pct / 100.0));
    let due = entry.review_due.and_then(start_of);
    let lapses =
        due.and_then(|due| due.checked_add(SignedDuration::from_hours(i64::from(policy.lapse_grace_days) * 24)).ok());
    Exception {
        source: format!("the standard's justified image `{}`", entry.image),
        cap_mb,
        constraint: entry.constraint.clone(),
        state: state(lapses.is_some_and(|lapses| now >= lapses), cap_mb, size_mb),
        review_due: due.is_some_and(|due| now >= due),
    }
}

fn state(lapsed: bool, cap_mb: f64, size_mb: Option<f64>) -> ExceptionState {
    if lapsed {
        return ExceptionState::Lapsed;
    }
    if size_mb.is_some_and(|size| size > cap_mb) { ExceptionState::OverCap } else { ExceptionState::Covers }
}

/// Midnight UTC, when a day begins.
fn start_of(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::UTC).ok().map(|start| start.timestamp())
}
