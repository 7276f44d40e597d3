//! Every guard of every event: what is refused, and why.

use super::*;

/// Runs the worked example to its `done`th event under changed facts, then says what the next event answers.
#[allow(clippy::needless_pass_by_value, reason = "an event is written at each call")]
fn check(done: usize, edit: impl Fn(&mut Case), next: Event, expected: &str) {
    let crq = Case::new().run(draft(CrqKind::JustifiedBase), &worked()[..done]);
    let mut case = Case::new();
    edit(&mut case);
    let told = case.apply(&crq, &next).map_or_else(|refused| refused.to_string(), |crq| format!("{:?}", crq.state));
    assert_eq!(told, expected);
}

fn step(place: usize) -> Event {
    worked().remove(place)
}

fn same(_: &mut Case) {}

fn filing(edit: impl Fn(&mut Request), expected: &str) {
    let mut request = request();
    edit(&mut request);
    let case = Case::new();
    let crq = case.apply(&draft(CrqKind::JustifiedBase), &amend(request)).unwrap();
    let told = case.apply(&crq, &step(1)).map_or_else(|refused| refused.to_string(), |crq| format!("{:?}", crq.state));
    assert_eq!(told, expected);
}

#[test]
fn filing_asks_for_name_size_and_reason() {
    filing(|_| {}, "Filed");
    filing(|request| request.image_name = Some(" ".into()), "the image's name is missing; add it first");
    filing(|request| request.size_mb = None, "the image's size is missing; add it first");
    filing(|request| request.reasons.clear(), "the reason for the GNU C library is missing; add it first");
    filing(|request| request.size_mb = Some(303.0), "Filed");
    filing(
        |request| request.size_mb = Some(303.1),
        "the request says 303.1 MB and 300 MB are measured, more than 1 % apart; correct the size",
    );
    filing(
        |request| request.size_mb = Some(f64::NAN),
        "the request says NaN MB and 300 MB are measured, more than 1 % apart; correct the size",
    );
    check(1, |case| case.measured = None, step(1), "a stored measurement of the image is missing; add it first");
}

#[test]
fn a_refuted_reason_blocks_filing_and_an_unchecked_one_is_marked() {
    let musl = |case: &mut Case| {
        let wheels = case.facts.as_mut().unwrap().wheels.as_mut().unwrap();
        wheels[0].tags.push("cp312-cp312-musllinux_1_2_x86_64".into());
    };
    check(
        1,
        musl,
        step(1),
        "the reason `no-musl-wheel:torch` is refuted: torch 2.3.1 runs on musl: cp312-cp312-manylinux_2_28_x86_64, cp312-cp312-musllinux_1_2_x86_64",
    );
    let mut case = Case::new();
    case.facts = None;
    let crq = case.run(draft(CrqKind::JustifiedBase), &worked()[..2]);
    assert_eq!(crq.request.reasons[0].proof, Proof::Unverified);
}

#[test]
fn only_the_requester_writes_files_and_withdraws() {
    let other = |deed| event("EVE", "2026-11-03T11:00:00Z", deed);
    let refused = "only the requester `INA` can do that, not `EVE`";
    check(1, same, other(Deed::File), refused);
    check(1, same, other(Deed::Amend { request: request() }), refused);
    check(4, same, other(Deed::Withdraw), refused);
    for done in 0..7 {
        check(done, same, event("INA", "2026-11-03T11:00:00Z", Deed::Withdraw), "Withdrawn");
    }
    check(
        7,
        same,
        event("INA", "2026-11-03T11:00:00Z", Deed::Withdraw),
        "CRQ-2026-0001 is Active, and from there it cannot withdraw",
    );
}

#[test]
fn the_decision_moves_the_request_on_back_or_nowhere() {
    let outcome = |outcome: Outcome| {
        move |case: &mut Case| {
            let record = case.decision.as_mut().unwrap();
            record.requested_pressure = Some(1.2);
            let alpine = record.candidates.iter_mut().find(|one| one.base == "python:3.12-alpine").unwrap();
            *alpine = Candidate { base: alpine.base.clone(), outcome: outcome.clone() };
        }
    };
    check(2, same, step(2), "GbmConfirmed");
    check(2, outcome(Outcome::Measured { pressure: 0.9, size_mb: 90.0 }), step(2), "GbmRefuted");
    check(2, outcome(Outcome::Predicted { pressure: 2.0 }), step(2), "GbmUndecided");
    check(
        2,
        outcome(Outcome::Infeasible { rule: HardRule::GlibcWheel, proof: String::new() }),
        step(2),
        "GbmUndecided",
    );
    check(2, |case| case.decision = None, step(2), "the decision about other bases is missing; add it first");
    check(2, same, step(3), "CRQ-2026-0001 is Filed, and from there it cannot log");
}

#[test]
fn a_refuted_request_is_written_anew_or_rejected() {
    let mut case = Case::new();
    case.decision.as_mut().unwrap().candidates[3].outcome = Outcome::Measured { pressure: 0.0, size_mb: 9.0 };
    case.decision.as_mut().unwrap().requested_pressure = Some(1.0);
    let refuted = case.run(draft(CrqKind::JustifiedBase), &worked()[..3]);
    assert_eq!(refuted.state, State::GbmRefuted);
    let again = event("INA", "2026-11-02T00:00:00Z", Deed::Amend { request: request() });
    let again = case.apply(&refuted, &again).unwrap();
    assert_eq!((again.state, again.revision), (State::Draft, 2));
    let rejected = event(
        "SIGNALS",
        "2026-11-02T00:00:00Z",
        Deed::Reject { role: "gid-owner".into(), reason: "use alpine".into() },
    );
    assert_eq!(case.apply(&refuted, &rejected).unwrap().state, State::Rejected);
}

#[test]
fn approvers_hold_a_role_of_the_kind_and_are_not_the_requester() {
    let approve = |who: &str, as_what: &str| event(who, "2026-11-03T10:00:00Z", role(as_what));
    check(4, same, approve("EVE", "gid-owner"), "`EVE` does not hold the role `gid-owner`");
    check(
        4,
        same,
        approve("CONRAD", "S3-control"),
        "the role `S3-control` does not approve requests of kind `justified-base`; these do: gid-owner",
    );
    let mut own = Case::new().run(draft(CrqKind::JustifiedBase), &worked()[..4]);
    own.requester = "SIGNALS".into();
    let refused = Case::new().apply(&own, &approve("SIGNALS", "gid-owner")).unwrap_err();
    assert_eq!(refused.to_string(), "`SIGNALS` is the requester and cannot approve it");
}

/// The states after each approval of a request of some kind.
fn quorum(kind: CrqKind, approvals: &[(&str, &str)]) -> Vec<String> {
    let mut crq = Case::new().run(draft(CrqKind::JustifiedBase), &worked()[..4]);
    crq.kind = kind;
    let mut told = Vec::new();
    for (who, as_what) in approvals {
        match Case::new().apply(&crq, &event(who, "2026-11-03T10:00:00Z", role(as_what))) {
            Ok(after) => {
                told.push(format!("{:?}", after.state));
                crq = after;
            }
            Err(refused) => told.push(refused.to_string()),
        }
    }
    told
}

#[test]
fn each_kind_has_its_quorum_of_different_people() {
    let two = [("SIGNALS", "gid-owner"), ("SIGNALS", "S5-policy"), ("POLLY", "S5-policy")];
    let twice = "`SIGNALS` has approved this revision already".to_owned();
    for kind in [CrqKind::BannedBase, CrqKind::BanOverride, CrqKind::NewBase] {
        assert_eq!(quorum(kind, &two), ["Logged".to_owned(), twice.clone(), "Approved".to_owned()]);
    }
    let alone = [("POLLY", "S5-policy"), ("SIGNALS", "S5-policy")];
    assert_eq!(quorum(CrqKind::NewBase, &alone), ["Logged", "Logged"]);
    assert_eq!(quorum(CrqKind::Heavy, &[("CONRAD", "S3-control")]), ["Approved"]);
    assert_eq!(quorum(CrqKind::Heavy, &[("SIGNALS", "gid-owner")]), ["Approved"]);
    assert_eq!(quorum(CrqKind::GpuSingleton, &[("CONRAD", "S3-control")]), ["Approved"]);
    assert_eq!(quorum(CrqKind::StatefulHa, &[("CONRAD", "S3-control")]), ["Logged"]);
}

#[test]
fn registration_and_seal_come_before_force() {
    check(5, |case| case.organism = None, step(5), "the image's id in the register is missing; add it first");
    check(
        5,
        |case| case.organism.as_mut().unwrap().status = Verdict::Review,
        step(5),
        "GID-IMG-PYSLIM-001 is registered as REVIEW, and JUSTIFIED is needed",
    );
    check(6, |case| case.sealed = None, step(6), "the sealed override record is missing; add it first");
    let other = Sealed { rom: "ROM-OVERRIDE-V13-002".parse().unwrap(), crq: "CRQ-2026-0009".parse().unwrap() };
    check(
        6,
        |case| case.sealed = Some(other),
        step(6),
        "the sealed record ROM-OVERRIDE-V13-002 is for CRQ-2026-0009, not for CRQ-2026-0001",
    );
    let old = Sealed { rom: "ROM-OVERRIDE-V12-001".parse().unwrap(), crq: id() };
    check(
        6,
        |case| case.sealed = Some(old),
        step(6),
        "the sealed record ROM-OVERRIDE-V12-001 is of another standard, and V13 is in force",
    );
}

#[test]
fn a_ban_that_nothing_lifts_accepts_no_request() {
    filing(
        |request| request.base = Some("node:18-buster".into()),
        "the base `node:18-buster` matches the ban `node:*-buster*`, which nothing lifts; move to another base",
    );
    filing(|request| request.base = Some("node:18-bookworm".into()), "Filed");
}

#[test]
fn a_renewal_needs_a_fresh_measurement_within_the_cap_and_the_decision() {
    let renew = || event("SIGNALS", "2026-12-04T10:00:00Z", Deed::Renew { role: "gid-owner".into() });
    let fresh = |size_mb| Some(Measured { size_mb, at: moment("2026-12-04T08:00:00Z") });
    check(
        7,
        same,
        renew(),
        "the measurement is from 2026-11-01T08:00:00Z, before the review was due on 2026-12-03T10:00:00Z; measure again",
    );
    check(
        7,
        |case| case.measured = fresh(315.5),
        renew(),
        "the image has 315.5 MB and 315 MB are covered; file a new request for the larger size",
    );
    let undecided = |case: &mut Case| {
        case.measured = fresh(300.0);
        case.decision.as_mut().unwrap().candidates.clear();
    };
    check(
        7,
        undecided,
        renew(),
        "other bases decide against it: nothing is known about alpine:3.21, nginx:1.27-alpine, python:3.12-alpine, node:22-alpine",
    );
    let early = event("SIGNALS", "2026-12-01T10:00:00Z", Deed::Renew { role: "gid-owner".into() });
    check(7, same, early, "CRQ-2026-0001 is Active, and from there it cannot renew");
    let late = event("SIGNALS", "2026-12-10T10:00:00Z", Deed::Renew { role: "gid-owner".into() });
    check(7, same, late, "CRQ-2026-0001 is Lapsed, and from there it cannot renew");
}

#[test]
fn owners_and_policy_revoke_with_a_reason() {
    let revoke = |who: &str, role: &str, reason: &str| {
        event(who, "2026-11-05T00:00:00Z", Deed::Revoke { role: role.into(), reason: reason.into() })
    };
    check(7, same, revoke("POLLY", "S5-policy", "leaks"), "Revoked");
    check(7, same, revoke("POLLY", "S5-policy", ""), "the reason is missing; add it first");
    check(7, same, revoke("EVE", "S5-policy", "x"), "`EVE` does not hold the role `S5-policy`");
    check(
        7,
        same,
        revoke("CONRAD", "S3-control", "x"),
        "the role `S3-control` does not approve requests of kind `justified-base`; these do: S5-policy, gid-owner",
    );
    check(6, same, revoke("POLLY", "S5-policy", "x"), "CRQ-2026-0001 is Registered, and from there it cannot revoke");
}

#[test]
fn a_newer_request_for_the_same_subject_takes_the_place() {
    let newer: CrqId = "CRQ-2026-0002".parse().unwrap();
    let by = || event("system", "2026-11-05T00:00:00Z", Deed::Supersede { by: newer });
    check(7, |case| case.successor = Some(Crq { id: newer, ..active() }), by(), "Superseded");
    let refused = "CRQ-2026-0002 is not in force for the same subject";
    check(7, same, by(), refused);
    check(7, |case| case.successor = Some(active()), by(), refused);
    let elsewhere = Subject { image: "other".into(), digest: None, workload: None };
    check(7, |case| case.successor = Some(Crq { id: newer, subject: elsewhere.clone(), ..active() }), by(), refused);
}

#[test]
fn events_do_not_go_back_in_time() {
    check(
        2,
        same,
        event("system", "2026-11-01T09:19:00Z", Deed::Decide),
        "CRQ-2026-0001 was last changed at 2026-11-01T09:20:00Z, and the event is from 2026-11-01T09:19:00Z",
    );
}

#[test]
fn requests_about_workloads_skip_the_decision_and_name_the_workload() {
    let mut crq = draft(CrqKind::StatefulHa);
    let case = Case::new();
    let file = |crq: &Crq| case.run(crq.clone(), &worked()[..1]);
    let refused = |crq: &Crq| case.apply(&file(crq), &step(1)).unwrap_err().to_string();
    assert_eq!(refused(&crq), "the workload is missing; add it first");
    crq.subject.workload = Some(Workload { namespace: "db".into(), name: "pg".into(), max_replicas: None });
    assert_eq!(refused(&crq), "the image's digest is missing; add it first");
    crq.subject.digest = Some("sha256:ab".into());
    assert_eq!(refused(&crq), "the number of replicas is missing; add it first");
    crq.subject.workload.as_mut().unwrap().max_replicas = Some(3);
    let filed = case.apply(&file(&crq), &step(1)).unwrap();
    assert_eq!(case.apply(&filed, &step(3)).unwrap().state, State::Logged);
}
