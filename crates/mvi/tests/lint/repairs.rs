//! `--fix`, `--unsafe-fixes`, `--diff` and baselines.

use std::os::unix::fs::PermissionsExt as _;

use crate::desk::{Desk, FLAWED, THREE, text};

#[test]
fn repairs_are_written_and_the_rest_is_told() {
    let desk = Desk::new(&[("Dockerfile", FLAWED)]);
    std::fs::set_permissions(desk.path("Dockerfile"), std::fs::Permissions::from_mode(0o640)).unwrap();
    let shown = desk.says(&["--fix", THREE]);
    assert_eq!(desk.read("Dockerfile"), FLAWED.replace("ADD", "COPY"));
    assert!(shown.contains("1 fixed") && !shown.contains("MVI3020") && shown.contains("MVI3025"), "{shown}");
    let mode = std::fs::metadata(desk.path("Dockerfile")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    let modified = || std::fs::metadata(desk.path("Dockerfile")).unwrap().modified().unwrap();
    let before = modified();
    assert!(!desk.says(&["--fix", THREE]).contains("fixed"));
    assert_eq!(modified(), before);
    desk.says(&["--unsafe-fixes", THREE]);
    assert_eq!(desk.read("Dockerfile"), FLAWED.replace("ADD", "COPY").replace("sleep 60", "[\"sleep\", \"60\"]"));
}

#[test]
fn a_diff_shows_and_changes_nothing() {
    let desk = Desk::new(&[("Dockerfile", FLAWED), ("crlf.Dockerfile", "FROM a:1\r\nADD b c\r\nRUN x\r\n")]);
    let output = desk.run(&["--diff", "--fail-on", "never", THREE]);
    let shown = text(&output.stdout);
    assert!(shown.contains("--- Dockerfile\n+++ Dockerfile\n@@ -1,4 +1,4 @@"), "{shown}");
    assert!(shown.contains("\n-ADD app /app\n+COPY app /app\n CMD sleep 60\n"), "{shown}");
    assert!(shown.contains("-ADD b c\r\n+COPY b c\r\n"), "{shown}");
    assert_eq!((desk.read("Dockerfile").as_str(), output.status.code()), (FLAWED, Some(1)));
    assert!(desk.says(&["--diff", "--unsafe-fixes", THREE]).contains("+CMD [\"sleep\", \"60\"]"));
    let none = desk.run(&["--diff", THREE, "--ignore", "DL3020", "--fail-on", "never"]);
    assert_eq!((text(&none.stdout), none.status.code()), (String::new(), Some(0)));
}

#[test]
fn a_diff_is_a_patch() {
    let desk = Desk::new(&[("Dockerfile", &FLAWED.replace('\n', " \t\n")), ("b/x.Dockerfile", "ADD a b")]);
    let patch = desk.says(&["--diff", "--unsafe-fixes", THREE]);
    desk.says(&["--unsafe-fixes", THREE]);
    let (repaired, other) = (desk.read("Dockerfile"), desk.read("b/x.Dockerfile"));
    desk.write("Dockerfile", FLAWED.replace('\n', " \t\n").as_bytes());
    desk.write("b/x.Dockerfile", b"ADD a b");
    desk.write("all.patch", patch.as_bytes());
    let mut command = std::process::Command::new("git");
    let applied = command.args(["apply", "-p0", "all.patch"]).current_dir(desk.path(".")).output().unwrap();
    assert!(applied.status.success(), "{}\n{patch}", text(&applied.stderr));
    assert_eq!((desk.read("Dockerfile"), desk.read("b/x.Dockerfile")), (repaired, other));
}

#[test]
fn standard_input_is_repaired_to_standard_output() {
    let desk = Desk::new(&[]);
    let output = desk.feed(&["-", "--fix", THREE], FLAWED.as_bytes());
    assert_eq!(text(&output.stdout), FLAWED.replace("ADD", "COPY"));
    let untouched = desk.feed(&["-", "--fix", THREE], b"FROM a:1\n\xff\n");
    assert_eq!(untouched.stdout, b"FROM a:1\n\xff\n");
}

#[test]
fn a_link_stays_a_link() {
    let desk = Desk::new(&[("real/Dockerfile", FLAWED)]);
    std::os::unix::fs::symlink("real/Dockerfile", desk.path("Dockerfile")).unwrap();
    desk.says(&["Dockerfile", "--fix", THREE]);
    assert!(std::fs::symlink_metadata(desk.path("Dockerfile")).unwrap().is_symlink());
    assert!(desk.read("real/Dockerfile").contains("COPY app"));
}

#[test]
fn a_baseline_holds_what_was_there_and_lets_nothing_new_in() {
    let desk = Desk::new(&[("Dockerfile", FLAWED), ("b/Dockerfile", FLAWED)]);
    assert_eq!(desk.run(&["--write-baseline", "known.json", THREE]).status.code(), Some(0));
    let known = desk.run(&["--baseline", "known.json", THREE]);
    assert_eq!(known.status.code(), Some(0), "{}", text(&known.stdout));
    assert!(text(&known.stdout).contains("6 in the baseline"), "{}", text(&known.stdout));
    // Lines may move; what is new is told, the same line a second time too.
    desk.write("Dockerfile", format!("# moved\n\n{FLAWED}ADD new /new\nADD app /app\n").as_bytes());
    assert_eq!(desk.found(&["--baseline", "known.json", THREE]), ["Dockerfile:7 MVI3020", "Dockerfile:8 MVI3020"]);
    desk.write("c/Dockerfile", FLAWED.as_bytes());
    assert_eq!(desk.found(&["--baseline", "known.json", "c", THREE]).len(), 3);
}
