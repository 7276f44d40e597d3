//! Images of folders and lists: bases by their layers in whatever order they come, and nothing read twice.

use serde_json::Value;

use crate::desk::{Desk, text};
use crate::stage::{json, row, save};

/// Three images, one on the other; the names put the topmost first.
fn images(desk: &Desk) {
    std::fs::create_dir(desk.path("images")).unwrap();
    save(desk, "images/a-app.tar", "team/app:1", &[1, 2, 3]);
    save(desk, "images/b-middle.tar", "team/middle:1", &[1, 2]);
    save(desk, "images/c-base.tar", "alpine:3.21.3", &[1]);
}

fn base(desk: &Desk, name: &str) -> (Value, Value) {
    let card = json(desk, &["fleet", "show", name]);
    (card["image"]["base"].clone(), card["image"]["base_source"].clone())
}

#[test]
fn bases_are_known_by_their_layers_whatever_comes_first() {
    let desk = Desk::bare();
    images(&desk);
    let report = json(&desk, &["fleet", "scan", "images"]);
    assert_eq!(report["images"].as_array().unwrap().len(), 3);
    assert_eq!(base(&desk, "team/app:1"), ("team/middle:1".into(), "layers".into()));
    assert_eq!(base(&desk, "team/middle:1"), ("alpine:3.21.3".into(), "layers".into()));
    let lineage = json(&desk, &["fleet", "lineage", "team/app:1"]);
    let names: Vec<&str> = lineage["lineage"]["bases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|base| base["reference"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["team/middle:1", "alpine:3.21.3"]);
    assert!(desk.says(&["fleet", "check"]).contains("all is whole"));
}

#[test]
fn a_base_that_comes_later_changes_what_was_judged_before() {
    let desk = Desk::bare();
    images(&desk);
    desk.says(&["fleet", "record", "images/b-middle.tar"]);
    let before = row(&json(&desk, &["fleet", "list"]), "team/middle:1").clone();
    assert_eq!(before["compliant"], false);
    desk.says(&["fleet", "record", "images/c-base.tar"]);
    let after = row(&json(&desk, &["fleet", "list"]), "team/middle:1").clone();
    assert_eq!(after["compliant"], true, "alpine is a registered base: {after:#}");
    let verdicts = json(&desk, &["fleet", "log", "--kind", "verdict", "--subject", after["digest"].as_str().unwrap()]);
    assert_eq!(verdicts["events"].as_array().unwrap().len(), 2);
}

#[test]
fn an_audit_with_a_fleet_knows_the_base_and_one_without_does_not() {
    let desk = Desk::bare();
    images(&desk);
    let source = |desk: &Desk| {
        let report = json(desk, &["audit", "images/b-middle.tar"]);
        report["images"][0]["judgement"]["base_source"].clone()
    };
    assert_eq!(source(&desk), "unknown");
    desk.says(&["fleet", "record", "images/c-base.tar"]);
    assert_eq!(source(&desk), "layers");
    let code = desk.run(&["audit", "images/b-middle.tar", "--store", "sqlite:none.db"]).status.code();
    assert_eq!(code, Some(3), "a store that is named has to be there");
}

#[test]
fn what_is_recorded_is_not_read_again() {
    let desk = Desk::bare();
    images(&desk);
    desk.says(&["fleet", "scan", "images", "--no-cache"]);
    let events = json(&desk, &["fleet", "check"])["events"].clone();
    let again = json(&desk, &["fleet", "scan", "images", "--no-cache"]);
    assert!(again["images"].as_array().unwrap().iter().all(|image| image["change"] == "same"));
    assert_eq!(json(&desk, &["fleet", "check"])["events"], events);
    let read = json(&desk, &["fleet", "scan", "images", "--again", "--no-cache"]);
    assert!(read["images"].as_array().unwrap().iter().all(|image| image["change"] == "same"));
    assert_eq!(json(&desk, &["fleet", "check"])["events"], events, "the same facts are no news");
}

#[test]
fn lists_name_places_and_what_cannot_be_read_is_told_beside_the_rest() {
    let desk = Desk::bare();
    images(&desk);
    desk.write("list", b"# ours\nimages/c-base.tar\nimages/missing.tar # gone\n");
    let output = desk.run(&["fleet", "scan", "--list", "list", "--format", "json"]);
    assert_eq!(output.status.code(), Some(3));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((report["images"].as_array().unwrap().len(), report["unreadable"].as_array().unwrap().len()), (1, 1));
    assert!(text(&output.stderr).contains("missing.tar"));
    // What failed is what is left to do.
    save(&desk, "images/missing.tar", "team/late:1", &[9]);
    let resumed = json(&desk, &["fleet", "scan", "--resume"]);
    assert_eq!((&resumed["done_before"], &resumed["resumed"]), (&1.into(), &true.into()));
    let code = desk.run(&["fleet", "scan", "--resume"]).status.code();
    assert_eq!(code, Some(2), "there is nothing left to go on with");
}

#[test]
fn a_slip_of_the_pen_is_no_clean_scan() {
    let desk = Desk::bare();
    std::fs::create_dir(desk.path("empty")).unwrap();
    for arguments in [&["fleet", "scan"][..], &["fleet", "scan", "empty"]] {
        assert_eq!(desk.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn images_built_before_a_day_are_left_out() {
    let desk = Desk::bare();
    images(&desk);
    let report = json(&desk, &["fleet", "scan", "images", "--since", "2999-01-01"]);
    // Images that do not say when they were built are not known to be older.
    assert_eq!(report["too_old"].as_u64().unwrap() + report["images"].as_array().unwrap().len() as u64, 3);
}

#[test]
fn what_was_declared_is_the_declaration_of_what_is_read() {
    let desk = Desk::bare();
    images(&desk);
    let entry = "[[image]]\nname = \"the app\"\nrepository = \"team/app\"\ntag = \"1\"\nrole = \"service\"\nsize_mb = 30\n\
                 declared_verdict = \"FLOOR\"\nclass = \"go-static\"\n";
    desk.write("fleet.toml", format!("schema_version = \"mvi-fleet/1\"\nstandard = \"V13\"\n{entry}").as_bytes());
    desk.says(&["fleet", "import", "fleet.toml"]);
    assert_eq!(json(&desk, &["fleet", "solvency"])["tally"]["total"], 1);
    desk.says(&["fleet", "scan", "images"]);
    let list = json(&desk, &["fleet", "list"]);
    assert_eq!(list["images"].as_array().unwrap().len(), 3, "the stand-in gave way: {list:#}");
    let app = row(&list, "team/app:1");
    assert_eq!((&app["declared"], &app["layers"]), (&"FLOOR".into(), &3.into()));
    let card = json(&desk, &["fleet", "show", "team/app:1"]);
    let codes: Vec<&str> =
        card["image"]["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"D-SIZE") && codes.contains(&"D-LENIENT"), "{codes:?}");
    assert_eq!(json(&desk, &["fleet", "solvency"])["tally"]["total"], 3);
    // The other way round: an import finds what was read.
    let again = json(&desk, &["fleet", "import", "fleet.toml"]);
    assert_eq!(again["images"][0]["digest"], app["digest"]);
}
