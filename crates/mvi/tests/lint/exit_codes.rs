//! 0 nothing that counts, 1 findings, 2 wrong use, 3 could not be read; and what goes where.

use crate::desk::{Desk, FINE, FLAWED, THREE, text};

fn check(desk: &Desk, arguments: &[&str], expected: i32, complaint: &str) {
    let output = desk.run(arguments);
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {errors}");
    assert!(errors.contains(complaint), "{arguments:?}: {errors}");
    assert!(!errors.contains("panicked"), "{errors}");
}

#[test]
fn findings_are_one_from_the_level_on_that_is_asked_for() {
    let desk = Desk::new(&[("Dockerfile", "FROM debian:12.9\nCMD sleep 60\n"), ("fine/Dockerfile", FINE)]);
    check(&desk, &["--select", "DL3025"], 1, "");
    check(&desk, &["--select", "DL3025", "--fail-on", "warning"], 1, "");
    check(&desk, &["--select", "DL3025", "--fail-on", "error"], 0, "");
    check(&desk, &["--select", "DL3025", "--fail-on", "never"], 0, "");
    check(&desk, &["--select", "DL3025", "--style", "DL3025"], 0, "");
    check(&desk, &["--select", "DL3025", "--style", "DL3025", "--fail-on", "style"], 1, "");
    check(&desk, &["--select", "DL3025", "--failure-threshold", "none", "--style", "DL3025"], 1, "");
    check(&desk, &["--select", "DL3020"], 0, "");
    check(&desk, &[THREE, "fine"], 0, "");
}

#[test]
fn wrong_use_is_two() {
    let desk = Desk::new(&[("Dockerfile", FINE)]);
    check(&desk, &["--select", "nothing"], 2, "no rule, twin or group is called `nothing`");
    check(&desk, &["--ignore", "DL3008,nothing"], 2, "--list-rules");
    check(&desk, &["--explain", "nothing"], 2, "no rule is called `nothing`");
    check(&desk, &["--format", "nothing"], 2, "possible values");
    check(&desk, &["--fail-on", "nothing"], 2, "possible values");
    check(&desk, &["--require-label", "a:number"], 2, "cannot be of the kind `number`");
    check(&desk, &["--list-rules", "--fix"], 2, "cannot be used with");
}

#[test]
fn what_cannot_be_read_is_three_and_hides_nothing() {
    let desk = Desk::new(&[("Dockerfile", FLAWED), ("bad.yaml", "ignored: 3\n"), ("mvi.json", "{}")]);
    check(&desk, &["missing"], 3, "cannot read `missing`");
    check(&desk, &["/dev/zero"], 3, "not a file");
    check(&desk, &["--config", "missing.yaml"], 3, "cannot read `missing.yaml`");
    check(&desk, &["--config", "bad.yaml"], 3, "`bad.yaml` is not valid");
    check(&desk, &["--baseline", "missing.json"], 3, "--write-baseline makes one");
    check(&desk, &["--baseline", "mvi.json"], 3, "is not a baseline");
    check(&desk, &["--exclude", "a[", "."], 3, "is no pattern");
    let output = desk.run(&["missing", "Dockerfile", "--format", "json"]);
    assert!(text(&output.stdout).contains("MVI3020") && text(&output.stdout).contains("\"path\":\"missing\""));
}

#[test]
fn quiet_says_nothing_but_errors() {
    let desk = Desk::new(&[("Dockerfile", FLAWED)]);
    let output = desk.run(&["-q"]);
    assert_eq!(
        (output.status.code(), text(&output.stdout), text(&output.stderr)),
        (Some(1), String::new(), String::new())
    );
}

#[test]
fn standard_input_is_a_file_too() {
    let desk = Desk::new(&[]);
    let output = desk.feed(&["-", "--stdin-path", "app/Dockerfile"], FLAWED.as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("app/Dockerfile:3:1"), "{}", text(&output.stdout));
    assert_eq!(desk.feed(&["-", THREE], FINE.as_bytes()).status.code(), Some(0));
}

#[test]
fn no_dockerfile_is_no_finding() {
    let desk = Desk::new(&[("readme.txt", "FROM nowhere")]);
    check(&desk, &[], 0, "");
    assert!(desk.says(&[]).contains("0 files, nothing found"));
}
