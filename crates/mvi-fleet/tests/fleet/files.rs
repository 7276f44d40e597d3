//! The file itself: refused when it is not ours, brought up to date when it is older, copied, restored, shared, full.

use std::fs;
use std::path::Path;
use std::thread;

use mvi_fleet::{FleetError, Store};
use rusqlite::Connection;

use crate::stage::{Stage, assert_whole, dump, image, stamp};

#[test]
fn a_file_that_is_not_ours_is_refused_untouched() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("other");
    let check = |path: &Path| {
        let before = fs::read(path).unwrap();
        assert!(matches!(Store::open(path), Err(FleetError::NotOurs { .. })));
        assert!(matches!(Store::open_read_only(path), Err(FleetError::NotOurs { .. })));
        assert!(matches!(Store::create(path), Err(FleetError::Exists { .. })));
        assert_eq!(fs::read(path).unwrap(), before);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing appeared beside it");
    };
    for bytes in [&b""[..], b"hello", &[0; 4096]] {
        fs::write(&path, bytes).unwrap();
        check(&path);
    }
    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE event (seq)").unwrap();
    check(&path);
    assert!(matches!(Store::open(folder.path()), Err(FleetError::NotOurs { .. })));
    assert!(matches!(Store::open(&folder.path().join("none")), Err(FleetError::Missing { .. })));
}

#[test]
fn a_file_of_a_newer_program_is_refused_and_says_so() {
    let stage = Stage::with(&[("one", &["a"])]);
    let path = stage.path();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    for opened in [Store::open(&path), Store::open_read_only(&path)] {
        let message = opened.unwrap_err().to_string();
        assert!(message.contains("schema 99") && message.contains("newer program"), "{message}");
    }
}

/// Takes a file back to what version 1 was: the log, and no more than its tables.
pub(crate) fn age(path: &Path) {
    let db = Connection::open(path).unwrap();
    db.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    let orders = "BEGIN IMMEDIATE; DROP INDEX IF EXISTS event_subject; UPDATE state SET projections = 'older=1;';
                  DROP TABLE IF EXISTS descends; CREATE TABLE IF NOT EXISTS forgotten (x); PRAGMA user_version = 1; COMMIT";
    db.execute_batch(orders).unwrap();
}

#[test]
fn a_file_of_version_1_is_brought_up_to_date_with_all_its_events() {
    let stage = Stage::with(&[("base", &["a +x@1"]), ("app", &["a +x@1", "b"])]);
    let (path, live) = (stage.path(), stage.dump());
    drop(stage.store);
    age(&path);
    assert!(matches!(Store::open_read_only(&path), Err(FleetError::TooOld { .. })));
    let store = Store::open(&path).unwrap();
    assert_eq!(dump(&store), live);
    assert_whole(&store);
    assert_eq!(store.events_of(&crate::stage::id("app")).unwrap().len(), 1);
}

#[test]
fn a_copy_is_whole_and_can_be_restored() {
    let mut stage = Stage::with(&[("base", &["a +x@1"]), ("app", &["a +x@1", "b"])]);
    let (copy, again) = (stage.folder.path().join("copy"), stage.folder.path().join("again"));
    stage.store.backup(&copy).unwrap();
    let then = stage.dump();
    stage.ingest(&image("late", &["c"]));
    assert_eq!(dump(&Store::restore(&copy, &again).unwrap()), then);
    assert!(matches!(Store::restore(&copy, &again), Err(FleetError::Exists { .. })));
    // A second copy takes the place of the first; a file of others does not give way.
    stage.store.backup(&copy).unwrap();
    assert_eq!(dump(&Store::open_read_only(&copy).unwrap()), stage.dump());
    fs::write(&again, "a letter").unwrap();
    assert!(matches!(stage.store.backup(&again), Err(FleetError::NotOurs { .. })));
}

#[test]
fn a_damaged_copy_is_not_restored() {
    let stage = Stage::with(&[("base", &["a +x@1"])]);
    let copy = stage.folder.path().join("copy");
    stage.store.backup(&copy).unwrap();
    let db = Connection::open(&copy).unwrap();
    db.execute_batch("DROP TRIGGER event_stays; UPDATE event SET actor = 'me' WHERE seq = 1").unwrap();
    drop(db);
    let again = stage.folder.path().join("again");
    assert!(matches!(Store::restore(&copy, &again), Err(FleetError::Damaged { .. })));
    assert!(!again.exists());
}

#[test]
fn who_opened_for_reading_reads_and_does_not_write() {
    let stage = Stage::with(&[("base", &["a"])]);
    let path = stage.path();
    drop(stage.store);
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let mut store = Store::open_read_only(&path).unwrap();
    assert_eq!(store.list(&Default::default()).unwrap().len(), 1);
    assert!(matches!(store.ingest(&mut stamp(9), &image("x", &["b"])), Err(FleetError::ReadOnly { .. })));
    assert!(matches!(store.rebuild(), Err(FleetError::ReadOnly { .. })));
    assert_whole(&store);
}

#[test]
fn two_who_write_at_once_both_get_their_turn() {
    let stage = Stage::empty();
    let writers: Vec<_> = (0..2_u64)
        .map(|writer| {
            let path = stage.path();
            thread::spawn(move || {
                let mut store = Store::open(&path).unwrap();
                for number in 0..60 {
                    let layers = ["shared +x@1".to_owned(), format!("{number} +p{number}@1"), format!("own{writer}")];
                    let layers: Vec<&str> = layers.iter().map(String::as_str).collect();
                    let facts = image(&format!("{writer}-{number}"), &layers);
                    store.ingest(&mut stamp(writer * 1000 + number), &facts).unwrap();
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    assert_eq!(stage.store.solvency_tally().unwrap().images.total, 120);
    assert_whole(&stage.store);
}

#[test]
fn a_reader_sees_one_moment_while_others_write() {
    let mut stage = Stage::with(&[("base", &["a"])]);
    let reader = Store::open_read_only(&stage.path()).unwrap();
    for number in 0..20 {
        stage.ingest(&image(&number.to_string(), &["a", "b"]));
        let (tally, list) = (reader.solvency_tally().unwrap(), reader.list(&Default::default()).unwrap());
        assert_eq!((tally.images.total, list.len()), (number + 2, usize::try_from(number).unwrap() + 2));
    }
}
