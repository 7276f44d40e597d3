//! Reports follow the JSON Schemas that are shipped with the program.

use serde_json::Value;

use crate::desk::{Desk, text};
use crate::stage::{recorded, save};

fn check(desk: &Desk, schema: &str, arguments: &[&str]) {
    let file = format!("{}/schema/mvi-fleet-{schema}-1.json", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let output = desk.run(&[arguments, &["--format", "json"]].concat());
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", text(&output.stderr)));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{arguments:?}: {errors:#?}");
}

#[test]
fn a_declared_fleet_is_told_by_its_schemas() {
    let desk = recorded();
    check(&desk, "import", &["fleet", "import", "fleet.toml"]);
    check(&desk, "list", &["fleet", "list"]);
    check(&desk, "solvency", &["fleet", "solvency"]);
    check(&desk, "solvency", &["fleet", "solvency", "--by", "bytes", "--everything"]);
    check(&desk, "solvency", &["fleet", "solvency", "--at", "2020-01-01"]);
    check(&desk, "plan", &["fleet", "solvency", "plan", "--target", "0.9"]);
    check(&desk, "belt", &["fleet", "belt"]);
    check(&desk, "card", &["fleet", "show", "GID-IMG-ALPINE-001"]);
    check(&desk, "card", &["fleet", "show", "GID-IMG-OCSILOBASE-001"]);
    check(&desk, "card", &["fleet", "show", "pgvector"]);
    check(&desk, "accept", &["fleet", "accept", "--all"]);
    check(&desk, "judge", &["fleet", "judge"]);
    check(&desk, "log", &["fleet", "log", "--limit", "0"]);
    check(&desk, "check", &["fleet", "check"]);
    check(&desk, "forest", &["fleet", "forest"]);
    check(&desk, "due", &["fleet", "due", "--days", "90"]);
    check(&desk, "due", &["fleet", "due", "--at", "2031-01-01"]);
    check(&desk, "findings", &["fleet", "findings"]);
    check(&desk, "lineage", &["fleet", "lineage", "mefine-static"]);
}

#[test]
fn a_fleet_that_was_read_is_told_by_its_schemas() {
    let desk = Desk::new();
    save(&desk, "base.tar", "team/base:1", &[1]);
    save(&desk, "next.tar", "team/base:2", &[1, 2]);
    check(&desk, "record", &["fleet", "record", "base.tar", "app", "missing.tar"]);
    check(&desk, "scan", &["fleet", "scan", "base.tar", "next.tar", "packed"]);
    check(&desk, "list", &["fleet", "list", "--all"]);
    check(&desk, "card", &["fleet", "show", "team/base:2"]);
    check(&desk, "findings", &["fleet", "findings", "team/*"]);
    check(&desk, "lineage", &["fleet", "lineage", "team/base:2"]);
    check(&desk, "forest", &["fleet", "forest"]);
    check(&desk, "q2", &["fleet", "query", "Q2", "team/base:1"]);
    check(&desk, "q3", &["fleet", "query", "Q3", "team/base:1"]);
    check(&desk, "q4", &["fleet", "query", "Q4", "team/base:1", "team/base:2"]);
    check(&desk, "q6", &["fleet", "query", "Q6"]);
    check(&desk, "due", &["fleet", "query", "Q7"]);
    desk.write("osv.json", br#"{"id": "CVE-1", "affected": [{"package": {"ecosystem": "npm", "name": "a"}}]}"#);
    check(&desk, "advisories", &["fleet", "advisories", "osv.json"]);
    check(&desk, "q1", &["fleet", "query", "Q1", "CVE-1"]);
    check(&desk, "q1-images", &["fleet", "query", "Q1", "CVE-1", "--images"]);
}

#[test]
fn every_schema_is_one() {
    let folder = format!("{}/schema", env!("CARGO_MANIFEST_DIR"));
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert!(jsonschema::validator_for(&schema).is_ok(), "{}", path.display());
    }
}
