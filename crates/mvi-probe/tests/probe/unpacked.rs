//! What is unpacked is the merged tree, and nothing of it leaves its folder.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink as link_to};
use std::path::Path;

use mvi_image::{FileKind, FileTree, Limits, NodeId, ROOT};
use mvi_probe::unpack::{Common, Root, Seen, UnpackError, unpack, unpack_beside};

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

/// Unpacks images side by side, each of one layer; holds that each is what its tree says.
fn beside(images: &[Vec<Entry>]) -> (tempfile::TempDir, usize) {
    let (parent, common) = (tempfile::tempdir().unwrap(), Common::default());
    for (number, entries) in images.iter().enumerate() {
        let scratch = tempfile::tempdir().unwrap();
        let (image, tree) = image(scratch.path(), std::slice::from_ref(entries), &Config::default());
        let root = parent.path().join(number.to_string());
        fs::create_dir(&root).unwrap();
        unpack_beside(&image, &tree, &scan_options(&Limits::default()), &root, &common).unwrap();
        let mut listing = Listing::new();
        on_disk(&root, &root, &mut listing);
        assert_eq!(listing, in_tree(&tree), "image {number}");
    }
    (parent, common.shared())
}

#[test]
fn what_images_have_in_common_is_there_once() {
    let first = vec![
        dir("app"),
        file("app/same", "same").mtime(7),
        file("app/one", "twice").mtime(7),
        file("app/two", "twice").mtime(7),
        file("app/mode", "mode").mode(0o755),
        file("app/owner", "owner").uid(1),
        file("app/time", "time").mtime(1),
        file("app/content", "first"),
        file("app/named", "named"),
        hard("app/again", "app/named"),
        file("app/setuid", "setuid").mode(0o4755),
    ];
    let second = vec![
        dir("other").mode(0o700),
        file("other/same", "same").mtime(7),
        file("other/one", "twice").mtime(7),
        file("other/two", "twice").mtime(7),
        file("other/three", "twice").mtime(7),
        file("other/mode", "mode").mode(0o644),
        file("other/owner", "owner").uid(2),
        file("other/time", "time").mtime(2),
        file("other/content", "other"),
        file("other/named", "named"),
        file("other/setuid", "setuid").mode(0o4755),
    ];
    let (parent, shared) = beside(&[first.clone(), second.clone(), second]);
    let inode = |path: &str| fs::metadata(parent.path().join(path)).unwrap().ino();
    for name in ["same", "one", "two", "named", "setuid"] {
        assert_eq!(inode(&format!("0/app/{name}")), inode(&format!("1/other/{name}")), "{name}");
    }
    // Two files of an image stay two, whatever they hold.
    let three = ["one", "two", "three"].map(|name| inode(&format!("1/other/{name}")));
    assert!(three[0] != three[1] && three[1] != three[2] && three[0] != three[2]);
    for name in ["mode", "owner", "time", "content"] {
        assert_ne!(inode(&format!("0/app/{name}")), inode(&format!("1/other/{name}")), "{name}");
        assert_eq!(inode(&format!("1/other/{name}")), inode(&format!("2/other/{name}")), "{name}");
    }
    assert_eq!(shared, 5 + 10);
}

#[test]
fn an_image_that_cannot_be_unpacked_offers_nothing() {
    let (scratch, parent, common) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), Common::default());
    let roots = ["0", "1", "2"].map(|name| parent.path().join(name));
    roots.iter().for_each(|root| fs::create_dir(root).unwrap());
    let options_limits = Limits::default();
    let options = scan_options(&options_limits);
    let (opened, tree) = image(scratch.path(), &[vec![file("a", "one"), file("b", "two")]], &Config::default());
    let whole = fs::read(scratch.path().join("image.tar")).unwrap();
    // Its second file is not what was promised: its first is written by then.
    let at = whole.windows(3).position(|piece| piece == b"two").unwrap();
    let mut damaged = whole.clone();
    damaged[at] = b'x';
    fs::write(scratch.path().join("image.tar"), &damaged).unwrap();
    assert!(unpack_beside(&opened, &tree, &options, &roots[0], &common).is_err());
    fs::write(scratch.path().join("image.tar"), &whole).unwrap();
    unpack_beside(&opened, &tree, &options, &roots[1], &common).unwrap();
    assert_eq!(common.shared(), 0);
    unpack_beside(&opened, &tree, &options, &roots[2], &common).unwrap();
    assert_eq!(common.shared(), 2);
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
