//! The worked example of the standard, instant by instant, and what it does to the verdict.

use super::*;
use crate::fleet::{FleetJudgement, judge_fleet, judge_fleet_with};
use crate::fleet_file::FleetFile;
use crate::verdict::{Action, RuleId};

fn fleet() -> FleetFile {
    let mut fleet = FleetFile::read(include_bytes!("../../../tests/fixtures/fleet-v13.toml")).unwrap();
    fleet.images.retain(|image| image.name == "sovereign-ingest");
    fleet
}

fn judged(crqs: &[Crq], at: &str) -> FleetJudgement {
    judge_fleet(&STANDARD, &fleet(), crqs, moment(at))
}

/// State of the request and verdict of its image at a moment.
fn check(at: &str, expected: &str) {
    let crq = active();
    let told = judged(std::slice::from_ref(&crq), at);
    let state = super::at(&crq, &CALENDAR, moment(at)).state;
    assert_eq!(format!("{state:?} {} {}", told.images[0].rule, told.images[0].verdict), expected);
}

#[test]
fn every_step_reaches_its_state() {
    let case = Case::new();
    let mut crq = draft(CrqKind::JustifiedBase);
    let mut states = Vec::new();
    for event in worked() {
        crq = case.apply(&crq, &event).unwrap();
        states.push(format!("{:?}", crq.state));
    }
    assert_eq!(states, ["Draft", "Filed", "GbmConfirmed", "Logged", "Approved", "Registered", "Active"]);
    assert_eq!(crq.review_due, Some(moment("2026-12-03T10:00:00Z")));
    assert_eq!((crq.cap_mb, crq.rom.unwrap().to_string()), (Some(315.0), "ROM-OVERRIDE-V13-001".to_owned()));
    assert_eq!(crq.request.reasons[0].proof, Proof::Verified);
    assert!(crq.request.reasons[0].detail.contains("manylinux"), "{}", crq.request.reasons[0].detail);
    assert_eq!(lapses(&crq, &CALENDAR), Some(moment("2026-12-10T10:00:00Z")));
}

#[test]
fn the_request_counts_until_it_lapses_and_not_a_second_longer() {
    check("2026-11-03T10:01:00Z", "Active R2 JUSTIFIED");
    check("2026-12-03T09:59:59Z", "Active R2 JUSTIFIED");
    check("2026-12-03T10:00:00Z", "ReviewDue R2 JUSTIFIED");
    check("2026-12-10T09:59:59Z", "ReviewDue R2 JUSTIFIED");
    check("2026-12-10T10:00:00Z", "Lapsed R7 REVIEW");
}

#[test]
fn a_lapse_is_told_with_its_action() {
    let told = judged(&[active()], "2026-12-10T10:00:00Z");
    let image = &told.images[0];
    assert_eq!((image.rule, image.action), (RuleId::R7, Action::Justify));
    let codes: Vec<&str> = image.findings.iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&"W-JUSTIFIED-LAPSED") && codes.contains(&"W-JUSTIFIED-UNBACKED"), "{codes:?}");
    let due = judged(&[active()], "2026-12-05T10:00:00Z");
    assert!(due.images[0].findings.iter().any(|finding| finding.code == "W-JUSTIFIED-DUE"));
}

#[test]
fn an_image_that_outgrows_its_cap_is_not_covered() {
    let mut fleet = fleet();
    fleet.images[0].size_mb = Some(315.01);
    let told = judge_fleet(&STANDARD, &fleet, &[active()], moment("2026-11-04T00:00:00Z"));
    assert_eq!(told.images[0].rule, RuleId::R7);
}

#[test]
fn a_renewal_starts_the_term_anew_and_keeps_the_seal() {
    let mut case = Case::new();
    case.measured = Some(Measured { size_mb: 310.0, at: moment("2026-12-04T08:00:00Z") });
    let renewed = event("SIGNALS", "2026-12-04T10:00:00Z", Deed::Renew { role: "gid-owner".into() });
    let crq = case.apply(&active(), &renewed).unwrap();
    assert_eq!((crq.state, crq.review_due), (State::Active, Some(moment("2027-01-03T10:00:00Z"))));
    assert_eq!((crq.cap_mb, crq.rom), (Some(315.0), active().rom));
}

#[test]
fn a_new_standard_makes_requests_due_and_asks_for_a_new_seal() {
    let effective = moment("2026-11-20T00:00:00Z");
    let calendar = Calendar::of(&STANDARD, &[Bump { version: 14, effective }]);
    let state = |at: &str| super::at(&active(), &calendar, moment(at)).state;
    assert_eq!(state("2026-11-19T23:59:59Z"), State::Active);
    assert_eq!(state("2026-11-20T00:00:00Z"), State::ReviewDue);
    assert_eq!(state("2026-11-27T00:00:00Z"), State::Lapsed);
    let told = judge_fleet_with(&STANDARD, &fleet(), &[active()], &calendar, moment("2026-11-27T00:00:00Z"));
    assert_eq!(told.images[0].rule, RuleId::R7);
    let mut case = Case { calendar, ..Case::new() };
    case.measured = Some(Measured { size_mb: 300.0, at: moment("2026-11-21T00:00:00Z") });
    let renewed = event("SIGNALS", "2026-11-21T10:00:00Z", Deed::Renew { role: "gid-owner".into() });
    assert!(matches!(case.apply(&active(), &renewed), Err(Refused::WrongVersion { wanted: 14, .. })));
    case.sealed = Some(Sealed { rom: "ROM-OVERRIDE-V14-001".parse().unwrap(), crq: id() });
    let crq = case.apply(&active(), &renewed).unwrap();
    assert_eq!((crq.standard_version, crq.rom.unwrap().to_string()), (14, "ROM-OVERRIDE-V14-001".to_owned()));
    assert_eq!(super::at(&crq, &case.calendar, moment("2026-12-21T09:00:00Z")).state, State::Active);
}

#[test]
fn a_request_approved_just_before_a_new_standard_is_due_with_it() {
    let effective = moment("2026-11-10T00:00:00Z");
    let case = Case { calendar: Calendar::of(&STANDARD, &[Bump { version: 14, effective }]), ..Case::new() };
    assert_eq!(case.run(draft(CrqKind::JustifiedBase), &worked()).review_due, Some(effective));
}

#[test]
fn the_standards_list_can_be_imported_and_lapses_like_any_other() {
    let import = moment("2026-11-01T00:00:00Z");
    let crqs = grandfathered(&STANDARD, "CRQ-2026-0100".parse().unwrap(), ("import", import), |_| true);
    assert_eq!(crqs.len(), 5);
    assert_eq!(
        (crqs[0].id.to_string(), crqs[0].kind, crqs[4].kind),
        ("CRQ-2026-0100".to_owned(), CrqKind::Heavy, CrqKind::JustifiedBase)
    );
    let fleet = FleetFile::read(include_bytes!("../../../tests/fixtures/fleet-v13.toml")).unwrap();
    let score = |at: &str| {
        let told = judge_fleet(&STANDARD, &fleet, &crqs, moment(at));
        let texlive = told.images.iter().find(|image| image.name == "texlive").unwrap();
        (texlive.verdict, texlive.constraint.clone(), told.solvency.score.unwrap().decimal(4))
    };
    let isolated = Some("cron-only".to_owned());
    assert_eq!(score("2026-12-01T00:00:00Z"), (Verdict::Justified, isolated, "0.2000".to_owned()));
    assert_eq!(score("2026-12-08T00:00:00Z"), (Verdict::Review, None, "0.1111".to_owned()));
}

#[test]
fn the_ledger_tells_what_nobody_needs_and_what_nobody_knows() {
    let now = moment("2026-11-04T00:00:00Z");
    let crqs = [active()];
    assert_eq!(unused(&STANDARD, &crqs, &CALENDAR, &[("docker.io/sovereign-ingest:v2", None)], now).len(), 0);
    assert_eq!(unused(&STANDARD, &crqs, &CALENDAR, &[("texlive", None)], now).len(), 1);
    assert_eq!(unused(&STANDARD, &crqs, &CALENDAR, &[], moment("2026-12-11T00:00:00Z")).len(), 0);
    let other: CrqId = "CRQ-2026-0002".parse().unwrap();
    assert_eq!(unknown(&crqs, [id(), other]), [other]);
}

#[test]
fn a_digest_is_meant_alone() {
    let mut crq = active();
    crq.subject.digest = Some("sha256:ab".into());
    let covers = |digest| {
        covering(
            &STANDARD,
            std::slice::from_ref(&crq),
            &CALENDAR,
            ("sovereign-ingest", digest),
            moment("2026-11-04T00:00:00Z"),
        )
    };
    assert_eq!(
        (covers(Some("sha256:ab")).is_some(), covers(Some("sha256:cd")).is_some(), covers(None).is_some()),
        (true, false, false)
    );
}
