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
fn every_verb_says_of_itself_what_the_list_says() {
    let desk = Desk::bare();
    let list = desk.says(&["--help"]);
    let verbs = list.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // Lines with deeper indents go on with the one before.
    let verbs: Vec<(&str, &str)> =
        verbs.filter(|line| !line.starts_with("   ")).filter_map(|line| line.trim().split_once(' ')).collect();
    assert!(verbs.len() > 25, "{list}");
    for (verb, told) in verbs.into_iter().filter(|(verb, _)| *verb != "help") {
        let own = desk.says(&[verb, "--help"]);
        let first: Vec<&str> = own.split("\n\n").next().unwrap_or_default().split_whitespace().collect();
        let first = first.join(" ");
        assert!(first.starts_with(told.trim().trim_end_matches('…')), "{verb}: `{first}`, and in the list `{told}`");
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
