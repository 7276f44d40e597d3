//! The layer memory: what it recalls is what a pass finds, and it recalls nothing for bytes that changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use mvi_image::{
    ImageError, LayerCache, Limits, Location, OpenOptions, PlatformChoice, Quiet, ScanOptions, ScannedLayer, open, scan,
};

use crate::archive::{Config, Members, digest};
use crate::entry::{Entry, dir, file, gone, hard, layer, symlink};
use crate::errors::gzip;
use crate::look::{Names, lines, merge_scanned, write};

/// A folder with an image and a layer memory.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// With a docker archive of these layers.
    pub(crate) fn new(layers: &[Vec<u8>]) -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        write(&desk.image(), layers);
        desk
    }

    pub(crate) fn image(&self) -> PathBuf {
        self.folder.path().join("image.tar")
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("memory")
    }

    /// The memory, seen from far enough in the future that files count as settled.
    pub(crate) fn memory(&self) -> LayerCache {
        LayerCache::new(self.root(), 1 << 30, SystemTime::now() + Duration::from_secs(60))
    }

    /// The files of the memory's `layers`, in order.
    pub(crate) fn remembered(&self) -> Vec<PathBuf> {
        files(&self.root().join("layers"))
    }

    /// Reads the image with the memory.
    pub(crate) fn run(&self) -> Result<Vec<ScannedLayer>, ImageError> {
        read(&self.image(), Some(&self.memory()), true)
    }
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Reads every layer of the first image at `path`.
pub(crate) fn read(path: &Path, cache: Option<&LayerCache>, verify: bool) -> Result<Vec<ScannedLayer>, ImageError> {
    let limits = Limits::default();
    read_within(path, cache, verify, &limits)
}

fn read_within(
    path: &Path,
    cache: Option<&LayerCache>,
    verify: bool,
    limits: &Limits,
) -> Result<Vec<ScannedLayer>, ImageError> {
    let options = OpenOptions { platform: PlatformChoice::All, verify, limits, collector: &Names };
    let image = open(&Location::parse(path.to_str().unwrap())?, &options)?.remove(0);
    scan(&image, &ScanOptions { collector: &Names, limits, verify, estimate: true, jobs: 2, cache, progress: &Quiet })
}

/// Two layers with a bit of everything.
pub(crate) fn layers() -> Vec<Vec<u8>> {
    let base: Vec<Entry> = vec![
        dir("d").mode(0o700),
        file("d/wanted", "body").pax("SCHILY.xattr.user.x", b"\0\xff"),
        file("d/head", "0123456789").mtime(-5),
        symlink("l", "d"),
        hard("x", "d/head"),
        file("s", "abc").pax("GNU.sparse.size", b"9000"),
        file("dev", "").kind(b'3'),
        dir("odd").stated(512),
        file("d/.wh.", ""),
    ];
    vec![layer(&base), layer(&[gone("x"), file("l/head", "0123456789").mode(0o600)])]
}

/// Checks that the layers are those of a run without memory, and which of them were remembered.
pub(crate) fn check(desk: &Desk, found: &[ScannedLayer], remembered: &[bool]) {
    let fresh = read(&desk.image(), None, true).unwrap();
    for (found, fresh) in found.iter().zip(&fresh) {
        assert_eq!(found.facts, fresh.facts);
        assert_eq!((found.transfer_bytes, found.compression), (fresh.transfer_bytes, fresh.compression));
        assert_eq!(found.gaps, fresh.gaps);
    }
    assert_eq!(lines(&merge_scanned(found)), lines(&merge_scanned(&fresh)));
    assert_eq!(found.iter().map(|layer| layer.remembered).collect::<Vec<_>>(), remembered);
}

#[test]
fn what_is_recalled_is_what_was_found() {
    let desk = Desk::new(&layers());
    check(&desk, &desk.run().unwrap(), &[false, false]);
    check(&desk, &desk.run().unwrap(), &[true, true]);
    assert_eq!(desk.memory().info().layers, 2);
}

#[test]
fn a_layer_is_recalled_in_another_image_by_its_blob() {
    let desk = Desk::new(&[]);
    let layers = layers();
    let packed: Vec<_> = layers.iter().map(|layer| gzip(layer)).collect();
    let layout = Members::oci(&layers, &packed, &Config::default());
    let (first, second) = (desk.root().with_file_name("first"), desk.root().with_file_name("second"));
    layout.write(&first);
    layout.write(&second);
    let memory = desk.memory();
    let fresh = read(&first, Some(&memory), true).unwrap();
    let recalled = read(&second, Some(&memory), true).unwrap();
    for (fresh, recalled) in fresh.iter().zip(&recalled) {
        assert_eq!((fresh.remembered, recalled.remembered), (false, true));
        assert_eq!(fresh.facts, recalled.facts);
    }
}

#[test]
fn a_file_that_changed_a_moment_ago_is_not_trusted() {
    let desk = Desk::new(&layers());
    let now = LayerCache::new(desk.root(), 1 << 30, SystemTime::now());
    read(&desk.image(), Some(&now), true).unwrap();
    let again = read(&desk.image(), Some(&now), true).unwrap();
    check(&desk, &again, &[false, false]);
}

#[test]
fn bytes_that_changed_in_place_are_a_digest_error_not_a_memory() {
    let desk = Desk::new(&layers());
    desk.run().unwrap();
    let mut bytes = fs::read(desk.image()).unwrap();
    let at = bytes.windows(10).position(|window| window == b"0123456789").unwrap();
    bytes[at] = b'!';
    fs::write(desk.image(), bytes).unwrap();
    assert_eq!(desk.run().unwrap_err().code(), "E-DIFF-ID");
}

#[test]
fn a_packed_blob_that_changed_is_a_digest_error_not_a_memory() {
    let desk = Desk::new(&[]);
    let layers = layers();
    let packed: Vec<_> = layers.iter().map(|layer| gzip(layer)).collect();
    let layout = Members::oci(&layers, &packed, &Config::default());
    let folder = desk.root().with_file_name("layout");
    layout.write(&folder);
    let memory = desk.memory();
    read(&folder, Some(&memory), true).unwrap();
    let blob = folder.join("blobs/sha256").join(&digest(&packed[0])["sha256:".len()..]);
    let mut bytes = packed[0].clone();
    // The gzip header's time: the layer unpacks to the same bytes.
    bytes[4] ^= 1;
    fs::write(blob, bytes).unwrap();
    assert_eq!(read(&folder, Some(&memory), true).unwrap_err().code(), "E-DIGEST-BLOB");
}

#[test]
fn what_was_not_verified_is_not_remembered() {
    let desk = Desk::new(&layers());
    read(&desk.image(), Some(&desk.memory()), false).unwrap();
    assert_eq!(desk.memory().info().layers, 0);
}

#[test]
fn limits_hold_for_remembered_layers_too() {
    let desk = Desk::new(&[]);
    let layers = layers();
    let packed: Vec<_> = layers.iter().map(|layer| gzip(layer)).collect();
    let folder = desk.root().with_file_name("layout");
    Members::oci(&layers, &packed, &Config::default()).write(&folder);
    read(&folder, Some(&desk.memory()), true).unwrap();
    let check = |limits: Limits, expected: Option<&str>| {
        for memory in [Some(&desk.memory()), None] {
            let found = read_within(&folder, memory, true, &limits);
            assert_eq!(found.err().map(|error| error.code()), expected);
        }
    };
    check(Limits { files: 5, ..Limits::default() }, Some("E-LIMIT"));
    check(Limits { files: 10, ..Limits::default() }, Some("E-LIMIT"));
    check(Limits { files: 11, ..Limits::default() }, None);
    check(Limits { layer_bytes: 1024, ..Limits::default() }, Some("E-LIMIT"));
}

#[test]
fn scans_at_the_same_time_disturb_nobody() {
    let desk = Desk::new(&layers());
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                for _ in 0..5 {
                    let found = desk.run().unwrap();
                    let fresh = read(&desk.image(), None, true).unwrap();
                    assert!(found.iter().zip(&fresh).all(|(found, fresh)| found.facts == fresh.facts));
                    let _ = desk.memory().prune(0);
                }
            });
        }
    });
    desk.run().unwrap();
    check(&desk, &desk.run().unwrap(), &[true, true]);
    assert!(files(&desk.root().join("layers")).iter().all(|file| !file.to_string_lossy().contains(".part-")));
}
