//! 0 fine, 1 judged and failed, 2 wrong use, 3 could not be read; and what goes where.

use crate::archive::{Config, Members};
use crate::desk::{Desk, text};
use crate::entry::{file, layer};

/// Checks the exit code, and that errors go to standard error with the code named where there is one.
fn check(desk: &Desk, arguments: &[&str], expected: i32, complaint: &str) {
    let output = desk.run(arguments);
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(expected), "{arguments:?}: {errors}");
    assert!(errors.contains(complaint), "{arguments:?}: {errors}");
    assert!(!errors.contains("panicked"), "{errors}");
}

#[test]
fn images_that_can_be_read_are_fine() {
    let desk = Desk::new();
    for image in ["app", "app.tar", "oci:app", "docker-archive:app.tar", "app:1.0", "app.tar:registry.example/app:1.0"]
    {
        check(&desk, &["audit", image], 0, "");
        check(&desk, &["layers", image], 0, "");
        check(&desk, &["explain", image, "/app/main.py"], 0, "");
    }
    check(&desk, &["standard", "show"], 0, "");
    check(&desk, &["cache", "info"], 0, "");
    check(&desk, &["cache", "prune", "--all"], 0, "");
}

#[test]
fn wrong_use_is_two() {
    let desk = Desk::new();
    check(&desk, &[], 2, "Usage");
    check(&desk, &["audit"], 2, "IMAGE");
    check(&desk, &["nothing"], 2, "unrecognized");
    check(&desk, &["audit", ""], 2, "E-REFERENCE");
    check(&desk, &["audit", "docker:app"], 2, "E-REFERENCE");
    check(&desk, &["layers", "sbom:app"], 2, "E-SCHEME");
    check(&desk, &["layers", "oci:"], 2, "E-REFERENCE");
    check(&desk, &["layers", "app.tar:nothing"], 2, "E-NO-SUCH-NAME");
    check(&desk, &["layers", "app", "--platform", "linux"], 2, "platform");
    check(&desk, &["explain", "app", "/no/such"], 2, "no layer of app ever had `/no/such`");
    check(&desk, &["audit", "app", "--class", "nothing"], 2, "no row `nothing`");
    check(&desk, &["audit", "app", "--fail-on", "nothing"], 2, "possible values");
    check(&desk, &["layers", "app", "--files", "--largest", "3"], 2, "cannot be used with");
    check(&desk, &["man", "nothing"], 2, "no verb `nothing`");
    check(&desk, &["standard", "lint", "--on", "tomorrow"], 2, "--on");
    check(&desk, &["cache", "--cache-mb", "many", "info"], 2, "--cache-mb");
}

#[test]
fn what_cannot_be_read_is_three() {
    let desk = Desk::new();
    desk.write("garbage.tar", b"this is no archive");
    check(&desk, &["audit", "missing.tar"], 3, "error[E-OPEN]");
    check(&desk, &["layers", "garbage.tar"], 3, "error[E-ARCHIVE]");
    check(&desk, &["explain", "garbage.tar", "/"], 3, "next:");
    check(&desk, &["layers", "/dev/null"], 3, "error[E-OPEN]");
    check(&desk, &["layers", "."], 3, "error[E-NOT-AN-IMAGE]");
    check(&desk, &["layers", "app", "--max-files", "2"], 3, "--max-files raises it");
    check(&desk, &["layers", "app", "--max-layer-bytes", "100000"], 3, "--max-layer-bytes raises it");
    check(&desk, &["audit", "app", "--standard", "missing.toml"], 3, "missing.toml");
    check(&desk, &["standard", "show", "garbage.tar"], 3, "garbage.tar");
}

#[test]
fn an_image_nobody_may_read_is_three() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::new();
    std::fs::set_permissions(desk.path("app.tar"), std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(desk.path("app.tar")).is_err() {
        return check(&desk, &["audit", "app.tar"], 3, "error[E-OPEN]");
    }
    // The superuser reads everything; somebody else has to ask.
    std::fs::set_permissions(desk.path("."), std::fs::Permissions::from_mode(0o755)).unwrap();
    let as_nobody = |arguments: &[&str]| {
        let program = desk.command(arguments);
        let mut command = std::process::Command::new("setpriv");
        command.args(["--reuid=65534", "--clear-groups"]).arg(program.get_program()).args(program.get_args());
        command.current_dir(desk.path(".")).output()
    };
    if !as_nobody(&["audit", "app"]).is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: the superuser reads everything, and setpriv cannot make it somebody else");
        return;
    }
    let output = as_nobody(&["audit", "app.tar"]).unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("error[E-OPEN]"), "{}", text(&output.stderr));
}

#[test]
fn fail_on_makes_verdicts_and_gates_one() {
    let desk = Desk::new();
    let verdict = |arguments: &[&str]| {
        let json: serde_json::Value = serde_json::from_str(&desk.says(arguments)).unwrap();
        json["images"][0]["judgement"]["verdict"].as_str().unwrap().to_owned()
    };
    let python = ["audit", "app", "--base", "python:3.12-alpine", "--format", "json"];
    assert_eq!(verdict(&python), "FLOOR");
    check(&desk, &["audit", "app", "--base", "python:3.12-alpine", "--fail-on", "justified"], 0, "");
    check(&desk, &["audit", "app", "--base", "python:3.12-alpine", "--fail-on", "gate-data"], 1, "");
    let banned = ["audit", "app", "--base", "debian:12", "--format", "json"];
    assert_eq!(verdict(&banned), "REPLACE");
    for level in ["justified", "review", "audit", "replace", "REPLACE"] {
        check(&desk, &["audit", "app", "--base", "debian:12", "--fail-on", level], 1, "");
    }
    check(&desk, &["audit", "app", "--base", "debian:12"], 0, "");
    check(&desk, &["audit", "app", "--fail-on", "gate"], 0, "");
    let eleven: Vec<_> = (0..11).map(|number: i32| layer(&[file("a", number.to_string())])).collect();
    desk.write("eleven.tar", &Members::docker(&eleven, &[], &Config::default()).tar());
    check(&desk, &["audit", "eleven.tar", "--quiet", "--fail-on", "gate"], 1, "");
}

#[test]
fn one_unreadable_image_does_not_hide_the_others() {
    let desk = Desk::new();
    desk.write("garbage.tar", b"this is no archive");
    let output = desk.run(&["audit", "app.tar", "garbage.tar", "missing.tar", "app"]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(text(&output.stdout).matches("registry.example/app:1.0 ").count(), 2);
    let errors = text(&output.stderr);
    assert!(
        errors.contains("error[E-ARCHIVE] garbage.tar") && errors.contains("error[E-OPEN] missing.tar"),
        "{errors}"
    );
    let output = desk.run(&["audit", "garbage.tar", "app", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((json["images"].as_array().unwrap().len(), &json["unreadable"][0]["code"]), (1, &"E-ARCHIVE".into()));
}

#[test]
fn an_archive_of_several_images_is_audited_whole_and_looked_at_by_name() {
    let desk = Desk::new();
    let image = |name: &str| Members::docker(&[layer(&[file(name, name)])], &[name], &Config::default());
    let (one, two) = (image("one:1"), image("two:2"));
    let manifest = |members: &Members| text(&members.0["manifest.json"]);
    let second = manifest(&two).replace("0/layer.tar", "1/layer.tar");
    let mut both = one.clone();
    both.0.insert("1/layer.tar".into(), two.0["0/layer.tar"].clone());
    both.0.extend(two.0.into_iter().filter(|(name, _)| name.ends_with(".json") && name != "manifest.json"));
    let joined = format!("[{},{}]", manifest(&one).trim_matches(['[', ']']), second.trim_matches(['[', ']']));
    both.0.insert("manifest.json".into(), joined.replace("\"}", "\"]}").replace("]]", "]").into_bytes());
    desk.write("both.tar", &both.tar());
    let shown = desk.says(&["audit", "both.tar"]);
    assert!(shown.contains("2 images"), "{shown}");
    check(&desk, &["layers", "both.tar"], 2, "E-SEVERAL");
    check(&desk, &["layers", "both.tar:two:2"], 0, "");
}

#[test]
fn quiet_says_nothing_but_errors() {
    let desk = Desk::new();
    for arguments in [&["audit", "app", "-q"][..], &["layers", "app", "-q"], &["explain", "app", "/app", "-q"]] {
        let output = desk.run(arguments);
        assert_eq!((text(&output.stdout), text(&output.stderr)), (String::new(), String::new()));
    }
    check(&desk, &["layers", "missing", "-q"], 3, "E-OPEN");
}
