//! An audit and the fleet go by the same evidence: they judge every image alike.

use serde_json::Value;

use crate::archive::{Config, Members};
use crate::desk::{Desk, blob};
use crate::entry::{file, layer};
use crate::fixtures;
use crate::stage::json;

/// Verdict, rule, floor and what is not needed, by an audit.
fn audited(desk: &Desk, image: &str) -> (Value, Value, Value) {
    let audit: Value = serde_json::from_str(&desk.says(&["audit", image, "--format", "json", "--quiet"])).unwrap();
    let image = &audit["images"][0];
    let rule = image["judgement"]["rule"]["id"].clone();
    (image["judgement"]["verdict"].clone(), rule, image["floor_estimate_mb"].clone())
}

/// The same by the fleet, which knows nothing else.
fn recorded(desk: &Desk, image: &str) -> (Value, Value, Value) {
    let _ = std::fs::remove_file(desk.path("own.db"));
    let store = ["--store", "sqlite:own.db"];
    let record = json(desk, &[&["fleet", "record", image, "--quiet"], &store[..]].concat());
    let digest = record["images"][0]["digest"].as_str().unwrap().to_owned();
    let card = json(desk, &[&["fleet", "show", &digest], &store[..]].concat());
    let image = &card["image"];
    (image["verdict"].clone(), image["rule"].clone(), image["floor_estimate_mb"].clone())
}

#[test]
fn an_audit_and_the_fleet_judge_every_image_of_the_corpus_alike() {
    let desk = Desk::bare();
    for name in fixtures::corpus_names() {
        let archive = format!("oci:{}", fixtures::corpus().join("oci").join(&name).display());
        assert_eq!(recorded(&desk, &archive), audited(&desk, &archive), "{name}");
    }
}

#[test]
fn what_is_kept_of_a_record_is_what_an_audit_found() {
    let desk = Desk::bare();
    let program = crate::elf::elf("", &[]);
    let layers = [
        layer(&[file("app/run", program).mode(0o755)]),
        layer(&[file("bin/idle", crate::elf::elf("", &[])).mode(0o755)]),
        layer(&[file("data/x", blob(1, 10_000))]),
    ];
    let config = Config { runtime: r#"{"Cmd":["/app/run"]}"#, ..Config::default() };
    desk.write("app.tar", &Members::docker(&layers, &["team/app:1"], &config).tar());
    let audit: Value = serde_json::from_str(&desk.says(&["audit", "app.tar", "--format", "json"])).unwrap();
    desk.says(&["fleet", "record", "app.tar"]);
    let image = json(&desk, &["fleet", "show", "team/app:1"])["image"].clone();
    assert!(image["unneeded_mb"].as_f64().unwrap() > 0.0);
    assert_eq!(image["unneeded_mb"], audit["images"][0]["unneeded_mb"]);
    assert_eq!(image["floor_estimate_mb"], audit["images"][0]["floor_estimate_mb"]);
    // A floor that the owner declares counts before one that is estimated.
    let entry = "[[image]]\nname = \"app\"\nrepository = \"team/app\"\ntag = \"1\"\nrole = \"service\"\nfloor_estimate_mb = 9.0\n";
    desk.write("fleet.toml", format!("schema_version = \"mvi-fleet/1\"\nstandard = \"V13\"\n{entry}").as_bytes());
    desk.says(&["fleet", "import", "fleet.toml"]);
    let image = json(&desk, &["fleet", "show", "team/app:1"])["image"].clone();
    assert_eq!(image["floor_estimate_mb"], 9.0);
    assert_eq!(image["unneeded_mb"], audit["images"][0]["unneeded_mb"]);
}
