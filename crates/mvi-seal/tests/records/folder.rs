//! The folder of records: read-only files, a chain that shows what is missing, names that are never used again.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use mvi_seal::{Algorithm, PublicKey, RomFolder, SigningKey};

use crate::sample::{content, key};

const NAMES: [&str; 3] = ["ROM-GO-V13", "ROM-DNS-V13", "ROM-GO-V13-R2"];

fn filled(root: &Path, key: &SigningKey) -> RomFolder {
    let folder = RomFolder::new(root.join("rom"));
    for name in NAMES {
        let (sequence, previous) = folder.next_link(&[key.public()]).unwrap();
        folder.seal(&content(name, sequence, previous), &[key]).unwrap();
    }
    folder
}

/// Names and texts of what is broken.
fn broken(folder: &RomFolder, trusted: &[PublicKey]) -> Vec<String> {
    let (_, broken) = folder.verify_all(trusted).unwrap();
    broken.iter().map(|broken| format!("{} {}", broken.name, broken.error.code())).collect()
}

#[test]
fn records_are_read_only_and_chained_in_the_order_of_sealing() {
    let (root, key) = (tempfile::tempdir().unwrap(), key(Algorithm::Ed25519, 1));
    let folder = filled(root.path(), &key);
    let (sound, broken) = folder.verify_all(&[key.public()]).unwrap();
    assert!(broken.is_empty(), "{broken:?}");
    assert_eq!(sound.iter().map(|one| one.content.name.to_string()).collect::<Vec<_>>(), NAMES);
    assert_eq!(sound[2].content.previous.as_ref(), Some(&sound[1].seal));
    for file in fs::read_dir(root.path().join("rom")).unwrap() {
        assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o7777, 0o444);
    }
}

#[test]
fn a_name_is_sealed_once() {
    let (root, key) = (tempfile::tempdir().unwrap(), key(Algorithm::Ed25519, 1));
    let folder = filled(root.path(), &key);
    let (sequence, previous) = folder.next_link(&[key.public()]).unwrap();
    let again = folder.seal(&content("ROM-GO-V13", sequence, previous), &[&key]);
    assert_eq!(again.unwrap_err().code(), "E-ROM-SEALED");
    assert!(broken(&folder, &[key.public()]).is_empty());
}

#[test]
fn a_record_of_another_folder_s_chain_does_not_break_this_one() {
    let (root, key) = (tempfile::tempdir().unwrap(), key(Algorithm::Ed25519, 1));
    let trusted = [key.public()];
    let (here, there) = (filled(&root.path().join("here"), &key), RomFolder::new(root.path().join("there")));
    let foreign = there.seal(&content("ROM-STATIC-V13", 1, None), &[&key]).unwrap();
    here.receive(&"ROM-STATIC-V13".parse().unwrap(), &foreign).unwrap();
    let (sound, broken) = here.verify_all(&trusted).unwrap();
    assert!(broken.is_empty(), "{broken:?}");
    assert_eq!(sound.last().map(|one| one.content.name.to_string()).as_deref(), Some("ROM-STATIC-V13"));
    assert_eq!(here.next_link(&trusted).unwrap().0, 4, "the chain goes on behind our own");
    assert_eq!(here.read(&"ROM-STATIC-V13".parse().unwrap()).unwrap(), foreign);
    let again = here.seal(&content("ROM-STATIC-V13", 4, None), &[&key]);
    assert_eq!(again.unwrap_err().code(), "E-ROM-SEALED", "a name is taken, wherever it was sealed");
}

#[test]
fn a_record_that_is_taken_away_altered_or_renamed_is_named() {
    let (root, key) = (tempfile::tempdir().unwrap(), key(Algorithm::Ed25519, 1));
    let trusted = [key.public()];
    let folder = filled(root.path(), &key);
    let path = |name: &str| root.path().join("rom").join(format!("{name}.rom.json"));

    fs::rename(path("ROM-DNS-V13"), root.path().join("kept")).unwrap();
    assert_eq!(broken(&folder, &trusted), ["ROM-GO-V13-R2 E-STATEMENT"]);
    assert_eq!(folder.next_link(&trusted).unwrap_err().code(), "E-STATEMENT", "nothing is sealed onto a broken chain");

    fs::copy(root.path().join("kept"), path("ROM-STATIC-V13")).unwrap();
    assert!(broken(&folder, &trusted).contains(&"ROM-STATIC-V13 E-STATEMENT".to_owned()));
    fs::remove_file(path("ROM-STATIC-V13")).unwrap();

    let mut bytes = fs::read(root.path().join("kept")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path("ROM-DNS-V13"), bytes).unwrap();
    let found = broken(&folder, &trusted);
    assert!(found[0].starts_with("ROM-DNS-V13 E-"), "{found:?}");
}

#[test]
fn an_empty_or_missing_folder_has_no_records_and_starts_a_chain() {
    let root = tempfile::tempdir().unwrap();
    let folder = RomFolder::new(root.path().join("none"));
    assert!(folder.names().unwrap().is_empty());
    assert_eq!(folder.next_link(&[]).unwrap(), (1, None));
    assert_eq!(folder.read(&"ROM-GO-V13".parse().unwrap()).unwrap_err().code(), "E-ROM-MISSING");
}

#[test]
fn two_that_seal_one_name_at_once_do_not_overwrite_each_other() {
    let (root, key) = (tempfile::tempdir().unwrap(), key(Algorithm::Ed25519, 1));
    let folder = RomFolder::new(root.path().join("rom"));
    let sealed: usize = std::thread::scope(|threads| {
        let seal = |row: usize| {
            let mut record = content("ROM-GO-V13", 1, None);
            record.row = Some(format!("row-{row}"));
            folder.seal(&record, &[&key])
        };
        let all: Vec<_> = (0..8).map(|row| threads.spawn(move || seal(row))).collect();
        all.into_iter().map(|one| usize::from(one.join().unwrap().is_ok())).sum()
    });
    assert_eq!(sealed, 1);
    assert!(broken(&folder, &[key.public()]).is_empty());
    assert_eq!(fs::read_dir(root.path().join("rom")).unwrap().count(), 1, "no temporary file is left");
}
