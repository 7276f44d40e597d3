//! Our merged tree against what `umoci unpack` writes to disk.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;
use std::process::Command;

use mvi_image::FileKind;
use xxhash_rust::xxh3::Xxh3;

use crate::fixtures;
use crate::reading::{Seen, read, seen};

#[test]
fn every_layout_merges_to_what_umoci_unpacks() {
    let corpus = fixtures::corpus();
    let (mut compared, mut wrong) = (0, 0);
    println!("{:<20} {:>9} {:>12} {:>11}", "image", "paths", "file bytes", "differences");
    for name in fixtures::corpus_names() {
        let layout = corpus.join("oci").join(&name).display().to_string();
        let ours = seen(&read(&format!("oci:{layout}:latest")).tree);
        let theirs = unpacked(&format!("{layout}:latest"));
        let differences = differences(&ours, &theirs);
        let bytes: u64 = theirs.values().filter_map(|seen| seen.size).sum();
        println!("{name:<20} {:>9} {bytes:>12} {:>11}", theirs.len(), differences.len());
        differences.iter().take(20).for_each(|difference| println!("  {difference}"));
        compared += theirs.len();
        wrong += differences.len();
    }
    println!("{compared} paths compared, {wrong} differences");
    assert_eq!(wrong, 0, "trees differ; the table above lists where");
}

/// What umoci makes of an image, without the root itself.
fn unpacked(image: &str) -> BTreeMap<Vec<u8>, Seen> {
    let bundle = tempfile::tempdir().unwrap();
    let folder = bundle.path().join("bundle");
    let output = Command::new("umoci").args(["unpack", "--image", image]).arg(&folder).output();
    let output = output.expect("umoci is installed; `make test` installs it");
    assert!(output.status.success(), "umoci unpack {image}: {}", String::from_utf8_lossy(&output.stderr));
    let root = folder.join("rootfs");
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(&folder).unwrap() {
            let path = item.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            if metadata.is_dir() {
                folders.push(path.clone());
            }
            let name = path.strip_prefix(&root).unwrap().as_os_str().as_bytes().to_vec();
            found.insert(name, on_disk(&path, &metadata));
        }
    }
    found
}

fn on_disk(path: &Path, metadata: &Metadata) -> Seen {
    let kind = metadata.file_type();
    let kind = match () {
        () if kind.is_file() => FileKind::File,
        () if kind.is_dir() => FileKind::Directory,
        () if kind.is_symlink() => FileKind::Symlink,
        () if kind.is_char_device() => FileKind::CharDevice,
        () if kind.is_block_device() => FileKind::BlockDevice,
        () => FileKind::Fifo,
    };
    let (is_file, is_link) = (kind == FileKind::File, kind == FileKind::Symlink);
    Seen {
        kind,
        mode: (!is_link).then(|| metadata.mode() & 0o7777),
        owner: (metadata.uid(), metadata.gid()),
        size: is_file.then_some(metadata.len()),
        target: is_link.then(|| fs::read_link(path).unwrap().as_os_str().as_bytes().to_vec()),
        content: is_file.then(|| digest(path)),
    }
}

fn digest(path: &Path) -> u64 {
    let (mut file, mut hash, mut buffer) = (File::open(path).unwrap(), Xxh3::new(), vec![0; 1 << 18]);
    loop {
        match file.read(&mut buffer).unwrap() {
            0 => return hash.digest(),
            count => hash.update(&buffer[..count]),
        }
    }
}

fn differences(ours: &BTreeMap<Vec<u8>, Seen>, theirs: &BTreeMap<Vec<u8>, Seen>) -> Vec<String> {
    let name = |path: &[u8]| OsStr::from_bytes(path).display().to_string();
    let missing = theirs.keys().filter(|path| !ours.contains_key(*path)).map(|path| format!("lost {}", name(path)));
    let extra = ours.keys().filter(|path| !theirs.contains_key(*path)).map(|path| format!("made up {}", name(path)));
    let differ = ours.iter().filter_map(|(path, ours)| {
        let mut theirs = theirs.get(path)?.clone();
        theirs.content = theirs.content.filter(|_| ours.content.is_some());
        (*ours != theirs).then(|| format!("{}: ours {ours:?}, umoci's {theirs:?}", name(path)))
    });
    missing.chain(extra).chain(differ).collect()
}
