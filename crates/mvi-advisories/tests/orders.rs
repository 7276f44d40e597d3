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
        let reference = cells.next().unwrap_or("ok");
        let found = scheme.compare(left, right);
        let says = |operator: &str| match operator {
            "<" => found == Some(Ordering::Less),
            "=" => found == Some(Ordering::Equal),
            ">" => found == Some(Ordering::Greater),
            "!=" => found.is_some_and(Ordering::is_ne),
            _ => found.is_none(),
        };
        // Where the reference refuses a side or answers otherwise than the table, its answer will do as well.
        let agrees = match reference {
            "err" => says(operator) || found.is_none(),
            differs if differs.starts_with("differs") => says(operator) || says(&differs["differs".len()..]),
            _ => says(operator),
        };
        assert!(agrees, "{line}: {found:?}");
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

#[test]
fn go_orders_as_its_own_package_does() {
    check(Scheme::Semantic, include_str!("vectors/go.tsv"));
}

#[test]
fn rpm_orders_as_rpm_does() {
    check(Scheme::Rpm, include_str!("vectors/rpm.tsv"));
    check(Scheme::Rpm, include_str!("vectors/rpm-evr.tsv"));
}

#[test]
fn java_orders_as_maven_does() {
    check(Scheme::Maven, include_str!("vectors/maven.tsv"));
}

#[test]
fn dotnet_orders_as_nuget_does() {
    check(Scheme::Nuget, include_str!("vectors/nuget.tsv"));
}

#[test]
fn php_orders_as_composer_does() {
    check(Scheme::Packagist, include_str!("vectors/packagist.tsv"));
}

#[test]
fn dart_orders_as_pub_does() {
    check(Scheme::Pub, include_str!("vectors/pub.tsv"));
}

#[test]
fn rows_of_numbers_are_ordered_as_r_and_haskell_do() {
    check(Scheme::Numeric, include_str!("vectors/cran.tsv"));
    check(Scheme::Numeric, include_str!("vectors/hackage.tsv"));
}

/// Searches in sorted tables rely on it. Maven's goes round in circles.
#[test]
fn every_total_order_sorts_the_versions_of_its_vectors() {
    let tables = [
        (Scheme::Apk, include_str!("vectors/apk.tsv")),
        (Scheme::Deb, include_str!("vectors/deb.tsv")),
        (Scheme::Gem, include_str!("vectors/gem.tsv")),
        (Scheme::Nuget, include_str!("vectors/nuget.tsv")),
        (Scheme::Packagist, include_str!("vectors/packagist.tsv")),
        (Scheme::Pub, include_str!("vectors/pub.tsv")),
        (Scheme::Pypi, include_str!("vectors/pep440.tsv")),
        (Scheme::Rpm, include_str!("vectors/rpm.tsv")),
        (Scheme::Semantic, include_str!("vectors/semver.tsv")),
    ];
    for (scheme, table) in tables {
        assert!(scheme.is_total());
        let lines = table.lines().filter(|line| !line.starts_with('#'));
        let mut versions: Vec<&str> = lines.flat_map(|line| line.split('\t').step_by(2).take(2)).collect();
        versions.sort_unstable();
        versions.dedup();
        versions.retain(|version| scheme.compare(version, "1").is_some());
        versions.truncate(150);
        versions.sort_by(|left, right| scheme.compare(left, right).unwrap());
        for (at, left) in versions.iter().enumerate() {
            for right in &versions[at + 1..] {
                assert!(scheme.compare(left, right).unwrap().is_le(), "{scheme:?}: {left} and {right}");
            }
        }
    }
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
        for scheme in Scheme::ALL {
            prop_assert_eq!(scheme.compare(&left, &right), scheme.compare(&right, &left).map(Ordering::reverse));
        }
    }
}
