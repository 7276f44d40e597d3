//! Targets for what advisories are read from: feeds, versions, the index.

use std::io::Cursor;

use mvi_advisories::{Coordinates, Import, ImportLimits, Index, Order as _, Scheme, index};
use xxhash_rust::xxh3::xxh3_64;

/// Packages that are asked about.
const PACKAGES: &[(&str, Option<&str>)] = &[
    ("pkg:apk/alpine/libcrypto3@3.1.0-r0?distro=alpine-3.18.0", Some("openssl")),
    ("pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?distro=debian-12", Some("zlib")),
    ("pkg:deb/ubuntu/unzip@6.0-20ubuntu1?distro=ubuntu-16.04", None),
    ("pkg:rpm/redhat/cri-tools@1.28.0-1.el9?distro=rhel-10.1", None),
    ("pkg:rpm/almalinux/nodejs@18.14.2-2.module_el8.7.0%2B3531?distro=almalinux-8.10&rpmmod=nodejs:18", None),
    ("pkg:maven/a/b@1.0", None),
    ("pkg:pypi/a@1.0", None),
];

/// The bytes as a feed: everything that was seen is counted, and what was taken makes an index that answers.
pub fn advisory_feed(bytes: &[u8]) {
    let limits = ImportLimits { document: 1 << 20, unpacked: 4 << 20, members: 64, named: 10 };
    let mut import = Import::new(limits, 0);
    import.read("seed", Cursor::new(bytes));
    let counts = import.counts();
    assert_eq!(counts.read, counts.taken + counts.rejected, "nothing is lost");
    let feeds = import.onto(Vec::new());
    let bytes = index::build(&feeds).expect("a feed fits");
    let index = Index::from_bytes(bytes).expect("what was built is an index");
    ask(&index, true);
}

/// The bytes as an index, as they are and with checksums that hold: an error or an answer.
pub fn advisory_index(bytes: &[u8]) {
    for bytes in [bytes.to_vec(), sealed(bytes)] {
        if let Ok(index) = Index::from_bytes(bytes) {
            ask(&index, false);
        }
    }
}

/// The bytes as two versions, a line each: turned round they compare the other way round, whatever the order.
pub fn versions(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let (left, right) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    for scheme in Scheme::ALL {
        let found = scheme.compare(left, right);
        assert_eq!(found, scheme.compare(right, left).map(std::cmp::Ordering::reverse), "{scheme:?}");
        assert!(found.is_none() || scheme.compare(left, left) == Some(std::cmp::Ordering::Equal), "{scheme:?}");
    }
}

fn ask(index: &Index, whole: bool) {
    for package in PACKAGES.iter().filter_map(|(purl, source)| Coordinates::of(purl, *source)) {
        let Ok(matches) = index.matches(&package) else {
            assert!(!whole, "what was built can be read");
            continue;
        };
        for found in matches.iter().take(50) {
            assert!(index.finding(found).is_ok() || !whole, "what was built can be told");
        }
    }
    assert!(index.named("CVE-2023-6129").is_ok() || !whole);
}

/// The bytes with every checksum made right, as far as the tables lead to one.
fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let number = |bytes: &[u8], at: usize| -> Option<usize> {
        usize::try_from(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?)).ok()
    };
    let sections: Option<Vec<_>> =
        (0..6).map(|at| Some((number(&bytes, 24 + at * 16)?, number(&bytes, 32 + at * 16)?))).collect();
    let Some(sections) = sections else { return bytes };
    for (table, row) in [(1, 20), (2, 12)] {
        let (start, size) = sections[table];
        for at in (start..start.saturating_add(size)).step_by(row).take(10_000) {
            let at = at + row - 12;
            let place = number(&bytes, at).and_then(|place| place.checked_add(sections[4].0));
            let size = bytes.get(at + 8..at + 12).and_then(|size| size.try_into().ok()).map(u32::from_le_bytes);
            let Some((place, size)) = place.zip(size) else { break };
            seal(&mut bytes, place, place.saturating_add(size as usize));
        }
    }
    let header = 24 + 6 * 16;
    if let Some(tables) = bytes.get(header + 16..sections[4].0).map(xxh3_64) {
        bytes[header..header + 8].copy_from_slice(&tables.to_le_bytes());
        let whole = xxh3_64(&bytes[..header + 8]);
        bytes[header + 8..header + 16].copy_from_slice(&whole.to_le_bytes());
    }
    bytes
}

/// Writes the checksum of what follows it.
fn seal(bytes: &mut [u8], start: usize, end: usize) {
    let Some(blob) = bytes.get_mut(start..end).filter(|blob| blob.len() >= 8) else { return };
    let checksum = xxh3_64(&blob[8..]);
    blob[..8].copy_from_slice(&checksum.to_le_bytes());
}
