//! How the status of an image moves: events, the new judgement, and the few moves that are forbidden.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::crq::{Coverage, CrqId};
use crate::judge::Judgement;
use crate::verdict::{RuleId, Verdict};

/// The status of an image in the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It has a verdict, or is unmeasured.
    Judged(Verdict),
    /// It is out of use for good.
    Retired,
}

/// Something that makes an image be judged anew. Image Standard V13, verdict state machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusEvent {
    /// It was measured.
    Measured,
    /// A change request came into force.
    CrqActive,
    /// One lapsed.
    CrqLapsed,
    /// One was revoked.
    CrqRevoked,
    /// Its contents were listed.
    ContentsInventoried,
    /// It was declared a debt.
    DebtDeclared,
    /// It is a debt no longer.
    DebtCleared,
    /// A base below it has another status.
    BaseStatusChanged,
    /// Another standard is in force.
    StandardBumped,
    /// It was taken out of use.
    Retired,
}

/// A move of an image, as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transition {
    /// What happened.
    pub event: StatusEvent,
    /// Status before.
    pub from: Status,
    /// Status after.
    pub to: Status,
    /// Whether the two differ.
    pub changed: bool,
    /// The rule that decided; nothing for a retirement.
    pub rule: Option<RuleId>,
    /// The change request behind a justified image.
    pub crq: Option<CrqId>,
    /// Identity of the standard that was judged by.
    pub standard_digest: String,
    /// When.
    pub at: Timestamp,
}

/// Why an image cannot move so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Forbidden {
    /// It is retired.
    #[error("the image is retired, and nothing brings it back; register a new generation")]
    Retired,
    /// No change request stands behind JUSTIFIED.
    #[error(
        "no change request in force covers the image, and only one makes it JUSTIFIED; file one or import the standard's list"
    )]
    NoRequest,
    /// From AUDIT to FLOOR leads only a list of the contents.
    #[error("the contents of the image were not listed, and it is under AUDIT; list them first")]
    NotInventoried,
}

/// The move that an event makes: the image is judged anew, and where that leads is checked.
///
/// `judgement` is the new one, from the evidence after the event; `coverage` the change request about the image.
///
/// # Errors
///
/// [`Forbidden`]: out of retirement, to JUSTIFIED without a change request in force, and from AUDIT to FLOOR by any
/// other event than the listing of its contents.
pub fn transition(
    from: Status,
    event: StatusEvent,
    judgement: &Judgement,
    coverage: Option<&Coverage>,
    at: Timestamp,
) -> Result<Transition, Forbidden> {
    if from == Status::Retired {
        return Err(Forbidden::Retired);
    }
    let to = match event {
        StatusEvent::Retired => Status::Retired,
        StatusEvent::Measured
        | StatusEvent::CrqActive
        | StatusEvent::CrqLapsed
        | StatusEvent::CrqRevoked
        | StatusEvent::ContentsInventoried
        | StatusEvent::DebtDeclared
        | StatusEvent::DebtCleared
        | StatusEvent::BaseStatusChanged
        | StatusEvent::StandardBumped => Status::Judged(judgement.verdict),
    };
    let backing = coverage.filter(|coverage| coverage.state.is_in_force());
    let justified = to == Status::Judged(Verdict::Justified);
    if justified && backing.is_none() {
        return Err(Forbidden::NoRequest);
    }
    let cleared = from == Status::Judged(Verdict::Audit) && to == Status::Judged(Verdict::Floor);
    if cleared && event != StatusEvent::ContentsInventoried {
        return Err(Forbidden::NotInventoried);
    }
    Ok(Transition {
        event,
        from,
        to,
        changed: from != to,
        rule: (to != Status::Retired).then_some(judgement.rule.id),
        crq: backing.filter(|_| justified).map(|coverage| coverage.crq),
        standard_digest: judgement.standard_digest.clone(),
        at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crq::{CrqKind, State};
    use crate::evidence::{DirectBase, Evidence, Justification, Sizes, TransferSize};
    use crate::standard::Standard;

    /// A judgement that comes to a verdict by ordinary evidence.
    fn judged(verdict: Verdict) -> Judgement {
        let mut evidence = Evidence {
            sizes: Sizes { transfer_mb: Some(TransferSize { value: 14.0, estimated: false }), ..Sizes::default() },
            base: DirectBase { reference: Some("alpine:3.21".into()), ..DirectBase::default() },
            class: Some("go-static".into()),
            ..Evidence::default()
        };
        match verdict {
            Verdict::Floor => {}
            Verdict::Unmeasured => evidence.sizes = Sizes::default(),
            Verdict::Justified => {
                evidence.justification =
                    Some(Justification { cap_mb: 20.0, source: "CRQ-2026-0001".into(), ..Justification::default() });
            }
            Verdict::Review => evidence.class = None,
            Verdict::Audit | Verdict::Replace => evidence.debt = Some("legacy".into()),
        }
        crate::judge(&Standard::builtin().unwrap(), &evidence, Timestamp::UNIX_EPOCH)
    }

    fn covered(state: State) -> Coverage {
        Coverage {
            crq: "CRQ-2026-0001".parse().unwrap(),
            kind: CrqKind::Heavy,
            state,
            review_due: None,
            lapses_at: None,
            justification: Justification::default(),
        }
    }

    fn check(from: Status, event: StatusEvent, to: Verdict, state: Option<State>, expected: Result<Status, Forbidden>) {
        let coverage = state.map(covered);
        let told = transition(from, event, &judged(to), coverage.as_ref(), Timestamp::UNIX_EPOCH);
        assert_eq!(told.map(|transition| transition.to), expected);
    }

    const EVENTS: [StatusEvent; 10] = [
        StatusEvent::Measured,
        StatusEvent::CrqActive,
        StatusEvent::CrqLapsed,
        StatusEvent::CrqRevoked,
        StatusEvent::ContentsInventoried,
        StatusEvent::DebtDeclared,
        StatusEvent::DebtCleared,
        StatusEvent::BaseStatusChanged,
        StatusEvent::StandardBumped,
        StatusEvent::Retired,
    ];

    #[test]
    fn nothing_leads_out_of_retirement() {
        for event in EVENTS {
            check(Status::Retired, event, Verdict::Floor, None, Err(Forbidden::Retired));
        }
        check(Status::Judged(Verdict::Floor), StatusEvent::Retired, Verdict::Floor, None, Ok(Status::Retired));
    }

    #[test]
    fn only_a_request_in_force_leads_to_justified() {
        let (from, event) = (Status::Judged(Verdict::Review), StatusEvent::CrqActive);
        let justified = Ok(Status::Judged(Verdict::Justified));
        check(from, event, Verdict::Justified, Some(State::Active), justified);
        check(from, event, Verdict::Justified, Some(State::Grandfathered), justified);
        for state in [None, Some(State::Lapsed), Some(State::Approved)] {
            check(from, event, Verdict::Justified, state, Err(Forbidden::NoRequest));
        }
    }

    #[test]
    fn only_a_list_of_contents_leads_from_audit_to_floor() {
        let from = Status::Judged(Verdict::Audit);
        for event in EVENTS.into_iter().filter(|event| *event != StatusEvent::Retired) {
            let listed = event == StatusEvent::ContentsInventoried;
            let expected = if listed { Ok(Status::Judged(Verdict::Floor)) } else { Err(Forbidden::NotInventoried) };
            check(from, event, Verdict::Floor, None, expected);
            check(from, event, Verdict::Review, None, Ok(Status::Judged(Verdict::Review)));
        }
    }

    #[test]
    fn a_move_says_what_the_log_needs() {
        let from = Status::Judged(Verdict::Unmeasured);
        let told =
            transition(from, StatusEvent::Measured, &judged(Verdict::Floor), None, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!((told.changed, told.rule, told.crq), (true, Some(RuleId::R6), None));
        assert!(told.standard_digest.starts_with("sha256:"));
        let told = serde_json::to_value(told).unwrap();
        assert_eq!(
            (&told["event"], &told["from"]["judged"], &told["to"]["judged"]),
            (&"measured".into(), &"none".into(), &"FLOOR".into())
        );
    }
}
