//! Random stacks of layers: the laws hold, and a naive reading of the specification sees the same paths.

use std::collections::BTreeMap;

use mvi_image::FileKind;
use proptest::prelude::*;

use crate::entry::{Entry, dir, file, gone, hard, layer, opaque, symlink};
use crate::laws;
use crate::look::{merge_scanned, scan_layers};

fn path() -> impl Strategy<Value = String> {
    proptest::collection::vec(prop_oneof![Just("a"), Just("b"), Just("c")], 1..4).prop_map(|names| names.join("/"))
}

fn body() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just("same".to_owned()), "[xy]{1,6}"]
}

/// Entries the specification's rule alone decides about.
fn plain() -> impl Strategy<Value = Entry> {
    prop_oneof![
        4 => (path(), body()).prop_map(|(path, body)| file(&path, body)),
        2 => path().prop_map(|path| dir(&path)),
        3 => path().prop_map(|path| gone(&path)),
        1 => prop_oneof![path(), Just(String::new())].prop_map(|path| opaque(&path)),
    ]
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let target =
        prop_oneof![path(), path().prop_map(|path| format!("/{path}")), path().prop_map(|p| format!("../{p}"))];
    prop_oneof![
        5 => plain(),
        2 => (path(), target).prop_map(|(path, target)| symlink(&path, &target)),
        3 => (path(), path()).prop_map(|(path, target)| hard(&path, &target)),
    ]
}

fn stack(entry: impl Strategy<Value = Entry>) -> impl Strategy<Value = Vec<Vec<Entry>>> {
    proptest::collection::vec(proptest::collection::vec(entry, 0..10), 1..5)
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Thing {
    Folder,
    File(Vec<u8>),
}

/// OCI image-spec 1.1 `layer.md`, read literally: a layer's whiteouts delete what lower layers have, then its other
/// entries are put in place, parents made where they are missing.
fn naive(layers: &[Vec<Entry>]) -> BTreeMap<String, Thing> {
    let mut tree = BTreeMap::new();
    for entries in layers {
        let text = |entry: &Entry| String::from_utf8(entry.path.clone()).unwrap().trim_start_matches('/').to_owned();
        let is_whiteout = |path: &str| path.rsplit('/').next().is_some_and(|name| name.starts_with(".wh."));
        let (whiteouts, others): (Vec<_>, Vec<_>) =
            entries.iter().map(|entry| (text(entry), entry)).partition(|(path, _)| is_whiteout(path));
        for (path, _) in whiteouts {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
            let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            if name == ".wh..wh..opq" {
                tree.retain(|path: &String, _| !path.starts_with(&prefix));
            } else {
                remove(&mut tree, &format!("{prefix}{}", &name[".wh.".len()..]));
            }
        }
        for (path, entry) in others {
            for (slash, _) in path.match_indices('/') {
                if tree.get(&path[..slash]) != Some(&Thing::Folder) {
                    remove(&mut tree, &path[..slash]);
                    tree.insert(path[..slash].to_owned(), Thing::Folder);
                }
            }
            if entry.kind == b'0' {
                remove(&mut tree, &path);
                tree.insert(path, Thing::File(entry.body.clone()));
            } else if tree.get(&path) != Some(&Thing::Folder) {
                tree.insert(path, Thing::Folder);
            }
        }
    }
    tree
}

fn remove(tree: &mut BTreeMap<String, Thing>, path: &str) {
    let below = format!("{path}/");
    tree.retain(|found, _| found != path && !found.starts_with(&below));
}

fn check_laws(layers: &[Vec<Entry>]) {
    let archives: Vec<_> = layers.iter().map(|entries| layer(entries)).collect();
    for verify in [true, false] {
        laws::hold(&merge_scanned(&scan_layers(&archives, verify).unwrap()));
    }
}

fn check_model(layers: &[Vec<Entry>]) {
    let archives: Vec<_> = layers.iter().map(|entries| layer(entries)).collect();
    let tree = merge_scanned(&scan_layers(&archives, true).unwrap());
    let mut found = BTreeMap::new();
    for id in tree.visible().skip(1) {
        let node = tree.node(id);
        let what = if node.kind() == FileKind::Directory { "/".to_owned() } else { node.size().to_string() };
        found.insert(String::from_utf8(tree.path(id)).unwrap(), what);
    }
    let show = |thing: Thing| match thing {
        Thing::Folder => "/".to_owned(),
        Thing::File(body) => body.len().to_string(),
    };
    let expected: BTreeMap<_, _> = naive(layers).into_iter().map(|(path, thing)| (path, show(thing))).collect();
    assert_eq!(found, expected);
    laws::hold(&tree);
    let is_body = |entry: &&Entry| entry.kind == b'0' && !String::from_utf8_lossy(&entry.path).contains(".wh.");
    let shipped: u64 = layers.iter().flatten().filter(is_body).map(|entry| entry.body.len() as u64).sum();
    assert_eq!(tree.changes().iter().map(|change| change.file_bytes).sum::<u64>(), shipped);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_laws_hold_for_any_stack(layers in stack(any_entry())) {
        check_laws(&layers);
    }

    #[test]
    fn a_naive_reading_of_the_specification_sees_the_same_paths(layers in stack(plain())) {
        check_model(&layers);
    }
}
