//! `mvi db`: feeds in, an index out, and what is said about both.

use serde_json::Value;

use crate::desk::{Desk, text};

const RECORD: &str = r#"{"id": "PYSEC-1", "modified": "2026-03-01T00:00:00Z", "affected": [
    {"package": {"ecosystem": "PyPI", "name": "a"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}"#;
const SCORES: &str = "#model_version:v1,score_date:2026-03-02\ncve,epss,percentile\nCVE-1,0.1,0.2\nnone,1,1\n";

/// With two feeds, one line of which is none.
fn desk() -> Desk {
    let desk = Desk::bare();
    std::fs::create_dir(desk.path("feeds")).unwrap();
    desk.write("feeds/osv.json", RECORD.as_bytes());
    desk.write("feeds/scores.csv", SCORES.as_bytes());
    desk.write("feeds/read.me", b"nothing");
    desk
}

fn json(desk: &Desk, arguments: &[&str], exit: i32) -> Value {
    let output = desk.run(&[arguments, &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn follows(schema: &str, report: &Value) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn what_is_read_is_counted_and_what_is_not_is_named() {
    let desk = desk();
    let report = json(&desk, &["db", "import", "feeds"], 3);
    follows(include_str!("../../schema/mvi-db-import-1.json"), &report);
    assert_eq!((&report["read"], &report["taken"], &report["rejected"]), (&3.into(), &2.into(), &1.into()));
    assert_eq!(report["rejects"][0]["place"], "feeds/scores.csv: line 4");
    let status = json(&desk, &["db", "status"], 0);
    follows(include_str!("../../schema/mvi-db-status-1.json"), &status);
    assert_eq!(status["advisories"], 1);
    assert_eq!(status["feeds"], report["feeds"]);
    assert!(status["index"].as_str().unwrap().ends_with(".local/share/mvi/advisories.idx"));
    let said = desk.says(&["db", "status", "--max-age", "1"]);
    assert!(said.contains("osv/PyPI") && said.contains("newest 2026-03-01, imported today"), "{said}");
    assert!(said.contains("0 of 2 feeds older than 1 days"), "{said}");
}

#[test]
fn imports_add_to_each_other_until_one_replaces_all() {
    let desk = desk();
    desk.says(&["db", "import", "feeds/osv.json", "--db", "here.idx"]);
    let names = |report: &Value| -> Vec<String> {
        let feeds = report["feeds"].as_array().unwrap().iter();
        feeds.map(|feed| feed["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&json(&desk, &["db", "import", "feeds/scores.csv", "--db", "here.idx"], 3)), ["epss", "osv/PyPI"]);
    let alone = json(&desk, &["db", "import", "--replace", "feeds/scores.csv", "--db", "here.idx"], 3);
    assert_eq!(names(&alone), ["epss"]);
}

#[test]
fn what_cannot_be_used_is_an_error_with_the_next_step_and_what_was_there_stays() {
    let desk = desk();
    let fails = |arguments: &[&str], exit: i32, words: &[&str]| {
        let output = desk.run(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(exit), "{arguments:?}: {said}");
        assert!(words.iter().all(|word| said.contains(word)), "{arguments:?}: {said}");
    };
    fails(&["db", "status"], 3, &["there is no index of advisories", "mvi db import"]);
    fails(&["db", "import"], 2, &["PATH"]);
    std::fs::create_dir(desk.path("empty")).unwrap();
    fails(&["db", "import", "empty"], 2, &["there is no .json"]);
    desk.write("bad.idx", &[b'x'; 300]);
    fails(&["db", "status", "--db", "bad.idx"], 3, &["bad.idx", "this is no index of advisories"]);
    fails(&["db", "import", "feeds/osv.json", "--db", "bad.idx"], 3, &["bad.idx", "--replace"]);
    assert_eq!(std::fs::read(desk.path("bad.idx")).unwrap(), [b'x'; 300]);
    desk.says(&["db", "import", "feeds/osv.json"]);
    let missing = json(&desk, &["db", "import", "missing.zip"], 3);
    assert_eq!((&missing["rejected"], &missing["advisories"]), (&1.into(), &1.into()));
    let old = desk.path(".local/share/mvi/advisories.idx");
    let before = std::fs::read(&old).unwrap();
    assert_eq!(desk.run_without_room(&["db", "import", "feeds/osv.json"]).status.code(), Some(3));
    assert_eq!(std::fs::read(&old).unwrap(), before);
}

#[test]
fn help_shows_examples() {
    let desk = Desk::bare();
    for verb in [&["db"][..], &["db", "import"], &["db", "status"]] {
        let said = desk.says(&[verb, &["--help"]].concat());
        assert!(said.contains("Examples:\n") && said.contains(&format!("mvi {}", verb.join(" "))), "{said}");
    }
    assert!(desk.says(&["completions", "bash"]).contains("max-age"));
}
