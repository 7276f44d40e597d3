//! Reports as people see them, of a small image that is the same everywhere.

use crate::desk::{Desk, text};

/// Checks a report against `snapshots/`, with the version taken out.
fn check(name: &str, columns: &str, arguments: &[&str]) {
    let output = Desk::new().command(arguments).env("COLUMNS", columns).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let shown = text(&output.stdout).replace(&format!("mvi {}", env!("CARGO_PKG_VERSION")), "mvi [version]");
    insta::assert_snapshot!(name, shown);
    assert!(!shown.lines().any(|line| line.ends_with(' ')), "a line ends with spaces");
    let limit = columns.parse().unwrap_or(usize::MAX);
    let wide: Vec<_> = shown.lines().filter(|line| line.chars().count() > limit).collect();
    assert!(wide.is_empty() || arguments.contains(&"markdown"), "{wide:#?}");
}

const AUDIT: &[&str] = &["audit", "app", "--base", "python:3.12-alpine"];

#[test]
fn an_audit() {
    check("audit-80", "80", AUDIT);
    check("audit-200", "200", AUDIT);
    check("audit-markdown", "80", &[AUDIT, &["--format", "markdown"]].concat());
}

#[test]
fn an_audit_of_a_banned_base() {
    check("audit-banned-80", "80", &["audit", "app", "--base", "debian:12"]);
}

#[test]
fn the_layers() {
    check("layers-80", "80", &["layers", "app"]);
    check("layers-200", "200", &["layers", "app"]);
    check("layers-largest-80", "80", &["layers", "app", "--largest", "3"]);
    check("layers-largest-200", "200", &["layers", "app", "--largest", "3"]);
    check("layers-markdown", "80", &["layers", "app", "--format", "markdown"]);
}

#[test]
fn needs() {
    check("needs-80", "80", &["needs", "app"]);
    check("needs-200", "200", &["needs", "app"]);
    check("needs-markdown", "80", &["needs", "app", "--format", "markdown"]);
}

#[test]
fn explanations() {
    check("explain-file-80", "80", &["explain", "app", "/app/model.bin"]);
    check("explain-deleted-80", "80", &["explain", "app", "/root/.cache/pip/wheel.bin"]);
    check("explain-deleted-folder-80", "80", &["explain", "app", "/root/.cache"]);
    check("explain-link-80", "80", &["explain", "app", "/usr/bin/python3"]);
    check("explain-folder-200", "200", &["explain", "app", "/"]);
    check("explain-markdown", "80", &["explain", "app", "/app/main.py", "--format", "markdown"]);
}
