//! The record of a change request: what is asked for whom, who agreed, and every state it was in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::{CrqId, OverrideId};
use super::reason::Reason;
use crate::decision::Confirmation;
use crate::gid::Gid;

/// A change request. Fields that its state does not have yet are missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crq {
    /// `mvi-crq/1`.
    pub schema_version: String,
    /// Its id.
    pub id: CrqId,
    /// What kind of exception it asks for.
    pub kind: CrqKind,
    /// Version of the standard that it was approved under.
    pub standard_version: u32,
    /// Who asks.
    pub requester: String,
    /// Raised whenever the request is written anew; 1 at first.
    pub revision: u32,
    /// Its state at the last event; [`super::at`] tells the state now.
    pub state: State,
    /// Event of the log that it was logged with.
    pub event: Option<String>,
    /// Id under which the image or its base is registered.
    pub gid: Option<Gid>,
    /// Sealed override record.
    pub rom: Option<OverrideId>,
    /// Largest size that it covers, MB.
    pub cap_mb: Option<f64>,
    /// When the last approval was given.
    pub approved_at: Option<Timestamp>,
    /// When it has to be reviewed.
    pub review_due: Option<Timestamp>,
    /// Entry of the standard's list of justified images that it was made from.
    pub imported_from: Option<String>,
    /// The request that took its place.
    pub superseded_by: Option<CrqId>,
    /// What it is about.
    pub subject: Subject,
    /// What is asked for.
    pub request: Request,
    /// The decision about other bases.
    pub decision: Option<Decided>,
    /// Approvals of this revision.
    #[serde(default, rename = "approval")]
    pub approvals: Vec<Approval>,
    /// Every state, in order, with when and by whom it was reached.
    pub history: Vec<Entry>,
}

/// Kinds of change request: one a trigger, and the exception behind rule R7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CrqKind {
    /// T1: a banned operating system as base.
    BannedBase,
    /// T2: above the limit for heavy images.
    Heavy,
    /// T3: a base outside the set.
    NewBase,
    /// T4: a base on the list of banned ones.
    BanOverride,
    /// T5: a replica of something that holds state.
    StatefulHa,
    /// T6: a single job on a GPU.
    GpuSingleton,
    /// R7: a base for justified images.
    JustifiedBase,
}

impl CrqKind {
    /// The word for it, `banned-base`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BannedBase => "banned-base",
            Self::Heavy => "heavy",
            Self::NewBase => "new-base",
            Self::BanOverride => "ban-override",
            Self::StatefulHa => "stateful-ha",
            Self::GpuSingleton => "gpu-singleton",
            Self::JustifiedBase => "justified-base",
        }
    }

    /// True for the kinds about a workload; the others are about an image.
    pub fn is_workload(self) -> bool {
        match self {
            Self::StatefulHa | Self::GpuSingleton => true,
            Self::BannedBase | Self::Heavy | Self::NewBase | Self::BanOverride | Self::JustifiedBase => false,
        }
    }
}

/// What a change request is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Reference of the image.
    pub image: String,
    /// The one digest that is meant; all of the repository where missing.
    pub digest: Option<String>,
    /// The workload, for the kinds about one.
    pub workload: Option<Workload>,
}

/// A workload of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Most replicas that are asked for.
    pub max_replicas: Option<u32>,
}

/// What is asked for, with the evidence that filing needs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Name of the image.
    pub image_name: Option<String>,
    /// Its size as the standard counts it, MB.
    pub size_mb: Option<f64>,
    /// The base that is asked for.
    pub base: Option<String>,
    /// Condition under which the image would run, such as `isolated`.
    pub constraint: Option<String>,
    /// Why it has to be so.
    #[serde(default, rename = "reason")]
    pub reasons: Vec<Reason>,
}

/// The decision about other bases, as far as the request needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// Key of the decision record.
    pub id: String,
    /// When it was taken into the request.
    pub at: Timestamp,
    /// What it amounts to.
    pub answer: Confirmation,
}

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Who approved.
    pub by: String,
    /// As what: `gid-owner`.
    pub role: String,
    /// When.
    pub at: Timestamp,
}

/// A state that a change request reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The state.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// Who did it; `clock` for what time did.
    pub by: String,
    /// Why, where someone said so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Seal of whoever did it, where they act with a key: a DSSE envelope over [`Crq::consent`] in JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
}

/// What a seal on an entry covers.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Consent<'a> {
    /// `mvi-crq-consent/1`.
    pub schema: &'static str,
    /// The request.
    pub id: CrqId,
    /// What kind of exception it asks for.
    pub kind: CrqKind,
    /// Of this revision.
    pub revision: u32,
    /// Who asks.
    pub requester: &'a str,
    /// What it is about.
    pub subject: &'a Subject,
    /// What is asked for.
    pub request: &'a Request,
    /// The state that is reached.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// Who agrees.
    pub by: &'a str,
    /// As what.
    pub note: &'a str,
}

/// The state of a change request. Image Standard V13, CRQ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Being written.
    Draft,
    /// Handed in with its evidence.
    Filed,
    /// Every other base is out.
    GbmConfirmed,
    /// Another base would do.
    GbmRefuted,
    /// Other bases are neither out nor measured; the request waits.
    GbmUndecided,
    /// The event log holds it.
    Logged,
    /// The quorum agreed.
    Approved,
    /// Refused for good.
    Rejected,
    /// The image or its base is registered as justified.
    Registered,
    /// In force.
    Active,
    /// In force, and to be renewed within days.
    ReviewDue,
    /// Ended by time.
    Lapsed,
    /// Ended by someone.
    Revoked,
    /// Ended by a newer one.
    Superseded,
    /// Taken back by its requester.
    Withdrawn,
    /// In force since before change requests existed.
    Grandfathered,
}

impl State {
    /// True while the exception counts.
    pub fn is_in_force(self) -> bool {
        matches!(self, Self::Active | Self::ReviewDue | Self::Grandfathered)
    }

    /// States that can follow. Image Standard V13, CRQ table.
    pub fn next(self) -> &'static [Self] {
        use State::{
            Active, Approved, Draft, Filed, GbmConfirmed, GbmRefuted, GbmUndecided, Grandfathered, Lapsed, Logged,
            Registered, Rejected, ReviewDue, Revoked, Superseded, Withdrawn,
        };
        match self {
            Draft => &[Draft, Filed, Withdrawn],
            Filed => &[GbmConfirmed, GbmRefuted, GbmUndecided, Logged, Withdrawn],
            GbmUndecided => &[GbmConfirmed, GbmRefuted, GbmUndecided, Withdrawn],
            GbmRefuted => &[Draft, Rejected, Withdrawn],
            GbmConfirmed => &[Logged, Withdrawn],
            Logged => &[Logged, Approved, Rejected, Withdrawn],
            Approved => &[Registered, Withdrawn],
            Registered => &[Active, Withdrawn],
            Active => &[ReviewDue, Revoked, Superseded],
            Grandfathered => &[ReviewDue, Revoked, Superseded],
            ReviewDue => &[Active, Lapsed, Revoked, Superseded],
            Rejected | Lapsed | Revoked | Superseded | Withdrawn => &[],
        }
    }
}

impl Crq {
    /// A draft.
    pub fn draft(id: CrqId, kind: CrqKind, subject: Subject, requester: &str, at: Timestamp) -> Self {
        Self {
            schema_version: "mvi-crq/1".to_owned(),
            id,
            kind,
            standard_version: 0,
            requester: requester.to_owned(),
            revision: 1,
            state: State::Draft,
            event: None,
            gid: None,
            rom: None,
            cap_mb: None,
            approved_at: None,
            review_due: None,
            imported_from: None,
            superseded_by: None,
            subject,
            request: Request::default(),
            decision: None,
            approvals: Vec::new(),
            history: vec![Entry { state: State::Draft, at, by: requester.to_owned(), note: String::new(), seal: None }],
        }
    }

    /// What somebody agrees to with an entry of the history: the request in this revision, and the entry but for its
    /// seal. Approvals and renewals are sealed over the canonical JSON of this (RFC 8785).
    pub fn consent<'a>(&'a self, entry: &'a Entry) -> Consent<'a> {
        Consent {
            schema: "mvi-crq-consent/1",
            id: self.id,
            kind: self.kind,
            revision: self.revision,
            requester: &self.requester,
            subject: &self.subject,
            request: &self.request,
            state: entry.state,
            at: entry.at,
            by: &entry.by,
            note: &entry.note,
        }
    }

    /// Entries that give the request its force: approvals of this revision, and renewals.
    pub fn consents(&self) -> impl Iterator<Item = &Entry> {
        let renewed = |pair: &&[Entry]| matches!(pair, [before, after] if before.state == State::ReviewDue && after.state == State::Active);
        let approved = |entry: &&Entry| {
            self.approvals.iter().any(|approval| (&approval.by, approval.at) == (&entry.by, entry.at))
                && matches!(entry.state, State::Logged | State::Approved)
        };
        let renewals = self.history.windows(2).filter(renewed).filter_map(<[Entry]>::last);
        self.history.iter().filter(approved).chain(renewals)
    }

    /// When the present state was reached.
    pub fn entered_at(&self) -> Option<Timestamp> {
        self.history.last().map(|entry| entry.at)
    }

    /// Moves to a state and remembers it.
    pub(super) fn enter(&mut self, state: State, at: Timestamp, by: &str, note: &str) {
        self.state = state;
        self.history.push(Entry { state, at, by: by.to_owned(), note: note.to_owned(), seal: None });
    }
}
