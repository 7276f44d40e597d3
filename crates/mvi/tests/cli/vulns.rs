//! What advisories say of an image, by the program: matches, waivers that end, and the gate that needs them.

use serde_json::Value;

use crate::archive::{Config, Members};
use crate::desk::{Desk, text};
use crate::entry::{file, layer};
use crate::follow::follow;

/// One advisory in the form of OSV.
fn record(id: &str, package: (&str, &str), events: &str, more: &str) -> String {
    let (ecosystem, name) = package;
    format!(
        r#"{{"id": "{id}", "modified": "2026-03-01T00:00:00Z", "summary": "about {id}"{more}, "affected": [
        {{"package": {{"ecosystem": "{ecosystem}", "name": "{name}"}}, "ranges": [{{"type": "ECOSYSTEM", "events": [{events}]}}]}}]}}"#
    )
}

const HIGH: &str = r#", "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}]"#;
const FIXED: &str = r#"{"introduced": "0"}, {"fixed": "2.0"}"#;

/// A root with three Python packages and a package of dpkg.
fn desk(records: &[String]) -> Desk {
    let desk = Desk::bare();
    let put = |path: &str, text: &str| {
        let path = desk.path("root").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
    let status =
        "Package: tool\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\nSource: kit (1.1-1)\n\n";
    put("var/lib/dpkg/status", status);
    for (name, version) in [("alpha", "1.0"), ("beta", "3.0"), ("gamma", "not a version")] {
        let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
        put(&format!("usr/lib/python3/dist-packages/{name}.dist-info/METADATA"), &metadata);
    }
    for (place, record) in records.iter().enumerate() {
        desk.write(&format!("{place}.json"), record.as_bytes());
        desk.says(&["db", "import", &format!("{place}.json"), "--quiet"]);
    }
    desk
}

fn both() -> [String; 2] {
    [
        record("PYSEC-1", ("PyPI", "alpha"), FIXED, &format!(r#", "aliases": ["CVE-2026-1"]{HIGH}"#)),
        record("DSA-1", ("Debian:12", "kit"), r#"{"introduced": "0"}, {"fixed": "1.2-1"}"#, ""),
    ]
}

fn report(desk: &Desk, arguments: &[&str], exit: i32) -> Value {
    let output = desk.run(&[&["vulns", "dir:root", "--format", "json"], arguments].concat());
    assert_eq!(output.status.code(), Some(exit), "{}", text(&output.stderr));
    follow(include_str!("../../schema/mvi-vulns-1.json"), &output.stdout)
}

#[test]
fn findings_have_layer_package_and_fix() {
    let desk = desk(&both());
    let report = report(&desk, &["--base-layers", "1"], 0);
    let [first, second] = report["findings"].as_array().unwrap().as_slice() else { panic!("{report}") };
    assert_eq!(
        (&first["id"], &first["level"], &first["fixed_in"]),
        (&"CVE-2026-1".into(), &"high".into(), &"2.0".into())
    );
    assert_eq!((&first["layer"], &first["origin"]), (&0.into(), &"base".into()));
    // Debian's advisories are about the source, in the source's version.
    assert_eq!((&second["id"], &second["package"]["name"]), (&"DSA-1".into(), &"tool".into()));
    assert_eq!(report["counts"]["high"], 1);
    assert_eq!(report["counts"]["unknown"], 1);
    assert_eq!((&report["updates"][0]["to"], &report["updates"][0]["clears"]), (&"2.0".into(), &1.into()));
    let said = desk.says(&["vulns", "dir:root"]);
    assert!(said.contains("alpha 1.0 → 2.0") && said.contains("about PYSEC-1"), "{said}");
    let table = desk.says(&["vulns", "dir:root", "--format", "markdown"]);
    assert!(table.contains("| high | CVE-2026-1 | alpha | 1.0 | 2.0 | 0 "), "{table}");
}

#[test]
fn what_fails_is_what_was_asked_for() {
    let desk = desk(&both());
    let code = |arguments: &[&str]| desk.run(&[&["vulns", "dir:root", "--quiet"], arguments].concat()).status.code();
    assert_eq!(code(&["--fail-on", "high"]), Some(1));
    assert_eq!(code(&["--fail-on", "critical"]), Some(0));
    assert_eq!(code(&["--fail-on", "critical", "--unknown-as", "critical"]), Some(1));
    // Feeds that are too old say nothing.
    assert_eq!(code(&["--fail-on", "critical", "--at", "2099-01-01T00:00:00Z"]), Some(1));
    assert_eq!(code(&["--db", "none.idx"]), Some(3));
}

#[test]
fn a_version_without_a_place_is_undecided() {
    let desk = desk(&[record("PYSEC-2", ("PyPI", "gamma"), FIXED, HIGH)]);
    let report = report(&desk, &[], 0);
    assert_eq!(report["findings"][0]["verdict"], "undecided");
    assert_eq!((&report["counts"]["undecided"], &report["counts"]["high"]), (&1.into(), &0.into()));
    assert_eq!(report["unchecked"][0]["ecosystem"], "deb", "no feed of Debian is there");
}

#[test]
fn lock_files_are_asked_about_by_themselves_or_by_the_folder() {
    let events = r#"{"introduced": "0.0.0-0"}, {"fixed": "1.0.1"}"#;
    let desk = desk(&[record("RUSTSEC-1", ("crates.io", "thing"), events, ""), both()[0].clone()]);
    let lock = "version = 4\n[[package]]\nname = \"thing\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n";
    std::fs::create_dir_all(desk.path("app/sub")).unwrap();
    desk.write("app/Cargo.lock", lock.as_bytes());
    desk.write("app/sub/requirements.txt", b"Alpha==1.0\n");
    let ids = |place: &str| -> Vec<String> {
        let output = desk.run(&["vulns", place, "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let report = follow(include_str!("../../schema/mvi-vulns-1.json"), &output.stdout);
        let found = report["findings"].as_array().unwrap().iter();
        assert!(found.clone().all(|it| it["layer"].is_null()), "lock files have no layers: {report}");
        found
            .map(|it| format!("{} {}", it["id"].as_str().unwrap(), it["package"]["record"].as_str().unwrap()))
            .collect()
    };
    assert_eq!(ids("lock:app/Cargo.lock"), ["RUSTSEC-1 Cargo.lock"]);
    assert_eq!(ids("lock:app"), ["CVE-2026-1 sub/requirements.txt", "RUSTSEC-1 Cargo.lock"]);
    let said = desk.says(&["vulns", "lock:app"]);
    assert!(said.contains("no layer") && !said.contains("layer 0"), "{said}");
    let code = |place: &str| desk.run(&["vulns", place]).status.code();
    assert_eq!(
        (code("lock:root"), code("lock:app/none.lock"), code("lock:gone/Cargo.lock")),
        (Some(3), Some(3), Some(3))
    );
}

fn waiver(desk: &Desk, until: &str) {
    let text =
        format!("[[waiver]]\nid = \"PYSEC-1\"\npackage = \"alpha\"\nuntil = {until}\nreason = \"not reached\"\n");
    desk.write("mvi.toml", text.as_bytes());
}

#[test]
fn a_waiver_holds_up_to_its_last_day() {
    let desk = desk(&both());
    waiver(&desk, "2026-12-31");
    let holds = report(&desk, &["--at", "2026-12-31T12:00:00Z", "--fail-on", "high", "--max-age", "999999"], 0);
    assert_eq!(holds["waived"][0]["finding"]["id"], "CVE-2026-1");
    assert_eq!(holds["counts"]["high"], 0);
    let over = report(&desk, &["--at", "2027-01-01T00:00:00Z", "--fail-on", "high", "--max-age", "999999"], 1);
    assert_eq!((&over["lapsed"][0]["id"], &over["counts"]["high"]), (&"PYSEC-1".into(), &1.into()));
    waiver(&desk, "\"next year\"");
    let output = desk.run(&["vulns", "dir:root"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("mvi.toml"), "{}", text(&output.stderr));
}

/// How the gate on vulnerabilities ends, and why.
fn gate(desk: &Desk, arguments: &[&str]) -> (String, String) {
    let output = desk.run(&[&["audit", "dir:root", "--format", "json"], arguments].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let gates = report["images"][0]["judgement"]["gates"].as_array().unwrap().clone();
    let gate = gates.iter().find(|gate| gate["id"] == "AC-VULN").unwrap();
    (gate["status"].as_str().unwrap().to_owned(), gate["reason"].as_str().unwrap().to_owned())
}

#[test]
fn the_gate_fails_on_one_and_passes_only_where_everything_was_looked_up() {
    let without = desk(&[]);
    assert_eq!(
        gate(&without, &[]),
        ("no_data".into(), "no data: there is no index of advisories (mvi db import)".into())
    );
    let found = desk(&both());
    assert_eq!(gate(&found, &[]).0, "fail");
    let unrated = desk(&both()[1..]);
    assert!(gate(&unrated, &[]).1.contains("no feed speaks of the 3 packages of pypi"), "{:?}", gate(&unrated, &[]));
    let elsewhere = record("PYSEC-3", ("PyPI", "other"), FIXED, HIGH);
    let clean = desk(&[elsewhere, record("DSA-2", ("Debian:12", "other"), FIXED, HIGH)]);
    assert_eq!(gate(&clean, &[]).0, "pass");
    assert!(gate(&clean, &["--at", "2099-01-01T00:00:00Z"]).1.contains("too old"));
}

/// A statement of OpenVEX about a package.
fn statement(id: &str, package: &str, status: &str) -> String {
    format!(
        r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "urn:x", "author": "Ada", "version": 1,
        "timestamp": "2026-01-01T00:00:00Z", "statements": [{{"vulnerability": {{"name": "{id}"}},
        "products": [{{"@id": "{package}"}}], "status": "{status}", "justification": "component_not_present",
        "impact_statement": "it is a test"}}]}}"#
    )
}

#[test]
fn what_makers_say_clears_findings_and_is_handed_on() {
    let desk = desk(&both());
    desk.write("said.json", statement("CVE-2026-1", "pkg:pypi/alpha", "not_affected").as_bytes());
    let found = report(&desk, &["--vex", "said.json", "--fail-on", "high"], 0);
    assert_eq!((&found["answered"][0]["vex"]["status"], &found["counts"]["high"]), (&"not_affected".into(), &0.into()));
    // The document that is handed on says the same of the same.
    desk.write("again.json", desk.says(&["vulns", "dir:root", "--vex", "said.json", "--format", "openvex"]).as_bytes());
    let again: Value = serde_json::from_slice(&std::fs::read(desk.path("again.json")).unwrap()).unwrap();
    let statements = again["statements"].as_array().unwrap();
    let said: Vec<_> =
        statements.iter().map(|it| format!("{} {}", it["vulnerability"]["name"], it["status"])).collect();
    assert_eq!(said, [r#""CVE-2026-1" "not_affected""#, r#""DSA-1" "affected""#]);
    assert_eq!(statements[0]["justification"], "component_not_present");
    assert_eq!(statements[1]["action_statement"], "Update tool to 1.2-1");
    assert_eq!(report(&desk, &["--vex", "again.json"], 0)["answered"].as_array().unwrap().len(), 1);
    // The gate listens as well; what is only being looked at stays a finding.
    let gate = |vex: &str| {
        let audit = desk.says(&["audit", "dir:root", "--vex", vex, "--format", "json"]);
        let audit: Value = serde_json::from_str(&audit).unwrap();
        let gates = audit["images"][0]["judgement"]["gates"].as_array().unwrap().clone();
        gates.into_iter().find(|gate| gate["id"] == "AC-VULN").unwrap()["status"].clone()
    };
    assert_eq!(gate("said.json"), "no_data");
    desk.write("looking.json", statement("CVE-2026-1", "pkg:pypi/alpha", "under_investigation").as_bytes());
    assert_eq!(gate("looking.json"), "fail");
    assert!(desk.says(&["vulns", "dir:root", "--vex", "looking.json"]).contains("its maker says under investigation"));
    desk.write("none.json", b"{}");
    let output = desk.run(&["vulns", "dir:root", "--vex", "none.json"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("`none.json` cannot be read as VEX: is neither OpenVEX"));
}

#[test]
fn code_scanning_and_ci_servers_get_their_forms() {
    let desk = desk(&both());
    desk.write("said.json", statement("DSA-1", "pkg:deb/debian/tool", "fixed").as_bytes());
    let sarif = desk.says(&["vulns", "dir:root", "--vex", "said.json", "--format", "sarif"]);
    let sarif = follow(include_str!("../schemas/sarif-2.1.0.json"), sarif.as_bytes());
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let line = |it: &Value| format!("{} {} {}", it["ruleId"], it["level"], it["suppressions"].is_null());
    let lines: Vec<_> = results.iter().map(line).collect();
    assert_eq!(lines, [r#""CVE-2026-1" "error" true"#, r#""DSA-1" "warning" false"#]);
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][0]["properties"]["security-severity"], "7.5");
    let junit = desk.says(&["vulns", "dir:root", "--vex", "said.json", "--format", "junit"]);
    assert!(junit.contains(r#"tests="3" failures="1" errors="0" skipped="1""#), "{junit}");
    assert!(
        junit.contains(r#"<testcase classname="alpha 1.0" name="CVE-2026-1 [high]"><failure type="high""#),
        "{junit}"
    );
}

/// A layer with Debian's vim installed into the database below it, or without.
fn debian(with_vim: bool) -> Vec<u8> {
    let package = |name: &str, version: &str| {
        format!("Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n")
    };
    let base = package("libc6", "2.36-9");
    let status = if with_vim { format!("{base}{}", package("vim", "2:9.0.1378-2")) } else { base.clone() };
    let files = [file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"), file("var/lib/dpkg/status", base)];
    let layers = [layer(&files), layer(&[file("var/lib/dpkg/status", status)])];
    let history = ["ADD rootfs.tar /", "RUN apt-get install -y vim"];
    let config = Config { history: &history, ..Config::default() };
    Members::docker(&layers, &["registry.example/app:1.0"], &config).tar()
}

#[test]
fn a_tool_with_four_high_advisories_fails_the_gate_and_its_layer_is_named() {
    let desk = Desk::bare();
    desk.write("with.tar", &debian(true));
    desk.write("without.tar", &debian(false));
    for number in 0..4 {
        let id = format!("CVE-2026-100{number}");
        let record = record(&id, ("Debian:12", "vim"), r#"{"introduced": "0"}, {"fixed": "2:9.0.1378-3"}"#, HIGH);
        desk.write("record.json", record.as_bytes());
        desk.says(&["db", "import", "record.json", "--quiet"]);
    }
    let gate = |image: &str| {
        let audit: Value = serde_json::from_str(&desk.says(&["audit", image, "--format", "json"])).unwrap();
        let gates = audit["images"][0]["judgement"]["gates"].as_array().unwrap().clone();
        gates.into_iter().find(|gate| gate["id"] == "AC-VULN").unwrap()
    };
    let failed = gate("with.tar");
    assert_eq!(failed["status"], "fail");
    assert!(failed["reason"].as_str().unwrap().contains('4'), "{failed}");
    assert_eq!(gate("without.tar")["status"], "pass");
    let found: Value = serde_json::from_str(&desk.says(&["vulns", "with.tar", "--format", "json"])).unwrap();
    let findings = found["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 4);
    for finding in findings {
        let owner = (&finding["package"]["name"], &finding["layer"], &finding["instruction"]);
        assert_eq!(owner, (&"vim".into(), &1.into(), &"RUN apt-get install -y vim".into()));
    }
    assert_eq!(found["updates"][0]["clears"], 4);
}

#[test]
fn a_bill_is_judged_by_its_packages_and_never_passes() {
    let desk = desk(&both());
    for format in ["cyclonedx-json", "spdx3-json"] {
        desk.says(&["sbom", "dir:root", "--format", format, "--output", "bill.json"]);
        let output = desk.run(&["audit", "sbom:bill.json", "--format", "json", "--base", "debian:12"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let report = follow(include_str!("../../schema/mvi-audit-1.json"), &output.stdout);
        let image = &report["images"][0];
        assert_eq!((&image["sizes"], &image["judgement"]["rule"]["id"]), (&Value::Null, &"R0".into()));
        assert_eq!((&image["package_counts"]["pypi"], &image["os"]["id"]), (&3.into(), &"debian".into()));
        let gates = image["judgement"]["gates"].as_array().unwrap();
        let status = |id: &str| gates.iter().find(|gate| gate["id"] == id).unwrap()["status"].clone();
        assert_eq!(
            (status("AC-VULN"), status("AC-SIZE"), status("AC-LAYERS")),
            ("fail".into(), "no_data".into(), "no_data".into())
        );
    }
    let said = desk.says(&["audit", "sbom:bill.json"]);
    assert!(said.contains("bill of materials") && said.contains("UNMEASURED") && !said.contains("unpacked"), "{said}");
    assert!(!desk.says(&["audit", "sbom:bill.json", "--format", "markdown"]).contains("unpacked"));
    let output = desk.run(&["audit", "sbom:nowhere.json", "dir:root", "--fail-on", "gate"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("E-SBOM") && text(&output.stdout).contains("unpacked"));
    assert_eq!(desk.run(&["audit", "sbom:bill.json", "--fail-on", "gate"]).status.code(), Some(1));
}

#[test]
fn what_only_a_bill_in_the_image_names_is_asked_about_unless_a_database_knows_better() {
    let redis = record("CVE-2026-7", ("npm", "redis"), FIXED, HIGH);
    let kit = record("DSA-7", ("Debian:12", "old-kit"), r#"{"introduced": "0"}"#, HIGH);
    let desk = desk(&[redis, kit]);
    let bill = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"type": "library", "name": "redis", "version": "1.0", "purl": "pkg:npm/redis@1.0"},
        {"type": "library", "name": "old-kit", "version": "0.9", "purl": "pkg:deb/debian/old-kit@0.9?distro=debian-12"}]}"#;
    std::fs::write(desk.path("root/vendor.cdx.json"), bill).unwrap();
    let report = report(&desk, &[], 0);
    let [found] = report["findings"].as_array().unwrap().as_slice() else { panic!("{report}") };
    assert_eq!((&found["id"], &found["package"]["evidence"]), (&"CVE-2026-7".into(), &"document".into()));
    assert_eq!((&found["package"]["record"], &found["reached"]), (&"vendor.cdx.json".into(), &"UNKNOWN".into()));
    // Where there is no database, the bill is all that is known.
    std::fs::remove_file(desk.path("root/var/lib/dpkg/status")).unwrap();
    let report = self::report(&desk, &[], 0);
    assert_eq!(report["counts"]["high"], 2, "{report}");
}
