//! What an image needs, by the program: decisions, faults, the way to a file, exit codes.

use serde_json::Value;

use crate::archive::{Config, Members};
use crate::desk::{Desk, text};
use crate::elf::{elf, library};
use crate::entry::{Entry, file, layer};

const LD: &str = "/lib64/ld-linux-x86-64.so.2";

/// An image whose program needs a library, with a compiler and a debugger beside it. `missing` is a library that is not there.
fn desk(missing: &[&str]) -> Desk {
    let desk = Desk::bare();
    let needed: Vec<&str> = [&["liba.so"], missing].concat();
    let program = |path: &str, bytes: Vec<u8>| file(path, bytes).mode(0o755);
    let base: Vec<Entry> = vec![
        program("lib64/ld-linux-x86-64.so.2", library(&[])),
        program("usr/lib/liba.so", library(&[])),
        program("sbin/tini", elf(LD, &[])),
    ];
    let above: Vec<Entry> = vec![
        program("app/run", elf(LD, &needed)),
        program("usr/bin/gcc-12", elf(LD, &[])),
        program("usr/bin/gdb", elf(LD, &[])),
        file("srv/data.bin", "data"),
    ];
    let history: &[&str] = &["FROM base", "COPY . /"];
    let runtime = r#"{"Entrypoint":["/sbin/tini","--"],"Cmd":["/app/run"],"WorkingDir":"/app"}"#;
    let config = Config { history, runtime, ..Config::default() };
    let layers = [layer(&base), layer(&above)];
    desk.write("app.tar", &Members::docker(&layers, &["app:1"], &config).tar());
    desk
}

fn report(desk: &Desk, arguments: &[&str]) -> Value {
    let output = desk.run(&[&["needs", "app.tar", "--format", "json"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    valid(include_str!("../../schema/mvi-needs-1.json"), &report);
    report
}

fn valid(schema: &str, report: &Value) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn every_finding_has_layer_component_and_evidence() {
    let report = report(&desk(&[]), &[]);
    assert_eq!(report["end"]["state"], "known");
    assert_eq!(report["faults"], Value::Array(Vec::new()));
    let found: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| format!("{} {} {} {}", note["category"], note["decision"], note["layer"], note["evidence"]))
        .collect();
    assert_eq!(
        found,
        [r#""build-tools" "PROHIBIT" 1 ["E1"]"#, r#""debug-tools" "DEBUG_STAGE" 1 ["E1"]"#].map(str::to_owned)
    );
    let sizes = &report["sizes"];
    let mb = |name: &str| (sizes[name].as_f64().unwrap() * 1e6).round() as u64;
    assert_eq!(mb("all_mb"), mb("include_mb") + mb("possible_mb") + mb("debug_stage_mb") + mb("prohibit_mb"));
    assert!(mb("include_mb") > 0 && mb("possible_mb") == 4 && mb("debug_stage_mb") > 0);
}

#[test]
fn a_missing_library_is_a_fault_that_names_what_needs_it() {
    let desk = desk(&["libpq.so.5"]);
    let report = report(&desk, &[]);
    assert_eq!(report["faults"][0]["code"], "F-M0");
    assert_eq!(report["unresolved"][0]["needed_by"], "/app/run");
    let said = desk.says(&["needs", "app.tar"]);
    assert!(said.contains("/app/run needs libpq.so.5"), "{said}");
    let table = desk.says(&["needs", "app.tar", "--format", "markdown"]);
    assert!(table.contains("| high | Build Tools |"), "{table}");
}

#[test]
fn what_fails_is_what_was_asked_for() {
    let desk = desk(&[]);
    let code = |arguments: &[&str]| desk.run(&[&["needs", "app.tar", "--quiet"], arguments].concat()).status.code();
    assert_eq!(code(&[]), Some(0));
    assert_eq!(code(&["--fail-on", "high"]), Some(1));
    let of_base = ["--fail-on", "low", "--base", "alpine:3.21", "--base-layers", "2"];
    assert_eq!(code(&of_base), Some(0), "what a registered base brings is a warning");
    assert_eq!(code(&["--class", "no-such-row"]), Some(2));
    assert_eq!(desk.run(&["needs", "missing.tar"]).status.code(), Some(3));
    desk.write("broken.tar", b"not an archive");
    assert_eq!(desk.run(&["needs", "broken.tar"]).status.code(), Some(3));
}

#[test]
fn explanations_show_the_way_from_the_entry_point() {
    let desk = desk(&[]);
    let said = desk.says(&["explain", "app.tar", "/usr/lib/liba.so", "--needed-by"]);
    let way = ["/sbin/tini", "/app/run", "/usr/lib/liba.so", "needed as liba.so"];
    assert!(way.iter().all(|word| said.contains(word)), "{said}");
    let said = desk.says(&["explain", "app.tar", "/usr/bin/gdb", "--needed-by"]);
    assert!(said.contains("nothing that the image starts reaches it"), "{said}");
    let output = desk.run(&["explain", "app.tar", "/usr/lib/liba.so", "--needed-by", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    valid(include_str!("../../schema/mvi-explain-1.json"), &report);
    assert_eq!(report["needed_by"]["chain"][2]["link"]["way"], "needs");
}

#[test]
fn an_image_of_which_nothing_is_known_says_so() {
    let desk = Desk::new();
    let said = desk.says(&["needs", "app"]);
    assert!(said.contains("nobody can tell what it needs"), "{said}");
    let output = desk.run(&["needs", "app", "--format", "json"]);
    valid(include_str!("../../schema/mvi-needs-1.json"), &serde_json::from_slice(&output.stdout).unwrap());
}

#[test]
fn an_audit_remembers_what_is_not_needed_until_something_of_it_changes() {
    let desk = desk(&[]);
    let answers = || std::fs::read_dir(desk.path("cache/answers")).map_or(0, |files| files.count());
    let audit = |arguments: &[&str]| -> Value {
        let output = desk.run(&[&["audit", "app.tar", "--format", "json", "--cache-dir", "cache"], arguments].concat());
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        report["images"][0].clone()
    };
    let first = audit(&[]);
    assert!(first["unneeded_mb"].as_f64().unwrap() > 0.0, "{first}");
    assert_eq!(answers(), 1);
    assert_eq!(audit(&[]), first);
    assert_eq!(answers(), 1);
    // An answer that is believed shows in the report; one that was damaged does not.
    let kept = std::fs::read_dir(desk.path("cache/answers")).unwrap().next().unwrap().unwrap().path();
    let sound = std::fs::read(&kept).unwrap();
    std::fs::write(&kept, b"{\"unneeded\":1,\"floor_estimate_mb\":null} 0000000000000000\n").unwrap();
    assert_eq!(audit(&[]), first);
    assert_eq!(std::fs::read(&kept).unwrap(), sound);
    // Something else is asked: the base has a layer, nothing is verified, nothing is asked at all.
    audit(&["--base-layers", "1"]);
    assert_eq!(answers(), 2);
    audit(&["--no-verify", "--class", "go-static"]);
    audit(&["--no-needs", "--class", "go-static"]);
    assert_eq!(answers(), 2);
}
