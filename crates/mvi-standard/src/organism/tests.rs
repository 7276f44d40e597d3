//! Schools, roles, levels and reproduction by the standard's own tables.

use std::sync::LazyLock;

use jiff::Timestamp;

use super::*;
use crate::pressure::Measurements;
use crate::verdict::Verdict;

static STANDARD: LazyLock<Standard> = LazyLock::new(|| Standard::builtin().unwrap());

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn reproduction_is_a_word_for_a_number_of_services() {
    let told = [0, 1, 2, 3, 4].map(|services| Reproduction::of(&STANDARD, services));
    use Reproduction::{High, Low, Medium};
    assert_eq!(told, [Low, Medium, Medium, High, High]);
    assert_eq!(serde_json::to_value(High).unwrap(), "high");
}

#[test]
fn a_school_is_chosen_by_verdict_then_runtime() {
    let told = |verdict, runtime| default_school(&STANDARD, verdict, runtime).map(|school| school.id.as_str());
    assert_eq!(told(Verdict::Floor, None), Some("Methanogen"));
    assert_eq!(told(Verdict::Floor, Some("static-web")), Some("E.coli"));
    assert_eq!(told(Verdict::Justified, Some("python")), Some("LAB"));
    assert_eq!(told(Verdict::Review, Some("node")), Some("Yeast"));
    assert_eq!(told(Verdict::Audit, Some("node")), Some("REVIEW"));
    assert_eq!(told(Verdict::Replace, None), Some("REVIEW"));
    assert_eq!(told(Verdict::Floor, Some("java")), None);
    assert!(!may_have_children(school(&STANDARD, "REVIEW").unwrap()));
}

#[test]
fn an_image_older_than_its_school_allows_is_told() {
    let yeast = school(&STANDARD, "Yeast").unwrap();
    let told = |built| age_finding(yeast, at(built), at("2026-11-21T12:00:00Z")).map(|finding| finding.text);
    assert_eq!(told("2026-11-07T12:00:00Z"), None);
    assert_eq!(told("2026-11-06T12:00:00Z").unwrap(), "last built 15 days ago, and Yeast allows 14; rebuild it");
    assert_eq!(told("2026-12-24T12:00:00Z"), None);
}

#[test]
fn schools_bite_where_a_build_gets_worse() {
    let built = |startup, size, repetitions: u32| {
        let mut measured = Measurements::of_size(size);
        measured.set("startup_ms", startup);
        (measured, Some(repetitions))
    };
    let codes = |id: &str, before: (Measurements, Option<u32>), after: (Measurements, Option<u32>)| {
        let build = |(measured, repetitions): &(Measurements, Option<u32>)| (measured.clone(), *repetitions);
        let ((old, n), (new, m)) = (build(&before), build(&after));
        let (before, after) = (Build { measured: &old, repetitions: n }, Build { measured: &new, repetitions: m });
        regressions(school(&STANDARD, id).unwrap(), Some(before), after).iter().map(|f| f.code).collect::<Vec<_>>()
    };
    assert_eq!(codes("E.coli", built(100.0, 20.0, 1), built(111.0, 90.0, 1)), ["A-STARTUP"]);
    assert_eq!(codes("E.coli", built(100.0, 20.0, 1), built(110.0, 20.0, 1)), Vec::<&str>::new());
    assert_eq!(codes("Yeast", built(100.0, 20.0, 1), built(900.0, 21.1, 1)), ["A-GROWTH"]);
    assert_eq!(codes("LAB", built(100.0, 20.0, 5), built(100.0, 20.0, 4)), ["A-REPETITIONS"]);
    let first = |measured: Measurements| {
        let build = Build { measured: &measured, repetitions: None };
        regressions(school(&STANDARD, "LAB").unwrap(), None, build).iter().map(|f| f.code).collect::<Vec<_>>()
    };
    assert_eq!(first(built(100.0, 20.0, 1).0), ["A-REPETITIONS"], "not known is not enough");
    assert_eq!(first(Measurements::of_size(20.0)), Vec::<&str>::new(), "a size is no measurement that varies");
}

#[test]
fn roles_follow_the_name_then_the_runtime() {
    let told = |name: &str, runtime| default_role(&STANDARD, name, runtime).map(|role| role.id.as_str());
    assert_eq!(told("mefine-static", Some("static-web")), Some("S1"));
    assert_eq!(told("merostone-relay", Some("static-elf")), Some("S2"));
    assert_eq!(told("pemos-portal", Some("node")), Some("S3"));
    assert_eq!(told("sovereign-ingest", Some("python")), Some("S4"));
    assert_eq!(told("rom-signing", Some("static-elf")), Some("S5"));
    assert_eq!(told("HTML", None), Some("S1"));
}

#[test]
fn a_level_outside_the_bases_range_is_told() {
    let told = |level, base| level_finding(&STANDARD, level, base).map(|finding| finding.severity.to_string());
    assert_eq!(told(1, "python:3.12.14-alpine3.21"), None);
    assert_eq!(told(2, "python:3.12-alpine"), Some("high".to_owned()));
    assert_eq!(told(1, "python:3.12-slim"), Some("medium".to_owned()));
    assert_eq!(told(4, "debian:12"), None);
    assert_eq!(level_range(&STANDARD, "utpemos-base"), None);
}

#[test]
fn levels_ask_for_fresh_news_and_from_l3_on_for_proof() {
    let now = at("2026-11-21T12:00:00Z");
    let told = |level, last: Option<&str>| {
        scan_finding(&STANDARD, level, last.map(at), now).map(|finding| finding.text).unwrap_or_default()
    };
    let day = |level, days: i64| {
        let last = now.checked_sub(jiff::SignedDuration::from_hours(24 * days)).unwrap().to_string();
        told(level, Some(&last)).is_empty()
    };
    for (level, days) in [(0, 30), (1, 30), (2, 7), (3, 3), (4, 1)] {
        assert!(day(level, days) && !day(level, days + 1), "L{level}");
    }
    assert_eq!(told(2, None), "nobody looked for vulnerabilities, and L2 asks for it every 7 days");
    assert_eq!(
        told(2, Some("2026-11-01T12:00:00Z")),
        "the news about vulnerabilities are 20 days old, and L2 allows 7"
    );
    assert_eq!([2, 3, 4].map(|level| proof_finding(level, false).is_some()), [false, true, true]);
    assert_eq!(proof_finding(4, true), None);
}
