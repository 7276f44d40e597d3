//! The index as a file: whole or refused, old or new, and sound whatever happens to its bytes.
#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

use std::fs;
use std::io::Cursor;
use std::thread;

use mvi_advisories::{Coordinates, Feed, Import, ImportLimits, Index, IndexError, IndexLock, index};
use proptest::prelude::*;

fn feeds() -> Vec<Feed> {
    let mut import = Import::new(ImportLimits::default(), 1_000);
    import.read("secdb.json", Cursor::new(include_bytes!("feeds/secdb.json")));
    import.read("ubuntu.json", Cursor::new(include_bytes!("feeds/ubuntu.json")));
    import.read("epss.csv", Cursor::new(include_bytes!("feeds/epss.csv")));
    import.onto(Vec::new())
}

fn openssl() -> Coordinates {
    Coordinates::of("pkg:apk/alpine/libcrypto3@3.1.0-r0?distro=alpine-3.18.0", Some("openssl")).unwrap()
}

/// Ids and fixes, or that the index is damaged.
fn answers(index: &Index) -> Option<Vec<(String, Option<String>)>> {
    let matches = index.matches(&openssl()).ok()?;
    let tell = |found| index.finding(found).ok().map(|finding| (finding.id, finding.fixed_in));
    matches.iter().map(tell).collect()
}

#[test]
fn the_same_feeds_make_the_same_bytes_and_are_read_back() {
    let bytes = index::build(&feeds()).unwrap();
    assert_eq!(bytes, index::build(&feeds()).unwrap());
    let index = Index::from_bytes(bytes.clone()).unwrap();
    assert_eq!(index.sources(|_| true).unwrap(), feeds());
    assert_eq!(index::build(&index.sources(|_| true).unwrap()).unwrap(), bytes);
    assert_eq!(index.feeds().len(), 3);
    assert!(answers(&index).unwrap().len() > 5);
}

#[test]
fn an_index_is_replaced_while_others_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made/advisories.idx");
    let lock = IndexLock::take(&path, || {}).unwrap();
    index::write(&path, &index::build(&feeds()).unwrap(), &lock).unwrap();
    let old = Index::open(&path).unwrap();
    let before = answers(&old).unwrap();
    index::write(&path, &index::build(&[]).unwrap(), &lock).unwrap();
    assert_eq!(answers(&old).unwrap(), before);
    assert_eq!(Index::open(&path).unwrap().advisories(), 0);
    let names: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "the index and its lock: {names:?}");
}

#[test]
fn importers_wait_for_each_other_and_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("advisories.idx");
    let first = IndexLock::take(&path, || {}).unwrap();
    let (told, waits) = std::sync::mpsc::channel();
    let second = thread::spawn({
        let path = path.clone();
        move || IndexLock::take(&path, || told.send(()).unwrap()).map(drop)
    });
    waits.recv().unwrap();
    drop(first);
    second.join().unwrap().unwrap();
}

#[test]
fn what_is_no_index_is_refused_and_the_reason_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("advisories.idx");
    let bytes = index::build(&feeds()).unwrap();
    let open = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        Index::open(&path).err()
    };
    assert!(open(&bytes).is_none());
    assert!(matches!(open(b""), Some(IndexError::NotAnIndex)));
    assert!(matches!(open(&[b'x'; 500]), Some(IndexError::NotAnIndex)));
    assert!(matches!(open(&bytes[..bytes.len() - 1]), Some(IndexError::Damaged { part: "length" })));
    let mut other = bytes.clone();
    other[8] = 9;
    assert!(matches!(open(&other), Some(IndexError::Version { found: 9 })));
    fs::remove_file(folder.path().join("advisories.idx")).unwrap();
    assert!(matches!(Index::open(&folder.path().join("advisories.idx")), Err(IndexError::Open { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_byte_that_flips_is_noticed_where_it_matters(at in any::<prop::sample::Index>(), flip in 1..=255u8) {
        let mut bytes = index::build(&feeds()).unwrap();
        let whole = Index::from_bytes(bytes.clone()).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(index) = Index::from_bytes(bytes) {
            let found = answers(&index);
            prop_assert!(found.is_none() || found == answers(&whole));
            if let Ok(sources) = index.sources(|_| true) {
                prop_assert_eq!(sources, feeds());
            }
        }
    }

    #[test]
    fn any_bytes_are_an_index_or_none(mut bytes in prop::collection::vec(any::<u8>(), 0..400), real in any::<bool>()) {
        if real {
            bytes.splice(0..0, index::build(&feeds()).unwrap().into_iter().take(160));
        }
        prop_assert!(Index::from_bytes(bytes).is_err());
    }
}
