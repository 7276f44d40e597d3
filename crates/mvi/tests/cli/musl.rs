//! Whether an image can move to musl, by the program: verdicts, wheels that are to be had, exit codes.
#![cfg(target_arch = "x86_64")]

use serde_json::Value;

use crate::archive::{Config, Members};
use crate::desk::{Desk, text};
use crate::entry::{Entry, dir, file, layer};

/// A program for glibc, made of C.
fn built(text: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (source, built) = (folder.path().join("a.c"), folder.path().join("a"));
    std::fs::write(&source, text).unwrap();
    let status = std::process::Command::new("cc").arg("-o").arg(&built).arg(&source).status().unwrap();
    assert!(status.success());
    std::fs::read(&built).unwrap()
}

/// One that has only to be built again.
fn program() -> Vec<u8> {
    built("int main(void) { return 0; }\n")
}

fn desk(entries: &[Entry], env: &str) -> Desk {
    let desk = Desk::bare();
    let runtime = format!(r#"{{"Env":[{env}]}}"#);
    let config = Config { history: &["COPY app / # buildkit"], runtime: &runtime, ..Config::default() };
    desk.write("app.tar", &Members::docker(&[layer(entries)], &["registry.example/app:1"], &config).tar());
    desk
}

/// A package of Python with an object, installed from a wheel for glibc.
fn wheel() -> Vec<Entry> {
    let folder = "usr/lib/python3/site-packages/speedy-2.0.dist-info";
    let record = "speedy.so,,\nspeedy-2.0.dist-info/METADATA,,\n";
    vec![
        file(&format!("{folder}/METADATA"), "Metadata-Version: 2.1\nName: speedy\nVersion: 2.0\n"),
        file(&format!("{folder}/RECORD"), record),
        file(&format!("{folder}/WHEEL"), "Wheel-Version: 1.0\nTag: cp312-cp312-manylinux_2_17_x86_64\n"),
        file("usr/lib/python3/site-packages/speedy.so", program()).mode(0o755),
    ]
}

fn report(desk: &Desk, arguments: &[&str], exit: i32) -> Value {
    let output = desk.run(&[&["musl", "app.tar", "--format", "json"], arguments].concat());
    assert_eq!(output.status.code(), Some(exit), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let schema: Value = serde_json::from_str(include_str!("../../schema/mvi-musl-1.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    report
}

#[test]
fn an_image_without_objects_is_safe() {
    let desk = desk(&[file("app/main.sh", "#!/bin/sh\n")], "\"LANG=C.UTF-8\"");
    assert_eq!(report(&desk, &[], 0)["verdict"], "safe");
}

#[test]
fn a_program_for_glibc_needs_work_and_says_whose() {
    let desk = desk(&[file("app/tool", program()).mode(0o755)], "");
    let report = report(&desk, &[], 1);
    let subject = &report["subjects"][0];
    assert_eq!((&subject["kind"], &subject["name"]), (&"program".into(), &"app".into()));
    assert_eq!(subject["instruction"], "COPY app /");
    assert_eq!(desk.run(&["musl", "app.tar", "-q", "--fail-on", "blocked"]).status.code(), Some(0));
}

#[test]
fn a_program_that_uses_what_musl_lacks_is_blocked_and_says_by_what() {
    let text = "long strtol_l(const char *, char **, int, void *);\nint main(void) { return (int)strtol_l(\"0\", 0, 10, 0); }\n";
    let desk = desk(&[file("app/tool", built(text)).mode(0o755)], "");
    let report = report(&desk, &["--fail-on", "blocked"], 1);
    let subject = &report["subjects"][0];
    assert_eq!((&report["verdict"], &subject["verdict"]), (&"blocked".into(), &"blocked".into()));
    assert_eq!(subject["why"], "uses what musl lacks: strtol_l");
    assert_eq!(subject["objects"][0]["resolves"], false);
}

#[test]
fn wheels_that_are_to_be_had_decide_about_a_package_of_python() {
    let desk = desk(&wheel(), "");
    let verdict = |names: &str, exit| {
        desk.write("names.txt", names.as_bytes());
        let report = report(&desk, &["--wheels", "names.txt"], exit);
        let subject = &report["subjects"][0];
        assert_eq!((&subject["kind"], &subject["name"]), (&"wheel".into(), &"speedy".into()));
        (subject["verdict"].as_str().unwrap().to_owned(), subject["unblock"].as_str().unwrap().to_owned())
    };
    let (glibc, musl) =
        ("speedy-2.0-cp312-cp312-manylinux_2_17_x86_64.whl", "speedy-2.0-cp312-cp312-musllinux_1_2_x86_64.whl");
    assert_eq!(verdict(glibc, 1).0, "blocked");
    assert_eq!(
        verdict(&format!("{glibc}\n{musl}"), 1),
        ("needs-work".into(), "install its wheel for musllinux_1_2_x86_64".into())
    );
    assert!(verdict(&format!("{glibc} speedy-2.0.tar.gz"), 1).1.contains("source"));
    let unknown = report(&desk, &[], 1);
    assert!(unknown["subjects"][0]["why"].as_str().unwrap().contains("nobody looked"), "{unknown}");
    desk.write("names.txt", b"nothing");
    assert_eq!(desk.run(&["musl", "app.tar", "--wheels", "names.txt"]).status.code(), Some(2));
    assert_eq!(desk.run(&["musl", "app.tar", "--wheels", "none.txt"]).status.code(), Some(3));
}

#[test]
fn a_build_for_musl_beside_an_addon_makes_it_safe() {
    let package = r#"{"name": "fast", "version": "1.0.0"}"#;
    let mut entries = vec![
        dir("app/node_modules/fast"),
        file("app/node_modules/fast/package.json", package),
        file("app/node_modules/fast/prebuilds/linux-x64/fast.glibc.node", program()),
    ];
    let alone = desk(&entries, "");
    assert_eq!(report(&alone, &[], 1)["subjects"][0]["kind"], "addon");
    entries.push(file("app/node_modules/fast/prebuilds/linux-x64/fast.musl.node", "for musl"));
    assert_eq!(report(&desk(&entries, ""), &[], 0)["verdict"], "safe");
}

#[test]
fn name_services_and_locales_are_told() {
    let entries = [file("etc/nsswitch.conf", "passwd: files ldap\n")];
    let report = report(&desk(&entries, "\"LANG=de_DE.UTF-8\""), &[], 1);
    let names: Vec<&str> =
        report["subjects"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["locale", "name services"]);
}

#[test]
fn every_format_tells_the_verdict_within_its_width() {
    let desk = desk(&[wheel(), vec![file("app/tool", program()).mode(0o755)]].concat(), "");
    for columns in ["80", "200"] {
        let output = desk.command(&["musl", "app.tar", "--all"]).env("COLUMNS", columns).output().unwrap();
        let said = text(&output.stdout);
        assert!(said.contains("needs work for musl") && said.contains("speedy 2.0"), "{said}");
        let limit: usize = columns.parse().unwrap();
        assert!(said.lines().all(|line| line.chars().count() <= limit), "{said}");
    }
    let markdown = desk.run(&["musl", "app.tar", "--format", "markdown"]);
    assert!(text(&markdown.stdout).contains("| needs work | speedy 2.0 |"), "{}", text(&markdown.stdout));
}
