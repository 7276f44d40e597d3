//! `mvi standard`: the built-in one shown and checked for a fixed day, and compared with a file.

use crate::desk::{Desk, text};

/// Checks the exit code and the output against `snapshots/`.
fn check(name: &str, exit: i32, arguments: &[&str]) {
    let desk = Desk::bare();
    desk.write("company.toml", COMPANY.as_bytes());
    let output = desk.command(arguments).env("COLUMNS", "100").output().unwrap();
    assert_eq!(output.status.code(), Some(exit), "{}", text(&output.stderr));
    insta::assert_snapshot!(name, text(&output.stdout));
}

const COMPANY: &str = r#"
schema_version = "mvi-standard/1"
extends = "V13"

[standard]
id = "V14"
title = "Acme image standard"

[policy]
heavy_mb = 300
"#;

#[test]
fn the_built_in_standard_is_shown() {
    check("standard-show", 0, &["standard", "show"]);
}

#[test]
fn the_built_in_standard_is_checked_for_a_day() {
    check("standard-lint", 1, &["standard", "lint", "--on", "2026-11-21"]);
}

#[test]
fn the_draft_of_the_next_standard_says_what_it_would_change_in_a_fleet() {
    let desk = Desk::bare();
    desk.write("fleet.toml", include_bytes!("../../../mvi-standard/tests/fixtures/fleet-v13.toml"));
    let arguments = ["standard", "diff", "V13", "V14-draft", "--fleet", "fleet.toml", "--format", "json"];
    let output = desk.run(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let images: Vec<&str> =
        report["images"].as_array().unwrap().iter().map(|image| image["name"].as_str().unwrap()).collect();
    // Bases of V13 that V14 no longer has: their images are outside the set until they are rebuilt.
    assert!(images.contains(&"merostone-relay") && images.contains(&"mefine-static"), "{images:?}");
    assert!(!images.contains(&"utpemos-base"), "{images:?}");
    assert_eq!(desk.run(&["standard", "diff", "V13", "V14-draft", "--fleet", "none.toml"]).status.code(), Some(3));
}

#[test]
fn a_standard_that_extends_another_differs_in_what_it_says() {
    check("standard-diff", 1, &["standard", "diff", "V13", "company.toml"]);
    check("standard-diff-none", 0, &["standard", "diff", "V13", "V13"]);
}
