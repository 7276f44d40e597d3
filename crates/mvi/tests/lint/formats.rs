//! Formats that programs read: each is what its readers document, whatever is in the files.

use serde_json::Value;

use crate::desk::{Desk, FINE, FLAWED};
use crate::follow::follow;

/// A file whose findings hold what would end a string, an attribute, a line or a command.
const ODD: &str = "FROM debian:12.9\nRUN apt-get install \"a&<b>%25::error::,:\" 'c\"d' \u{1b}[2J\nMAINTAINER <x>\n";

fn desk() -> Desk {
    Desk::new(&[("Dockerfile", FLAWED), ("a b/é,:%.Dockerfile", ODD), ("fine/Dockerfile", FINE)])
}

fn all(format: &str) -> String {
    desk().says(&[".", "missing", "--format", format])
}

fn check_schema(schema: &str, document: &str) {
    follow(schema, document.as_bytes());
}

#[test]
fn json_follows_its_schema() {
    let schema = include_str!("../../schema/mvi-lint-1.json");
    check_schema(schema, &all("json"));
    check_schema(schema, &desk().says(&["fine", "--format", "json"]));
    check_schema(schema, &Desk::new(&[]).says(&["--format", "json"]));
}

#[test]
fn sarif_follows_the_schema_of_oasis() {
    let schema = include_str!("../schemas/sarif-2.1.0.json");
    assert!(schema.contains("Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"));
    check_schema(schema, &all("sarif"));
    check_schema(schema, &Desk::new(&[]).says(&["--format", "sarif"]));
    let log: Value = serde_json::from_str(&all("sarif")).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let add = results.iter().find(|result| result["ruleId"] == "MVI3020").unwrap();
    assert_eq!(add["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
    assert_eq!(add["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "COPY");
    let odd = results.iter().find(|result| result["ruleId"] == "MVI4000").unwrap();
    let uri = &odd["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "a%20b/%C3%A9%2C%3A%25.Dockerfile");
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn github_gets_a_command_a_finding() {
    let shown = all("github");
    assert!(shown.contains("::error file=Dockerfile,line=3,col=1,endColumn=4,title=MVI3020::COPY does"), "{shown}");
    assert!(shown.contains("::warning file=a b/é%2C%3A%25.Dockerfile,line=2,"), "{shown}");
    for line in shown.lines() {
        let (head, message) = line[2..].split_once("::").unwrap();
        assert!(["error ", "warning ", "notice "].iter().any(|command| head.starts_with(command)), "{line}");
        assert!(message.chars().all(|character| !character.is_control()) && !message.is_empty(), "{line}");
        let stray = message.match_indices('%').find(|(at, _)| !["%25", "%0A", "%0D"].contains(&&message[*at..at + 3]));
        assert_eq!(stray, None, "{line}");
    }
}

#[test]
fn gitlab_gets_what_its_code_quality_report_is() {
    let report: Value = serde_json::from_str(&all("gitlab")).unwrap();
    let mut fingerprints = std::collections::BTreeSet::new();
    for violation in report.as_array().unwrap() {
        for key in ["description", "check_name", "fingerprint", "severity"] {
            assert!(violation[key].as_str().is_some_and(|text| !text.is_empty()), "{violation}");
        }
        let severity = violation["severity"].as_str().unwrap();
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity), "{violation}");
        assert!(violation["location"]["lines"]["begin"].as_u64().is_some_and(|line| line > 0));
        assert!(violation["location"]["path"].as_str().is_some_and(|path| !path.starts_with("./")));
        assert!(fingerprints.insert(violation["fingerprint"].to_string()), "{violation} is there twice");
    }
    assert!(fingerprints.len() >= 5);
    let none: Value = serde_json::from_str(&Desk::new(&[]).says(&["--format", "gitlab"])).unwrap();
    assert_eq!(none, serde_json::json!([]));
}

#[test]
fn junit_counts_its_failures() {
    let shown = all("junit");
    let document = roxmltree::Document::parse(&shown).unwrap();
    let suites: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testsuite")).collect();
    assert_eq!(suites.len(), 4);
    for suite in suites {
        let count = |name: &str| suite.descendants().filter(|node| node.has_tag_name(name)).count().to_string();
        assert_eq!(suite.attribute("tests"), Some(count("testcase").as_str()));
        assert_eq!(suite.attribute("failures"), Some(count("failure").as_str()));
        assert_eq!(suite.attribute("errors"), Some(count("error").as_str()));
    }
    let message =
        document.descendants().find_map(|node| node.attribute("message").filter(|text| text.contains("a&<b>")));
    assert!(message.is_some(), "{shown}");
}

#[test]
fn checkstyle_is_well_formed() {
    let shown = all("checkstyle");
    let document = roxmltree::Document::parse(&shown).unwrap();
    let errors: Vec<_> = document.descendants().filter(|node| node.has_tag_name("error")).collect();
    assert!(errors.len() >= 5);
    for error in errors {
        assert!(error.attribute("line").unwrap().parse::<u32>().is_ok() && error.attribute("column").is_some());
        assert!(["error", "warning", "info"].contains(&error.attribute("severity").unwrap()));
        assert!(error.attribute("source").unwrap().starts_with("mvi."));
    }
    let names: Vec<_> = document.descendants().filter_map(|node| node.attribute("name")).collect();
    assert_eq!(names, ["Dockerfile", "a b/é,:%.Dockerfile", "fine/Dockerfile", "missing"]);
}

#[test]
fn markdown_is_one_table_that_nothing_breaks_out_of() {
    let shown = all("markdown");
    let rows: Vec<_> = shown.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() >= 7, "{shown}");
    for row in rows {
        let bars = row.match_indices('|').filter(|(at, _)| !row[..*at].ends_with('\\')).count();
        assert_eq!(bars, 6, "{row}");
    }
    assert!(shown.contains("a&<b>") || shown.contains("&lt;b&gt;"), "{shown}");
    assert!(!shown.contains("<b>"), "{shown}");
}

#[test]
fn the_same_files_give_the_same_bytes_however_many_threads() {
    let files: Vec<(String, String)> =
        (0..120).map(|number| (format!("{number}/Dockerfile"), FLAWED.repeat(number % 7))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let desk = Desk::new(&files);
    for format in ["text", "json", "sarif", "junit"] {
        let one = desk.says(&["--format", format, "--jobs", "1"]);
        assert_eq!(one, desk.says(&["--format", format, "--jobs", "7"]), "{format}");
    }
}
