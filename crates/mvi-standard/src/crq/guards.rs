//! The facts that the guards of an event ask for, and why an event is refused.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::clock::Calendar;
use super::id::{CrqId, OverrideId};
use super::record::{Crq, State};
use crate::decision::DecisionRecord;
use crate::feasibility::ReasonFacts;
use crate::gid::Gid;
use crate::standard::Standard;
use crate::verdict::Verdict;

/// Who holds which role for the subject of a request: role to names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Directory {
    /// Role, such as `gid-owner` or `S5-policy`, to the people who hold it.
    pub roles: BTreeMap<String, BTreeSet<String>>,
}

impl Directory {
    /// True when someone holds a role.
    pub fn holds(&self, who: &str, role: &str) -> bool {
        self.roles.get(role).is_some_and(|people| people.contains(who))
    }
}

/// A stored measurement of the subject.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Size as the standard counts it, MB.
    pub size_mb: f64,
    /// When it was measured.
    pub at: Timestamp,
}

/// How the subject or its base is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organism {
    /// Its id.
    pub gid: Gid,
    /// Its status.
    pub status: Verdict,
}

/// A sealed override record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Its id.
    pub rom: OverrideId,
    /// The request that it was sealed for.
    pub crq: CrqId,
}

/// Facts that guards may ask for; one that is missing refuses the events that need it.
#[derive(Debug, Clone, Copy)]
pub struct Guards<'a> {
    /// The standard in force.
    pub standard: &'a Standard,
    /// Who holds which role.
    pub directory: &'a Directory,
    /// Terms of review and coming standards.
    pub calendar: &'a Calendar,
    /// The newest stored measurement.
    pub measured: Option<Measured>,
    /// Facts to check reasons against.
    pub facts: Option<&'a ReasonFacts>,
    /// The decision about other bases.
    pub decision: Option<&'a DecisionRecord>,
    /// The entry of the register.
    pub organism: Option<&'a Organism>,
    /// The sealed override record.
    pub sealed: Option<Sealed>,
    /// The request that would take this one's place.
    pub successor: Option<&'a Crq>,
}

impl<'a> Guards<'a> {
    /// Guards without any evidence.
    pub fn new(standard: &'a Standard, directory: &'a Directory, calendar: &'a Calendar) -> Self {
        Self {
            standard,
            directory,
            calendar,
            measured: None,
            facts: None,
            decision: None,
            organism: None,
            sealed: None,
            successor: None,
        }
    }
}

/// Why an event is refused; the request is as before.
#[derive(Debug, Clone, PartialEq, Error)]
#[allow(missing_docs, reason = "each message says what its fields are")]
pub enum Refused {
    #[error("{id} is {state:?}, and from there it cannot {deed}")]
    WrongState { id: CrqId, state: State, deed: &'static str },
    #[error("{id} was last changed at {last}, and the event is from {at}")]
    BackInTime { id: CrqId, last: Timestamp, at: Timestamp },
    #[error("only the requester `{requester}` can do that, not `{who}`")]
    NotRequester { requester: String, who: String },
    #[error("`{who}` does not hold the role `{role}`")]
    NotInRole { who: String, role: String },
    #[error("the role `{role}` does not approve requests of kind `{kind}`; these do: {roles}")]
    WrongRole { role: String, kind: &'static str, roles: String },
    #[error("`{who}` is the requester and cannot approve it")]
    OwnRequest { who: String },
    #[error("`{who}` has approved this revision already")]
    ApprovedAlready { who: String },
    #[error("the standard does not say who approves requests of kind `{kind}`")]
    NoQuorum { kind: &'static str },
    #[error("{what} is missing; add it first")]
    Missing { what: &'static str },
    #[error("the request says {said} MB and {measured} MB are measured, more than 1 % apart; correct the size")]
    SizeDiffers { said: f64, measured: f64 },
    #[error("the reason `{code}` is refuted: {why}")]
    ReasonRefuted { code: String, why: String },
    #[error("the base `{base}` matches the ban `{pattern}`, which nothing lifts; move to another base")]
    NotOverridable { base: String, pattern: String },
    #[error("other bases decide against it: {why}")]
    NotConfirmed { why: String },
    #[error("{gid} is registered as {status}, and JUSTIFIED is needed")]
    WrongStatus { gid: String, status: Verdict },
    #[error("the sealed record {rom} is for {found}, not for {wanted}")]
    WrongSeal { rom: OverrideId, found: CrqId, wanted: CrqId },
    #[error("the sealed record {rom} is of another standard, and V{wanted} is in force")]
    WrongVersion { rom: OverrideId, wanted: u32 },
    #[error("{rom} was given to this request before; numbers are never reused")]
    Reused { rom: OverrideId },
    #[error("the image has {size_mb} MB and {cap_mb} MB are covered; file a new request for the larger size")]
    OverCap { size_mb: f64, cap_mb: f64 },
    #[error("the measurement is from {measured}, before the review was due on {due}; measure again")]
    Stale { measured: Timestamp, due: Timestamp },
    #[error("{successor} is not in force for the same subject")]
    NoSuccessor { successor: CrqId },
}
