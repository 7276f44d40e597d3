//! Help, completions and man pages.

use crate::desk::{Desk, text};

/// Checks that what the program says holds the words.
fn check(arguments: &[&str], words: &[&str]) {
    let said = Desk::bare().says(arguments);
    for word in words {
        assert!(said.contains(word), "{arguments:?} lacks {word}:\n{said}");
    }
}

#[test]
fn every_verb_shows_examples() {
    for verb in [
        "audit",
        "layers",
        "explain",
        "sbom",
        "vulns",
        "diff",
        "needs",
        "check",
        "pack",
        "build",
        "build-event",
        "musl",
        "predict",
        "probe",
        "spiral",
        "standard",
        "cache",
        "completions",
        "man",
    ] {
        check(&[verb, "--help"], &["Examples:\n", &format!("mvi {verb}")]);
    }
    for verb in [
        ["standard", "show"],
        ["standard", "lint"],
        ["standard", "diff"],
        ["cache", "info"],
        ["cache", "prune"],
        ["spiral", "run"],
        ["spiral", "status"],
        ["spiral", "log"],
    ] {
        check(&[verb[0], verb[1], "--help"], &["Examples:\n", &format!("mvi {} {}", verb[0], verb[1])]);
    }
}

#[test]
fn help_fits_its_page() {
    let desk = Desk::bare();
    for verb in ["audit", "layers", "explain"] {
        let output = desk.command(&[verb, "--help"]).env("COLUMNS", "80").output().unwrap();
        let wide: Vec<_> =
            text(&output.stdout).lines().filter(|line| line.chars().count() > 100).map(str::to_owned).collect();
        assert!(wide.is_empty(), "{wide:#?}");
    }
}

#[test]
fn the_version_is_the_crates() {
    check(&["--version"], &[&format!("mvi {}\n", env!("CARGO_PKG_VERSION"))]);
}

#[test]
fn completions_know_every_verb() {
    for shell in ["bash", "zsh", "fish"] {
        check(&["completions", shell], &["audit", "explain", "fail-on"]);
    }
}

#[test]
fn man_pages_are_roff_with_every_option() {
    check(&["man"], &[".TH mvi 1", "audit", "Exit codes"]);
    check(&["man", "audit"], &[".TH", "fail\\-on", "Examples"]);
    check(&["man", "standard"], &[".TH", "lint"]);
}
