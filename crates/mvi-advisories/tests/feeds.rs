//! Feeds: what is read of them, what is counted, and what is refused by name.
#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

use std::io::{Cursor, Write as _};

use mvi_advisories::{Advisory, Feed, Import, ImportLimits, State};
use zip::write::SimpleFileOptions;

fn read(documents: &[(&str, &[u8])], limits: ImportLimits) -> (Vec<Feed>, Vec<String>, u64) {
    let mut import = Import::new(limits, 1_000);
    for (place, bytes) in documents {
        import.read(place, Cursor::new(*bytes));
    }
    let counts = import.counts();
    assert_eq!(counts.read, counts.taken + counts.rejected, "{counts:?}");
    let rejects: Vec<String> =
        import.rejects().iter().map(|reject| format!("{}: {}", reject.place, reject.reason)).collect();
    assert_eq!(rejects.len() as u64, counts.rejected.min(limits.named as u64));
    (import.onto(Vec::new()), rejects, counts.taken)
}

/// Reads one document without a reject.
fn feeds(bytes: &[u8]) -> Vec<Feed> {
    let (feeds, rejects, _) = read(&[("file", bytes)], ImportLimits::default());
    assert_eq!(rejects, Vec::<String>::new());
    feeds
}

/// `release name state fixed` of every entry, sorted.
fn said(advisory: &Advisory) -> Vec<String> {
    let mut said: Vec<String> = advisory
        .entries
        .iter()
        .map(|entry| {
            let fixed = entry.ranges.iter().flat_map(|range| &range.events).find_map(|event| event.fixed.clone());
            let release = entry.release.clone().unwrap_or_default();
            let channel = entry.channel.as_ref().map(|channel| format!("+{channel}")).unwrap_or_default();
            let fixed = fixed.unwrap_or_else(|| "-".to_owned());
            format!("{release}{channel} {} {} {fixed}", entry.name, entry.state.as_str())
        })
        .collect();
    said.sort();
    said
}

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn alpine_says_which_version_of_an_origin_fixed_what() {
    let feeds = feeds(include_bytes!("feeds/secdb.json"));
    assert_eq!(feeds[0].about.name, "alpine-secdb/v3.18/main");
    let advisories = &feeds[0].advisories;
    let poly1305 = &advisories["ALPINE-CVE-2023-6129"];
    assert_eq!(
        (said(poly1305), poly1305.aliases.as_slice()),
        (vec!["3.18 openssl affected 3.1.4-r3".to_owned()], &["CVE-2023-6129".to_owned()][..])
    );
    assert_eq!(said(&advisories["ALPINE-CVE-2023-4807"]), ["3.18 openssl not-affected -"]);
}

#[test]
fn debian_keeps_the_states_of_its_tracker() {
    let tracker = br#"{"zlib": {"CVE-1": {"description": "A flaw", "releases": {
        "bookworm": {"status": "open", "urgency": "unimportant", "nodsa": "Minor", "nodsa_reason": ""},
        "bullseye": {"status": "open", "nodsa": "Minor", "nodsa_reason": "postponed"},
        "buster": {"status": "open", "nodsa": "No", "nodsa_reason": "ignored"},
        "jessie": {"status": "open", "urgency": "end-of-life"},
        "stretch": {"status": "undetermined"},
        "trixie": {"status": "resolved", "fixed_version": "1:1.3-1"},
        "sid": {"status": "resolved", "fixed_version": "0"},
        "forky": {"status": "open"}}}}}"#;
    let feeds = feeds(tracker);
    let advisory = &feeds[0].advisories["DEBIAN-CVE-1"];
    assert_eq!(
        said(advisory),
        [
            "10 zlib will-not-fix -",
            "11 zlib fix-deferred -",
            "12 zlib no-advisory -",
            "13 zlib affected 1:1.3-1",
            "14 zlib affected -",
            "8 zlib end-of-life -",
            "9 zlib undetermined -",
            "sid zlib not-affected -",
        ]
    );
    assert_eq!(
        advisory.entries.iter().find(|entry| entry.state == State::NoAdvisory).unwrap().word.as_deref(),
        Some("unimportant")
    );
    assert_eq!(advisory.summary, "A flaw");
}

#[test]
fn a_vulnerability_of_the_tracker_that_cannot_be_read_is_named() {
    let (feeds, rejects, taken) = read(&[("t.json", include_bytes!("feeds/tracker.json"))], ImportLimits::default());
    assert_eq!((taken, feeds[0].advisories.len(), rejects.len()), (6, 6, 1));
    assert!(rejects[0].starts_with("t.json: package chromium-browser, CVE-2022-0358: "), "{rejects:?}");
    let unknown = br#"{"a": {"CVE-1": {"releases": {"sid": {"status": "lost"}}}}}"#;
    let (_, rejects, _) = read(&[("t.json", unknown)], ImportLimits::default());
    assert_eq!(rejects, ["t.json: package a, CVE-1: unknown status `lost` in sid"]);
}

#[test]
fn a_line_without_a_release_is_about_all_that_have_none_of_their_own() {
    let feeds = feeds(include_bytes!("feeds/tracker-entry.json"));
    let said = said(&feeds[0].advisories["DEBIAN-CVE-2026-27171"]);
    assert!(said.contains(&"12 zlib no-advisory -".to_owned()) && said.contains(&"sid zlib affected -".to_owned()));
    assert!(said.contains(&"11 zlib fix-deferred -".to_owned()) && said.contains(&"10 zlib affected -".to_owned()));
}

#[test]
fn ubuntu_sells_some_fixes() {
    let feeds = feeds(include_bytes!("feeds/ubuntu.json"));
    let advisory = &feeds[0].advisories["UBUNTU-CVE-2014-9913"];
    assert_eq!(feeds[0].about.name, "osv/Ubuntu");
    assert_eq!(said(advisory), ["14.04+Pro unzip affected 6.0-9ubuntu1.6", "16.04 unzip affected 6.0-20ubuntu1.1"]);
    assert_eq!(advisory.word.as_deref(), Some("negligible"));
    assert_eq!(advisory.vectors, ["CVSS:3.0/AV:L/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"]);
}

#[test]
fn red_hat_says_what_is_fixed_and_what_will_not_be() {
    let fixed = feeds(include_bytes!("feeds/vex.json"));
    let advisory = &fixed[0].advisories["CVE-2024-24786"];
    assert_eq!(said(advisory), ["10 cri-tools affected 1.29.0-3.1.el9", "10 good-pkg affected -"]);
    assert_eq!((advisory.word.as_deref(), advisory.vectors.len()), (Some("Moderate"), 1));
    let open = feeds(include_bytes!("feeds/vex-unfixed.json"));
    let said = said(&open[0].advisories["CVE-2026-0968"]);
    let states = |state: &str| said.iter().filter(|line| line.contains(state)).count();
    assert!(states(" fix-deferred ") > 0 && states(" affected ") > 0 && states(" not-affected ") > 0, "{said:?}");
}

#[test]
fn exploited_vulnerabilities_and_scores_are_read() {
    let catalogue = br#"{"catalogVersion": "1", "dateReleased": "2026-01-02T00:00:00Z", "vulnerabilities": [
        {"cveID": "CVE-1", "dateAdded": "2026-01-01", "dueDate": "2026-02-01", "knownRansomwareCampaignUse": "Known"},
        {"cveID": "none"}, 7]}"#;
    let (feeds, rejects, taken) = read(&[("kev.json", catalogue)], ImportLimits::default());
    let row = &feeds[0].exploited["CVE-1"];
    assert_eq!((row.added.as_str(), row.ransomware, taken, rejects.len()), ("2026-01-01", true, 1, 2));
    assert_eq!(feeds[0].about.newest.as_deref(), Some("2026-01-02T00:00:00Z"));
    let scores = self::feeds(include_bytes!("feeds/epss.csv"));
    assert_eq!(scores[0].scores["CVE-1999-0001"], (0.01151, 0.7802));
    let (_, rejects, taken) =
        read(&[("e.csv", b"cve,epss,percentile\nCVE-1,2,0\nCVE-2,0.5,0.5\n")], ImportLimits::default());
    assert_eq!(
        (taken, rejects.as_slice()),
        (1, &["e.csv: line 2: neither a CVE with score and percentile nor a comment".to_owned()][..])
    );
}

#[test]
fn compressed_scores_are_read_as_they_come() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(include_bytes!("feeds/epss.csv")).unwrap();
    assert_eq!(feeds(&packer.finish().unwrap())[0].scores.len(), 55);
}

#[test]
fn members_of_an_archive_are_read_one_by_one_and_the_bad_ones_named() {
    let deep = format!("{{\"id\": {}1{}}}", "[".repeat(1500), "]".repeat(1500));
    let large = format!(r#"{{"id": "L", "details": "{}"}}"#, "x".repeat(5000));
    let bytes = archive(&[
        (
            "A.json",
            br#"{"id": "A", "affected": [{"package": {"ecosystem": "PyPI", "name": "A_b"}, "versions": ["1"]}]}"#,
        ),
        ("B.json", b"{"),
        ("C.json", deep.as_bytes()),
        ("L.json", large.as_bytes()),
        ("notes.txt", b"x"),
        ("D.json", br#"{"id": "D", "withdrawn": "2026-01-01T00:00:00Z", "affected": []}"#),
    ]);
    let limits = ImportLimits { document: 4096, ..ImportLimits::default() };
    let (feeds, rejects, taken) = read(&[("all.zip", &bytes)], limits);
    assert_eq!(taken, 2);
    let named = |at: usize, name: &str| assert!(rejects[at].starts_with(&format!("all.zip: {name}: ")), "{rejects:?}");
    named(0, "B.json");
    named(1, "C.json");
    named(2, "L.json");
    named(3, "notes.txt");
    assert_eq!(feeds.iter().map(|feed| feed.about.name.as_str()).collect::<Vec<_>>(), ["osv/PyPI", "osv/other"]);
    assert_eq!(feeds[0].advisories["A"].entries[0].name, "a-b");
    assert_eq!(feeds[1].about.withdrawn, 1);
}

#[test]
fn bombs_end_at_the_limit() {
    let bytes = archive(&[("A.json", &vec![b' '; 1 << 20]), ("B.json", &vec![b' '; 1 << 20])]);
    let limits = ImportLimits { document: 1 << 10, unpacked: 1500, ..ImportLimits::default() };
    let (_, rejects, _) = read(&[("bomb.zip", &bytes)], limits);
    assert_eq!(
        rejects,
        ["bomb.zip: A.json: more than 1024 bytes in one member", "bomb.zip: more than 1500 bytes unpacked"]
    );
    let limits = ImportLimits { members: 1, ..ImportLimits::default() };
    assert_eq!(read(&[("many.zip", &bytes)], limits).1, ["many.zip: 2 members, more than 1"]);
    let limits = ImportLimits { document: 10, ..ImportLimits::default() };
    assert_eq!(
        read(&[("kev.json", br#"{"catalogVersion": 1}"#)], limits).1,
        ["kev.json: more than 10 bytes in one document"]
    );
}

#[test]
fn what_is_no_feed_is_said_to_be_none() {
    for (bytes, reason) in [
        (&b"PK\x03\x04"[..], "file: "),
        (b"\x1f\x8bx", "file: "),
        (b"", "file: empty"),
        (b"hello", "file: neither JSON, nor EPSS scores, nor an archive of them"),
        (br#"{"@context": "https://openvex.dev/ns"}"#, "file: OpenVEX, which says nothing of packages by version"),
        (
            br#"{"document": {"category": "csaf_vex", "publisher": {"namespace": "https://example.com"}}}"#,
            "file: a CSAF document of",
        ),
        (br#"[{"id": "A"}, {"id": 7}]"#, "file: record 2: "),
        (b"{\"id\": \"A\"}\n{\"id\": \"\"}\n", "file: record 2: the record has no id"),
    ] {
        let (_, rejects, _) = read(&[("file", bytes)], ImportLimits::default());
        assert!(rejects.len() == 1 && rejects[0].starts_with(reason), "{rejects:?}");
    }
}

#[test]
fn a_whole_export_replaces_its_feed_and_a_record_replaces_a_record() {
    let record = |id: &str, word: &str| {
        format!(
            r#"{{"id": "{id}", "affected": [{{"package": {{"ecosystem": "npm", "name": "a"}}, "versions": ["1.0.0"]}}],
            "database_specific": {{"severity": "{word}"}}}}"#
        )
    };
    let import = |known: Vec<Feed>, bytes: &[u8]| {
        let mut import = Import::new(ImportLimits::default(), 1_000);
        import.read("file", Cursor::new(bytes));
        import.onto(known)
    };
    let words = |feeds: &[Feed]| -> Vec<String> {
        let advisories = feeds[0].advisories.values();
        advisories.map(|advisory| format!("{} {}", advisory.id, advisory.word.clone().unwrap_or_default())).collect()
    };
    let first = import(
        Vec::new(),
        &archive(&[("A.json", record("A", "LOW").as_bytes()), ("B.json", record("B", "LOW").as_bytes())]),
    );
    let second = import(first, record("B", "HIGH").as_bytes());
    assert_eq!(words(&second), ["A LOW", "B HIGH"]);
    let half = import(second.clone(), br#"{"zlib": {"CVE-1": {"releases": {"sid": {"status": "open"}}}}, "a"#);
    let again = import(half, br#"{"zlib": {"CVE-2": {"releases": {"sid": {"status": "open"}}}}, "a"#);
    assert_eq!(words(&again), ["DEBIAN-CVE-1 ", "DEBIAN-CVE-2 "]);
    let third = import(second, &archive(&[("C.json", record("C", "LOW").as_bytes())]));
    assert_eq!((words(&third), third[0].about.records), (vec!["C LOW".to_owned()], 1));
}
