//! Ids, reason codes and files: what is written is read again, and what cannot have happened is refused.

use proptest::prelude::*;

use super::*;

fn check_reason(code: &str, facts: &ReasonFacts, expected: Proof) {
    assert_eq!(verify(&code.parse().unwrap(), facts).proof, expected, "{code}");
}

#[test]
fn reasons_are_checked_against_facts() {
    let loaders = [
        ("app/gnu", Some("/lib64/ld-linux-x86-64.so.2")),
        ("app/musl", Some("/lib/ld-musl-x86_64.so.1")),
        ("app/static", None),
    ];
    let facts = ReasonFacts {
        interpreters: Some(
            loaders.into_iter().map(|(path, loader)| (path.to_owned(), loader.map(str::to_owned))).collect(),
        ),
        libraries: Some(
            [
                ("libcuda.so.1".to_owned(), vec!["libc.so.6".to_owned()]),
                ("libm.so".to_owned(), vec!["libc.musl-x86_64.so.1".to_owned()]),
            ]
            .into(),
        ),
        ..ReasonFacts::default()
    };
    check_reason("elf-interp:/app/gnu", &facts, Proof::Verified);
    check_reason("elf-interp:app/musl", &facts, Proof::Refuted);
    check_reason("elf-interp:app/static", &facts, Proof::Refuted);
    check_reason("elf-interp:app/none", &facts, Proof::Refuted);
    check_reason("dlopen-glibc:libcuda.so.1", &facts, Proof::Verified);
    check_reason("dlopen-glibc:libm.so", &facts, Proof::Refuted);
    check_reason("dlopen-glibc:libnone.so", &facts, Proof::Unverified);
    check_reason("no-musl-wheel:torch", &facts, Proof::Unverified);
    for code in ["vendor-binary:/opt/x", "nss-locale", "measured-regression:startup_ms,40%", "not-libc:browser"] {
        check_reason(code, &facts, Proof::Unverified);
    }
    let empty = ReasonFacts::default();
    check_reason("elf-interp:/app/gnu", &empty, Proof::Unverified);
    let locked = Case::new().facts.unwrap();
    check_reason("no-musl-wheel:Torch==2.3.1", &locked, Proof::Verified);
    check_reason("no-musl-wheel:torch==2.3.0", &locked, Proof::Refuted);
}

#[test]
fn ids_and_codes_have_one_spelling() {
    for text in ["CRQ-2026-0001", "CRQ-2026-12345"] {
        assert_eq!(text.parse::<CrqId>().unwrap().to_string(), text);
    }
    for text in ["CRQ-26-0001", "CRQ-2026-001", "CRQ-2026-00001", "CRQ-2026-9999999999", "crq-2026-0001"] {
        assert!(text.parse::<CrqId>().is_err(), "{text}");
    }
    for text in ["ROM-OVERRIDE-V13-000", "ROM-OVERRIDE-V013-001", "ROM-OVERRIDE-V13-01", "ROM-GO-V13"] {
        assert!(text.parse::<OverrideId>().is_err(), "{text}");
    }
    let given = ["ROM-OVERRIDE-V13-001", "ROM-OVERRIDE-V13-007", "ROM-OVERRIDE-V14-002"].map(|id| id.parse().unwrap());
    assert_eq!(OverrideId::next(13, given).unwrap().to_string(), "ROM-OVERRIDE-V13-008");
    assert_eq!(OverrideId::next(15, given).unwrap().number, 1);
    for text in ["no-musl-wheel:torch==2.3.1", "elf-interp:/bin/x", "nss-locale", "not-libc:a:b"] {
        assert_eq!(text.parse::<GlibcReason>().unwrap().to_string(), text);
    }
    for text in ["", "no-musl-wheel:", "nss-locale:x", "musl-is-slow:yes"] {
        assert!(text.parse::<GlibcReason>().is_err(), "{text}");
    }
}

#[test]
fn a_request_survives_its_file_in_every_state() {
    for done in 0..=7 {
        let crq = Case::new().run(draft(CrqKind::JustifiedBase), &worked()[..done]);
        let text = write_crq(&crq).unwrap();
        assert_eq!(read_crq("crq/CRQ-2026-0001.toml", text.as_bytes()).unwrap(), crq, "{text}");
    }
    for crq in grandfathered(&STANDARD, id(), ("import", moment("2026-11-01T00:00:00Z")), |_| true) {
        let lapsed = super::at(&crq, &CALENDAR, moment("2027-11-01T00:00:00Z"));
        for crq in [crq, lapsed] {
            assert_eq!(read_crq("a", write_crq(&crq).unwrap().as_bytes()).unwrap(), crq);
        }
    }
}

fn refused(edit: impl Fn(&mut Crq)) -> String {
    let mut crq = active();
    edit(&mut crq);
    match read_crq("crq/1.toml", write_crq(&crq).unwrap().as_bytes()) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_file_cannot_put_a_request_in_force_by_itself() {
    let head = "the change request `crq/1.toml` is not a valid one:\n  ";
    assert_eq!(refused(|_| {}), "accepted");
    assert_eq!(
        refused(|crq| crq.history.truncate(1)),
        format!("{head}state is Active, and the history ends otherwise")
    );
    assert_eq!(
        refused(|crq| {
            crq.history.drain(1..7);
        }),
        format!("{head}history goes from Draft to Active, which nothing does")
    );
    assert_eq!(
        refused(|crq| crq.approvals.clear()),
        format!("{head}approval is missing, and the request was in force")
    );
    assert_eq!(refused(|crq| crq.approvals[0].by = "INA".into()), format!("{head}approval is by the requester `INA`"));
    assert_eq!(
        refused(|crq| crq.rom = None),
        format!("{head}rom is missing, or `cap_mb` or `review_due`, and the request was in force")
    );
    assert!(refused(|crq| crq.history[3].at = moment("2025-01-01T00:00:00Z")).contains("history goes back from"));
}

#[test]
fn what_is_wrong_with_a_file_is_named() {
    let text = write_crq(&active()).unwrap().replace("requester", "requestor");
    let told = read_crq("crq/1.toml", text.as_bytes()).unwrap_err().to_string();
    assert!(told.contains("the file has the unknown key `requestor`, did you mean `requester`?"), "{told}");
    let told = read_crq("crq/1.toml", b"id = ").unwrap_err();
    assert_eq!(told.to_string(), "the change request `crq/1.toml` cannot be read");
}

fn any_deed() -> impl Strategy<Value = Deed> {
    let role = || prop::sample::select(vec!["gid-owner", "S5-policy", "S3-control"]).prop_map(str::to_owned);
    prop_oneof![
        Just(Deed::Amend { request: request() }),
        Just(Deed::File),
        Just(Deed::Decide),
        Just(Deed::Log { event: "e".into() }),
        role().prop_map(|role| Deed::Approve { role }),
        role().prop_map(|role| Deed::Reject { role, reason: "no".into() }),
        Just(Deed::Register),
        Just(Deed::Activate),
        role().prop_map(|role| Deed::Renew { role }),
        role().prop_map(|role| Deed::Revoke { role, reason: "no".into() }),
        Just(Deed::Withdraw),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_the_history_is_one_that_files_accept(
        deeds in prop::collection::vec((any_deed(), prop::sample::select(vec!["INA", "SIGNALS", "POLLY", "CONRAD", "system"]), 0_i64..400), 0..25)
    ) {
        let case = Case::new();
        let (mut crq, mut at) = (draft(CrqKind::JustifiedBase), moment("2026-11-01T09:00:00Z"));
        for (deed, by, hours) in deeds {
            at = at.checked_add(jiff::SignedDuration::from_hours(hours)).unwrap();
            if let Ok(after) = case.apply(&crq, &Event { by: by.to_owned(), at, deed }) {
                crq = after;
            }
        }
        let read = read_crq("a", write_crq(&crq).unwrap().as_bytes());
        prop_assert_eq!(read.unwrap(), crq.clone());
        if crq.history.iter().any(|entry| entry.state == State::Active) {
            prop_assert!(!crq.approvals.is_empty() && crq.approvals.iter().all(|approval| approval.by != crq.requester));
        }
    }

    #[test]
    fn time_alone_never_brings_a_request_back(hours in prop::collection::vec(0_i64..2000, 1..6)) {
        let mut sorted = hours;
        sorted.sort_unstable();
        let start = moment("2026-11-03T10:01:00Z");
        let in_force = sorted.iter().map(|hours| {
            super::at(&active(), &CALENDAR, start.checked_add(jiff::SignedDuration::from_hours(*hours)).unwrap()).state.is_in_force()
        });
        let states: Vec<bool> = in_force.collect();
        prop_assert!(states.is_sorted_by(|earlier, later| earlier >= later));
    }
}
