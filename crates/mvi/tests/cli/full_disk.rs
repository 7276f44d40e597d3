//! A full disk: what was there stays as it was, nothing half-written appears, and the message names the file.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::desk::{Desk, files, text};
use crate::seal::MEASURED;

const SETTINGS: &str = "[fleet]\nstore = \"fleet.db\"\n[crq]\nfolder = \"crq\"\n[rom]\nfolder = \"rom\"\n\
                        trusted = [\"ada.key.pub\"]\n";

/// The orders of a request and a template, in the order that they are given in.
const ORDERS: &[&str] = &[
    "key new --no-password ada.key",
    "crq new justified-base registry.example/app --size 5 --base python:3.12-slim --reason no-musl-wheel:torch --by ingrid",
    "crq new justified-base registry.example/web --size 5 --base python:3.12-slim --reason no-musl-wheel:torch --by ingrid",
    "rom seal python-service --image app --base python:3.12-alpine --base-layers 1 --measured winner.toml --key ada.key",
    "fleet record app",
    "fleet export --format json -o fleet.json",
    "fleet backup copy.db",
];

/// Every file that counts, with its bytes: not the memory of layers, and not what SQLite keeps beside its file.
fn state(desk: &Desk) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut folders, mut found) = (vec![desk.path("")], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for path in files(&folder) {
            let name = path.to_string_lossy().into_owned();
            if name.ends_with(".cache") || name.ends_with("-wal") || name.ends_with("-shm") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.clone(), std::fs::read(path).unwrap());
            }
        }
    }
    found
}

/// A desk with settings and measurements.
pub(crate) fn prepared() -> Desk {
    let desk = Desk::new();
    desk.write("mvi.toml", SETTINGS.as_bytes());
    desk.write("winner.toml", MEASURED.as_bytes());
    desk
}

#[test]
fn every_order_that_writes_undoes_itself_and_works_once_there_is_room() {
    let desk = prepared();
    for order in ORDERS {
        let arguments: Vec<&str> = order.split(' ').collect();
        let before = state(&desk);
        let output = desk.run_without_room(&arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{order}: {said}");
        assert!(said.contains("File too large") || said.contains("no room"), "{order}: {said}");
        assert!(!said.contains("panicked"), "{order}: {said}");
        let after = state(&desk);
        let news: Vec<_> = after.keys().filter(|path| !before.contains_key(*path)).collect();
        assert!(news.is_empty(), "{order} left {news:?}");
        assert!(before == after, "{order} changed what was there");
        desk.says(&arguments);
    }
}
