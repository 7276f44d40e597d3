//! The images of the fleet, now or then, filtered and sorted.

use std::cmp::Ordering;

use jiff::Timestamp;
use mvi_fleet::{ImageRow, ListFilter, Store};
use mvi_standard::{Trigger, Verdict};

use super::FleetFailure;
use super::row::row;
use super::units::current;
use crate::report::fleet::{FleetRow, ListReport};

/// Which state of the fleet is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct View {
    /// The moment; nothing for now.
    pub at: Option<Timestamp>,
}

/// Which images to list, and how.
#[derive(Debug, Clone, Default)]
pub(crate) struct ListOptions {
    /// Only of repositories or references that match; `*` stands for anything.
    pub pattern: Option<String>,
    /// Only with one of these verdicts; none for all.
    pub verdicts: Vec<Verdict>,
    /// Only larger, MB; images of unknown size are not.
    pub larger_than: Option<f64>,
    /// Only with this trigger.
    pub trigger: Option<Trigger>,
    /// Only those that count in the score.
    pub counted: bool,
    /// Also those that newer ones took the place of.
    pub superseded: bool,
    /// By what.
    pub sort: Sort,
    /// The other way round.
    pub reverse: bool,
    /// No more than so many.
    pub limit: Option<usize>,
}

/// What a list is sorted by: names ascending, all else the worst first, the unknown last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Reference.
    #[default]
    Name,
    /// Size.
    Size,
    /// The verdict that counts.
    Verdict,
    /// Pressure.
    Pressure,
    /// Segment.
    Segment,
}

/// Images of a state of the fleet.
pub(super) struct Rows {
    /// Those that are what their reference means.
    pub current: Vec<ImageRow>,
    /// Those that newer ones took the place of.
    pub superseded: Vec<ImageRow>,
}

/// The images of the fleet as it was at a moment.
///
/// # Errors
/// [`FleetFailure::Store`].
pub(super) fn rows(store: &Store, view: &View) -> Result<Rows, FleetFailure> {
    let all = match view.at {
        None => store.list(&ListFilter::default())?,
        Some(at) => match store.seq_at(at)? {
            0 => Vec::new(),
            seq => store.as_of(seq)?.list(&ListFilter::default())?,
        },
    };
    let (current, superseded) = current(all);
    Ok(Rows { current, superseded })
}

/// Lists images.
///
/// # Errors
/// [`FleetFailure::Store`].
pub(crate) fn list(store: &Store, view: &View, options: &ListOptions) -> Result<ListReport, FleetFailure> {
    let rows = rows(store, view)?;
    let known = rows.current.len();
    let mut images = rows.current;
    if options.superseded {
        images.extend(rows.superseded);
    }
    let mut listed: Vec<FleetRow> = images.iter().map(row).filter(|row| options.wants(row)).collect();
    listed.sort_by(|left, right| {
        let order = options.sort.order(left, right);
        let order = if options.reverse { order.reverse() } else { order };
        order.then_with(|| {
            (&left.reference, &left.platform, left.seq).cmp(&(&right.reference, &right.platform, right.seq))
        })
    });
    let found = listed.len();
    listed.truncate(options.limit.unwrap_or(usize::MAX));
    Ok(ListReport {
        schema: "mvi-fleet-list/1",
        at: view.at.map(|at| at.to_string()),
        known,
        found,
        images: listed,
        columns: Vec::new(),
    })
}

impl ListOptions {
    fn wants(&self, row: &FleetRow) -> bool {
        let matches = |pattern: &String| glob(pattern, &row.reference) || glob(pattern, repository(&row.reference));
        self.pattern.as_ref().is_none_or(matches)
            && (self.verdicts.is_empty() || self.verdicts.contains(&row.effective.unwrap_or(Verdict::Unmeasured)))
            && self.larger_than.is_none_or(|limit| row.size_mb.is_some_and(|size| size > limit))
            && self.trigger.is_none_or(|trigger| row.triggers.contains(&trigger))
            && (row.counted || !self.counted)
    }
}

impl Sort {
    fn order(self, left: &FleetRow, right: &FleetRow) -> Ordering {
        let severity = |row: &FleetRow| row.effective.and_then(Verdict::severity);
        match self {
            Self::Name => Ordering::Equal,
            Self::Size => worst(left.size_mb, right.size_mb),
            Self::Verdict => worst(severity(left), severity(right)),
            Self::Pressure => worst(left.pressure, right.pressure),
            Self::Segment => worst(left.segment, right.segment),
        }
    }
}

/// Larger before smaller, and what is not known last.
fn worst<T: PartialOrd>(left: Option<T>, right: Option<T>) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) => right.partial_cmp(&left).unwrap_or(Ordering::Equal),
        (left, right) => right.is_some().cmp(&left.is_some()),
    }
}

pub(super) fn repository(reference: &str) -> &str {
    let last = reference.rfind('/').map_or(0, |slash| slash + 1);
    reference[last..].find([':', '@']).map_or(reference, |end| &reference[..last + end])
}

/// True when a text matches a pattern in which `*` stands for any run of characters.
#[must_use]
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str, expected: bool) {
        assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
    }

    #[test]
    fn a_star_stands_for_any_run() {
        check("team/*", "team/app", true);
        check("team/*", "teams/app", false);
        check("*", "", true);
        check("a*b*c", "aXbYbZc", true);
        check("a*a", "a", false);
        check("app", "app2", false);
        check("*:v*", "app:v1", true);
    }

    #[test]
    fn a_port_is_no_tag() {
        assert_eq!(repository("localhost:5000/app:1"), "localhost:5000/app");
        assert_eq!(repository("localhost:5000/app"), "localhost:5000/app");
        assert_eq!(repository("app@sha256:00"), "app");
    }
}
