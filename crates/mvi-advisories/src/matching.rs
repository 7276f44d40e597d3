//! Whether a record affects a package: the evaluation of the OSV schema, with "nobody knows" where versions have no
//! order.

use std::cmp::Ordering;

use crate::ecosystem::{Release, ecosystem_of};
use crate::order::{Order as _, Scheme, sort};
use crate::osv::{Affected, OsvRecord, Range, RangeKind};
use crate::package::{Coordinates, key};

/// Whether a package is affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The record is not about this package.
    Elsewhere,
    /// It is about the package, not about this version.
    No,
    /// It is affected.
    Hit(Hit),
    /// The version, or one in the record, has no place in the ecosystem's order.
    Unknown,
}

/// How a package is affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The smallest version above this one that is fixed; nothing where none is known.
    pub fixed_in: Option<String>,
    /// The source's word on how bad it is.
    pub severity: Option<String>,
}

/// Whether a record affects a package. A withdrawn record affects nothing. Any entry that hits is a hit; records
/// whose entry or package names no release of its distribution are about all of them.
#[must_use]
pub fn affects(record: &OsvRecord, package: &Coordinates) -> Answer {
    if record.withdrawn.is_some() {
        return Answer::Elsewhere;
    }
    let mut answer = Answer::Elsewhere;
    for entry in record.affected.iter().filter(|entry| is_about(entry, package)) {
        answer = match (answer, judge(record, entry, package)) {
            (Answer::Hit(left), Answer::Hit(right)) => Answer::Hit(nearer(package.ecosystem.scheme, left, right)),
            (hit @ Answer::Hit(_), _) | (_, hit @ Answer::Hit(_)) => hit,
            (Answer::Unknown, _) | (_, Answer::Unknown) => Answer::Unknown,
            (_, found) => found,
        };
    }
    answer
}

fn is_about(entry: &Affected, package: &Coordinates) -> bool {
    let Some(named) = &entry.package else { return false };
    let Some((ecosystem, release)) = ecosystem_of(&named.ecosystem) else { return false };
    let same_release = match (&release, &package.release) {
        (Some(wanted), Some(found)) => wanted == found,
        _ => true,
    };
    ecosystem.name == package.ecosystem.name
        && (ecosystem.release == Release::None || same_release)
        && key(ecosystem, &named.name) == package.key()
}

fn judge(record: &OsvRecord, entry: &Affected, package: &Coordinates) -> Answer {
    let mut unknown = false;
    let is_same = |version: &String| {
        *version == package.version
            || package.ecosystem.scheme.compare(version, &package.version) == Some(Ordering::Equal)
    };
    let mut hit = entry.versions.iter().any(is_same);
    let mut fixes: Vec<&str> = Vec::new();
    for range in entry.ranges.iter().filter(|range| range.kind != RangeKind::Git) {
        match inside(range, package) {
            Some(inside) => hit |= inside,
            None => unknown = true,
        }
        fixes.extend(range.events.iter().filter_map(|event| event.fixed.as_deref()));
    }
    if !hit {
        return if unknown { Answer::Unknown } else { Answer::No };
    }
    let scheme = package.ecosystem.scheme;
    fixes.retain(|fix| scheme.compare(fix, &package.version) == Some(Ordering::Greater));
    let least = fixes.into_iter().min_by(|left, right| scheme.compare(left, right).unwrap_or(Ordering::Equal));
    Answer::Hit(Hit { fixed_in: least.map(str::to_owned), severity: record.severity(entry) })
}

/// The one whose fix is nearer; a fix is nearer than none.
fn nearer(scheme: Scheme, left: Hit, right: Hit) -> Hit {
    match (&left.fixed_in, &right.fixed_in) {
        (Some(first), Some(second)) if scheme.compare(second, first) == Some(Ordering::Less) => right,
        (None, Some(_)) => right,
        _ => left,
    }
}

/// Turns of a range at one version happen in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Introduced,
    Fixed,
    Limit,
    LastAffected,
}

/// Whether the version lies in the range; nothing where it cannot be told.
fn inside(range: &Range, package: &Coordinates) -> Option<bool> {
    let scheme = if range.kind == RangeKind::Semver { Scheme::Semantic } else { package.ecosystem.scheme };
    let mut turns: Vec<(Option<&str>, Turn)> = Vec::new();
    for event in &range.events {
        let of = [
            (&event.introduced, Turn::Introduced),
            (&event.fixed, Turn::Fixed),
            (&event.limit, Turn::Limit),
            (&event.last_affected, Turn::LastAffected),
        ];
        for (at, turn) in of {
            let Some(at) = at.as_deref() else { continue };
            match (at, turn) {
                ("0", Turn::Introduced) => turns.push((None, turn)),
                // Everything comes before this limit.
                ("*", Turn::Limit) => {}
                _ => turns.push((Some(at), turn)),
            }
        }
    }
    // Every version must have a place before any is believed.
    for (at, _) in &turns {
        scheme.compare(at.unwrap_or(&package.version), &package.version)?;
    }
    let turns = sort(turns, &|(left, first), (right, second)| {
        let versions = match (left, right) {
            (Some(left), Some(right)) => scheme.compare(left, right).unwrap_or(Ordering::Equal),
            (left, right) => left.is_some().cmp(&right.is_some()),
        };
        versions.then(first.cmp(second))
    });
    let mut hit = false;
    for (at, turn) in turns {
        let reached = at.map_or(Some(Ordering::Greater), |at| scheme.compare(&package.version, at))?;
        match turn {
            Turn::Introduced if reached != Ordering::Less => hit = true,
            Turn::Fixed | Turn::Limit if reached != Ordering::Less => hit = false,
            Turn::LastAffected if reached == Ordering::Greater => hit = false,
            _ => {}
        }
    }
    Some(hit)
}
