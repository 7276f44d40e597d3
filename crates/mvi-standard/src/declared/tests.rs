//! Each relation between declared and computed, and the order of tags.

use super::*;
use crate::evidence::{DirectBase, Evidence, Sizes, TransferSize};

fn check(declared: Verdict, computed: Verdict, expected: &str) {
    let told = Effective::of(Some(declared), computed);
    let finding = told.finding().map_or("-", |finding| finding.code);
    assert_eq!(format!("{} {finding}", told.effective), expected, "{declared} and {computed}");
}

#[test]
fn the_more_severe_verdict_counts() {
    check(Verdict::Floor, Verdict::Floor, "FLOOR -");
    check(Verdict::Review, Verdict::Floor, "REVIEW D-STALE");
    check(Verdict::Floor, Verdict::Replace, "REPLACE D-LENIENT");
    check(Verdict::Review, Verdict::Audit, "AUDIT -");
    check(Verdict::Audit, Verdict::Review, "AUDIT -");
    check(Verdict::Justified, Verdict::Review, "REVIEW D-LENIENT");
}

#[test]
fn an_exception_in_force_settles_a_harsher_declaration() {
    check(Verdict::Review, Verdict::Justified, "JUSTIFIED D-STALE");
}

#[test]
fn an_unmeasured_image_keeps_its_declaration_without_a_finding() {
    check(Verdict::Floor, Verdict::Unmeasured, "FLOOR -");
    assert_eq!(Effective::of(None, Verdict::Unmeasured).effective, Verdict::Unmeasured);
    assert_eq!(Effective::of(None, Verdict::Review).effective, Verdict::Review);
}

fn codes(parent: Option<&str>, size_mb: Option<f64>, ancestors: &[&str]) -> Vec<String> {
    let standard = Standard::builtin().unwrap();
    let evidence = Evidence {
        sizes: Sizes { transfer_mb: Some(TransferSize { value: 532.0, estimated: false }), ..Sizes::default() },
        base: DirectBase::default(),
        ..Evidence::default()
    };
    let judged = crate::judge(&standard, &evidence, jiff::Timestamp::UNIX_EPOCH);
    let declared = Declaration { verdict: None, parent: parent.map(str::to_owned), size_mb };
    let ancestors: Vec<String> = ancestors.iter().map(|name| (*name).to_owned()).collect();
    let found = findings(&standard, &declared, &judged, &ancestors);
    found.iter().map(|finding| format!("{} {}", finding.code, finding.severity)).collect()
}

#[test]
fn layers_win_over_a_declared_parent() {
    assert_eq!(codes(Some("alpine:3.21"), None, &["nginx:1.27-alpine", "alpine:3.21.8"]), ["D-LINEAGE info"]);
    assert_eq!(codes(Some("alpine:3.21"), None, &["debian:12"]), ["D-LINEAGE high"]);
    assert_eq!(codes(Some("coredns/coredns"), None, &["coredns/coredns:latest"]), Vec::<String>::new());
    assert_eq!(codes(Some("node:22-alpine"), None, &["node:22.11-alpine3.21"]), Vec::<String>::new());
    assert_eq!(codes(Some("node:22-alpine"), None, &[]), Vec::<String>::new());
}

#[test]
fn a_size_more_than_five_percent_off_is_told() {
    assert_eq!(codes(None, Some(496.0), &[]), ["D-SIZE medium"]);
    assert_eq!(codes(None, Some(510.0), &[]), Vec::<String>::new());
    assert_eq!(codes(None, Some(0.0), &[]), Vec::<String>::new());
}

#[test]
fn growth_between_tags_is_told() {
    let standard = Standard::builtin().unwrap();
    let told = growth(&standard, ("v460", 496.0), ("v461", 532.0)).unwrap();
    assert_eq!(told.text, "v461 has 532 MB and v460 had 496 MB: 7.26 % more, and 5 % are allowed");
    assert_eq!(growth(&standard, ("v460", 496.0), ("v461", 520.0)), None);
    assert_eq!(growth(&standard, ("v461", 532.0), ("v462", 300.0)), None);
}

#[test]
fn tags_are_ordered_by_their_numbers() {
    assert_eq!(tag_order("v460", "v461"), Some(Ordering::Less));
    assert_eq!(tag_order("v9", "v10"), Some(Ordering::Less));
    assert_eq!(tag_order("1.2.3", "1.2.03"), Some(Ordering::Equal));
    assert_eq!(tag_order("1.10-alpine", "1.9-alpine"), Some(Ordering::Greater));
    assert_eq!(tag_order("1.2-alpine", "1.2-slim"), None);
    assert_eq!(tag_order("v1", "1"), None);
    assert_eq!(tag_order("1.2", "1.2.1"), None);
}
