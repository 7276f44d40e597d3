//! Advisories told to the fleet, and whom they reach.

use std::io::Write as _;

use serde_json::{Value, json as value};
use zip::write::SimpleFileOptions;

use crate::archive::{Config, Members};
use crate::desk::{Desk, text};
use crate::entry::{file, layer};
use crate::pods::dump;
use crate::stage::{bytes, json, row};

/// A base of one release with one version of musl, and an application on it.
fn record(desk: &Desk, release: &str, musl: &str) {
    let os = format!("ID=alpine\nVERSION_ID={release}.1\n");
    let installed = format!("P:musl\nV:{musl}\nA:x86_64\no:musl\n\nP:musl-utils\nV:{musl}\nA:x86_64\no:musl\n\n");
    let base = layer(&[file("etc/os-release", os), file("lib/apk/db/installed", installed)]);
    let (name, app) = (format!("alpine:{release}"), format!("team/app:{release}"));
    desk.write("base.tar", &Members::docker(std::slice::from_ref(&base), &[&name], &Config::default()).tar());
    desk.write("app.tar", &Members::docker(&[base, bytes(1)], &[&app], &Config::default()).tar());
    desk.says(&["fleet", "record", "base.tar", "app.tar"]);
}

fn run(desk: &Desk, services: &[(&str, &str)]) {
    let list = json(desk, &["fleet", "list"]);
    let digest = |image: &str| row(&list, image)["digest"].as_str().unwrap().to_owned();
    let services: Vec<(&str, String)> = services.iter().map(|(service, image)| (*service, digest(image))).collect();
    let services: Vec<(&str, &str, usize)> =
        services.iter().map(|(name, digest)| (*name, digest.as_str(), 1)).collect();
    desk.write("pods.json", &dump(&services));
    desk.says(&["fleet", "scan", "--kubernetes", "pods.json", "--cluster", "prod"]);
}

/// An advisory on musl in one release, fixed in a version.
fn advisory(release: &str, fixed: &str) -> Value {
    value!({"id": "ALPINE-CVE-2025-26519", "upstream": ["CVE-2025-26519"], "affected": [
        {"package": {"ecosystem": format!("Alpine:v{release}"), "name": "musl"},
         "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]})
}

fn services(desk: &Desk) -> Vec<(String, String, String)> {
    let answer = json(desk, &["fleet", "query", "Q1", "CVE-2025-26519"]);
    let cell = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let rows = answer["services"].as_array().unwrap().iter();
    rows.map(|row| {
        (cell(row, "service"), row["introduced_by"]["reference"].as_str().unwrap().to_owned(), cell(row, "fixed_in"))
    })
    .collect()
}

fn tell(desk: &Desk, record: &Value) -> Value {
    desk.write("osv.json", record.to_string().as_bytes());
    json(desk, &["fleet", "advisories", "osv.json"])
}

fn reached(service: &str) -> (String, String, String) {
    (format!("shop/{service}"), "alpine:3.19".into(), "1.2.5-r0".into())
}

#[test]
fn an_advisory_reaches_the_services_on_the_release_it_is_about_and_names_their_base() {
    let desk = Desk::bare();
    record(&desk, "3.19", "1.2.4-r2");
    record(&desk, "3.20", "1.2.5-r1");
    run(&desk, &[("api", "team/app:3.19"), ("web", "team/app:3.20")]);
    let report = tell(&desk, &advisory("3.19", "1.2.5-r0"));
    assert_eq!((&report["new"], &report["affecting"], &report["packages"]), (&1.into(), &1.into(), &2.into()));
    // Both packages of the source are affected.
    assert_eq!(services(&desk), [reached("api"), reached("api")]);
    let images = json(&desk, &["fleet", "query", "Q1", "CVE-2025-26519", "--images"])["images"].clone();
    assert_eq!(images.as_array().unwrap().len(), 4, "two packages of the base and of the application on it");
    let fix = json(&desk, &["fleet", "query", "Q5", "ALPINE-CVE-2025-26519"]);
    assert!(fix.to_string().contains("alpine:3.19"), "{fix}");
    let again = tell(&desk, &advisory("3.19", "1.2.5-r0"));
    assert_eq!((&again["same"], &again["new"]), (&1.into(), &0.into()));
}

#[test]
fn images_that_come_later_are_held_against_advisories_that_are_known() {
    let desk = Desk::bare();
    record(&desk, "3.20", "1.2.5-r1");
    let report = tell(&desk, &advisory("3.19", "1.2.5-r0"));
    assert_eq!(report["affecting"], 0);
    record(&desk, "3.19", "1.2.4-r2");
    run(&desk, &[("api", "team/app:3.19")]);
    assert_eq!(services(&desk), [reached("api"), reached("api")]);
    desk.says(&["fleet", "check"]);
    desk.says(&["fleet", "rebuild"]);
    assert_eq!(services(&desk), [reached("api"), reached("api")]);
}

#[test]
fn an_advisory_that_is_corrected_or_withdrawn_counts_as_it_says_now() {
    let desk = Desk::bare();
    record(&desk, "3.19", "1.2.4-r2");
    run(&desk, &[("api", "team/app:3.19")]);
    tell(&desk, &advisory("3.19", "1.2.5-r0"));
    assert_eq!(tell(&desk, &advisory("3.19", "1.2.4-r1"))["changed"], 1);
    assert!(services(&desk).is_empty());
    tell(&desk, &advisory("3.19", "1.2.5-r0"));
    let mut withdrawn = advisory("3.19", "1.2.5-r0");
    withdrawn["withdrawn"] = "2026-01-01T00:00:00Z".into();
    assert_eq!(tell(&desk, &withdrawn)["withdrawn"], 1);
    assert!(services(&desk).is_empty());
}

#[test]
fn archives_and_folders_are_read_and_what_is_no_record_is_named() {
    let desk = Desk::bare();
    record(&desk, "3.19", "1.2.4-r2");
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in
        [("a.json", advisory("3.19", "1.2.5-r0").to_string()), ("b.json", "{".into()), ("c.txt", "{".into())]
    {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    std::fs::create_dir(desk.path("feeds")).unwrap();
    std::fs::create_dir(desk.path("empty")).unwrap();
    desk.write("feeds/all.zip", &archive.finish().unwrap().into_inner());
    desk.write("feeds/broken.zip", b"PK");
    desk.write(
        "feeds/cargo.json",
        br#"{"id": "R", "affected": [{"package": {"ecosystem": "crates.io", "name": "a"}}]}"#,
    );
    let output = desk.run(&["fleet", "advisories", "feeds"]);
    assert_eq!(output.status.code(), Some(3));
    let said = text(&output.stdout);
    assert!(said.contains("2 advisories") && said.contains("1 about kinds of packages"), "{said}");
    assert!(said.contains("b.json: not a record of OSV") && said.contains("broken.zip"), "{said}");
    assert_eq!(desk.run(&["fleet", "advisories", "missing.json"]).status.code(), Some(3));
    desk.write("empty/read.me", b"");
    assert_eq!(desk.run(&["fleet", "advisories", "empty"]).status.code(), Some(2));
}
