//! A change request from draft to lapse, through the program, and everything on the way that is refused.

use std::fs;

use serde_json::Value;

use crate::desk::{Desk, text};

const LOCK: &str = r#"
version = 1
[[package]]
name = "torch"
version = "2.4.1"
wheels = [{ url = "https://files.example/torch-2.4.1-cp312-cp312-manylinux1_x86_64.whl" }]
"#;

const SETTINGS: &str = r#"
[fleet]
store = "fleet.db"
[crq]
folder = "crq"
[rom]
folder = "rom"
trusted = ["ada.key.pub"]
[[approver]]
name = "signe"
groups = ["SIGNALS"]
[[approver]]
name = "ingrid"
groups = ["SIGNALS"]
"#;

/// A desk where `ingrid` asks for `app` on `python:3.12-slim`; the size is what the audit measures.
fn desk() -> (Desk, String) {
    let desk = Desk::new();
    desk.says(&["key", "new", "--no-password", "ada.key"]);
    desk.write("mvi.toml", SETTINGS.as_bytes());
    desk.write("uv.lock", LOCK.as_bytes());
    let report: Value = serde_json::from_str(&desk.says(&["audit", "app", "--format", "json"])).unwrap();
    let size = report["images"][0]["judgement"]["size"]["mb"].as_f64().unwrap();
    (desk, format!("{size}"))
}

fn new(desk: &Desk, size: &str) -> String {
    let arguments = [
        "crq",
        "new",
        "justified-base",
        "registry.example/app",
        "--size",
        size,
        "--base",
        "python:3.12-slim",
        "--reason",
        "no-musl-wheel:torch",
        "--by",
        "ingrid",
        "--at",
        "2025-11-01T09:00:00Z",
    ];
    desk.says(&arguments).split(' ').next().unwrap().to_owned()
}

/// Runs a deed at a time, and checks how it ends and what it says.
fn deed(desk: &Desk, line: &str, at: &str, code: i32, expected: &str) {
    let arguments: Vec<&str> = ["crq"].into_iter().chain(line.split(' ')).chain(["--at", at]).collect();
    let output = desk.run(&arguments);
    let all = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{line}: {all}");
    assert!(all.contains(expected), "{line}: {all}");
}

fn verdict(desk: &Desk, at: &str) -> String {
    let arguments =
        ["audit", "app", "--base", "python:3.12-slim", "--base-layers", "1", "--at", at, "--format", "json"];
    let report: Value = serde_json::from_str(&desk.says(&arguments)).unwrap();
    report["images"][0]["judgement"]["verdict"].as_str().unwrap().to_owned()
}

/// Brings a new request into force on 3 November; its id.
fn active(desk: &Desk, size: &str) -> String {
    active_by(desk, size, "")
}

/// The same with more arguments of the approval.
fn active_by(desk: &Desk, size: &str, key: &str) -> String {
    let id = new(desk, size);
    deed(desk, &format!("file {id} --by ingrid --image app --lock uv.lock"), "2025-11-01T10:00:00Z", 0, "FILED");
    deed(desk, &format!("decide {id} --image app --lock uv.lock"), "2025-11-01T10:05:00Z", 0, "GBM_CONFIRMED");
    deed(desk, &format!("log {id}"), "2025-11-01T10:06:00Z", 0, "LOGGED");
    deed(desk, &format!("approve {id} --by signe --as gid-owner{key}"), "2025-11-03T10:00:00Z", 0, "APPROVED");
    deed(desk, &format!("register {id}"), "2025-11-03T10:00:30Z", 0, "REGISTERED");
    deed(desk, &format!("activate {id} --key ada.key"), "2025-11-03T10:01:00Z", 0, "ACTIVE");
    id
}

#[test]
fn a_request_lives_thirty_days_and_lapses_a_week_later_everywhere_at_once() {
    let (desk, size) = desk();
    assert_eq!(verdict(&desk, "2025-11-01T00:00:00Z"), "REVIEW");
    let id = active(&desk, &size);
    assert_eq!(id, "CRQ-2025-0001");
    for (at, state, expected) in [
        ("2025-11-03T10:01:00Z", "ACTIVE", "JUSTIFIED"),
        ("2025-12-03T09:59:59Z", "ACTIVE", "JUSTIFIED"),
        ("2025-12-03T10:00:00Z", "REVIEW_DUE", "JUSTIFIED"),
        ("2025-12-10T09:59:59Z", "REVIEW_DUE", "JUSTIFIED"),
        ("2025-12-10T10:00:00Z", "LAPSED", "REVIEW"),
    ] {
        deed(&desk, "list", at, 0, state);
        deed(&desk, &format!("show {id}"), at, 0, state);
        assert_eq!(verdict(&desk, at), expected, "{at}");
    }
    let failing = ["audit", "app", "--base", "python:3.12-slim", "--fail-on", "review", "--at"];
    let code = |at: &str| desk.run(&[&failing[..], &[at]].concat()).status.code();
    assert_eq!((code("2025-12-01T00:00:00Z"), code("2025-12-11T00:00:00Z")), (Some(0), Some(1)));
    // The override is sealed, and its chain holds.
    let sealed = desk.says(&["rom", "show", "ROM-OVERRIDE-V13-001", "--format", "json"]);
    let sealed: Value = serde_json::from_str(&sealed).unwrap();
    assert_eq!(sealed["content"]["exception"]["crq"], id.as_str());
    assert_eq!(sealed["content"]["exception"]["review_due"], "2025-12-03T10:00:00Z");
}

#[test]
fn a_request_is_renewed_with_a_fresh_measurement_or_gives_way_to_a_newer_one() {
    let (desk, size) = desk();
    let id = active(&desk, &size);
    let renew = format!("renew {id} --by signe --as gid-owner");
    deed(&desk, &format!("{renew} --image app --lock uv.lock"), "2025-11-20T10:00:00Z", 1, "cannot renew");
    deed(&desk, &renew, "2025-12-04T10:00:00Z", 1, "");
    deed(&desk, &format!("{renew} --image app --lock uv.lock"), "2025-12-05T10:00:00Z", 0, "ACTIVE");
    for (at, state) in [
        ("2025-12-12T00:00:00Z", "ACTIVE"),
        ("2026-01-04T09:59:59Z", "ACTIVE"),
        ("2026-01-04T10:00:00Z", "REVIEW_DUE"),
        ("2026-01-11T10:00:00Z", "LAPSED"),
    ] {
        deed(&desk, &format!("show {id}"), at, 0, state);
    }
    // A second request for the same image, in force in the place of the first.
    let second = active(&desk, &size);
    assert_eq!(second, "CRQ-2025-0002");
    deed(&desk, &format!("supersede {id} --with {second}"), "2025-12-06T00:00:00Z", 0, "SUPERSEDED");
    deed(&desk, &format!("show {id}"), "2025-12-07T00:00:00Z", 0, "SUPERSEDED");
    assert_eq!(verdict(&desk, "2025-12-02T00:00:00Z"), "JUSTIFIED");
    assert_eq!(verdict(&desk, "2025-12-20T00:00:00Z"), "REVIEW", "the second was never renewed");
}

#[test]
fn guards_refuse_and_nothing_is_written() {
    let (desk, size) = desk();
    let id = new(&desk, "9999");
    let file = format!("file {id} --by ingrid --image app --lock uv.lock");
    deed(&desk, &file, "2025-11-01T10:00:00Z", 1, "more than 1 % apart");
    deed(&desk, &format!("amend {id} --by signe --size {size}"), "2025-11-01T10:00:00Z", 1, "only the requester");
    deed(&desk, &format!("amend {id} --by ingrid --size {size}"), "2025-11-01T10:00:00Z", 0, "DRAFT");
    desk.write("uv.lock", LOCK.replace("manylinux1", "musllinux_1_2").as_bytes());
    deed(&desk, &file, "2025-11-01T11:00:00Z", 1, "is refuted");
    desk.write("uv.lock", LOCK.as_bytes());
    deed(&desk, &file, "2025-11-01T12:00:00Z", 0, "FILED");
    deed(&desk, &format!("approve {id} --by signe --as gid-owner"), "2025-11-01T13:00:00Z", 1, "cannot approve");
    deed(&desk, &format!("decide {id} --lock uv.lock"), "2025-11-01T09:00:00Z", 1, "was last changed");
    deed(&desk, &format!("decide {id} --image app --lock uv.lock"), "2025-11-01T14:00:00Z", 0, "GBM_CONFIRMED");
    deed(&desk, &format!("log {id}"), "2025-11-01T15:00:00Z", 0, "LOGGED");
    deed(&desk, &format!("approve {id} --by ingrid --as gid-owner"), "2025-11-02T00:00:00Z", 1, "is the requester");
    deed(&desk, &format!("approve {id} --by eve --as gid-owner"), "2025-11-02T00:00:00Z", 1, "does not hold the role");
    deed(&desk, &format!("approve {id} --by signe --as S5-policy"), "2025-11-02T00:00:00Z", 1, "does not approve");
    deed(&desk, &format!("activate {id} --key ada.key"), "2025-11-02T00:00:00Z", 1, "cannot activate");
    assert!(!desk.path("rom").exists(), "nothing was sealed");
    deed(&desk, &format!("withdraw {id} --by ingrid"), "2025-11-02T00:00:00Z", 0, "WITHDRAWN");
    deed(&desk, "show CRQ-2025-0099", "2025-11-02T00:00:00Z", 2, "there is no CRQ-2025-0099");
}

#[test]
fn file_and_log_are_one_ledger_and_neither_can_be_altered_alone() {
    let (desk, size) = desk();
    let id = active(&desk, &size);
    let path = desk.path(&format!("crq/{id}.toml"));
    let kept = fs::read_to_string(&path).unwrap();
    // Without its file the log still has it; without the log the file does.
    fs::remove_file(&path).unwrap();
    deed(&desk, "list", "2025-11-20T00:00:00Z", 0, "ACTIVE");
    fs::write(&path, &kept).unwrap();
    fs::rename(desk.path("fleet.db"), desk.path("elsewhere.db")).unwrap();
    deed(&desk, "list", "2025-11-20T00:00:00Z", 0, "ACTIVE");
    fs::rename(desk.path("elsewhere.db"), desk.path("fleet.db")).unwrap();
    let cap = kept.lines().find(|line| line.starts_with("cap_mb")).unwrap();
    fs::write(&path, kept.replace(cap, "cap_mb = 99999.0")).unwrap();
    deed(&desk, "list", "2025-11-20T00:00:00Z", 3, "one was altered");
    let output = desk.run(&["audit", "app"]);
    assert_eq!(output.status.code(), Some(3), "an altered exception counts nowhere");
    fs::write(&path, "state = \"ACTIVE\"\n").unwrap();
    deed(&desk, "list", "2025-11-20T00:00:00Z", 3, "is not a valid one");
}

#[test]
fn unused_and_unknown_exceptions_are_told() {
    let (desk, size) = desk();
    let id = active(&desk, &size);
    let at = "2025-11-20T00:00:00Z";
    deed(&desk, "check --image registry.example/app", at, 0, "");
    deed(&desk, "check --image other", at, 1, &format!("{id} is in force, and no image needs it"));
    deed(&desk, "check --image registry.example/app --refers CRQ-2025-0007", at, 1, "there is no such request");
    deed(&desk, &format!("revoke {id} --by signe --as gid-owner --reason done"), at, 0, "REVOKED");
    assert_eq!(verdict(&desk, "2025-11-21T00:00:00Z"), "REVIEW");
    deed(&desk, "grandfather --by ops", "2025-11-22T00:00:00Z", 0, "GRANDFATHERED");
    deed(&desk, "grandfather --by ops", "2025-11-22T00:00:00Z", 0, "");
    let all: Value = serde_json::from_str(&desk.says(&["crq", "list", "--format", "json"])).unwrap();
    assert_eq!(all["crqs"].as_array().unwrap().len(), 6);
}

#[test]
fn nothing_is_done_at_a_moment_that_is_still_to_come() {
    let (desk, size) = desk();
    let id = active(&desk, &size);
    let ahead = "2199-01-01T00:00:00Z";
    for line in [
        "grandfather --by ops".to_owned(),
        format!("log {id}"),
        format!("withdraw {id} --by ingrid"),
        format!("revoke {id} --by signe --as gid-owner --reason done"),
    ] {
        deed(&desk, &line, ahead, 2, "is still to come");
    }
    deed(&desk, "list", ahead, 0, "LAPSED");
    deed(&desk, "list", "2025-11-20T00:00:00Z", 0, "ACTIVE");
}

#[test]
fn an_approver_with_a_key_seals_what_they_approve_and_nothing_else_counts() {
    let (desk, size) = desk();
    for name in ["signe.key", "other.key"] {
        desk.says(&["key", "new", "--no-password", name]);
    }
    desk.write("mvi.toml", SETTINGS.replacen("groups", "key = \"signe.key.pub\"\ngroups", 1).as_bytes());
    let id = active_by(&desk, &size, " --key signe.key");
    let at = "2025-11-20T00:00:00Z";
    deed(&desk, &format!("show {id}"), at, 0, "signe as gid-owner, 2025-11-03T10:00:00Z, sealed");
    let path = desk.path(&format!("crq/{id}.toml"));
    let kept = fs::read_to_string(&path).unwrap();
    fs::remove_file(desk.path("fleet.db")).unwrap();
    let altered = |text: String, expected: &str| {
        assert_ne!(text, kept);
        fs::write(&path, text).unwrap();
        deed(&desk, "list", at, 3, expected);
        assert_eq!(desk.run(&["audit", "app"]).status.code(), Some(3), "an altered exception counts nowhere");
    };
    altered(kept.replace("registry.example/app", "registry.example/api"), "does not hold");
    altered(kept.lines().filter(|line| !line.starts_with("seal = ")).collect::<Vec<_>>().join("\n"), "carries no seal");
    altered(kept.replace("2025-11-03T10:00:00Z", "2025-11-03T10:00:20Z"), "does not hold");
    fs::write(&path, &kept).unwrap();
    deed(&desk, "list", at, 0, "ACTIVE");
    // Another key in the settings, and the same seal is a stranger's.
    let settings = fs::read_to_string(desk.path("mvi.toml")).unwrap();
    desk.write("mvi.toml", settings.replace("signe.key.pub", "other.key.pub").as_bytes());
    deed(&desk, "list", at, 3, "does not hold");
    // Who had no key at the time need not have sealed.
    let later = settings.replace("signe.key.pub\"", "other.key.pub\"\nkey_since = \"2025-12-01T00:00:00Z\"");
    desk.write("mvi.toml", later.as_bytes());
    deed(&desk, "list", at, 0, "ACTIVE");
}

#[test]
fn an_approval_needs_the_key_of_whoever_gives_it() {
    let (desk, size) = desk();
    for name in ["signe.key", "other.key"] {
        desk.says(&["key", "new", "--no-password", name]);
    }
    let sealed =
        SETTINGS.replace("[crq]", "[crq]\nsealed = true").replacen("groups", "key = \"signe.key.pub\"\ngroups", 1);
    desk.write("mvi.toml", sealed.as_bytes());
    let id = new(&desk, &size);
    deed(&desk, &format!("file {id} --by ingrid --image app --lock uv.lock"), "2025-11-01T10:00:00Z", 0, "FILED");
    deed(&desk, &format!("decide {id} --image app --lock uv.lock"), "2025-11-01T10:05:00Z", 0, "GBM_CONFIRMED");
    deed(&desk, &format!("log {id}"), "2025-11-01T10:06:00Z", 0, "LOGGED");
    let approve = |by: &str, key: &str, expected: &str| {
        deed(&desk, &format!("approve {id} --by {by} --as gid-owner{key}"), "2025-11-03T10:00:00Z", 2, expected);
    };
    approve("signe", "", "signe agrees with a key, name it: --key FILE");
    approve("signe", " --key other.key", "is not the key of signe");
    approve("ingrid", "", "mvi.toml names none of theirs");
    approve("ingrid", " --key other.key", "mvi.toml names no key of ingrid");
    deed(&desk, &format!("show {id}"), "2025-11-03T10:00:00Z", 0, "LOGGED");
}

#[test]
fn a_date_of_review_written_later_than_the_term_does_not_count() {
    let (desk, size) = desk();
    let id = active(&desk, &size);
    let path = desk.path(&format!("crq/{id}.toml"));
    let kept = fs::read_to_string(&path).unwrap();
    fs::remove_file(desk.path("fleet.db")).unwrap();
    fs::write(&path, kept.replace("review_due = \"2025-12-03T10:00:00Z\"", "review_due = \"2035-12-03T10:00:00Z\""))
        .unwrap();
    deed(&desk, "list", "2025-12-02T00:00:00Z", 0, "ACTIVE");
    deed(&desk, "list", "2025-12-20T00:00:00Z", 0, "LAPSED");
}
