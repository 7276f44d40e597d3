//! The recorded fleet through the program, against every recorded answer.

use serde_json::{Value, json};

use crate::desk::{Desk, text};
use crate::stage::{RECORDED, json as said, recorded, row};

fn golden() -> Value {
    serde_json::from_str(include_str!("../../../mvi-standard/tests/fixtures/golden-v13.json")).unwrap()
}

#[test]
fn the_whole_table_comes_out() {
    let (list, golden) = (said(&recorded(), &["fleet", "list"]), golden());
    let expected = golden["images"].as_array().unwrap();
    assert_eq!(list["images"].as_array().unwrap().len(), expected.len());
    for image in expected {
        let name = image["name"].as_str().unwrap().replace(' ', ":");
        let told = row(&list, &name);
        let pressure = (told["pressure"].as_f64().unwrap() * 1e6).round() / 1e6;
        let band = told["band"].as_str().unwrap().trim_end_matches('?');
        let answer = json!({
            "name": image["name"], "size_mb": image["size_mb"], "verdict": told["verdict"], "action": told["action"],
            "rule": told["rule"], "triggers": told["triggers"], "compliant": told["compliant"], "heavy": told["heavy"],
            "pressure": pressure, "band": band, "segment": told["segment"],
        });
        assert_eq!(&answer, image, "{name}");
        assert_eq!(told["size_mb"].as_f64(), image["size_mb"].as_f64(), "{name}");
    }
}

#[test]
fn the_score_is_one_fifth_and_four_fixes_lead_beyond_the_target() {
    let (desk, golden) = (recorded(), golden());
    let score = said(&desk, &["fleet", "solvency"]);
    assert_eq!(score["score"]["fraction"], golden["solvency"]["score"]);
    assert_eq!(score["target"]["fraction"], golden["solvency"]["target"]);
    let tally = |name: &str| score["tally"][name].clone();
    assert_eq!(
        json!([tally("compliant"), tally("total"), tally("heavy")]),
        json!([golden["solvency"]["floor_compliant"], golden["solvency"]["total"], golden["solvency"]["heavy"]])
    );
    let plan = said(&desk, &["fleet", "solvency", "plan"]);
    let steps = plan["steps"].as_array().unwrap();
    assert_eq!((steps.len(), plan["reached"].as_bool()), (4, Some(true)));
    assert_eq!(steps[3]["score"]["fraction"], golden["solvency"]["path_cascade"]);
    let shown = desk.says(&["fleet", "solvency", "--precise"]);
    assert!(shown.contains("0.2000 = 1/5") && shown.contains("1/3 compliant × (1 − 2/5 heavy)"), "{shown}");
}

#[test]
fn readings_and_weights_come_out() {
    let desk = recorded();
    let score = |more: &[&str]| {
        let told = said(&desk, &[&["fleet", "solvency"], more].concat());
        format!("{:.4}", told["score"]["value"].as_f64().unwrap())
    };
    assert_eq!(score(&["--everything"]), "0.2284");
    assert_eq!(score(&["--by", "bytes"]), "0.0129");
    let output = desk.run(&["fleet", "solvency", "--by", "pods"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("has no number of pods"), "{}", text(&output.stderr));
}

#[test]
fn what_is_declared_and_what_is_computed_are_compared() {
    let desk = recorded();
    let told = said(&desk, &["fleet", "import", "fleet.toml"]);
    let mut declared = Vec::new();
    for image in told["images"].as_array().unwrap() {
        for finding in image["findings"].as_array().unwrap() {
            let code = finding["code"].as_str().unwrap();
            if code.starts_with("D-") {
                declared.push(format!("{} {code}", image["name"].as_str().unwrap()));
            }
        }
    }
    assert_eq!(declared, ["mefine-static D-LINEAGE", "pemos-portal v461 D-SIZE", "pemos-portal v461 D-GROWTH"]);
}

#[test]
fn a_score_below_what_is_asked_for_fails_and_so_does_none() {
    let code = |desk: &Desk, least: &str| desk.run(&["fleet", "solvency", "--fail-below", least]).status.code();
    let desk = recorded();
    assert_eq!((code(&desk, "0.2"), code(&desk, "0.48")), (Some(0), Some(1)));
    let empty = Desk::bare();
    empty.write("fleet.toml", b"schema_version = \"mvi-fleet/1\"\nstandard = \"V13\"\nimage = []\n");
    empty.says(&["fleet", "import", "fleet.toml"]);
    assert_eq!(said(&empty, &["fleet", "solvency"])["reason"], "empty-fleet");
    assert_eq!(code(&empty, "0"), Some(1));
}

#[test]
fn a_second_import_changes_nothing_and_a_change_is_told() {
    let desk = recorded();
    let again = said(&desk, &["fleet", "import", "fleet.toml"]);
    assert!(again["images"].as_array().unwrap().iter().all(|image| image["change"] == "same"));
    let events = said(&desk, &["fleet", "check"])["events"].clone();
    desk.says(&["fleet", "import", "fleet.toml"]);
    assert_eq!(said(&desk, &["fleet", "check"])["events"], events);
    let smaller = text(RECORDED).replace("size_mb = 496", "size_mb = 140");
    desk.write("fleet.toml", smaller.as_bytes());
    let changed = said(&desk, &["fleet", "import", "fleet.toml"]);
    let portal = &changed["images"][4];
    assert_eq!((&portal["change"], &portal["verdict"]), (&json!("changed"), &json!("FLOOR")));
    assert_eq!(portal["effective"], "REVIEW", "what is declared is worse and counts");
    assert!(portal["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "D-STALE"));
    let accepted = said(&desk, &["fleet", "accept", "--all"]);
    assert_eq!(
        accepted["accepted"],
        json!([{"reference": "pemos-portal:v460", "declared": "REVIEW", "accepted": "FLOOR"}])
    );
    assert_eq!(row(&said(&desk, &["fleet", "list"]), "pemos-portal:v460")["effective"], "FLOOR");
    assert_eq!(desk.run(&["fleet", "accept", "pgvector"]).status.code(), Some(2));
}

#[test]
fn the_past_can_be_asked() {
    let desk = recorded();
    let then = said(&desk, &["fleet", "list", "--at", "2020-01-01"]);
    assert_eq!(then["images"], json!([]));
    let now = said(&desk, &["fleet", "log", "--limit", "1"])["events"][0]["at"].as_str().unwrap().to_owned();
    desk.write("fleet.toml", text(RECORDED).replace("size_mb = 496", "size_mb = 140").as_bytes());
    desk.says(&["fleet", "import", "fleet.toml"]);
    let size = |more: &[&str]| {
        let list = said(&desk, &[&["fleet", "list"], more].concat());
        row(&list, "pemos-portal:v460")["size_mb"].as_f64().unwrap()
    };
    assert_eq!((size(&["--at", &now]), size(&[])), (496.0, 140.0));
    assert_eq!(said(&desk, &["fleet", "solvency", "--at", &now])["score"]["fraction"], "1/5");
}

#[test]
fn another_standard_judges_anew() {
    let desk = recorded();
    // A kept judgement says by which standard it is.
    let told = said(&desk, &["fleet", "solvency", "--standard", "V14-draft"]);
    assert_eq!(told["judged_otherwise"], 17);
    desk.says(&["fleet", "judge", "--standard", "V14-draft"]);
    assert_eq!(said(&desk, &["fleet", "solvency", "--standard", "V14-draft"])["judged_otherwise"], 0);
}
