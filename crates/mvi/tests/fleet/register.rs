//! Registration: an id, an event and a sealed record that a trusted key signed, or nothing.

use crate::desk::{Desk, text};
use crate::stage::{json, save};

/// Every dimension of a template, measured.
pub(crate) const MEASURED: &[u8] = b"
cve_high_plus = 0
build_cached_s = 12.4
startup_ms = { value = 700.0, method = \"median of 5\", runs = [\"run-1\"] }
mem_mb = { value = 55.0, method = \"cgroup peak\", runs = [\"run-1\"] }
cve_count = { value = 8.0, method = \"database of 2026-11-01\" }
rebuild = { result = \"equal\", source_date_epoch = 1700000000 }
[base_digests]
\"linux/amd64\" = \"sha256:1111111111111111111111111111111111111111111111111111111111111111\"
";

const ROM: &str = "rom/ROM-PY-SERVICE-V13.rom.json";
const IMAGE: &str = "registry.example/app:1.0";

/// A desk with a recorded image and a sealed record.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.says(&["key", "new", "--no-password", "ada.key"]);
    desk.write("mvi.toml", b"[rom]\nfolder = \"rom\"\ntrusted = [\"ada.key.pub\"]\n");
    desk.write("winner.toml", MEASURED);
    let seal =
        ["rom", "seal", "python-service", "--image", "app", "--base", "python:3.12-alpine", "--base-layers", "1"];
    desk.says(&[&seal[..], &["--measured", "winner.toml", "--key", "ada.key"]].concat());
    desk.says(&["fleet", "record", "app"]);
    desk
}

fn check(desk: &Desk, more: &[&str], code: i32, says: &str) {
    let output = desk.run(&[&["fleet", "register", IMAGE, "--rom", ROM, "--owner", "TEAM"], more].concat());
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{more:?}: {said}");
    assert!(said.contains(says), "{more:?}: {said}");
}

#[test]
fn what_is_missing_is_named_and_nothing_is_kept() {
    let desk = desk();
    let events = json(&desk, &["fleet", "check"])["events"].clone();
    check(&desk, &[], 2, "not measured; measure, or register provisionally");
    check(&desk, &["--provisional", "--gid", "GID-IMG-app-1"], 2, "is no image id");
    check(&desk, &["--provisional", "--school", "Harvard"], 2, "no school follows");
    check(&desk, &["--provisional", "--vsm", "S9"], 2, "operating role");
    check(&desk, &["--provisional", "--sostle", "L2-L1"], 2, "no range of exposure levels");
    desk.says(&["key", "new", "--no-password", "eve.key"]);
    check(&desk, &["--provisional", "--trust", "eve.key.pub"], 3, "no signature is by a trusted key");
    assert_eq!(json(&desk, &["fleet", "check"])["events"], events);
}

#[test]
fn an_organism_is_registered_whole_and_its_id_is_taken() {
    let desk = desk();
    check(&desk, &["--provisional"], 0, "GID-IMG-APP-001 registered, provisionally");
    let card = json(&desk, &["fleet", "show", "GID-IMG-APP-001"]);
    let organism = &card["organism"];
    assert_eq!((&organism["status"], &organism["roms"][0]), (&"REVIEW".into(), &"ROM-PY-SERVICE-V13".into()));
    assert_eq!(organism["rings"].as_array().unwrap().len(), 1);
    assert_eq!(card["image"]["reference"], IMAGE);
    // A sealed record is one organism's.
    check(&desk, &["--provisional", "--gid", "GID-IMG-OTHER-001"], 2, "ROM-PY-SERVICE-V13");
    assert!(desk.says(&["fleet", "check"]).contains("all is whole"));
    desk.says(&["fleet", "retire", "GID-IMG-APP-001", "--reason", "a test"]);
    // The same order again is no news, and nothing brings back what left.
    check(&desk, &["--provisional", "--gid", "GID-IMG-APP-001"], 0, "was registered before");
    assert!(desk.says(&["fleet", "show", "GID-IMG-APP-001"]).contains("RETIRED"));
}

#[test]
fn what_was_only_listed_is_registered_whole_and_the_next_version_is_the_next_generation() {
    let desk = desk();
    let listed = "[[image]]\nname = \"x\"\nrepository = \"x\"\nrole = \"service\"\nsize_mb = 3\n";
    desk.write("fleet.toml", format!("schema_version = \"mvi-fleet/1\"\nstandard = \"V13\"\n{listed}").as_bytes());
    desk.says(&["fleet", "import", "fleet.toml"]);
    let sov2 = |desk: &Desk| json(desk, &["fleet", "show", "GID-IMG-PYALPINE-001"])["organism"]["findings"].to_string();
    assert!(sov2(&desk).contains("without a digest and a sealed record"));
    save(&desk, "base.tar", "python:3.12-alpine", &[1]);
    save(&desk, "next.tar", "python:3.13-alpine", &[2]);
    desk.says(&["fleet", "record", "base.tar", "next.tar", "--role", "base"]);
    let register = |image: &str| {
        let order = ["fleet", "register", image, "--rom", ROM, "--owner", "ADA", "--provisional"];
        let output = desk.run(&[&order[..], &["--school", "Methanogen", "--vsm", "S1"]].concat());
        format!("{}{}", text(&output.stdout), text(&output.stderr))
    };
    let said = register("python:3.12-alpine");
    assert!(said.contains("GID-IMG-PYALPINE-001 registered"), "{said}");
    assert_eq!(sov2(&desk), "[]");
    let due = json(&desk, &["fleet", "due", "--at", "2040-01-01"]);
    assert_eq!(
        (&due["seals"][0]["name"], &due["seals"][0]["gid"]),
        (&"ROM-PY-SERVICE-V13".into(), &"GID-IMG-PYALPINE-001".into())
    );
    assert!(due["seals"][0]["days"].as_i64().unwrap() < -4000, "{due:#}");
    // The record is taken, and the message says for which id it was wanted.
    let said = register("python:3.13-alpine");
    assert!(said.contains("ROM-PY-SERVICE-V13"), "{said}");
    desk.says(&[
        "rom",
        "seal",
        "python-service",
        "--image",
        "app",
        "--base",
        "python:3.12-alpine",
        "--base-layers",
        "1",
        "--measured",
        "winner.toml",
        "--key",
        "ada.key",
    ]);
    let order =
        ["fleet", "register", "python:3.13-alpine", "--rom", "rom/ROM-PY-SERVICE-V13-R2.rom.json", "--owner", "ADA"];
    let said = desk.says(&[&order[..], &["--provisional", "--school", "Methanogen", "--vsm", "S1"]].concat());
    assert!(said.contains("GID-IMG-PYALPINE-002 registered"), "{said}");
}

#[test]
fn the_linter_knows_what_is_registered_and_what_was_sealed_again() {
    let desk = desk();
    save(&desk, "base.tar", "python:3.12-alpine", &[1]);
    save(&desk, "next.tar", "python:3.12-alpine", &[1, 2]);
    desk.says(&["fleet", "record", "base.tar", "--role", "base"]);
    let order = ["fleet", "register", "python:3.12-alpine", "--rom", ROM, "--owner", "ADA", "--provisional"];
    desk.says(&[&order[..], &["--gid", "GID-IMG-PYALPINE-001", "--school", "Methanogen", "--vsm", "S1"]].concat());
    desk.says(&["fleet", "record", "next.tar", "--role", "base", "--gid", "GID-IMG-PYALPINE-001"]);
    let card = json(&desk, &["fleet", "show", "GID-IMG-PYALPINE-001"]);
    let ring = |n: usize| card["organism"]["rings"][n]["digest"].as_str().unwrap().to_owned();
    let (old, new) = (ring(0), ring(1));
    let codes = |text: String| {
        desk.write("Dockerfile", text.as_bytes());
        let shown = desk.run(&["lint", "Dockerfile", "--select", "SOV,W-ROM-DRIFT", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
        let findings = report["files"][0]["findings"].as_array().cloned().unwrap_or_default();
        findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(codes(format!("FROM python:3.12-alpine@{new}\n")), "");
    assert_eq!(codes(format!("FROM python:3.12-alpine@{old}\n")), "W-ROM-DRIFT");
    let fixed = desk.run(&["lint", "Dockerfile", "--select", "W-ROM-DRIFT", "--diff", "--unsafe-fixes"]);
    let fixed = text(&fixed.stdout);
    assert!(fixed.contains(&format!("+FROM python:3.12-alpine@{new}")), "{fixed}");
    assert_eq!(codes("FROM alpine:3.21.8\n".to_owned()), "SOV-2", "of the set, and nobody registered it here");
    assert_eq!(codes("FROM example.org/base:1.0.0\n".to_owned()), "SOV-1 SOV-2");
}
