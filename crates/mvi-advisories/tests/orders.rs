//! Orders of versions, on pairs that reference implementations judged, and beside dpkg itself.
#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

use std::cmp::Ordering;
use std::process::Command;

use mvi_advisories::{Order as _, Scheme};
use proptest::prelude::*;

fn check(scheme: Scheme, table: &str) {
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let (left, operator, right) = (cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap());
        let found = scheme.compare(left, right);
        let wanted = match operator {
            "<" => Some(Ordering::Less),
            "=" => Some(Ordering::Equal),
            ">" => Some(Ordering::Greater),
            "!=" => found.filter(|found| *found != Ordering::Equal),
            _ => None,
        };
        assert!(found == wanted && (operator == "?") == found.is_none(), "{line}: {found:?}");
        assert_eq!(found, scheme.compare(right, left).map(Ordering::reverse), "{line}");
    }
}

#[test]
fn alpine_orders_as_apk_tools_does() {
    check(Scheme::Apk, include_str!("vectors/apk.tsv"));
}

#[test]
fn alpine_knows_a_version_from_none() {
    for line in include_str!("vectors/apk-validity.tsv").lines().filter(|line| !line.starts_with('#')) {
        let (version, verdict) = line.split_once('\t').unwrap();
        assert_eq!(Scheme::Apk.compare(version, version).is_some(), verdict == "in", "{line}");
    }
}

#[test]
fn debian_orders_as_dpkg_does() {
    check(Scheme::Deb, include_str!("vectors/deb.tsv"));
}

#[test]
fn python_orders_as_packaging_does() {
    check(Scheme::Pypi, include_str!("vectors/pep440.tsv"));
}

#[test]
fn ruby_orders_as_rubygems_does() {
    check(Scheme::Gem, include_str!("vectors/gem.tsv"));
}

#[test]
fn npm_orders_as_node_semver_does() {
    check(Scheme::Semantic, include_str!("vectors/npm.tsv"));
    check(Scheme::Semantic, include_str!("vectors/semver.tsv"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_two_debian_versions_stand_as_dpkg_has_them(
        left in "([0-9]:)?[0-9][0-9a-c.+~]{0,6}(-[0-9a-c.+~]{1,4})?",
        right in "([0-9]:)?[0-9][0-9a-c.+~]{0,6}(-[0-9a-c.+~]{1,4})?",
    ) {
        let holds = |operator| {
            let dpkg = Command::new("dpkg").args(["--compare-versions", &left, operator, &right]).status();
            dpkg.unwrap().success()
        };
        let wanted = if holds("lt") { Ordering::Less } else if holds("gt") { Ordering::Greater } else { Ordering::Equal };
        prop_assert_eq!(Scheme::Deb.compare(&left, &right), Some(wanted));
    }

    #[test]
    fn any_texts_are_compared_or_refused_and_turned_round_alike(left in ".{0,12}", right in ".{0,12}") {
        for scheme in [Scheme::Apk, Scheme::Deb, Scheme::Gem, Scheme::Pypi, Scheme::Semantic] {
            prop_assert_eq!(scheme.compare(&left, &right), scheme.compare(&right, &left).map(Ordering::reverse));
        }
    }
}
