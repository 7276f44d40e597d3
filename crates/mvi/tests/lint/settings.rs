//! What `mvi lint` goes by: variables, `.hadolint.yaml`, `mvi.toml`, flags, comments, and which of them wins.

use crate::desk::{Desk, FLAWED, text};

const ALL: [&str; 3] = ["Dockerfile:2 MVI3008", "Dockerfile:3 MVI3020", "Dockerfile:4 MVI3025"];

fn check(files: &[(&str, &str)], arguments: &[&str], expected: &[&str]) {
    let mut all = vec![("Dockerfile", FLAWED)];
    all.extend(files);
    // Other rules may say more of this file; these three are enough here.
    let found = Desk::new(&all).found(arguments);
    let found: Vec<_> = found.iter().map(String::as_str).filter(|finding| ALL.contains(finding)).collect();
    assert_eq!(found, expected, "{files:?} {arguments:?}");
}

#[test]
fn hadolints_file_is_heeded() {
    check(&[], &[], &ALL);
    check(&[(".hadolint.yaml", "ignored: [DL3008]\n")], &[], &ALL[1..]);
    check(&[(".hadolint.yml", "ignored:\n  - DL3008\n  - DL3020\n")], &[], &ALL[2..]);
    check(&[(".config/hadolint.yaml", "ignored: [DL3008]\n")], &[], &ALL[1..]);
    check(&[(".hadolint.yaml", ""), (".config/hadolint.yaml", "ignored: [DL3008]\n")], &[], &ALL);
    check(&[(".hadolint.yaml", "ignored: [DL3008]\n"), ("other.yaml", "{}")], &["--config", "other.yaml"], &ALL);
}

#[test]
fn hadolints_thresholds_and_levels_are_heeded() {
    let status = |yaml: &str, arguments: &[&str]| {
        let desk = Desk::new(&[("Dockerfile", "FROM debian:12.9\nCMD sleep 60\n"), (".hadolint.yaml", yaml)]);
        let mut all = arguments.to_vec();
        all.extend(["--select", "DL3025"]);
        desk.run(&all).status.code()
    };
    assert_eq!(status("failure-threshold: error\n", &[]), Some(0));
    assert_eq!(status("failure-threshold: warning\n", &[]), Some(1));
    assert_eq!(status("failure-threshold: error\n", &["--fail-on", "info"]), Some(1));
    assert_eq!(status("no-fail: true\n", &[]), Some(0));
    assert_eq!(status("override: {style: [DL3025]}\n", &[]), Some(0));
    assert_eq!(status("override: {style: [DL3025]}\nfailure-threshold: none\n", &[]), Some(1));
}

#[test]
fn hadolints_format_is_taken_where_nobody_asks_for_another() {
    let desk = Desk::new(&[("Dockerfile", FLAWED), (".hadolint.yaml", "format: checkstyle\n")]);
    assert!(desk.says(&[]).starts_with("<?xml"));
    assert!(desk.says(&["--format", "json"]).starts_with('{'));
}

#[test]
fn variables_of_hadolint_are_heeded() {
    let desk = Desk::new(&[("Dockerfile", FLAWED)]);
    let run = |name: &str, value: &str| desk.command(&["--select", "DL3025"]).env(name, value).output().unwrap();
    assert_eq!(run("HADOLINT_IGNORE", "DL3025").status.code(), Some(0));
    assert_eq!(run("HADOLINT_NOFAIL", "1").status.code(), Some(0));
    assert_eq!(run("HADOLINT_FAILURE_THRESHOLD", "error").status.code(), Some(0));
    assert_eq!(run("HADOLINT_FAILURE_THRESHOLD", "warning").status.code(), Some(1));
    let wrong = run("HADOLINT_FAILURE_THRESHOLD", "high");
    assert_eq!(wrong.status.code(), Some(3));
    assert!(text(&wrong.stderr).contains("HADOLINT_"), "{}", text(&wrong.stderr));
}

#[test]
fn our_own_file_is_heeded_and_wins() {
    check(&[("mvi.toml", "[lint]\nselect = [\"DL302\"]\n")], &[], &ALL[1..]);
    check(&[("mvi.toml", "[lint]\nselect = [\"DL302\"]\n")], &["--select", "DL3008"], &ALL[..1]);
    check(
        &[("mvi.toml", "[lint]\nignore = [\"DL3020\"]\n"), (".hadolint.yaml", "ignored: [DL3008]\n")],
        &[],
        &ALL[2..],
    );
    check(&[("mvi.toml", "[lint]\nexclude = [\"Docker*\"]\n")], &[], &[]);
    check(&[("mvi.toml", "[lint]\nignore = [\"practice\"]\n")], &[], &[]);
    let desk =
        Desk::new(&[("Dockerfile", FLAWED), ("mvi.toml", "[lint]\nselect = [\"DL3025\"]\nfail_on = \"error\"\n")]);
    assert_eq!(desk.run(&[]).status.code(), Some(0));
    desk.write(".hadolint.yaml", b"failure-threshold: style\n");
    assert_eq!(desk.run(&[]).status.code(), Some(0));
    for (wrong, complaint) in
        [("ignore = [\"nothing\"]", "nothing"), ("fail_on = \"high\"", "fail_on"), ("ignored = []", "ignored")]
    {
        desk.write("mvi.toml", format!("[lint]\n{wrong}\n").as_bytes());
        let output = desk.run(&[]);
        assert!(matches!(output.status.code(), Some(2 | 3)) && text(&output.stderr).contains(complaint), "{wrong}");
    }
}

#[test]
fn comments_are_heeded_unless_somebody_says_no() {
    let ignored = FLAWED.replace("ADD", "# hadolint ignore=DL3020\nADD");
    let desk = Desk::new(&[("Dockerfile", &ignored)]);
    assert_eq!(desk.found(&["--select", "DL3020"]), Vec::<String>::new());
    assert_eq!(desk.found(&["--select", "DL3020", "--disable-ignore-pragma"]), ["Dockerfile:4 MVI3020"]);
    desk.write(".hadolint.yaml", b"disable-ignore-pragma: true\n");
    assert_eq!(desk.found(&["--select", "DL3020"]), ["Dockerfile:4 MVI3020"]);
}

#[test]
fn exceptions_end_on_their_day() {
    let text = FLAWED.replace("ADD", "# mvi: ignore[DL3020] until=2027-01-01 reason=until the next release\nADD");
    let desk = Desk::new(&[("Dockerfile", &text)]);
    let select = ["--select", "DL3020,MVI6001"];
    assert_eq!(desk.found(&select), Vec::<String>::new());
    let output = std::process::Command::new(assert_cmd::cargo::cargo_bin!("mvi"))
        .args(["lint", "--on", "2027-01-01", "--select", "DL3020,MVI6001"])
        .current_dir(desk.path("."))
        .output()
        .unwrap();
    let shown = crate::desk::text(&output.stdout);
    assert!(shown.contains("this exception ended on 2027-01-01") && shown.contains("MVI3020"), "{shown}");
}

#[test]
fn folders_are_searched_as_git_sees_them() {
    let desk = Desk::new(&[
        (".gitignore", "out/\n"),
        ("a/Containerfile", FLAWED),
        ("b/web.Dockerfile", FLAWED),
        ("out/Dockerfile", FLAWED),
        ("vendor/Dockerfile", FLAWED),
        ("Dockerfile.dockerignore", "*"),
    ]);
    let select = ["--select", "DL3020", "--exclude", "vendor/"];
    assert_eq!(desk.found(&select), ["a/Containerfile:3 MVI3020", "b/web.Dockerfile:3 MVI3020"]);
    assert_eq!(desk.found(&["out", "--select", "DL3020"]), ["out/Dockerfile:3 MVI3020"]);
    assert_eq!(
        desk.found(&["b", "a", "--select", "DL3020"]),
        ["b/web.Dockerfile:3 MVI3020", "a/Containerfile:3 MVI3020"]
    );
}
