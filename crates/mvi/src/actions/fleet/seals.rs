//! Sealed templates that run out: their base is no longer supported, or their organism's school asks for a new build.

use jiff::{SignedDuration, Timestamp};
use mvi_fleet::{RegisterLine, SealRow, Store};
use mvi_seal::RomName;
use mvi_standard::Standard;
use mvi_standard::lint::supported_until;
use mvi_standard::organism::school;

use super::FleetFailure;
use crate::report::fleet::DueSeal;

/// The latest templates of their lines that run out within some days of a moment, the most urgent first. Overrides are
/// not among them: they end with their change request.
///
/// # Errors
/// [`FleetFailure::Store`].
pub(super) fn running_out(
    standard: &Standard,
    store: &Store,
    (moment, days): (Timestamp, u32),
) -> Result<Vec<DueSeal>, FleetFailure> {
    let lines = store.register_lines()?;
    let seals: Vec<(RomName, SealRow)> =
        store.seals()?.into_iter().filter_map(|seal| Some((seal.name.parse().ok()?, seal))).collect();
    let mut found = Vec::new();
    for (name, seal) in &seals {
        let RomName::Template { class, revision, .. } = name else { continue };
        let newer = seals.iter().any(|(other, _)| {
            other.is_same_line(name) && matches!(other, RomName::Template { revision: its, .. } if its > revision)
        });
        let line = lines.iter().find(|line| Some(&line.facts.gid) == seal.gid.as_ref());
        if newer || line.is_some_and(|line| line.is_retired) {
            continue;
        }
        let ends = [end_of_base(standard, class), end_of_build(standard, seal, line)];
        let Some((until, why)) = ends.into_iter().flatten().min() else { continue };
        let left = days_left(until, moment);
        if left <= i64::from(days) {
            let (name, gid) = (seal.name.clone(), seal.gid.clone());
            found.push(DueSeal { name, gid, until: until.to_string(), why, days: left });
        }
    }
    found.sort_by(|left, right| (left.days, &left.name).cmp(&(right.days, &right.name)));
    Ok(found)
}

/// Whole days from one moment to another, rounded down; negative for a moment that has passed.
pub(super) fn days_left(until: Timestamp, moment: Timestamp) -> i64 {
    (until.as_second() - moment.as_second()).div_euclid(86_400)
}

/// The first supported base of the class to lose its support decides.
fn end_of_base(standard: &Standard, class: &str) -> Option<(Timestamp, String)> {
    let row = standard.rows.iter().find(|row| row.rom == format!("ROM-{class}"))?;
    let ends = row.base.iter().filter_map(|base| Some((supported_until(standard, base)?, base)));
    let (day, base) = ends.min()?;
    let end = day.tomorrow().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some((end, format!("the support of its base `{base}` ends on {day}")))
}

fn end_of_build(standard: &Standard, seal: &SealRow, line: Option<&RegisterLine>) -> Option<(Timestamp, String)> {
    let school = school(standard, &line?.facts.school)?;
    let end = seal.at.checked_add(SignedDuration::from_hours(24 * i64::from(school.max_age_days))).ok()?;
    Some((end, format!("its school {} asks for a new build every {} days", school.id, school.max_age_days)))
}
