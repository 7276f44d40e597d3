//! The state machine of a change request: one event, its guards, and the record after it.

use jiff::Timestamp;

use super::clock;
use super::event::{Deed, Event};
use super::guards::{Guards, Refused};
use super::quorum::{is_reached, may_approve, role_of};
use super::reason::{Proof, verify};
use super::record::{Approval, Crq, Decided, Request, State};
use crate::base::BaseStanding;
use crate::decision::{Confirmation, confirm};
use crate::evidence::DirectBase;
use crate::verdict::Verdict;

/// The request after an event, with what time did to it before. Image Standard V13, CRQ table.
///
/// # Errors
///
/// [`Refused`] names the guard that does not hold; the request is as before then.
pub fn apply(crq: &Crq, event: &Event, guards: &Guards<'_>) -> Result<Crq, Refused> {
    if let Some(last) = crq.entered_at().filter(|last| event.at < *last) {
        return Err(Refused::BackInTime { id: crq.id, last, at: event.at });
    }
    let now = clock::at(crq, guards.calendar, event.at);
    let step = Step { crq: now, event, guards };
    match &event.deed {
        Deed::Amend { request } => step.amend(request),
        Deed::File => step.file(),
        Deed::Decide => step.decide(),
        Deed::Log { event } => step.log(event),
        Deed::Approve { role } => step.approve(role),
        Deed::Reject { role, reason } => step.reject(role, reason),
        Deed::Register => step.register(),
        Deed::Activate => step.activate(),
        Deed::Renew { role } => step.renew(role),
        Deed::Revoke { role, reason } => step.revoke(role, reason),
        Deed::Supersede { by } => step.supersede(*by),
        Deed::Withdraw => step.withdraw(),
    }
}

struct Step<'a> {
    /// The request as it is when the event happens.
    crq: Crq,
    event: &'a Event,
    guards: &'a Guards<'a>,
}

impl Step<'_> {
    fn amend(mut self, request: &Request) -> Result<Crq, Refused> {
        self.expect(&[State::Draft, State::GbmRefuted])?;
        self.expect_requester()?;
        if self.crq.state == State::GbmRefuted {
            self.crq.revision += 1;
            self.crq.approvals.clear();
            self.crq.decision = None;
            self.crq.event = None;
        }
        // What a check found is never taken from the requester.
        let unchecked = |reason: &super::Reason| super::Reason {
            code: reason.code.clone(),
            proof: Proof::Unverified,
            detail: String::new(),
        };
        let reasons = request.reasons.iter().map(unchecked).collect();
        self.crq.request = Request { reasons, ..request.clone() };
        self.enter(State::Draft, "")
    }

    fn file(mut self) -> Result<Crq, Refused> {
        self.expect(&[State::Draft])?;
        self.expect_requester()?;
        self.expect_overridable()?;
        let request = &self.crq.request;
        if request.image_name.as_deref().is_none_or(|name| name.trim().is_empty()) {
            return Err(Refused::Missing { what: "the image's name" });
        }
        let said = request.size_mb.ok_or(Refused::Missing { what: "the image's size" })?;
        let measured =
            self.guards.measured.ok_or(Refused::Missing { what: "a stored measurement of the image" })?.size_mb;
        let agrees = (said - measured).abs() <= SIZE_TOLERANCE * measured;
        if !agrees {
            return Err(Refused::SizeDiffers { said, measured });
        }
        if self.crq.kind.is_workload() {
            self.expect_workload()?;
        } else {
            self.check_reasons()?;
        }
        self.crq.standard_version = self.version();
        self.enter(State::Filed, "")
    }

    fn check_reasons(&mut self) -> Result<(), Refused> {
        if self.crq.request.reasons.is_empty() {
            return Err(Refused::Missing { what: "the reason for the GNU C library" });
        }
        let unknown = Default::default();
        let facts = self.guards.facts.unwrap_or(&unknown);
        for reason in &mut self.crq.request.reasons {
            *reason = verify(&reason.code, facts);
            if reason.proof == Proof::Refuted {
                return Err(Refused::ReasonRefuted { code: reason.code.to_string(), why: reason.detail.clone() });
            }
        }
        Ok(())
    }

    fn decide(mut self) -> Result<Crq, Refused> {
        self.expect(&[State::Filed, State::GbmUndecided])?;
        let state = match self.decided()? {
            Confirmation::Confirmed => State::GbmConfirmed,
            Confirmation::Refuted { .. } => State::GbmRefuted,
            Confirmation::Undecided { .. } => State::GbmUndecided,
        };
        self.enter(state, "")
    }

    /// Takes the decision record into the request.
    fn decided(&mut self) -> Result<Confirmation, Refused> {
        let record = self.guards.decision.ok_or(Refused::Missing { what: "the decision about other bases" })?;
        let answer = confirm(self.guards.standard, self.crq.kind, record);
        self.crq.decision = Some(Decided { id: record.id.clone(), at: self.event.at, answer: answer.clone() });
        Ok(answer)
    }

    fn log(mut self, event: &str) -> Result<Crq, Refused> {
        let needs_decision = role_of(self.guards.standard, self.crq.kind)?.needs_gbm;
        self.expect(if needs_decision { &[State::GbmConfirmed] } else { &[State::Filed] })?;
        if event.trim().is_empty() {
            return Err(Refused::Missing { what: "the id of the logged event" });
        }
        self.crq.event = Some(event.to_owned());
        self.enter(State::Logged, "")
    }

    fn approve(mut self, role: &str) -> Result<Crq, Refused> {
        self.expect(&[State::Logged])?;
        self.expect_overridable()?;
        let who = &self.event.by;
        may_approve(self.guards.standard, self.guards.directory, &self.crq, who, role)?;
        if self.crq.approvals.iter().any(|approval| approval.by == *who) {
            return Err(Refused::ApprovedAlready { who: who.clone() });
        }
        self.crq.approvals.push(Approval { by: who.clone(), role: role.to_owned(), at: self.event.at });
        if !is_reached(self.guards.standard, &self.crq)? {
            return self.enter(State::Logged, &format!("approved as {role}"));
        }
        self.crq.approved_at = Some(self.event.at);
        self.enter(State::Approved, &format!("approved as {role}"))
    }

    fn reject(self, role: &str, reason: &str) -> Result<Crq, Refused> {
        self.expect(&[State::Logged, State::GbmRefuted])?;
        may_approve(self.guards.standard, self.guards.directory, &self.crq, &self.event.by, role)?;
        self.expect_reason(reason)?;
        self.enter(State::Rejected, reason)
    }

    fn register(mut self) -> Result<Crq, Refused> {
        self.expect(&[State::Approved])?;
        let organism = self.guards.organism.ok_or(Refused::Missing { what: "the image's id in the register" })?;
        // A workload is an exception of how an image runs, not of the image.
        if !self.crq.kind.is_workload() && organism.status != Verdict::Justified {
            return Err(Refused::WrongStatus { gid: organism.gid.to_string(), status: organism.status });
        }
        self.crq.gid = Some(organism.gid.clone());
        self.enter(State::Registered, "")
    }

    fn activate(mut self) -> Result<Crq, Refused> {
        self.expect(&[State::Registered])?;
        self.expect_overridable()?;
        let approved = self.crq.approved_at.ok_or(Refused::Missing { what: "the moment of approval" })?;
        let size = self.crq.request.size_mb.ok_or(Refused::Missing { what: "the approved size" })?;
        self.take_seal()?;
        self.crq.cap_mb = Some(size * (1.0 + self.guards.standard.policy.justified_cap_pct / 100.0));
        self.crq.review_due = Some(self.guards.calendar.due_after(self.crq.standard_version, approved));
        self.enter(State::Active, "")
    }

    fn renew(mut self, role: &str) -> Result<Crq, Refused> {
        self.expect(&[State::ReviewDue])?;
        self.expect_overridable()?;
        may_approve(self.guards.standard, self.guards.directory, &self.crq, &self.event.by, role)?;
        let due = self.crq.entered_at().unwrap_or(self.event.at);
        let measured = self.guards.measured.ok_or(Refused::Missing { what: "a fresh measurement" })?;
        if measured.at < due {
            return Err(Refused::Stale { measured: measured.at, due });
        }
        let cap_mb = self.crq.cap_mb.ok_or(Refused::Missing { what: "the covered size" })?;
        let covered = measured.size_mb <= cap_mb;
        if !covered {
            return Err(Refused::OverCap { size_mb: measured.size_mb, cap_mb });
        }
        if role_of(self.guards.standard, self.crq.kind)?.needs_gbm {
            match self.decided()? {
                Confirmation::Confirmed => {}
                Confirmation::Refuted { base, reason } => {
                    return Err(Refused::NotConfirmed { why: format!("`{base}`: {reason}") });
                }
                Confirmation::Undecided { waiting } => {
                    return Err(Refused::NotConfirmed {
                        why: format!("nothing is known about {}", waiting.join(", ")),
                    });
                }
            }
        }
        // Under the same standard the override record stays; a new standard, or none so far, asks for a new one.
        if self.crq.rom.is_none_or(|rom| rom.version != self.version()) {
            self.take_seal()?;
        }
        self.crq.standard_version = self.version();
        self.crq.review_due = Some(self.guards.calendar.due_after(self.crq.standard_version, self.event.at));
        self.enter(State::Active, &format!("renewed as {role}"))
    }

    fn revoke(self, role: &str, reason: &str) -> Result<Crq, Refused> {
        self.expect(&[State::Active, State::ReviewDue, State::Grandfathered])?;
        if !REVOKERS.contains(&role) {
            let roles = REVOKERS.join(", ");
            return Err(Refused::WrongRole { role: role.to_owned(), kind: self.crq.kind.as_str(), roles });
        }
        if !self.guards.directory.holds(&self.event.by, role) {
            return Err(Refused::NotInRole { who: self.event.by.clone(), role: role.to_owned() });
        }
        self.expect_reason(reason)?;
        self.enter(State::Revoked, reason)
    }

    fn supersede(mut self, by: super::CrqId) -> Result<Crq, Refused> {
        self.expect(&[State::Active, State::ReviewDue, State::Grandfathered])?;
        let fits = |successor: &&Crq| {
            let in_force = clock::at(successor, self.guards.calendar, self.event.at).state.is_in_force();
            successor.id == by && by != self.crq.id && in_force && successor.subject == self.crq.subject
        };
        self.guards.successor.filter(fits).ok_or(Refused::NoSuccessor { successor: by })?;
        self.crq.superseded_by = Some(by);
        self.enter(State::Superseded, "")
    }

    fn withdraw(self) -> Result<Crq, Refused> {
        if !self.crq.state.next().contains(&State::Withdrawn) {
            return Err(self.wrong_state());
        }
        self.expect_requester()?;
        self.enter(State::Withdrawn, "")
    }

    fn take_seal(&mut self) -> Result<(), Refused> {
        let sealed = self.guards.sealed.ok_or(Refused::Missing { what: "the sealed override record" })?;
        if sealed.crq != self.crq.id {
            return Err(Refused::WrongSeal { rom: sealed.rom, found: sealed.crq, wanted: self.crq.id });
        }
        if sealed.rom.version != self.version() {
            return Err(Refused::WrongVersion { rom: sealed.rom, wanted: self.version() });
        }
        if self.crq.rom == Some(sealed.rom) {
            return Err(Refused::Reused { rom: sealed.rom });
        }
        self.crq.rom = Some(sealed.rom);
        Ok(())
    }

    /// The version of the standard in force when the event happens.
    fn version(&self) -> u32 {
        let own = u32::try_from(self.guards.standard.meta.version).unwrap_or(0);
        self.guards.calendar.version_at(own, self.event.at)
    }

    fn expect(&self, states: &[State]) -> Result<(), Refused> {
        if states.contains(&self.crq.state) { Ok(()) } else { Err(self.wrong_state()) }
    }

    fn wrong_state(&self) -> Refused {
        Refused::WrongState { id: self.crq.id, state: self.crq.state, deed: self.event.deed.as_str() }
    }

    fn expect_requester(&self) -> Result<(), Refused> {
        if self.event.by == self.crq.requester {
            return Ok(());
        }
        Err(Refused::NotRequester { requester: self.crq.requester.clone(), who: self.event.by.clone() })
    }

    fn expect_reason(&self, reason: &str) -> Result<(), Refused> {
        if reason.trim().is_empty() { Err(Refused::Missing { what: "the reason" }) } else { Ok(()) }
    }

    fn expect_workload(&self) -> Result<(), Refused> {
        let workload = self.crq.subject.workload.as_ref().ok_or(Refused::Missing { what: "the workload" })?;
        if self.crq.subject.digest.is_none() {
            return Err(Refused::Missing { what: "the image's digest" });
        }
        let counts_replicas = self.crq.kind == super::CrqKind::StatefulHa;
        if counts_replicas && workload.max_replicas.is_none() {
            return Err(Refused::Missing { what: "the number of replicas" });
        }
        Ok(())
    }

    /// A ban that nothing lifts accepts no change request.
    fn expect_overridable(&self) -> Result<(), Refused> {
        let base = DirectBase { reference: self.crq.request.base.clone(), ..DirectBase::default() };
        match BaseStanding::of(self.guards.standard, &base) {
            BaseStanding::Banned { reference, pattern, overridable: false, .. } => {
                Err(Refused::NotOverridable { base: reference, pattern })
            }
            BaseStanding::Banned { overridable: true, .. }
            | BaseStanding::Unknown
            | BaseStanding::Unresolved { .. }
            | BaseStanding::Registered { .. }
            | BaseStanding::Outside { .. } => Ok(()),
        }
    }

    fn enter(mut self, state: State, note: &str) -> Result<Crq, Refused> {
        let at: Timestamp = self.event.at;
        self.crq.enter(state, at, &self.event.by, note);
        Ok(self.crq)
    }
}

/// Part of the measured size that a stated one may differ by.
const SIZE_TOLERANCE: f64 = 0.01;

/// Who may end a request that is in force.
const REVOKERS: &[&str] = &["S5-policy", "gid-owner"];
