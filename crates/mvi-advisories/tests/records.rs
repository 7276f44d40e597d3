//! What records of OSV affect.
#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot go on should stop

use mvi_advisories::{Answer, Coordinates, Hit, OsvRecord, affects};

/// A record with these entries, before a package.
fn check(affected: &str, purl: &str, source: Option<&str>, wanted: &Answer) {
    let text = format!(r#"{{"id": "TEST-1", "modified": "2026-01-01T00:00:00Z", "affected": {affected}}}"#);
    let records = OsvRecord::read_all(text.as_bytes()).unwrap();
    let package = Coordinates::of(purl, source).unwrap();
    assert_eq!(affects(&records[0], &package), *wanted, "{affected} before {purl}");
}

fn hit(fixed_in: &str) -> Answer {
    let fixed_in = Some(fixed_in.to_owned()).filter(|fix| !fix.is_empty());
    Answer::Hit(Hit { fixed_in, severity: None })
}

fn entry(ecosystem: &str, name: &str, rest: &str) -> String {
    format!(r#"[{{"package": {{"ecosystem": "{ecosystem}", "name": "{name}"}}, {rest}}}]"#)
}

const MUSL: &str = "pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64&distro=alpine-3.18.4";

#[test]
fn a_fix_of_the_same_release_counts() {
    let range = r#""ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "1.2.4-r3"}, {"introduced": "0"}]}]"#;
    check(&entry("Alpine:v3.18", "musl", range), MUSL, None, &hit("1.2.4-r3"));
    check(&entry("Alpine:v3.19", "musl", range), MUSL, None, &Answer::Elsewhere);
    check(&entry("Alpine", "musl", range), MUSL, None, &hit("1.2.4-r3"));
    check(&entry("Alpine:v3.18", "musl", range), &MUSL.replace("-r2", "-r3"), None, &Answer::No);
    check(&entry("Alpine:v3.18", "musl", range), &MUSL.replace("1.2.4-r2", "one"), None, &Answer::Unknown);
    check(&entry("Wolfi", "musl", range), MUSL, None, &Answer::Elsewhere);
}

#[test]
fn distributions_file_records_under_the_source() {
    let range = r#""ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.38.1-5+deb12u2"}]}]"#;
    let purl = "pkg:deb/debian/bsdutils@1:2.38.1-5%2Bb1?arch=amd64&distro=debian-12";
    check(&entry("Debian:12", "util-linux", range), purl, Some("util-linux@2.38.1-5"), &hit("2.38.1-5+deb12u2"));
    check(&entry("Debian:12", "bsdutils", range), purl, Some("util-linux@2.38.1-5"), &Answer::Elsewhere);
    let apk = "pkg:apk/alpine/libcrypto3@3.1.4-r1?distro=alpine-3.18.4";
    let fixed = r#""ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.1.4-r5"}]}]"#;
    check(&entry("Alpine:v3.18", "openssl", fixed), apk, Some("openssl"), &hit("3.1.4-r5"));
}

#[test]
fn ranges_of_commits_hide_none_beside_them() {
    let ranges = r#""ranges": [
        {"type": "GIT", "repo": "r", "events": [{"introduced": "0"}, {"fixed": "abc"}]},
        {"type": "ECOSYSTEM", "events": [{"introduced": "2.0"}, {"fixed": "2.5"}, {"introduced": "3.0"}]}]"#;
    for (version, wanted) in
        [("1.9", Answer::No), ("2.0.0", hit("2.5")), ("2.5rc1", hit("2.5")), ("2.5", Answer::No), ("3.1", hit(""))]
    {
        check(
            &entry("PyPI", "Typing_Extensions", ranges),
            &format!("pkg:pypi/typing-extensions@{version}"),
            None,
            &wanted,
        );
    }
}

#[test]
fn versions_one_by_one_and_the_last_affected_count() {
    check(&entry("PyPI", "a", r#""versions": ["1.0", "1.1"]"#), "pkg:pypi/a@1.1.0", None, &hit(""));
    let last = r#""ranges": [{"type": "SEMVER", "events": [{"introduced": "1.0.0"}, {"last_affected": "1.4.0"}]}]"#;
    check(&entry("npm", "@scope/a", last), "pkg:npm/%40scope/a@1.4.0", None, &hit(""));
    check(&entry("npm", "@scope/a", last), "pkg:npm/%40scope/a@1.4.1", None, &Answer::No);
    check(&entry("npm", "a", last), "pkg:npm/%40scope/a@1.4.0", None, &Answer::Elsewhere);
}

#[test]
fn of_several_entries_the_nearest_fix_is_told() {
    let of = |from: &str, fixed: &str| {
        format!(
            r#"{{"package": {{"ecosystem": "npm", "name": "a"}}, "ranges": [{{"type": "SEMVER",
            "events": [{{"introduced": "{from}"}}, {{"fixed": "{fixed}"}}]}}]}}"#
        )
    };
    let both = format!("[{}, {}]", of("0", "5.1.4"), of("4.0.0", "4.9.7"));
    check(&both, "pkg:npm/a@4.1.0", None, &hit("4.9.7"));
    check(&both, "pkg:npm/a@4.9.8", None, &hit("5.1.4"));
}

#[test]
fn the_word_of_the_source_on_severity_is_kept() {
    let text = r#"{"id": "G", "affected": [{"package": {"ecosystem": "npm", "name": "a"}, "versions": ["1.0.0"]}],
        "database_specific": {"severity": "high", "cwe_ids": []}}"#;
    let record = &OsvRecord::read_all(text.as_bytes()).unwrap()[0];
    let package = Coordinates::of("pkg:npm/a@1.0.0", None).unwrap();
    let Answer::Hit(hit) = affects(record, &package) else { panic!("it is affected") };
    assert_eq!(hit.severity.as_deref(), Some("HIGH"));
}

#[test]
fn a_withdrawn_record_affects_nothing() {
    let text = r#"{"id": "G", "withdrawn": "2026-01-01T00:00:00Z",
        "affected": [{"package": {"ecosystem": "npm", "name": "a"}, "versions": ["1.0.0"]}]}"#;
    let package = Coordinates::of("pkg:npm/a@1.0.0", None).unwrap();
    assert_eq!(affects(&OsvRecord::read_all(text.as_bytes()).unwrap()[0], &package), Answer::Elsewhere);
}

#[test]
fn a_record_of_a_distribution_has_the_name_of_its_one_upstream() {
    let read = |text: &str| OsvRecord::read_all(text.as_bytes()).unwrap().remove(0).names();
    assert_eq!(read(r#"{"id": "ALPINE-CVE-2025-26519", "upstream": ["CVE-2025-26519"]}"#), ["CVE-2025-26519"]);
    assert_eq!(read(r#"{"id": "DSA-1-1", "upstream": ["CVE-2025-1", "CVE-2025-2"]}"#), Vec::<String>::new());
    assert_eq!(read(r#"{"id": "GHSA-a", "aliases": ["CVE-2025-3", "GHSA-a"]}"#), ["CVE-2025-3"]);
}

#[test]
fn records_come_alone_in_lists_and_one_a_line() {
    let count = |text: &str| OsvRecord::read_all(text.as_bytes()).map(|records| records.len()).ok();
    assert_eq!(count(r#"{"id": "A"}"#), Some(1));
    assert_eq!(count(r#"[{"id": "A"}, {"id": "B"}]"#), Some(2));
    assert_eq!(count("{\"id\": \"A\"}\n{\"id\": \"B\"}\n"), Some(2));
    assert_eq!(count(""), Some(0));
    assert_eq!(count(r#"{"id": ""}"#), None);
    assert_eq!(count(r#"{"id": "A""#), None);
    assert_eq!(count(r#"{"name": "A"}"#), None);
}
