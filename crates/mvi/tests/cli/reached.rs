//! Which findings the entry point reaches, and which base to move to, by the program.

use serde_json::Value;

use crate::archive::{Config, Members};
use crate::desk::{Desk, text};
use crate::elf::{elf, library};
use crate::entry::{Entry, file, layer};
use crate::follow::follow;

const LD: &str = "/lib64/ld-linux-x86-64.so.2";

/// A package of dpkg: its name, version, needs, and the files that it owns.
type Deb<'a> = (&'a str, &'a str, &'a str, &'a [&'a str]);

/// What is in the base: a library that the program needs, one that it is only declared to need, a debugger, and a program
/// that nobody starts.
const BASE: &[Deb<'_>] = &[
    ("liba", "1.0", "declared", &["usr/lib/liba.so"]),
    ("declared", "1.0", "", &["usr/share/declared/data"]),
    ("gdb", "1.0", "", &["usr/bin/gdb"]),
    ("idle", "1.0", "", &["usr/bin/idle"]),
];

fn database(debs: &[Deb<'_>]) -> Vec<Entry> {
    let record = |(name, version, needs, _): &Deb<'_>| {
        let needs = if needs.is_empty() { String::new() } else { format!("Depends: {needs}\n") };
        format!("Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n{needs}\n")
    };
    let sums = |(name, _, _, paths): &Deb<'_>| {
        let lines = paths.iter().map(|path| format!("d41d8cd98f00b204e9800998ecf8427e  {path}\n"));
        file(&format!("var/lib/dpkg/info/{name}.md5sums"), lines.collect::<String>())
    };
    let status: String = debs.iter().map(record).collect();
    let mut entries = vec![
        file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
        file("var/lib/dpkg/status", status),
        file("lib64/ld-linux-x86-64.so.2", library(&[])).mode(0o755),
    ];
    entries.extend(debs.iter().map(sums));
    let body = |path: &str| match path {
        path if path.ends_with(".so") => library(&[]),
        path if path.starts_with("usr/bin/") => elf(LD, &[]),
        _ => b"data".to_vec(),
    };
    let paths = debs.iter().flat_map(|(_, _, _, paths)| paths.iter());
    entries.extend(paths.map(|path| file(path, body(path)).mode(0o755)));
    entries
}

fn save(desk: &Desk, path: &str, name: &str, layers: &[Vec<u8>]) {
    let config = Config { runtime: r#"{"Cmd":["/app/run"]}"#, ..Config::default() };
    desk.write(path, &Members::docker(layers, &[name], &config).tar());
}

/// `base.tar`, `app.tar` on it, and an advisory for each package of the base, fixed in 2.0.
fn desk() -> Desk {
    let desk = Desk::bare();
    let base = layer(&database(BASE));
    save(&desk, "base.tar", "base:1", std::slice::from_ref(&base));
    save(&desk, "app.tar", "app:1", &[base, layer(&[file("app/run", elf(LD, &["liba.so"])).mode(0o755)])]);
    for (number, name) in ["liba", "declared", "gdb", "idle"].into_iter().enumerate() {
        advise(&desk, number, name, "2.0");
    }
    desk
}

fn advise(desk: &Desk, number: usize, name: &str, fixed: &str) {
    let record = format!(
        r#"{{"id": "CVE-2026-{number}", "modified": "2026-03-01T00:00:00Z",
        "severity": [{{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}}], "affected": [
        {{"package": {{"ecosystem": "Debian:12", "name": "{name}"}}, "ranges": [{{"type": "ECOSYSTEM",
        "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
    );
    desk.write("record.json", record.as_bytes());
    desk.says(&["db", "import", "record.json", "--quiet"]);
}

fn report(desk: &Desk, arguments: &[&str]) -> Value {
    let output = desk.run(&[&["vulns"], arguments, &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    follow(include_str!("../../schema/mvi-vulns-1.json"), &output.stdout)
}

/// `package: WORD` of each finding.
fn words(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let word = |it: &Value| format!("{}: {}", it["package"]["name"], it["reached"]).replace('"', "");
    let mut words: Vec<String> = findings.map(word).collect();
    words.sort();
    words
}

#[test]
fn every_finding_says_whether_its_package_is_reached() {
    let desk = desk();
    let found = report(&desk, &["app.tar"]);
    assert_eq!(words(&found), ["declared: POSSIBLE", "gdb: DEBUG_STAGE", "idle: PROHIBIT", "liba: INCLUDE"]);
    let reach = &found["reach"];
    let counts = ["include", "possible", "debug_stage", "prohibit", "unknown", "left_out"].map(|name| &reach[name]);
    assert_eq!(counts, [1, 1, 1, 1, 0, 0]);
    let said = desk.says(&["vulns", "app.tar"]);
    assert!(
        said.contains("1 reached from the entry point") && said.contains("liba 1.0 → 2.0  layer 0, INCLUDE"),
        "{said}"
    );
    let table = desk.says(&["vulns", "app.tar", "--format", "markdown"]);
    assert!(table.contains("| PROHIBIT |"), "{table}");
    let sarif = desk.says(&["vulns", "app.tar", "--format", "sarif"]);
    let sarif = follow(include_str!("../schemas/sarif-2.1.0.json"), sarif.as_bytes());
    let reached = sarif["runs"][0]["results"].as_array().unwrap().iter().map(|it| &it["properties"]["reached"]);
    assert_eq!(reached.filter(|it| **it == "INCLUDE").count(), 1);
}

#[test]
fn what_is_not_reached_is_left_out_and_counted_when_that_is_asked_for() {
    let desk = desk();
    let found = report(&desk, &["app.tar", "--reached"]);
    assert_eq!(words(&found), ["declared: POSSIBLE", "liba: INCLUDE"]);
    assert_eq!((&found["reach"]["left_out"], &found["counts"]["high"]), (&2.into(), &4.into()));
    let said = desk.says(&["vulns", "app.tar", "--reached"]);
    assert!(said.contains("and 2 in packages that nothing reaches"), "{said}");
}

#[test]
fn what_fails_listens_to_the_closure_only_where_that_is_asked_for() {
    let desk = desk();
    let code = |image: &str, arguments: &[&str]| {
        desk.run(&[&["vulns", image, "--quiet", "--fail-on", "high"], arguments].concat()).status.code()
    };
    // An image with nothing but the tools beside a program of its own.
    let tools = layer(&database(&BASE[2..]));
    save(&desk, "tools.tar", "tools:1", &[tools, layer(&[file("app/run", elf(LD, &[])).mode(0o755)])]);
    assert_eq!(code("tools.tar", &[]), Some(1));
    assert_eq!(code("tools.tar", &["--reached"]), Some(1), "what is shown is not what fails");
    assert_eq!(code("tools.tar", &["--fail-on-reached"]), Some(0));
    assert_eq!(code("app.tar", &["--fail-on-reached"]), Some(1));
    assert_eq!(desk.run(&["vulns", "app.tar", "--fail-on-reached"]).status.code(), Some(2));
    assert_eq!(code("app.tar", &["--no-needs", "--reached"]), Some(2));
}

#[test]
fn nobody_can_tell_what_a_bill_of_materials_reaches_and_that_fails_as_before() {
    let desk = desk();
    desk.write("bill.json", desk.says(&["sbom", "app.tar"]).as_bytes());
    let found = report(&desk, &["sbom:bill.json", "--reached"]);
    assert_eq!(words(&found), ["declared", "gdb", "idle", "liba"].map(|name| format!("{name}: UNKNOWN")));
    assert_eq!(found["reach"]["unknown_because"], "a bill of materials has no files");
    assert_eq!((&found["reach"]["unknown"], &found["reach"]["left_out"]), (&4.into(), &0.into()));
    let failed = desk.run(&["vulns", "sbom:bill.json", "--fail-on", "high", "--fail-on-reached", "--quiet"]);
    assert_eq!(failed.status.code(), Some(1), "what nobody can tell is not taken for safe");
    let unasked = report(&desk, &["app.tar", "--no-needs"]);
    assert_eq!(unasked["reach"]["unknown"], 4);
}

/// A base with liba fixed, gdb as it was, idle gone, the declared one fixed, and a package that has an advisory of its own.
fn next_base(desk: &Desk, path: &str, liba: &str) {
    let debs: &[Deb<'_>] = &[
        ("liba", liba, "", &["usr/lib/liba.so"]),
        ("declared", "2.1", "", &["usr/share/declared/data"]),
        ("gdb", "1.0", "", &["usr/bin/gdb"]),
        ("fresh", "1.0", "", &["usr/bin/fresh"]),
    ];
    save(desk, path, &path.replace(".tar", ":2"), &[layer(&database(debs))]);
    advise(desk, 9, "fresh", "1.5");
}

#[test]
fn another_base_is_weighed_by_what_it_removes_leaves_and_adds() {
    let desk = desk();
    next_base(&desk, "next.tar", "2.0");
    let found = report(&desk, &["app.tar", "--old-base", "base.tar", "--base-image", "next.tar"]);
    assert_eq!(found["base"], serde_json::json!({"layers": 1, "known_by": "old-base", "reference": "base:1"}));
    let update = &found["base_updates"][0];
    let numbers = ["of", "removes", "leaves", "unknown", "adds", "high_or_worse"].map(|name| &update[name]);
    assert_eq!(numbers, [4, 3, 1, 0, 1, 2]);
    let fates = update["findings"].as_array().unwrap().iter();
    let mut fates: Vec<String> =
        fates.map(|it| format!("{} {} {}", it["name"], it["fate"], it["there"]).replace('"', "")).collect();
    fates.sort();
    assert_eq!(
        fates,
        ["declared fixed [declared 2.1]", "gdb still [gdb 1.0]", "idle gone []", "liba fixed [liba 2.0]"]
    );
    assert_eq!(
        (&update["added"][0]["id"], &update["added"][0]["package"]),
        (&"CVE-2026-9".into(), &"fresh 1.0".into())
    );
    assert_eq!(found["findings"][0]["origin"], "base");
    let said = desk.says(&["vulns", "app.tar", "--old-base", "base.tar", "--base-image", "next.tar"]);
    assert!(said.contains("updating the base to next:2 removes 3 of 4, adds 1"), "{said}");
    assert!(said.contains("the other base has no such package"), "{said}");
}

#[test]
fn of_several_bases_the_best_comes_first_and_todays_is_known_by_its_layers() {
    let desk = desk();
    next_base(&desk, "next.tar", "2.0");
    next_base(&desk, "worse.tar", "1.1");
    let bases = ["--base-image", "base.tar", "--base-image", "worse.tar", "--base-image", "next.tar"];
    let found = report(&desk, &[&["app.tar"], bases.as_slice()].concat());
    assert_eq!((&found["base"]["known_by"], &found["base"]["layers"]), (&"candidate".into(), &1.into()));
    let order: Vec<_> =
        found["base_updates"].as_array().unwrap().iter().map(|it| it["image"]["reference"].clone()).collect();
    assert_eq!(order, ["next:2", "worse:2", "base:1"]);
    let today = &found["base_updates"][2];
    assert_eq!((&today["is_current"], &today["removes"], &today["leaves"]), (&true.into(), &0.into(), &4.into()));
}

#[test]
fn a_base_that_nobody_knows_is_no_base_and_one_without_feeds_is_no_better() {
    let desk = desk();
    next_base(&desk, "next.tar", "2.0");
    let unknown = desk.run(&["vulns", "app.tar", "--base-image", "next.tar"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("--old-base IMAGE"), "{}", text(&unknown.stderr));
    let wrong = desk.run(&["vulns", "app.tar", "--old-base", "next.tar", "--base-image", "base.tar"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("is not what app:1 stands on"), "{}", text(&wrong.stderr));
    // Alpine's packages: none of the names is there, and nobody speaks of those that are.
    let installed = "P:musl\nV:1.2.5-r0\nA:x86_64\no:musl\n\n";
    let alpine = [file("etc/os-release", "ID=alpine\nVERSION_ID=3.22.0\n"), file("lib/apk/db/installed", installed)];
    save(&desk, "alpine.tar", "alpine:3.22", &[layer(&alpine)]);
    let bases = ["--base-layers", "1", "--base-image", "alpine.tar", "--base-image", "next.tar"];
    let found = report(&desk, &[&["app.tar"], bases.as_slice()].concat());
    let updates = &found["base_updates"];
    assert_eq!((&updates[0]["image"]["reference"], &updates[1]["removes"]), (&"next:2".into(), &4.into()));
    assert_eq!(updates[1]["unchecked"][0]["ecosystem"], "apk");
}

#[test]
fn a_fleet_knows_the_base_by_its_layers() {
    let desk = desk();
    next_base(&desk, "next.tar", "2.0");
    desk.says(&["fleet", "record", "base.tar"]);
    let found = report(&desk, &["app.tar", "--base-image", "next.tar"]);
    assert_eq!((&found["base"]["known_by"], &found["base"]["layers"]), (&"fleet".into(), &1.into()));
    assert_eq!(found["base_updates"][0]["removes"], 3);
}
