//! All change requests together: which one covers an image now, which cover nothing, and the import of older ones.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::clock::{self, Calendar};
use super::id::CrqId;
use super::reason::{GlibcReason, Proof, Reason};
use super::record::{Crq, CrqKind, Entry, Request, State, Subject};
use crate::evidence::{BaseApproval, Justification};
use crate::pattern::{Match, matches_ban};
use crate::reference::Reference;
use crate::standard::{JustifiedImage, Standard};

/// What a change request says about an image at a moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// The request.
    pub crq: CrqId,
    /// Its kind.
    pub kind: CrqKind,
    /// Its state at the moment.
    pub state: State,
    /// When it has to be reviewed.
    pub review_due: Option<Timestamp>,
    /// When it stops to count, or stopped.
    pub lapses_at: Option<Timestamp>,
    /// The exception for judging.
    #[serde(skip)]
    pub justification: Justification,
}

/// The change request that says most about an image at a moment: one in force before one that has ended, the one that
/// lasts longest first. Requests about workloads, and those that never came into force, say nothing about an image.
pub fn covering(
    standard: &Standard,
    crqs: &[Crq],
    calendar: &Calendar,
    (image, digest): (&str, Option<&str>),
    now: Timestamp,
) -> Option<Coverage> {
    let about = crqs.iter().filter(|crq| !crq.kind.is_workload() && is_about(standard, &crq.subject, image, digest));
    let known = about.filter(|crq| crq.history.first().is_some_and(|entry| entry.at <= now));
    let told = known.filter_map(|crq| coverage(&clock::at(crq, calendar, now), calendar));
    let mut best = told.max_by_key(|coverage| (coverage.state.is_in_force(), coverage.lapses_at, coverage.crq))?;
    // Once a request was in force for an image, the standard's list no longer speaks for it: a lapse counts at once.
    let names = |entry: &&JustifiedImage| {
        let image = Reference::normalise(image, &standard.mirrors);
        image.is_ok_and(|image| matches_ban(&entry.image, &image) == Match::Yes)
    };
    best.justification.takes_place_of = standard.justified.iter().find(names).map(|entry| entry.image.clone());
    Some(best)
}

/// True when a request means an image: its digest, or without one its repository.
pub(super) fn is_about(standard: &Standard, subject: &Subject, image: &str, digest: Option<&str>) -> bool {
    if let Some(meant) = &subject.digest {
        return digest == Some(meant.as_str());
    }
    let repository = |name: &str| Reference::normalise(name, &standard.mirrors).ok().map(|name| name.repository);
    let meant = repository(&subject.image);
    meant.is_some() && meant == repository(image)
}

fn coverage(crq: &Crq, calendar: &Calendar) -> Option<Coverage> {
    let lapses_at = match crq.state {
        State::Active | State::ReviewDue | State::Grandfathered => clock::lapses(crq, calendar),
        State::Lapsed | State::Revoked | State::Superseded => crq.entered_at(),
        State::Draft
        | State::Filed
        | State::GbmConfirmed
        | State::GbmRefuted
        | State::GbmUndecided
        | State::Logged
        | State::Approved
        | State::Rejected
        | State::Registered
        | State::Withdrawn => return None,
    };
    let review_due = clock::due(crq, calendar);
    let justification = Justification {
        // Without a cap nothing is covered, whatever the state says.
        cap_mb: crq.cap_mb.unwrap_or(0.0),
        constraint: crq.request.constraint.clone(),
        source: crq.id.to_string(),
        lapses_at,
        review_due,
        takes_place_of: None,
        base: if crq.kind == CrqKind::NewBase { BaseApproval::NewBase } else { BaseApproval::Silent },
    };
    Some(Coverage { crq: crq.id, kind: crq.kind, state: crq.state, review_due, lapses_at, justification })
}

/// Requests in force that no image of a fleet needs, as none is the one they are about.
pub fn unused<'a>(
    standard: &Standard,
    crqs: &'a [Crq],
    calendar: &Calendar,
    images: &[(&str, Option<&str>)],
    now: Timestamp,
) -> Vec<&'a Crq> {
    let in_force = crqs.iter().filter(|crq| clock::at(crq, calendar, now).state.is_in_force());
    let unneeded = |crq: &&Crq| !images.iter().any(|(image, digest)| is_about(standard, &crq.subject, image, *digest));
    in_force.filter(unneeded).collect()
}

/// Ids that something refers to and that no request has, in the order of the references.
pub fn unknown(crqs: &[Crq], referred: impl IntoIterator<Item = CrqId>) -> Vec<CrqId> {
    let known: BTreeSet<CrqId> = crqs.iter().map(|crq| crq.id).collect();
    referred.into_iter().filter(|id| !known.contains(id)).collect()
}

/// The standard's list of justified images as change requests that count from the import on, ids from `first` on.
///
/// Each lasts as long as any other; the entry of the list it was made from says nothing by itself any more.
pub fn grandfathered(
    standard: &Standard,
    first: CrqId,
    (by, at): (&str, Timestamp),
    wanted: impl Fn(&JustifiedImage) -> bool,
) -> Vec<Crq> {
    let calendar = Calendar::of(standard, &[]);
    let version = u32::try_from(standard.meta.version).unwrap_or(0);
    let made =
        standard.justified.iter().filter(|entry| wanted(entry)).zip(first.sequence..).map(|(entry, sequence)| {
            let heavy = entry.size_mb > standard.policy.heavy_mb;
            let kind = if heavy { CrqKind::Heavy } else { CrqKind::JustifiedBase };
            let subject = Subject { image: entry.image.clone(), digest: None, workload: None };
            let mut crq = Crq::draft(CrqId { sequence, ..first }, kind, subject, by, at);
            let code = GlibcReason::NotLibc(entry.reason.clone());
            crq.request = Request {
                image_name: Some(entry.image.clone()),
                size_mb: Some(entry.size_mb),
                base: None,
                constraint: entry.constraint.clone(),
                reasons: vec![Reason { code, proof: Proof::Unverified, detail: "from the standard's list".to_owned() }],
            };
            crq.cap_mb =
                Some(entry.cap_mb.unwrap_or(entry.size_mb * (1.0 + standard.policy.justified_cap_pct / 100.0)));
            crq.review_due = Some(calendar.due_after(version, at));
            crq.standard_version = version;
            crq.imported_from = Some(entry.image.clone());
            crq.state = State::Grandfathered;
            crq.history = vec![Entry {
                state: State::Grandfathered,
                at,
                by: by.to_owned(),
                note: "import".to_owned(),
                seal: None,
            }];
            crq
        });
    made.collect()
}
