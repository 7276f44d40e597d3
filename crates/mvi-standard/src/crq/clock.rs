//! What time alone does to a change request: reviews come due, and what is not renewed lapses.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::record::{Crq, State};
use crate::standard::Standard;

/// Terms of review, and the standards that come into force.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Calendar {
    /// Days from approval to review.
    pub review_days: i32,
    /// Days after that until the request lapses.
    pub lapse_grace_days: i32,
    /// Standards with the moment they take effect.
    pub bumps: Vec<Bump>,
}

/// A standard that comes into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bump {
    /// Its version, 14.
    pub version: u32,
    /// When it takes effect.
    pub effective: Timestamp,
}

impl Calendar {
    /// The terms of a standard, with coming standards.
    pub fn of(standard: &Standard, bumps: &[Bump]) -> Self {
        let policy = &standard.policy;
        Self { review_days: policy.review_days, lapse_grace_days: policy.lapse_grace_days, bumps: bumps.to_vec() }
    }

    /// The version in force at a moment: the newest that has taken effect, `before` where none has.
    pub fn version_at(&self, before: u32, now: Timestamp) -> u32 {
        let effective = self.bumps.iter().filter(|bump| bump.effective <= now).map(|bump| bump.version);
        effective.max().unwrap_or(before).max(before)
    }

    /// When something approved or renewed at a moment comes due: after the term, or with the next standard.
    pub(super) fn due_after(&self, version: u32, from: Timestamp) -> Timestamp {
        let term = days_after(from, self.review_days);
        let bumps = self.bumps.iter().filter(|bump| bump.version > version && bump.effective > from);
        bumps.map(|bump| bump.effective).chain([term]).min().unwrap_or(term)
    }
}

/// When a request that is in force has to be reviewed: its own date, a newer standard's first day, or the end of the
/// term, whichever comes first.
pub fn due(crq: &Crq, calendar: &Calendar) -> Option<Timestamp> {
    if !crq.state.is_in_force() {
        return None;
    }
    if crq.state == State::ReviewDue {
        return crq.entered_at();
    }
    let newer = calendar.bumps.iter().filter(|bump| bump.version > crq.standard_version).map(|bump| bump.effective);
    // A standard that was in force before the request itself became due with the request.
    let newer = newer.map(|moment| crq.entered_at().map_or(moment, |entered| moment.max(entered)));
    // A date that was written later than the term allows does not count.
    let term =
        crq.entered_at().filter(|_| crq.state == State::Active).map(|from| days_after(from, calendar.review_days));
    newer.chain(crq.review_due).chain(term).min()
}

/// When a request that is in force stops to count, if nobody renews it.
pub fn lapses(crq: &Crq, calendar: &Calendar) -> Option<Timestamp> {
    due(crq, calendar).map(|due| days_after(due, calendar.lapse_grace_days))
}

/// The request as it is at a moment: ACTIVE becomes REVIEW_DUE, and REVIEW_DUE becomes LAPSED, each at its own time.
///
/// A moment before the last event leaves it as it is.
pub fn at(crq: &Crq, calendar: &Calendar, now: Timestamp) -> Crq {
    let mut crq = crq.clone();
    let (due, lapses) = (due(&crq, calendar), lapses(&crq, calendar));
    if let Some(due) = due.filter(|due| now >= *due && crq.state != State::ReviewDue) {
        crq.enter(State::ReviewDue, due, CLOCK, "");
    }
    if let Some(lapses) = lapses.filter(|lapses| now >= *lapses && crq.state == State::ReviewDue) {
        crq.enter(State::Lapsed, lapses, CLOCK, "nobody renewed it");
    }
    crq
}

/// A number of whole days later; the end of time where there is no such moment.
fn days_after(moment: Timestamp, days: i32) -> Timestamp {
    moment.checked_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX)
}

const CLOCK: &str = "clock";
