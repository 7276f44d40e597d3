//! Stores that are missing, broken, foreign or newer; copies, and where a store is looked for.

use crate::desk::{Desk, text};
use crate::stage::{json, recorded};

/// Checks how a verb on the store `fleet.db` ends, and what it says.
fn check(desk: &Desk, arguments: &[&str], code: i32, says: &str) {
    let output = desk.run(&[arguments, &["--store", "sqlite:fleet.db"]].concat());
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert!(said.contains(says), "{arguments:?}: {said}");
}

const READERS: &[&[&str]] = &[
    &["fleet", "list"],
    &["fleet", "solvency"],
    &["fleet", "belt"],
    &["fleet", "log"],
    &["fleet", "forest"],
    &["fleet", "check"],
];

#[test]
fn without_a_store_the_next_step_is_named() {
    let desk = Desk::bare();
    for reader in READERS {
        check(&desk, reader, 3, "mvi fleet import FILE");
    }
    assert!(!desk.path("fleet.db").exists(), "asking makes nothing");
}

#[test]
fn a_file_that_is_something_else_is_left_alone() {
    let desk = Desk::bare();
    for content in [&b""[..], b"SQLite format 3\0 but cut", b"<html>"] {
        desk.write("fleet.db", content);
        desk.write("fleet.toml", crate::stage::RECORDED);
        for verb in [&["fleet", "list"][..], &["fleet", "import", "fleet.toml"]] {
            check(&desk, verb, 3, "is not a fleet file");
        }
        assert_eq!(std::fs::read(desk.path("fleet.db")).unwrap(), content);
    }
}

/// A store of the recorded fleet in `fleet.db`.
fn stored() -> Desk {
    let desk = Desk::bare();
    desk.write("fleet.toml", crate::stage::RECORDED);
    desk.says(&["fleet", "import", "fleet.toml", "--store", "fleet.db"]);
    desk
}

#[test]
fn a_newer_store_asks_for_the_newer_program() {
    let desk = stored();
    let mut bytes = std::fs::read(desk.path("fleet.db")).unwrap();
    // The schema's number: SQLite file format, section 1.3, offset 60.
    bytes[60..64].copy_from_slice(&9999_u32.to_be_bytes());
    desk.write("fleet.db", &bytes);
    for reader in READERS {
        check(&desk, reader, 3, "use the newer program");
    }
    assert_eq!(std::fs::read(desk.path("fleet.db")).unwrap(), bytes);
}

#[test]
fn a_damaged_store_is_found_and_a_copy_brings_it_back() {
    let desk = stored();
    desk.says(&["fleet", "backup", "copy.db", "--store", "fleet.db"]);
    let mut bytes = std::fs::read(desk.path("fleet.db")).unwrap();
    let needle = b"merostone-relay";
    let at = bytes.windows(needle.len()).position(|window| window == needle).unwrap();
    bytes[at] = b'X';
    desk.write("fleet.db", &bytes);
    let output = desk.run(&["fleet", "check", "--store", "fleet.db"]);
    assert_eq!(output.status.code(), Some(1), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("the store is damaged"));
    check(&desk, &["fleet", "restore", "copy.db"], 2, "exists already");
    std::fs::remove_file(desk.path("fleet.db")).unwrap();
    desk.says(&["fleet", "restore", "copy.db", "--store", "fleet.db"]);
    assert!(desk.says(&["fleet", "check", "--store", "fleet.db"]).contains("all is whole"));
    assert!(desk.says(&["fleet", "rebuild", "--store", "fleet.db"]).contains("events replayed"));
    assert_eq!(json(&desk, &["fleet", "solvency", "--store", "fleet.db"])["score"]["fraction"], "1/5");
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let desk = Desk::bare();
    desk.write("fleet.toml", crate::stage::RECORDED);
    desk.write("mvi.toml", b"[fleet]\nstore = \"configured.db\"\n");
    let import = ["fleet", "import", "fleet.toml"];
    desk.says(&import);
    assert!(desk.path("configured.db").exists());
    assert!(desk.command(&import).env("MVI_STORE", "sqlite:stated.db").output().unwrap().status.success());
    assert!(desk.path("stated.db").exists());
    let both = [&import[..], &["--store", "flag.db"]].concat();
    assert!(desk.command(&both).env("MVI_STORE", "sqlite:other.db").output().unwrap().status.success());
    assert!(desk.path("flag.db").exists() && !desk.path("other.db").exists());
    std::fs::remove_file(desk.path("mvi.toml")).unwrap();
    assert!(desk.command(&import).env("XDG_DATA_HOME", desk.path("data")).output().unwrap().status.success());
    assert!(desk.path("data/mvi/fleet.db").exists());
    assert_eq!(desk.run(&["fleet", "list", "--store", "postgres://x"]).status.code(), Some(2));
}

#[test]
fn the_log_tells_who_said_what_and_since_when() {
    let desk = recorded();
    desk.says(&["fleet", "retire", "GID-IMG-ALPINE-001", "--reason", "a test", "--actor", "ada"]);
    let log = json(&desk, &["fleet", "log", "--kind", "retire"]);
    assert_eq!((&log["events"][0]["actor"], &log["events"][0]["payload"]["reason"]), (&"ada".into(), &"a test".into()));
    let limited = json(&desk, &["fleet", "log", "--limit", "3"]);
    assert_eq!(limited["events"].as_array().unwrap().len(), 3);
    assert_eq!(desk.run(&["fleet", "log", "--kind", "gossip"]).status.code(), Some(2));
}

#[test]
fn bad_fleet_files_are_refused_before_anything_is_kept() {
    let desk = Desk::bare();
    desk.write("fleet.toml", b"schema_version = \"mvi-fleet/1\"\nstandard = \"V13\"\n[[image]]\nname = \"a\"\n");
    check(&desk, &["fleet", "import", "fleet.toml"], 3, "does not follow its schema");
    check(&desk, &["fleet", "import", "none.toml"], 3, "none.toml");
    assert!(!desk.path("fleet.db").exists());
}

#[test]
fn only_rules_that_ask_for_the_fleet_are_stopped_by_a_broken_one() {
    let desk = Desk::bare();
    desk.write("fleet.db", b"<html>");
    desk.write("Dockerfile", b"FROM debian:12\nRUN sudo id\n");
    let lint = ["lint", "Dockerfile", "--no-shellcheck", "--select"];
    let output = desk.run(&[&lint[..], &["DL3004", "--store", "fleet.db"]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("MVI3004"));
    check(&desk, &[&lint[..], &["SOV-2"]].concat(), 3, "is not a fleet file");
}
