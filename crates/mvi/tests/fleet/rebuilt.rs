//! A flaw in the base, and the service that is built again on the fixed one: the finding closes, a ring grows, pressure falls.

use serde_json::{Value, json as value};

use crate::archive::{Config, Members};
use crate::desk::{Desk, text};
use crate::entry::{file, layer};
use crate::pods::dump;
use crate::stage::{bytes, json, row};

const GID: &str = "GID-IMG-APP-001";

/// A base of one release with one version of musl, and a release of the application on it.
fn build(desk: &Desk, release: &str, musl: &str, version: u32) {
    let os = format!("ID=alpine\nVERSION_ID={release}.1\n");
    let installed = format!("P:musl\nV:{musl}\nA:x86_64\no:musl\n\n");
    let base = layer(&[file("etc/os-release", os), file("lib/apk/db/installed", installed)]);
    let (name, app) = (format!("alpine:{release}"), format!("team/app:{version}"));
    desk.write("base.tar", &Members::docker(std::slice::from_ref(&base), &[&name], &Config::default()).tar());
    let archive = Members::docker(&[base, bytes(1)], &[&app], &Config::default()).tar();
    desk.write(&format!("app-{version}.tar"), &archive);
    desk.says(&["fleet", "record", "base.tar"]);
}

/// An index with one advisory on musl in the older release, which the fleet is told as well.
fn advise(desk: &Desk) {
    let advisory = value!({"id": "ALPINE-CVE-2026-26519", "upstream": ["CVE-2026-26519"],
        "aliases": ["CVE-2026-26519"], "modified": "2026-03-01T00:00:00Z",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
        "affected": [{"package": {"ecosystem": "Alpine:v3.19", "name": "musl"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2.5-r0"}]}]}]});
    desk.write("osv.json", advisory.to_string().as_bytes());
    desk.says(&["db", "import", "osv.json", "--db", "index", "--quiet"]);
    desk.says(&["fleet", "advisories", "osv.json"]);
}

/// A sealed record for the application, so that it can be registered.
fn seal(desk: &Desk) {
    desk.says(&["key", "new", "--no-password", "ada.key"]);
    desk.write("mvi.toml", b"[rom]\nfolder = \"rom\"\ntrusted = [\"ada.key.pub\"]\n");
    desk.write("winner.toml", crate::register::MEASURED);
    let order = ["rom", "seal", "python-service", "--image", "app", "--base", "python:3.12-alpine", "--base-layers"];
    desk.says(&[&order[..], &["1", "--measured", "winner.toml", "--key", "ada.key"]].concat());
}

fn run(desk: &Desk, image: &str) {
    let list = json(desk, &["fleet", "list"]);
    let digest = row(&list, image)["digest"].as_str().unwrap().to_owned();
    desk.write("pods.json", &dump(&[("api", digest.as_str(), 1)]));
    desk.says(&["fleet", "scan", "--kubernetes", "pods.json", "--cluster", "prod"]);
}

fn gate(desk: &Desk, image: &str) -> Value {
    let audit: Value =
        serde_json::from_str(&desk.says(&["audit", image, "--db", "index", "--format", "json"])).unwrap();
    let gates = audit["images"][0]["judgement"]["gates"].as_array().unwrap().clone();
    gates.into_iter().find(|gate| gate["id"] == "AC-VULN").unwrap()["status"].clone()
}

fn reached(desk: &Desk) -> usize {
    let services = json(desk, &["fleet", "query", "Q1", "CVE-2026-26519"])["services"].clone();
    services.as_array().unwrap().len()
}

#[test]
fn a_service_that_is_built_again_on_the_fixed_base_closes_the_finding_and_its_pressure_falls() {
    let desk = Desk::new();
    seal(&desk);
    build(&desk, "3.19", "1.2.4-r2", 1);
    advise(&desk);
    desk.says(&["fleet", "record", "app-1.tar", "--db", "index"]);
    let order = ["fleet", "register", "team/app:1", "--rom", "rom/ROM-PY-SERVICE-V13.rom.json", "--owner", "TEAM"];
    desk.says(&[&order[..], &["--provisional", "--gid", GID]].concat());
    run(&desk, "team/app:1");
    assert_eq!((gate(&desk, "app-1.tar"), reached(&desk)), ("fail".into(), 1));

    build(&desk, "3.20", "1.2.5-r1", 2);
    desk.says(&["fleet", "record", "app-2.tar", "--db", "index", "--gid", GID]);
    run(&desk, "team/app:2");
    assert_eq!((gate(&desk, "app-2.tar"), reached(&desk)), ("pass".into(), 0));
    let card = json(&desk, &["fleet", "show", GID]);
    let rings = card["organism"]["rings"].as_array().unwrap();
    assert_eq!(rings.len(), 2, "{rings:#?}");
    let pressure = |ring: usize| rings[ring]["pressure"].as_f64().unwrap();
    assert!(pressure(1) < pressure(0), "{} is not below {}", pressure(1), pressure(0));
    assert_eq!(card["image"]["dimensions"]["cve_count"], 0.0);
}

#[test]
fn what_was_not_looked_up_is_no_number() {
    let desk = Desk::bare();
    build(&desk, "3.19", "1.2.4-r2", 1);
    let other = value!({"id": "PYSEC-1", "modified": "2026-03-01T00:00:00Z", "affected": [
        {"package": {"ecosystem": "PyPI", "name": "x"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]});
    desk.write("osv.json", other.to_string().as_bytes());
    desk.says(&["db", "import", "osv.json", "--db", "index", "--quiet"]);
    let said = json(&desk, &["fleet", "record", "app-1.tar", "--db", "index"]);
    assert!(said["images"][0]["findings"].to_string().contains("no feed speaks of the 1 packages of apk"), "{said}");
    assert!(json(&desk, &["fleet", "show", "team/app:1"])["image"]["dimensions"]["cve_count"].is_null());
    assert_eq!(desk.run(&["fleet", "record", "app-1.tar", "--db", "none"]).status.code(), Some(3));
}

#[test]
fn a_base_is_pinned_by_its_patch() {
    let desk = Desk::bare();
    let lint = |from: &str| {
        desk.write("Dockerfile", format!("FROM {from}\nUSER 1000\n").as_bytes());
        let output = desk.run(&["lint", "Dockerfile", "--no-shellcheck", "--select", "REC-04"]);
        text(&output.stdout).contains("REC-04")
    };
    assert!(lint("alpine:3.20") && !lint("alpine:3.21.8"));
}
