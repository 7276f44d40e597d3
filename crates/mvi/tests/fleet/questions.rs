//! Questions to a small fleet, exports, and pictures.

use crate::desk::{Desk, text};
use crate::stage::{json, recorded, save};

fn fleet() -> Desk {
    let desk = Desk::bare();
    save(&desk, "base.tar", "team/base:1", &[1]);
    save(&desk, "old.tar", "team/app:1", &[1, 2]);
    save(&desk, "new.tar", "team/app:2", &[1, 3, 4]);
    desk.says(&["fleet", "record", "base.tar", "old.tar", "new.tar"]);
    desk
}

#[test]
fn every_question_has_an_answer_or_says_why_not() {
    let desk = fleet();
    let unknown = desk.run(&["fleet", "query", "Q1", "CVE-2024-3094"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("knows no vulnerability"), "not knowing is not being safe");
    assert_eq!(json(&desk, &["fleet", "query", "Q2", "team/base:1"])["images"], 2);
    let similar = json(&desk, &["fleet", "query", "Q3", "team/app:1", "--k", "1"]);
    assert_eq!(similar["similar"].as_array().unwrap().len(), 1);
    let change = json(&desk, &["fleet", "query", "q4", "team/app:1", "team/app:2"]);
    assert_eq!((&change["shared_layers"], change["layers_new"].as_array().unwrap().len()), (&1.into(), 2));
    assert_eq!(desk.run(&["fleet", "query", "Q5", "CVE-1"]).status.code(), Some(2));
    assert!(json(&desk, &["fleet", "query", "Q6"])["orphans"].as_array().unwrap().is_empty());
    assert!(json(&desk, &["fleet", "query", "Q7", "--days", "30"])["due"].as_array().unwrap().is_empty());
    assert_eq!(desk.run(&["fleet", "lineage", "nobody:1"]).status.code(), Some(2));
}

#[test]
fn the_forest_is_drawn_into_files_that_need_nothing_else() {
    for desk in [fleet(), recorded()] {
        desk.says(&["fleet", "forest", "--svg", "forest.svg", "--html", "forest.html"]);
        let svg = std::fs::read_to_string(desk.path("forest.svg")).unwrap();
        let html = std::fs::read_to_string(desk.path("forest.html")).unwrap();
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && svg.ends_with("</svg>\n"));
        assert!(html.contains(&svg));
        for needs in ["href=", "src=", "url(http", "<script", "@import"] {
            assert!(!html.contains(needs), "{needs}");
        }
        let trees = json(&desk, &["fleet", "forest"]);
        for tree in trees["trees"].as_array().unwrap() {
            let name = tree["reference"].as_str().unwrap();
            assert!(html.contains(name), "{name}");
        }
    }
}

#[test]
fn a_name_that_is_markup_stays_a_name() {
    let desk = Desk::bare();
    let entry =
        "[[image]]\nname = \"x\"\nrepository = \"<script>alert(1)</script>\"\nrole = \"service\"\nsize_mb = 3\n";
    desk.write("fleet.toml", format!("schema_version = \"mvi-fleet/1\"\nstandard = \"V13\"\n{entry}").as_bytes());
    desk.says(&["fleet", "import", "fleet.toml"]);
    desk.says(&["fleet", "forest", "--html", "forest.html"]);
    let html = std::fs::read_to_string(desk.path("forest.html")).unwrap();
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;"));
}

#[test]
fn exports_are_written_whole_in_every_format() {
    let desk = fleet();
    for (format, sign) in
        [("json", "\"nodes\""), ("csv", "team/app:1"), ("graphml", "<graphml"), ("dot", "digraph"), ("cypher", "MERGE")]
    {
        let said = desk.says(&["fleet", "export", "--format", format]);
        assert!(said.contains(sign), "{format}: {}", &said[..said.len().min(300)]);
        desk.says(&["fleet", "export", "--format", format, "-o", "out"]);
        assert_eq!(std::fs::read_to_string(desk.path("out")).unwrap(), said, "{format}");
    }
    let graph: serde_json::Value = serde_json::from_str(&desk.says(&["fleet", "export"])).unwrap();
    let schema = serde_json::from_str(mvi_fleet::EXPORT_SCHEMA).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&graph));
}

#[test]
fn organisms_are_shown_ended_and_never_given_again() {
    let desk = recorded();
    let card = json(&desk, &["fleet", "show", "GID-IMG-UTPEMOS-001"]);
    assert_eq!((&card["organism"]["owner"].is_string(), &card["image"]["verdict"]), (&true, &"REPLACE".into()));
    let total = || json(&desk, &["fleet", "solvency"])["tally"]["total"].clone();
    assert_eq!(total(), 15);
    desk.says(&["fleet", "retire", "GID-IMG-UTPEMOS-001", "--reason", "rebuilt on alpine"]);
    assert_eq!(total(), 14);
    assert!(desk.says(&["fleet", "show", "GID-IMG-UTPEMOS-001"]).contains("RETIRED"));
    assert_eq!(desk.run(&["fleet", "retire", "GID-IMG-UTPEMOS-001", "--reason", "again"]).status.code(), Some(2));
}
