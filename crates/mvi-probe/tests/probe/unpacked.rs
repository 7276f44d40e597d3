//! What is unpacked is the merged tree, and nothing of it leaves its folder.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink as link_to};
use std::path::Path;

use mvi_image::{FileKind, FileTree, Limits, NodeId, ROOT};
use mvi_probe::unpack::{Root, Seen, UnpackError, unpack};

use crate::archive::{Config, Members};
use crate::bench::{image, scan_options};
use crate::entry::{Entry, dir, file, gone, hard, layer, opaque, symlink};

type Listing = BTreeMap<Vec<u8>, (u32, u32, String)>;

/// Paths with mode, owner, and what they hold.
fn on_disk(root: &Path, folder: &Path, listing: &mut Listing) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, metadata) = (entry.path(), entry.metadata().unwrap());
        let what = if metadata.is_dir() {
            "folder".to_owned()
        } else if metadata.is_symlink() {
            format!("link {}", fs::read_link(&path).unwrap().display())
        } else {
            format!("{} bytes at {}", metadata.len(), metadata.mtime())
        };
        let name = path.strip_prefix(root).unwrap().as_os_str().as_bytes().to_vec();
        let mode = if metadata.is_symlink() { 0 } else { metadata.permissions().mode() & 0o7777 };
        listing.insert(name, (mode, metadata.uid(), what));
        if metadata.is_dir() {
            on_disk(root, &path, listing);
        }
    }
}

fn in_tree(tree: &FileTree) -> Listing {
    let row = |id: NodeId| {
        let node = tree.node(id);
        let place =
            node.own_place().map(|place| &tree.layers()[place.layer as usize].table().entries()[place.entry as usize]);
        let what = match node.kind() {
            FileKind::Directory => "folder".to_owned(),
            FileKind::Symlink => format!("link {}", String::from_utf8_lossy(node.link().unwrap())),
            _ => format!("{} bytes at {}", node.size(), place.unwrap().mtime()),
        };
        let mode = if node.kind() == FileKind::Symlink { 0 } else { node.attributes().mode };
        (tree.path(id), (mode, node.attributes().uid, what))
    };
    tree.visible().filter(|id| *id != ROOT).map(row).collect()
}

fn check(layers: &[Vec<Entry>]) -> tempfile::TempDir {
    let scratch = tempfile::tempdir().unwrap();
    let (image, tree) = image(scratch.path(), layers, &Config::default());
    let root = tempfile::tempdir().unwrap();
    unpack(&image, &tree, &scan_options(&Limits::default()), root.path()).unwrap();
    let mut listing = Listing::new();
    on_disk(root.path(), root.path(), &mut listing);
    assert_eq!(listing, in_tree(&tree));
    root
}

#[test]
fn the_disk_has_what_the_tree_has() {
    let root = check(&[
        vec![
            dir("app").uid(7).mode(0o750),
            file("app/old", "old"),
            file("app/kept", "kept").mtime(1_700_000_000).mode(0o4755).uid(5),
            dir("locked").mode(0o500),
            file("locked/inside", "x").mode(0o400),
            dir("cache"),
            file("cache/gone", "y"),
            symlink("lib", "usr/lib"),
            dir("usr/lib"),
        ],
        vec![
            gone("app/old"),
            hard("app/twin", "app/kept").mtime(1_700_000_000).mode(0o4755).uid(5),
            opaque("cache"),
            file("cache/new", "z"),
            file("lib/behind-a-link", "w"),
            symlink("abs", "/etc/passwd"),
        ],
    ]);
    let inode = |name: &str| fs::metadata(root.path().join(name)).unwrap().ino();
    assert_eq!(inode("app/kept"), inode("app/twin"));
    assert!(root.path().join("usr/lib/behind-a-link").is_file(), "links in paths are followed inside");
}

#[test]
fn nothing_leaves_the_folder() {
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().to_str().unwrap();
    check(&[
        vec![symlink("out", target), symlink("up", "../../../../../../../tmp"), file("../../climbs", "a")],
        vec![file("out/inside", "b"), file("up/there", "c"), hard("copy", "out/inside"), file("/abs", "d")],
    ]);
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn a_root_follows_links_inside_itself() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("etc")).unwrap();
    fs::write(folder.path().join("etc/name"), "inside").unwrap();
    link_to("/etc/name", folder.path().join("abs")).unwrap();
    link_to("../../../../etc", folder.path().join("up")).unwrap();
    let root = Root::open(folder.path()).unwrap();
    assert_eq!(root.read("abs", 100).as_deref(), Some(b"inside".as_slice()));
    assert_eq!(root.read("up/name", 3).as_deref(), Some(b"ins".as_slice()));
    assert_eq!((root.look("up"), root.look("abs/x"), root.look("none")), (Seen::Folder, Seen::Other, Seen::Nothing));
    root.make_folders("up/made/deep").unwrap();
    assert!(folder.path().join("etc/made/deep").is_dir());
}

#[test]
fn damaged_and_compressed_archives_are_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let root = tempfile::tempdir().unwrap();
    let (image, tree) = image(scratch.path(), &[vec![file("a", "one")]], &Config::default());
    let other = Members::docker(&[layer(&[file("a", "two")])], &["test:1"], &Config::default());
    let bytes = other.tar();
    // The same places in the file, other bytes: the layer is not the one that was promised.
    fs::write(scratch.path().join("image.tar"), &bytes).unwrap();
    let result = unpack(&image, &tree, &scan_options(&Limits::default()), root.path());
    assert!(matches!(result, Err(UnpackError::Image(_))), "{result:?}");
}
