//! Matches: what the index says of packages, by the lessons that other matchers paid for.
#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

use std::io::Cursor;

use mvi_advisories::{Coordinates, Import, ImportLimits, Index, Level, index};
use proptest::prelude::*;

fn open(documents: &[&str]) -> Index {
    let mut import = Import::new(ImportLimits::default(), 1_000);
    for document in documents {
        import.read("file", Cursor::new(document.as_bytes()));
    }
    assert_eq!(import.rejects(), []);
    Index::from_bytes(index::build(&import.onto(Vec::new())).unwrap()).unwrap()
}

/// `id verdict state fixed` of every finding.
fn found(index: &Index, purl: &str, source: Option<&str>) -> Vec<String> {
    let package = Coordinates::of(purl, source).unwrap();
    let findings = index.matches(&package).unwrap();
    findings
        .iter()
        .map(|found| index.finding(found).unwrap())
        .map(|finding| {
            let verdict = format!("{:?}", finding.verdict).to_lowercase();
            let channel = finding.channel.map(|channel| format!(" ({channel})")).unwrap_or_default();
            let fixed = finding.fixed_in.unwrap_or_else(|| "-".to_owned());
            format!("{} {verdict} {} {fixed}{channel}", finding.id, finding.state.as_str())
        })
        .collect()
}

/// Records before a package.
fn check(records: &[&str], purl: &str, source: Option<&str>, wanted: &[&str]) {
    assert_eq!(found(&open(records), purl, source), wanted, "{purl}");
}

/// A record with one entry.
fn record(id: &str, ecosystem: &str, name: &str, events: &str) -> String {
    format!(
        r#"{{"id": "{id}", "affected": [{{"package": {{"ecosystem": "{ecosystem}", "name": "{name}"}},
        "ranges": [{{"type": "ECOSYSTEM", "events": [{events}]}}]}}]}}"#
    )
}

const OPENSSL: &str = "pkg:apk/alpine/libcrypto3@3.1.4-r1?arch=x86_64&distro=alpine-3.18.4";

#[test]
fn alpine_is_judged_by_origin_and_release_and_knows_what_never_was_affected() {
    let secdb = include_str!("feeds/secdb.json");
    let openssl = found(&open(&[secdb]), OPENSSL, Some("openssl"));
    let fixes = ["CVE-2023-6129 affected affected 3.1.4-r3", "CVE-2023-6237 affected affected 3.1.4-r4"];
    assert_eq!(openssl.iter().filter(|line| fixes.contains(&line.as_str())).count(), 2, "{openssl:?}");
    // Fixed in `0`: looked at, and not affected, also where another source has a range.
    let range = record("ALPINE-CVE-2023-4807", "Alpine:v3.18", "openssl", r#"{"introduced": "0"}"#);
    assert!(!found(&open(&[secdb, &range]), OPENSSL, Some("openssl")).iter().any(|line| line.contains("4807")));
    assert_eq!(found(&open(&[secdb]), &OPENSSL.replace("3.18.4", "3.19.1"), Some("openssl")), Vec::<String>::new());
    assert_eq!(found(&open(&[secdb]), OPENSSL, Some("libcrypto3")), Vec::<String>::new());
}

#[test]
fn debian_is_judged_by_its_source_and_the_version_of_the_source() {
    let fixed = record(
        "DEBIAN-CVE-2024-28085",
        "Debian:12",
        "util-linux",
        r#"{"introduced": "0"}, {"fixed": "2.38.1-5+deb12u1"}"#,
    );
    let purl = "pkg:deb/debian/bsdutils@1:2.38.1-5%2Bb1?arch=amd64&distro=debian-12";
    check(&[&fixed], purl, Some("util-linux@2.38.1-5"), &["DEBIAN-CVE-2024-28085 affected affected 2.38.1-5+deb12u1"]);
    check(&[&fixed], purl, Some("util-linux@2.38.1-5+deb12u1"), &[]);
}

#[test]
fn what_debian_will_not_fix_stays_and_says_so() {
    let tracker = r#"{"zlib": {"CVE-2023-45853": {"releases": {
        "bookworm": {"status": "open", "urgency": "low", "nodsa": "x", "nodsa_reason": "ignored"}}}}}"#;
    let derived = record("DEBIAN-CVE-2023-45853", "Debian:12", "zlib", r#"{"introduced": "0"}"#);
    let purl = "pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?distro=debian-12";
    let index = open(&[tracker, &derived]);
    assert_eq!(found(&index, purl, Some("zlib")), ["CVE-2023-45853 affected will-not-fix -"]);
    let package = Coordinates::of(purl, Some("zlib")).unwrap();
    let finding = index.finding(&index.matches(&package).unwrap()[0]).unwrap();
    assert_eq!((finding.severity.level, finding.severity.word.as_deref()), (Level::Low, Some("low")));
    assert_eq!(finding.feeds, ["debian-tracker", "osv/Debian"]);
    let undetermined = r#"{"zlib": {"CVE-1": {"releases": {"bookworm": {"status": "undetermined"}}}}}"#;
    check(&[undetermined], purl, Some("zlib"), &["CVE-1 undecided undetermined -"]);
}

#[test]
fn fixes_that_are_sold_count_for_those_who_have_them() {
    let both = r#"{"id": "UBUNTU-CVE-1", "upstream": ["CVE-1"], "affected": [
        {"package": {"ecosystem": "Ubuntu:18.04:LTS", "name": "a"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0-1"}]}]},
        {"package": {"ecosystem": "Ubuntu:Pro:18.04:LTS", "name": "a"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0-1+esm2"}]}]}]}"#;
    let purl = |version: &str| format!("pkg:deb/ubuntu/a@{version}?distro=ubuntu-18.04");
    check(&[both], &purl("1.0-1"), None, &[]);
    check(&[both], &purl("1.0-0"), None, &["CVE-1 affected affected 1.0-1"]);
    check(&[both], &purl("1.0-1%2Besm1"), None, &["CVE-1 affected affected 1.0-1+esm2 (Pro)"]);
    let sold = include_str!("feeds/ubuntu.json");
    check(
        &[sold],
        "pkg:deb/ubuntu/unzip@6.0-9ubuntu1.5?distro=ubuntu-14.04",
        None,
        &["CVE-2014-9913 affected affected 6.0-9ubuntu1.6 (Pro)"],
    );
    check(
        &[sold],
        "pkg:deb/ubuntu/unzip@6.0-20ubuntu1?distro=ubuntu-16.04",
        None,
        &["CVE-2014-9913 affected affected 6.0-20ubuntu1.1"],
    );
}

#[test]
fn module_streams_are_judged_apart() {
    let alsa = |id: &str, stream: &str, fixed: &str| {
        record(id, "AlmaLinux:8", "nodejs", &format!(r#"{{"introduced": "0"}}, {{"fixed": "{fixed}"}}"#)).replacen(
            '{',
            &format!(r#"{{"summary": "nodejs:{stream} security update", "#),
            1,
        )
    };
    let (old, new) = (
        alsa("ALSA-1", "18", "1:18.20.4-1.module_el8.10.0+3886+f4d5c7a1"),
        alsa("ALSA-2", "20", "1:20.16.0-1.module_el8.10.0+3899+a8b9c0d1"),
    );
    let purl =
        "pkg:rpm/almalinux/nodejs@18.14.2-2.module_el8.7.0%2B3531%2B9a7d1a3e?arch=x86_64&distro=almalinux-8.10&epoch=1";
    let labelled = format!("{purl}&rpmmod=nodejs:18:8070020230324:x:y");
    check(&[&old, &new], &labelled, None, &["ALSA-1 affected affected 1:18.20.4-1.module_el8.10.0+3886+f4d5c7a1"]);
    // Without a label nobody can tell which stream it is.
    let unlabelled = found(&open(&[&old, &new]), purl, None);
    assert!(unlabelled.len() == 2 && unlabelled.iter().all(|line| line.contains(" undecided ")), "{unlabelled:?}");
    check(&[&old, &new], "pkg:rpm/almalinux/nodejs@16.20.2-8.el8?distro=almalinux-8.10&epoch=1", None, &[]);
    let plain = record("ALSA-3", "AlmaLinux:8", "nodejs", r#"{"introduced": "0"}, {"fixed": "1:99-1.el8"}"#);
    check(&[&plain], &labelled, None, &[]);
}

#[test]
fn red_hat_is_judged_by_name_epoch_and_major_release() {
    let purl = "pkg:rpm/redhat/cri-tools@1.28.0-1.el9?arch=x86_64&distro=rhel-10.1";
    let vex = include_str!("feeds/vex.json");
    check(&[vex], purl, None, &["CVE-2024-24786 affected affected 1.29.0-3.1.el9"]);
    check(&[vex], &format!("{purl}&epoch=1"), None, &[]);
    check(&[vex], &purl.replace("rhel-10.1", "rhel-9.4"), None, &[]);
}

#[test]
fn names_are_folded_as_their_registries_fold_them() {
    let events = r#"{"introduced": "0"}, {"fixed": "2.0.0"}"#;
    for (ecosystem, name, purl) in [
        ("PyPI", "Typing_Extensions.x", "pkg:pypi/typing-extensions-x@1.0"),
        ("NuGet", "Newtonsoft.Json", "pkg:nuget/newtonsoft.json@1.0"),
        ("Packagist", "Symfony/Http-Kernel", "pkg:composer/symfony/http-kernel@1.0"),
        ("crates.io", "rust_crypto", "pkg:cargo/rust-crypto@1.0.0"),
        ("npm", "@babel/traverse", "pkg:npm/%40babel/traverse@1.0.0"),
        ("Maven", "org.apache.logging.log4j:log4j-core", "pkg:maven/org.apache.logging.log4j/log4j-core@1.0"),
        ("Go", "github.com/miekg/dns", "pkg:golang/github.com/miekg/dns@v1.0.0%2Bincompatible"),
        ("RubyGems", "rack", "pkg:gem/rack@1.0"),
    ] {
        check(&[&record("X-1", ecosystem, name, events)], purl, None, &["X-1 affected affected 2.0.0"]);
    }
    // The registry of npm tells `JSONStream` from `jsonstream`.
    check(&[&record("X-1", "npm", "JSONStream", events)], "pkg:npm/jsonstream@1.0.0", None, &[]);
}

#[test]
fn the_compiler_of_go_is_the_version_of_its_library() {
    let fixed = record(
        "GO-1",
        "Go",
        "stdlib",
        r#"{"introduced": "0"}, {"fixed": "1.20.12"}, {"introduced": "1.21.0-0"}, {"fixed": "1.21.5"}"#,
    );
    check(&[&fixed], "pkg:golang/stdlib@1.19.4", None, &["GO-1 affected affected 1.20.12"]);
    check(&[&fixed], "pkg:golang/stdlib@go1.21rc2", None, &["GO-1 affected affected 1.21.5"]);
    check(&[&fixed], "pkg:golang/stdlib@1.20.12", None, &[]);
}

#[test]
fn one_thing_under_many_names_is_one_finding() {
    let one = r#"{"id": "PYSEC-1", "aliases": ["CVE-2026-1"], "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "ranges": [
        {"type": "GIT", "repo": "r", "events": [{"introduced": "0"}]},
        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.5"}]}]}]}"#;
    let other = r#"{"id": "GHSA-1", "aliases": ["CVE-2026-1"], "summary": "Bad", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.4"}]}]}],
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}], "database_specific": {"severity": "CRITICAL"}}"#;
    let kev = r#"{"catalogVersion": "1", "vulnerabilities": [{"cveID": "CVE-2026-1", "dateAdded": "2026-02-01", "dueDate": "2026-02-08"}]}"#;
    let epss = "#score_date:2026-02-02\ncve,epss,percentile\nCVE-2026-1,0.5,0.9\n";
    let index = open(&[one, other, kev, epss]);
    assert_eq!(found(&index, "pkg:pypi/a@1.0", None), ["CVE-2026-1 affected affected 1.4"]);
    let matches = index.matches(&Coordinates::of("pkg:pypi/a@1.4.1", None).unwrap()).unwrap();
    let finding = index.finding(&matches[0]).unwrap();
    assert_eq!((finding.aliases.as_slice(), finding.fixed_in.as_deref()), (&["PYSEC-1".to_owned()][..], Some("1.5")));
    // The record that hits has no severity of its own.
    assert_eq!(
        (finding.severity.level, finding.severity.score, finding.severity.from.as_deref()),
        (Level::Critical, Some(9.8), Some("GHSA-1"))
    );
    assert_eq!((finding.epss, finding.exploited.unwrap().added.as_str()), (Some((0.5, 0.9)), "2026-02-01"));
    assert_eq!(index.named("CVE-2026-1").unwrap().len(), 2);
    assert_eq!(index.named("CVE-2026-2").unwrap().len(), 0);
}

#[test]
fn bundles_join_nothing_and_bring_what_is_known_of_their_parts() {
    let dsa = r#"{"id": "DSA-1-1", "upstream": ["CVE-1", "CVE-2"], "affected": [{"package": {"ecosystem": "Debian:12", "name": "a"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}]}]}"#;
    let one = record("DEBIAN-CVE-1", "Debian:12", "a", r#"{"introduced": "0"}, {"fixed": "2"}"#).replacen(
        '{',
        r#"{"upstream": ["CVE-1"], "#,
        1,
    );
    let index = open(&[dsa, &one, "cve,epss,percentile\nCVE-2,0.25,0.5\n"]);
    let purl = "pkg:deb/debian/a@1?distro=debian-12";
    assert_eq!(found(&index, purl, None), ["CVE-1 affected affected 2", "DSA-1-1 affected affected 2"]);
    let matches = index.matches(&Coordinates::of(purl, None).unwrap()).unwrap();
    let bundle = index.finding(&matches[1]).unwrap();
    assert_eq!((bundle.bundles, bundle.epss), (vec!["CVE-1".to_owned(), "CVE-2".to_owned()], Some((0.25, 0.5))));
}

#[test]
fn what_cannot_be_ordered_is_undecided_and_withdrawn_is_nothing() {
    let range = record("A", "PyPI", "a", r#"{"introduced": "0"}, {"fixed": "2.0"}"#);
    check(&[&range], "pkg:pypi/a@not-a-version", None, &["A undecided affected -"]);
    let odd = record("A", "PyPI", "a", r#"{"introduced": "0"}, {"fixed": "dev-master"}"#);
    check(&[&odd], "pkg:pypi/a@1.0", None, &["A undecided affected -"]);
    check(&[&range.replacen('{', r#"{"withdrawn": "2026-01-01T00:00:00Z", "#, 1)], "pkg:pypi/a@1.0", None, &[]);
    let listed = r#"{"id": "A", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "versions": ["1.0", "2004d-legacy"]}]}"#;
    check(&[listed], "pkg:pypi/a@1.0.0", None, &["A affected affected -"]);
    check(&[listed], "pkg:pypi/a@2004d-legacy", None, &["A affected affected -"]);
    check(&[listed], "pkg:pypi/a@1.1", None, &[]);
}

#[test]
fn what_is_no_vulnerability_says_what_it_is() {
    let notice = r#"{"id": "RUSTSEC-1", "affected": [{"package": {"ecosystem": "crates.io", "name": "a"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0.0.0-0"}]}], "database_specific": {"informational": "unmaintained"}}]}"#;
    let index = open(&[notice]);
    let matches = index.matches(&Coordinates::of("pkg:cargo/a@1.0.0", None).unwrap()).unwrap();
    assert_eq!(index.finding(&matches[0]).unwrap().informational.as_deref(), Some("unmaintained"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The index and the evaluation of single records are two programs for one question.
    #[test]
    fn the_index_says_what_the_record_says(
        turns in prop::collection::vec((0..4usize, "[0-3]\\.[0-3](rc1)?"), 1..5),
        listed in prop::collection::vec("[0-3]\\.[0-3](\\.0)?", 0..3),
        version in "[0-3]\\.[0-3](\\.0|a1)?",
    ) {
        let kinds = ["introduced", "fixed", "last_affected", "limit"];
        let events: Vec<String> = turns.iter().map(|(kind, at)| format!(r#"{{"{}": "{at}"}}"#, kinds[*kind])).collect();
        let versions: Vec<String> = listed.iter().map(|version| format!("\"{version}\"")).collect();
        let text = record("A", "PyPI", "a", &events.join(","))
            .replace(r#""ranges""#, &format!(r#""versions": [{}], "ranges""#, versions.join(",")));
        let package = Coordinates::of(&format!("pkg:pypi/a@{version}"), None).unwrap();
        let records = mvi_advisories::OsvRecord::read_all(text.as_bytes()).unwrap();
        let wanted = mvi_advisories::affects(&records[0], &package);
        let found = open(&[&text]).matches(&package).unwrap();
        match wanted {
            mvi_advisories::Answer::Hit(hit) => prop_assert_eq!(&found[0].fixed_in, &hit.fixed_in),
            mvi_advisories::Answer::Unknown => prop_assert_eq!(found[0].verdict, mvi_advisories::Verdict::Undecided),
            mvi_advisories::Answer::No | mvi_advisories::Answer::Elsewhere => prop_assert_eq!(found.len(), 0),
        }
    }
}
