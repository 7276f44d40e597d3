//! Storages that podman and buildah made, read as they are.

use std::fs;
use std::os::unix::fs::FileTypeExt as _;
use std::path::PathBuf;

use mvi_image::{Location, merge};
use mvi_registry::Storage;

use crate::podman::{DOCKERFILE, FILES, Podman, open, open_for, read};

/// Builds in a storage of this driver and reads it.
fn check(driver: &'static str) {
    let podman = Podman::new(driver);
    podman.build("localhost/team/app:1", DOCKERFILE, FILES);
    let storage = Storage::new(&podman.options()).unwrap();
    let listed = storage.images().unwrap();
    let app = listed.iter().find(|image| image.names == ["localhost/team/app:1"]).unwrap();
    let images = open(|options| storage.open("team/app:1", options)).unwrap();
    let image = &images[0];
    assert_eq!(image.config_digest.as_ref().unwrap().to_string(), app.id);
    assert_eq!((image.argv(), image.layers.len()), (vec!["/etc/a".to_owned()], 3));
    // The pass compares each tar that was made again with its diff id.
    let layers = read(image);
    assert!(layers.iter().all(|layer| layer.facts.diff_id().is_some() && layer.gaps.is_empty()));
    assert_eq!(app.bytes, layers.iter().map(|layer| layer.facts.tar_bytes()).sum::<u64>());
    let tree = merge(layers.iter().map(|layer| layer.facts.clone()).collect());
    assert_eq!(tree.visible_bytes(), ("second one".len() * 2 + "third".len()) as u64);
    let text = format!("containers-storage:[{driver}@{}]localhost/team/app:1", podman.root().display());
    let location = Location::parse(&text).unwrap();
    assert_eq!(open(|options| mvi_registry::open(&location, &podman.options(), options)).unwrap().len(), 1);
    for name in ["localhost/team/app:2", "app", "0123456789abcdef"] {
        assert_eq!(open(|options| storage.open(name, options)).unwrap_err().code(), "E-NOT-FOUND", "{name}");
    }
    assert_eq!(open(|options| storage.open(&app.id, options)).unwrap().len(), 1);
    let other = open_for("linux/s390x".parse().unwrap(), |options| storage.open(&app.id, options));
    assert_eq!(other.unwrap_err().code(), "E-PLATFORM");
}

#[test]
fn an_overlay_storage_gives_tars_that_have_their_diff_ids() {
    check("overlay");
}

#[test]
fn a_vfs_storage_gives_tars_that_have_their_diff_ids() {
    check("vfs");
}

/// Every file below a folder whose name passes.
fn found(folder: PathBuf, passes: &dyn Fn(&PathBuf) -> bool) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            all.extend(found(path.clone(), passes));
        }
        if passes(&path) {
            all.push(path);
        }
    }
    all
}

fn recipes(podman: &Podman) -> Vec<PathBuf> {
    let folder = podman.root().join("overlay-layers");
    found(folder, &|path| path.to_string_lossy().ends_with(".tar-split.gz"))
}

#[test]
fn a_file_that_was_changed_in_the_storage_is_found_out() {
    let podman = Podman::new("overlay");
    podman.build("localhost/app:1", DOCKERFILE, FILES);
    let files = found(podman.root().join("overlay"), &|path| path.ends_with("srv/b"));
    let image = |podman: &Podman| {
        let storage = Storage::new(&podman.options()).unwrap();
        open(|options| storage.open("app:1", options)).unwrap().remove(0)
    };
    fs::write(&files[0], "SECOND one").unwrap();
    assert_eq!(code(&image(&podman)), "E-DIFF-ID");
    fs::write(&files[0], "short").unwrap();
    assert_eq!(code(&image(&podman)), "E-STORAGE");
}

fn code(image: &mvi_image::Image) -> &'static str {
    use mvi_image::{HeadersOnly, Limits, Quiet, ScanOptions, scan};
    let limits = Limits::default();
    let options = ScanOptions {
        collector: &HeadersOnly,
        limits: &limits,
        verify: true,
        estimate: true,
        jobs: 1,
        cache: None,
        progress: &Quiet,
    };
    scan(image, &options).map_or_else(|error| error.code(), |_| "fine")
}

#[test]
fn without_recipes_the_files_are_read_and_a_gap_says_so() {
    let podman = Podman::new("overlay");
    // The second layer deletes a file and a folder of the first.
    let files = "FROM scratch\nADD first.tar /\nADD second.tar /\n";
    let context = tempfile::tempdir().unwrap();
    let tar = |name: &str, entries: &[(&str, &str)]| {
        let mut builder = tar::Builder::new(fs::File::create(context.path().join(name)).unwrap());
        for (path, content) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_mode(0o644);
            header.set_size(content.len() as u64);
            builder.append_data(&mut header, path, content.as_bytes()).unwrap();
        }
        builder.finish().unwrap();
    };
    tar("first.tar", &[("keep", "12345"), ("gone", "123"), ("folder/old", "1234567")]);
    tar("second.tar", &[("folder/new", "12"), ("more", "1")]);
    let text = |name: &str| context.path().join(name);
    podman.build_in("localhost/app:1", files, context.path());
    assert!(text("first.tar").exists());
    let layers: Vec<PathBuf> = found(podman.root().join("overlay"), &|path| path.ends_with("diff/more"));
    let diff = layers[0].parent().unwrap();
    // As an overlay keeps deletions: a device 0/0, and an attribute of a folder.
    rustix::fs::mknodat(
        rustix::fs::CWD,
        diff.join("gone"),
        rustix::fs::FileType::CharacterDevice,
        rustix::fs::Mode::empty(),
        0,
    )
    .unwrap();
    assert!(fs::symlink_metadata(diff.join("gone")).unwrap().file_type().is_char_device());
    let (name, flags) = ("trusted.overlay.opaque", rustix::fs::XattrFlags::empty());
    rustix::fs::setxattr(diff.join("folder"), name, b"y", flags).unwrap();
    recipes(&podman).iter().for_each(|recipe| fs::remove_file(recipe).unwrap());
    let storage = Storage::new(&podman.options()).unwrap();
    let image = open(|options| storage.open("app:1", options)).unwrap().remove(0);
    let layers = read(&image);
    assert!(layers.iter().all(|layer| layer.gaps[0].text.contains("tar-split")));
    assert!(layers.iter().all(|layer| layer.facts.diff_id().is_none()));
    let tree = merge(layers.iter().map(|layer| layer.facts.clone()).collect());
    assert_eq!(tree.visible_bytes(), 5 + 2 + 1);
}

#[test]
fn what_is_no_storage_is_refused() {
    let podman = Podman::new("overlay");
    assert_eq!(Storage::new(&podman.options()).unwrap_err().code(), "E-STORAGE");
    let code = |text: &str| Storage::locate(&podman.options(), text).map(|_| ()).unwrap_err().code();
    assert_eq!(code("[overlay@/nowhere]app"), "E-STORAGE");
    assert_eq!(code("[overlay@/nowhere"), "E-REFERENCE");
}
