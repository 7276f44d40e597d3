//! Two builds side by side, by the program: images, and bills of materials in every form.

use serde_json::Value;

use crate::archive::{Config, Members};
use crate::desk::{Desk, blob, text};
use crate::entry::{Entry, file, layer};
use crate::follow::follow;

/// A root with these Python packages and this lock file.
fn root(desk: &Desk, name: &str, packages: &[(&str, &str)], lock: &str) {
    let put = |path: &str, text: &str| {
        let path = desk.path(name).join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    put("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
    put("app/requirements.txt", lock);
    for (name, version) in packages {
        let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
        put(&format!("usr/lib/python3/site-packages/{name}.dist-info/METADATA"), &metadata);
    }
}

fn report(desk: &Desk, arguments: &[&str], exit: i32) -> Value {
    let output = desk.run(&[&["diff", "--format", "json"], arguments].concat());
    assert_eq!(output.status.code(), Some(exit), "{}", text(&output.stderr));
    follow(include_str!("../../schema/mvi-diff-1.json"), &output.stdout)
}

/// Lines `change name old → new why` of a report's packages.
fn packages(report: &Value) -> Vec<String> {
    let versions = |list: &Value| {
        list.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect::<Vec<_>>().join(",")
    };
    let line = |it: &Value| {
        let word = |name: &str| it[name].as_str().unwrap().to_owned();
        let (old, new) = (versions(&it["old"]), versions(&it["new"]));
        format!("{} {} {old} → {new} {}", word("change"), word("name"), word("why"))
    };
    report["packages"].as_array().unwrap().iter().map(line).collect()
}

const LOCK: &str = "alpha==1.0\nbeta==2.0\n";

#[test]
fn a_package_that_no_lock_file_means_to_be_there_is_a_finding() {
    let desk = Desk::bare();
    root(&desk, "old", &[("alpha", "1.0"), ("beta", "2.0"), ("pip", "24.0")], LOCK);
    root(&desk, "new", &[("alpha", "1.1"), ("beta", "2.0"), ("pip", "25.0"), ("evil", "0.1")], LOCK);
    let found = report(&desk, &["dir:old", "dir:new"], 0);
    let expected =
        ["came evil  → 0.1 not-locked", "changed alpha 1.0 → 1.1 not-locked", "changed pip 24.0 → 25.0 unknown"];
    assert_eq!(packages(&found), expected);
    let finding = &found["findings"][0];
    assert_eq!((&finding["code"], &finding["severity"]), (&"F-SBOM-UNEXPECTED".into(), &"HIGH".into()));
    assert_eq!(found["findings"].as_array().unwrap().len(), 2);
    report(&desk, &["dir:old", "dir:new", "--fail-on", "unexpected"], 1);
    report(&desk, &["dir:old", "dir:old", "--fail-on", "unexpected"], 0);
    // With a lock file that means both, nothing is left to find but what it does not pin.
    root(&desk, "agreed", &[("alpha", "1.1"), ("beta", "2.0"), ("evil", "0.1")], "alpha==1.1\nbeta==2.0\nevil==0.1\n");
    let agreed = report(&desk, &["dir:old", "dir:agreed"], 0);
    assert_eq!(agreed["findings"], serde_json::json!([]));
    let expected = ["came evil  → 0.1 lock", "changed alpha 1.0 → 1.1 lock", "went pip 24.0 →  unknown"];
    assert_eq!(packages(&agreed), expected);
}

#[test]
fn two_bills_and_the_lock_file_both_went_by() {
    let desk = Desk::bare();
    root(&desk, "old", &[("alpha", "1.0"), ("beta", "2.0")], "");
    root(&desk, "new", &[("alpha", "1.0"), ("beta", "2.0"), ("evil", "0.1")], "");
    desk.write("requirements.txt", LOCK.as_bytes());
    for format in ["cyclonedx-json", "spdx-json", "spdx-tag-value", "spdx3-json", "json"] {
        for side in ["old", "new"] {
            desk.says(&["sbom", &format!("dir:{side}"), "--format", format, "--output", &format!("{side}.bill")]);
        }
        let sides = ["sbom:old.bill", "sbom:new.bill"];
        let found = report(&desk, &[&sides[..], &["--lock", "requirements.txt"]].concat(), 0);
        assert_eq!(packages(&found), ["came evil  → 0.1 not-locked"], "{format}");
        assert_eq!(found["findings"][0]["code"], "F-SBOM-UNEXPECTED");
        assert_eq!(packages(&report(&desk, &["dir:old", "sbom:old.bill"], 0)), [""; 0], "{format}");
    }
}

#[test]
fn bytes_layers_files_and_settings_are_compared() {
    let desk = Desk::bare();
    let base = || layer(&[file("usr/lib/base.so", blob(1, 100_000)).mtime(5)]);
    let app = |seed: u64, length| layer(&[file("app/model.bin", blob(seed, length)).mtime(5), kept()]);
    let image = |name: &str, second: Vec<u8>, instruction: &'static str, runtime| {
        let history = ["ADD rootfs.tar /", instruction];
        let config = Config { history: &history, runtime, ..Config::default() };
        desk.write(name, &Members::docker(&[base(), second], &["registry.example/app:1.0"], &config).tar());
    };
    image("old.tar", app(2, 1_000_000), "COPY model /app", r#"{"User":"app","Env":["A=1"]}"#);
    image("new.tar", app(3, 1_500_000), "COPY models /app", r#"{"Env":["A=2"]}"#);
    let found = report(&desk, &["old.tar", "new.tar"], 0);
    assert_eq!(found["layers"]["shared"], 1);
    assert_eq!(found["layers"]["came"][0]["instruction"], "COPY models /app");
    let largest =
        serde_json::json!([{"path": "app/model.bin", "change": "changed", "old": 1_000_000, "new": 1_500_000}]);
    assert_eq!(found["files"]["largest"], largest);
    assert_eq!(found["files"]["changed"]["count"], 1);
    let settings = serde_json::json!([
        {"name": "Env A", "old": "1", "new": "2"}, {"name": "User", "old": "app", "new": null}]);
    assert_eq!(found["config"], settings);
    assert_eq!(found["causes"][0]["cause"], "COPY models /app");
    // Noise does not pack: half a megabyte more, and nothing to complain about where one is allowed.
    report(&desk, &["old.tar", "new.tar", "--max-growth", "1"], 0);
    report(&desk, &["old.tar", "new.tar", "--max-growth", "0.4"], 1);
    let said = desk.says(&["diff", "old.tar", "new.tar"]);
    assert!(
        said.starts_with("old.tar → new.tar") && said.contains("+0.50 MB") && said.contains("the first is the same"),
        "{said}"
    );
    assert!(desk.says(&["diff", "old.tar", "new.tar", "--format", "markdown"]).contains("| transfer |"));
}

fn kept() -> Entry {
    file("app/kept", "the same").mtime(5)
}

#[test]
fn advisories_come_and_go_with_versions() {
    let desk = Desk::bare();
    root(&desk, "old", &[("alpha", "1.0")], "");
    root(&desk, "new", &[("alpha", "2.0"), ("beta", "1.0")], "");
    for (id, name, fixed) in [("PYSEC-1", "alpha", "1.5"), ("PYSEC-2", "beta", "3.0")] {
        let record = format!(
            r#"{{"id": "{id}", "modified": "2026-03-01T00:00:00Z",
            "severity": [{{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}}],
            "affected": [{{"package": {{"ecosystem": "PyPI", "name": "{name}"}},
            "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
        );
        desk.write("record.json", record.as_bytes());
        desk.says(&["db", "import", "record.json", "--quiet"]);
    }
    let found = report(&desk, &["dir:old", "dir:new", "--vulns"], 0);
    let ids = |list: &str| -> Vec<String> {
        found["vulns"][list].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((ids("came"), ids("went")), (vec!["PYSEC-2".to_owned()], vec!["PYSEC-1".to_owned()]));
    report(&desk, &["dir:old", "dir:new", "--fail-on", "vulns"], 1);
    report(&desk, &["dir:new", "dir:new", "--fail-on", "vulns"], 0);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let desk = Desk::bare();
    root(&desk, "old", &[], "");
    desk.write("none.json", b"{}");
    let failed = |arguments: &[&str], exit: i32, said: &str| {
        let output = desk.run(&[&["diff"], arguments].concat());
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{stderr}");
        assert!(stderr.contains(said), "{stderr}");
    };
    failed(
        &["dir:old", "sbom:none.json"],
        3,
        "`none.json` cannot be read as a bill of materials: is neither CycloneDX",
    );
    failed(&["dir:old", "sbom:gone.json"], 3, "gone.json");
    failed(&["dir:old", "sbom:none.json", "--max-growth", "1"], 2, "has no size");
    failed(&["dir:old", "dir:old", "--lock", "none.json"], 2, "no lock file that is known: Cargo.lock");
    failed(&["dir:old", "dir:old", "--lock", "poetry.lock"], 3, "poetry.lock");
}
