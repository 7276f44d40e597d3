//! One image in every form it is kept in: the same tree and the same totals, and those are the builder's own.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::fixtures;
use crate::reading::{Read, Seen, read, seen};

/// What the corpus' builder counted.
#[derive(Debug, Deserialize)]
struct Truth {
    layers: Vec<TruthLayer>,
    compressed: u64,
    uncompressed: u64,
}

#[derive(Debug, Deserialize)]
struct TruthLayer {
    entries: usize,
    uncompressed: u64,
}

/// Everything that must not depend on the form.
#[derive(Debug, PartialEq)]
struct Totals {
    tar_bytes: Vec<u64>,
    entries: Vec<usize>,
    visible_bytes: u64,
    hidden: Vec<(u64, u32)>,
    efficiency: Option<f64>,
}

fn totals(read: &Read) -> Totals {
    Totals {
        tar_bytes: read.layers.iter().map(|layer| layer.facts.tar_bytes()).collect(),
        entries: read.layers.iter().map(|layer| layer.facts.table().entries().len()).collect(),
        visible_bytes: read.tree.visible_bytes(),
        hidden: read.tree.hidden().iter().map(|hidden| (hidden.bytes, hidden.by_layer)).collect(),
        efficiency: read.tree.efficiency(),
    }
}

struct Form {
    name: String,
    tree: BTreeMap<Vec<u8>, Seen>,
    totals: Totals,
}

fn form(reference: &str) -> Form {
    let read = read(reference);
    Form { name: reference.to_owned(), tree: seen(&read.tree), totals: totals(&read) }
}

fn check_same(first: &Form, other: &Form) {
    assert_eq!(first.totals, other.totals, "totals of {} and {}", first.name, other.name);
    let differ = first.tree.iter().find(|(path, seen)| other.tree.get(*path) != Some(*seen));
    let names = (&first.name, &other.name);
    assert!(differ.is_none() && first.tree.len() == other.tree.len(), "trees of {names:?} differ at {differ:?}");
}

#[test]
fn archives_and_layouts_of_an_image_are_the_same_image() {
    let corpus = fixtures::corpus();
    for name in fixtures::corpus_names() {
        let truth = std::fs::read(corpus.join("truth").join(format!("{name}.json"))).unwrap();
        let truth: Truth = serde_json::from_slice(&truth).unwrap();
        let layout = read(&format!("oci:{}:latest", corpus.join("oci").join(&name).display()));
        let counted = totals(&layout);
        assert_eq!(
            counted.tar_bytes,
            truth.layers.iter().map(|layer| layer.uncompressed).collect::<Vec<_>>(),
            "{name}"
        );
        assert_eq!(counted.tar_bytes.iter().sum::<u64>(), truth.uncompressed, "{name}");
        assert_eq!(counted.entries, truth.layers.iter().map(|layer| layer.entries).collect::<Vec<_>>(), "{name}");
        let transfer = layout.layers.iter().filter_map(|layer| layer.transfer_bytes);
        assert_eq!(transfer.map(|transfer| transfer.bytes).sum::<u64>(), truth.compressed, "{name}");

        let layout = Form { tree: seen(&layout.tree), totals: counted, name };
        let archive = corpus.join("docker-archive").join(format!("{}.tar", layout.name));
        check_same(&layout, &form(&format!("docker-archive:{}", archive.display())));
    }
}

#[test]
fn eight_forms_of_an_image_are_the_same_image() {
    let corpus = fixtures::corpus();
    let at = |path: &str| corpus.join(path).display().to_string();
    let first = form(&at("docker-archive/nginx-static.tar"));
    let others = [
        at("docker-archive/nginx-static.gz-layers.tar"),
        at("docker-archive/nginx-static.hybrid.tar"),
        format!("oci-archive:{}", at("docker-archive/nginx-static.hybrid.tar")),
        at("oci/nginx-static"),
        at("oci-zstd/nginx-static"),
        at("oci-archive/nginx-static.oci.tar"),
        at("oci-archive/nginx-static.oci.tar.gz"),
    ];
    for reference in others {
        check_same(&first, &form(&reference));
    }
}

#[test]
fn an_archive_through_a_pipe_is_the_same_image() {
    let corpus = fixtures::corpus();
    let archives = [
        "docker-archive/nginx-static.tar",
        "docker-archive/nginx-static.gz-layers.tar",
        "docker-archive/nginx-static.hybrid.tar",
        "oci-archive/nginx-static.oci.tar",
        "oci-archive/nginx-static.oci.tar.gz",
    ];
    for archive in archives.map(|archive| corpus.join(archive)) {
        check_same(&form(&archive.display().to_string()), &through_pipe(&archive));
    }
}

fn through_pipe(archive: &Path) -> Form {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let cat = "cat -- \"$1\" >\"$2\"";
    let mut writer = Command::new("sh").args(["-c", cat, "sh"]).arg(archive).arg(&pipe).spawn().unwrap();
    let form = form(&pipe.display().to_string());
    assert!(writer.wait().unwrap().success());
    form
}
