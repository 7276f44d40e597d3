//! `mvi build-event`: two builds of one name, what became of it, and the gates of its school.

use serde_json::Value;

use crate::desk::{Desk, text};

fn event(desk: &Desk, arguments: &[&str]) -> (Option<i32>, String) {
    let output = desk.run(&[&["build-event"], arguments, &["--name", "team/app:1", "--nodes", "10"]].concat());
    let said = if output.stdout.is_empty() { &output.stderr } else { &output.stdout };
    (output.status.code(), text(said))
}

/// A desk with two builds, the second with a file more.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("more", &crate::desk::blob(9, 600_000));
    desk.says(&["pack", "more", "--base", "oci:packed", "-o", "oci:second:1", "--quiet"]);
    for (name, startup) in [("fast.json", 100), ("slow.json", 111), ("same.json", 110)] {
        desk.write(name, format!("{{\"startup_ms\": {startup}, \"mem_mb\": 20, \"runs\": 5}}").as_bytes());
    }
    desk
}

fn gate<'r>(report: &'r Value, id: &str) -> &'r Value {
    report["gates"].as_array().unwrap().iter().find(|gate| gate["id"] == id).unwrap()
}

#[test]
fn a_first_build_has_nothing_beside_it_and_says_what_is_missing() {
    let desk = desk();
    let (code, said) = event(&desk, &["packed", "--school", "E.coli", "--format", "json"]);
    assert_eq!(code, Some(0), "{said}");
    let report: Value = serde_json::from_str(&said).unwrap();
    let missing: Vec<&str> = report["dimensions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|dimension| dimension["to"].is_null())
        .map(|dimension| dimension["id"].as_str().unwrap())
        .collect();
    assert_eq!(missing, ["startup_ms", "mem_mb", "cve_count"]);
    assert_eq!((&report["before"], &gate(&report, "A-STARTUP")["status"]), (&Value::Null, &"no_data".into()));
    // Missing data is no pass where all has to hold.
    assert_eq!(event(&desk, &["packed", "--school", "E.coli", "--strict"]).0, Some(1));
}

#[test]
fn a_slower_start_fails_and_growth_is_reported() {
    let desk = desk();
    let first = event(&desk, &["packed", "--probe", "fast.json", "--format", "json"]);
    assert_eq!(first.0, Some(0), "{}", first.1);
    let (code, said) =
        event(&desk, &["oci:second:1", "--probe", "slow.json", "--school", "E.coli", "--format", "json"]);
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &gate(&report, "A-STARTUP")["status"]), (Some(1), &"fail".into()));
    assert_eq!(report["instructions"].as_array().unwrap().len(), 1);
    assert_eq!(report["change"]["shared_layers"], 4);
    // Ten nodes pull the one layer that came, and nothing else is new.
    let cost = &report["cost"];
    let came = report["change"]["layers_new"][0]["transfer"].as_f64().unwrap() / 1e6;
    for name in ["update_mb", "exact_mb", "formula_mb"] {
        assert!((cost[name].as_f64().unwrap() - 10.0 * came).abs() < 1e-6, "{cost}");
    }
    let schema: Value = serde_json::from_str(include_str!("../../schema/mvi-build-event-1.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    // Exactly ten percent is allowed; Yeast reports growth, and only --strict lets it fail.
    let same = ["oci:second:1", "--probe", "same.json"];
    assert_eq!(event(&desk, &[&same[..], &["--school", "E.coli"]].concat()).0, Some(0));
    let (code, said) = event(&desk, &[&same[..], &["--school", "Yeast", "--format", "markdown"]].concat());
    assert!(code == Some(0) && said.contains("| A-GROWTH | reported |"), "{said}");
    assert_eq!(event(&desk, &[&same[..], &["--school", "Yeast", "--strict"]].concat()).0, Some(1));
    let (_, said) = event(&desk, &[&same[..], &["--before", "packed", "--format", "markdown"]].concat());
    assert!(said.contains("more pulled") || said.contains("layers are shared"), "{said}");
}

#[test]
fn events_that_cannot_be_are_refused() {
    let desk = desk();
    desk.write("other.json", br#"{"schema": "mvi-probe/1", "images": []}"#);
    desk.write("none.json", b"{}");
    let cases: &[(&[&str], i32, &str)] = &[
        (&["packed", "--school", "Mould"], 2, "there is no school Mould"),
        (&["packed", "--probe", "other.json"], 2, "another image"),
        (&["packed", "--probe", "none.json"], 2, "neither startup_ms nor mem_mb"),
        (&["packed", "--probe", "more"], 3, "no JSON"),
        (&["packed", "--gid", "GID-IMG-NONE-001"], 2, "GID-IMG-NONE-001"),
        (&["missing"], 3, "missing"),
    ];
    for (arguments, code, words) in cases {
        let (found, said) = event(&desk, arguments);
        assert!(found == Some(*code) && said.contains(words), "{arguments:?}: {found:?} {said}");
    }
}
