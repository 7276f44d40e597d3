//! Reports follow the JSON Schemas that are shipped with the program.

use serde_json::Value;

use crate::desk::Desk;

fn check(schema: &str, arguments: &[&str]) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let output = Desk::new().run(arguments);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{arguments:?}: {errors:#?}");
}

#[test]
fn audits_follow_their_schema_whatever_the_verdict() {
    let schema = include_str!("../../schema/mvi-audit-1.json");
    check(schema, &["audit", "app", "--format", "json"]);
    check(schema, &["audit", "packed", "app.tar", "missing.tar", "--format", "json"]);
    for base in
        ["debian:12", "node:22-buster", "python:3.12-slim", "scratch", "team/own:1", "python@sha256:abc", "$BASE"]
    {
        check(schema, &["audit", "app", "--format", "json", "--base", base]);
    }
    check(schema, &["audit", "app", "--format", "json", "--name", "pgvector", "--role", "base", "--base-layers", "1"]);
    check(schema, &["audit", "app", "--format", "json", "--class", "go-static", "--no-verify"]);
}

#[test]
fn layers_pulls_and_explanations_follow_theirs() {
    let layers = include_str!("../../schema/mvi-layers-1.json");
    check(layers, &["layers", "app", "--format", "json"]);
    check(layers, &["layers", "app.tar", "--files", "--format", "json"]);
    check(layers, &["layers", "app", "--largest", "2", "--format", "json"]);
    let pull = include_str!("../../schema/mvi-pull-1.json");
    check(pull, &["pull", "packed", "--format", "json"]);
    check(pull, &["pull", "packed", "--nodes", "9", "--p2p", "200", "--instead-of", "app", "--format", "json"]);
    let predict = include_str!("../../schema/mvi-predict-1.json");
    check(predict, &["predict", "app", "--format", "json"]);
    let explain = include_str!("../../schema/mvi-explain-1.json");
    for path in ["app/model.bin", "root/.cache/pip/wheel.bin", "app", "etc"] {
        check(explain, &["explain", "app", path, "--format", "json"]);
    }
}
