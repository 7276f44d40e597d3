//! What the verbs of the fleet show at 80 and 200 columns.

use crate::desk::{Desk, text};
use crate::stage::{recorded, save};

/// Checks what a verb shows against `snapshots/`.
fn check(desk: &Desk, name: &str, arguments: &[&str]) {
    for columns in ["80", "200"] {
        let output = desk.command(arguments).env("COLUMNS", columns).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        let shown = text(&output.stdout);
        let limit: usize = columns.parse().unwrap();
        let wide: Vec<_> = shown.lines().filter(|line| line.chars().count() > limit).collect();
        assert!(wide.is_empty(), "{wide:#?}");
        assert!(!shown.lines().any(|line| line.ends_with(' ')), "a line ends with spaces");
        assert!(!shown.contains('\u{1b}'), "colour belongs on terminals");
        insta::assert_snapshot!(format!("{name}-{columns}"), shown);
    }
}

#[test]
fn the_recorded_fleet() {
    let desk = recorded();
    check(&desk, "import", &["fleet", "import", "fleet.toml"]);
    check(&desk, "list", &["fleet", "list"]);
    check(
        &desk,
        "list-columns",
        &["fleet", "list", "--sort", "size", "--limit", "5", "--columns", "name,size,rule,declared,gid"],
    );
    check(&desk, "solvency", &["fleet", "solvency"]);
    check(&desk, "plan", &["fleet", "solvency", "plan"]);
    check(&desk, "belt", &["fleet", "belt"]);
    check(&desk, "show-image", &["fleet", "show", "mefine-static"]);
    check(&desk, "forest", &["fleet", "forest"]);
    check(&desk, "due", &["fleet", "due"]);
}

#[test]
fn a_fleet_that_was_read() {
    let desk = Desk::bare();
    save(&desk, "base.tar", "alpine:3.21.3", &[1]);
    save(&desk, "app.tar", "team/app:1", &[1, 2]);
    check(&desk, "record", &["fleet", "record", "base.tar", "app.tar", "--again"]);
    check(&desk, "lineage", &["fleet", "lineage", "team/app:1"]);
    check(&desk, "forest-read", &["fleet", "forest"]);
    check(&desk, "show-read", &["fleet", "show", "team/app:1"]);
    check(&desk, "q2", &["fleet", "query", "Q2", "alpine:3.21.3"]);
}
