//! `mvi pack`: the same bytes twice, images that other tools read, and clear answers where none can be made.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::desk::{Desk, text};

/// A small static program for a processor: a header that says so, and nothing behind it.
fn program(machine: u8) -> Vec<u8> {
    let mut bytes = vec![0; 120];
    bytes[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1]);
    bytes[18] = machine;
    bytes
}

const AMD64: u8 = 62;
const ARM64: u8 = 183;

/// A desk with a program and a folder of all sorts of files.
fn desk() -> Desk {
    let desk = Desk::bare();
    desk.write("app", &program(AMD64));
    fs::set_permissions(desk.path("app"), fs::Permissions::from_mode(0o755)).unwrap();
    let deep = format!("root/{}", "long-name-of-a-folder/".repeat(8));
    for folder in ["root/bin", "root/etc", &deep] {
        fs::create_dir_all(desk.path(folder)).unwrap();
    }
    fs::copy(desk.path("app"), desk.path("root/bin/app")).unwrap();
    fs::hard_link(desk.path("root/bin/app"), desk.path("root/bin/same")).unwrap();
    symlink("app", desk.path("root/bin/link")).unwrap();
    symlink("../../outside", desk.path("root/etc/up")).unwrap();
    desk.write(&format!("{deep}file"), b"deep\n");
    for folder in ["root/etc", &deep] {
        fs::write(desk.path(folder).join(OsStr::from_bytes(b"not-\xff\xfe-text")), "bytes").unwrap();
    }
    let sparse = fs::File::create(desk.path("root/sparse")).unwrap();
    sparse.set_len(20_000_000).unwrap();
    Command::new("mkfifo").arg(desk.path("root/pipe")).status().unwrap();
    std::os::unix::net::UnixListener::bind(desk.path("root/socket")).unwrap();
    desk
}

/// Every file below a folder with its content.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for item in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            match item.file_type().unwrap().is_dir() {
                true => pending.push(item.path()),
                // A link may lead nowhere.
                false => found.push((item.path(), fs::read(item.path()).unwrap_or_default())),
            }
        }
    }
    found.sort();
    found.iter().map(|(path, bytes)| (path.strip_prefix(folder).unwrap().to_owned(), bytes.clone())).collect()
}

/// What lies in the desk's folder, hidden or not.
fn names(desk: &Desk) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(desk.path("."))
        .unwrap()
        .map(|item| item.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name != ".cache")
        .collect();
    names.sort();
    names
}

fn has(tool: &str) -> bool {
    Command::new(tool).arg("--version").output().is_ok()
}

/// Runs another tool, which has to end well.
fn runs(desk: &Desk, words: &[&str]) -> String {
    let output = Command::new(words[0]).args(&words[1..]).current_dir(desk.path(".")).output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", text(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_same_files_give_the_same_bytes_in_every_form() {
    let desk = desk();
    for (form, compression) in
        [("oci", "gzip"), ("oci", "zstd:5"), ("oci-archive", "gzip:9"), ("oci", "none"), ("docker-archive", "gzip")]
    {
        let pack = |name: &str| {
            let to = format!("{form}:{name}:team/app");
            desk.says(&["pack", "root", "--compression", compression, "-o", &to, "--quiet"]);
            let made = desk.path(name);
            let bytes = if made.is_dir() { files(&made) } else { vec![(PathBuf::new(), fs::read(&made).unwrap())] };
            if made.is_dir() {
                fs::remove_dir_all(&made).unwrap();
            } else {
                fs::remove_file(&made).unwrap();
            }
            bytes
        };
        let first = pack("one");
        // Times of files are no content.
        let later = fs::FileTimes::new().set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(77));
        fs::File::open(desk.path("root/bin/app")).unwrap().set_times(later).unwrap();
        assert!(first == pack("two"), "{form} {compression}");
    }
}

#[test]
fn packed_images_are_read_by_the_tools_of_others() {
    let desk = desk();
    let settings = ["--entrypoint", "/bin/link", "--env", "A=1", "--expose", "80", "--label", "x=y", "--user", "7:8"];
    desk.says(&[&["pack", "root", "-o", "oci:image:1.0", "--quiet"], settings.as_slice()].concat());
    desk.says(&[&["pack", "root", "-o", "docker-archive:image.tar:team/app", "--quiet"], settings.as_slice()].concat());
    if !has("umoci") || !has("skopeo") {
        eprintln!("skipped: umoci or skopeo is missing");
        return;
    }
    let told: Value = serde_json::from_str(&runs(&desk, &["skopeo", "inspect", "--config", "oci:image:1.0"])).unwrap();
    assert_eq!(told["config"]["User"], "7:8");
    assert_eq!(told["config"]["ExposedPorts"]["80/tcp"], serde_json::json!({}));
    assert_eq!((&told["architecture"], &told["created"]), (&"amd64".into(), &"1970-01-01T00:00:00Z".into()));
    let told: Value = serde_json::from_str(&runs(&desk, &["skopeo", "inspect", "docker-archive:image.tar"])).unwrap();
    assert_eq!((told["Labels"]["x"].as_str(), told["RepoTags"].as_array().unwrap().len()), (Some("y"), 0));
    runs(&desk, &["umoci", "unpack", "--image", "image:1.0", "bundle"]);
    let tree = desk.path("bundle/rootfs");
    let own = files(&desk.path("root/etc"));
    assert_eq!(files(&tree.join("etc")).len(), own.len());
    let deep = format!("{}file", "long-name-of-a-folder/".repeat(8));
    assert_eq!(fs::read(tree.join(deep)).unwrap(), b"deep\n");
    let inode = |name: &str| fs::metadata(tree.join(name)).unwrap().ino();
    assert_eq!(inode("bin/app"), inode("bin/same"));
    assert_eq!(fs::metadata(tree.join("sparse")).unwrap().len(), 20_000_000);
    assert_eq!(fs::metadata(tree.join("bin/app")).unwrap().mtime(), 0);
    assert!(!tree.join("socket").exists());
}

#[test]
fn layers_lie_on_a_base_and_keep_its_folders() {
    let desk = desk();
    desk.write("conf", b"conf\n");
    // The base's `lib` is a link, and its `tmp` open to all: a file below must leave both as they are.
    for folder in ["base/usr/lib", "base/tmp"] {
        fs::create_dir_all(desk.path(folder)).unwrap();
    }
    symlink("usr/lib", desk.path("base/lib")).unwrap();
    fs::set_permissions(desk.path("base/tmp"), fs::Permissions::from_mode(0o1777)).unwrap();
    desk.says(&["pack", "base", "--env", "A=1", "--cmd", "old", "-o", "oci:base-image:3", "--quiet"]);
    let report = desk.says(&[
        "pack",
        "--base",
        "oci:base-image:3",
        "--base-name",
        "example/base:3",
        "--layer",
        "conf:/tmp/conf:0600:5:6",
        "--add",
        "conf:/lib/conf",
        "./app",
        "--entrypoint",
        "/app",
        "--env",
        "B=2",
        "-o",
        "oci:image:1",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let layers = report["images"][0]["layers"].as_array().unwrap();
    let from: Vec<&str> = layers.iter().map(|layer| layer["from"].as_str().unwrap()).collect();
    assert_eq!(from, ["copied", "packed", "packed"]);
    // No entry for the folders that the base has.
    assert_eq!((layers[1]["entries"].as_u64(), layers[2]["entries"].as_u64()), (Some(1), Some(2)));
    let digest = report["digest"].as_str().unwrap().trim_start_matches("sha256:");
    let manifest: Value =
        serde_json::from_slice(&fs::read(desk.path("image/blobs/sha256").join(digest)).unwrap()).unwrap();
    assert_eq!(manifest["annotations"]["org.opencontainers.image.base.name"], "example/base:3");
    assert!(manifest["annotations"]["org.opencontainers.image.base.digest"].as_str().unwrap().starts_with("sha256:"));
    let explained = desk.says(&["explain", "oci:image:1", "usr/lib/conf", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&explained).unwrap()["visible"], true);
    // The same on the archive: its layers are plain, and are packed on the way.
    desk.says(&["pack", "base", "-o", "docker-archive:base.tar:base", "--quiet"]);
    desk.says(&["pack", "--base", "base.tar", "./app", "-o", "oci:from-archive", "--quiet"]);
    desk.says(&["audit", "oci:from-archive", "--quiet"]);
}

#[test]
fn platforms_go_under_one_index_whatever_their_order() {
    let desk = Desk::bare();
    for (name, machine) in [("one", AMD64), ("two", ARM64)] {
        desk.write(name, &program(machine));
        let (from, to, entry) = (format!("./{name}:/app:0755"), format!("oci:{name}-image:1"), "/app");
        desk.says(&["pack", "--add", &from, "--entrypoint", entry, "-o", &to, "--quiet"]);
    }
    desk.says(&["pack", "--index", "oci:one-image:1", "oci:two-image:1", "-o", "oci:a:1", "--quiet"]);
    desk.says(&["pack", "--index", "oci:two-image:1", "oci:one-image:1", "-o", "oci:b:1", "--quiet"]);
    assert_eq!(files(&desk.path("a")), files(&desk.path("b")));
    let layers = desk.says(&["audit", "oci:a:1", "--platform", "all", "--format", "json"]);
    let audited: Value = serde_json::from_str(&layers).unwrap();
    let platforms: Vec<_> =
        audited["images"].as_array().unwrap().iter().map(|it| it["image"]["platform"].clone()).collect();
    assert_eq!(platforms, ["linux/amd64", "linux/arm64"]);
    let twice = desk.run(&["pack", "--index", "oci:one-image:1", "oci:one-image:1", "-o", "oci:c:1"]);
    assert_eq!(twice.status.code(), Some(2));
}

#[test]
fn what_cannot_be_packed_is_refused_and_leaves_nothing() {
    let desk = desk();
    desk.write("arm", &program(ARM64));
    desk.write("root/etc/.wh.gone", b"");
    fs::create_dir(desk.path("clash")).unwrap();
    symlink("usr", desk.path("clash/lib")).unwrap();
    let before = names(&desk);
    let cases: &[(&[&str], i32, &str)] = &[
        (&["missing", "-o", "oci:x"], 3, "missing"),
        (&["-o", "oci:x"], 2, "name what to pack"),
        (&["app", "-o", "x"], 2, "oci:DIR[:TAG]"),
        (&["app", "-o", "oci:nowhere/x"], 3, "nowhere"),
        (&["app", "-o", "oci:clash"], 2, "in the way"),
        (&["root", "-o", "oci:x"], 2, ".wh."),
        (&["app", "--epoch", "yesterday", "-o", "oci:x"], 2, "SOURCE_DATE_EPOCH"),
        (&["app", "--epoch", "-1", "-o", "oci:x"], 2, "value"),
        (&["app", "--compression", "lzma", "-o", "oci:x"], 2, "compression"),
        (&["app", "--owner", "root", "-o", "oci:x"], 2, "UID:GID"),
        (&["--add", "arm:/app", "--entrypoint", "/app", "--platform", "linux/amd64", "-o", "oci:x"], 2, "arm64"),
        (&["--add", "app:/../x", "-o", "oci:x"], 2, "`..`"),
        (&["clash", "--add", "app:/lib/app", "-o", "oci:x"], 2, "/lib"),
        (&[".", "-o", "oci:x"], 2, "holds it"),
        (&["/dev/null", "--base", "dir:clash", "-o", "oci:x"], 2, "pack the folder itself"),
        (&["app", "--max-layer-bytes", "100", "-o", "oci:x"], 2, "--max-layer-bytes"),
    ];
    for (arguments, code, words) in cases {
        let output = desk.run(&[&["pack"], *arguments].concat());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(*code), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
        assert_eq!(names(&desk), before, "{arguments:?}");
    }
    let stated = desk.command(&["pack", "app", "-o", "oci:x"]).env("SOURCE_DATE_EPOCH", "1e9").output().unwrap();
    assert_eq!((stated.status.code(), names(&desk)), (Some(2), before));
}

#[test]
fn a_full_disk_leaves_nothing_and_says_so() {
    let desk = desk();
    let before = names(&desk);
    let output = desk.run_without_room(&["pack", "root", "--no-cache", "-o", "oci:image"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("cannot write"), "{}", text(&output.stderr));
    assert_eq!(names(&desk), before);
}

#[test]
fn files_that_change_while_they_are_packed_stop_it() {
    let desk = Desk::bare();
    fs::create_dir(desk.path("root")).unwrap();
    for number in 0..300 {
        desk.write(&format!("root/{number:03}"), &vec![b'x'; 200_000]);
    }
    let mut child = desk
        .command(&["pack", "root", "--compression", "none", "-o", "oci:image"])
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // The last file goes away, or becomes longer, at any moment: before it is listed, that is no error.
    fs::remove_file(desk.path("root/299")).unwrap();
    let _ = fs::write(desk.path("root/298"), "short");
    let status = child.wait().unwrap();
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
    match status.code() {
        Some(0) => assert!(desk.path("image").is_dir()),
        Some(3) => assert!(said.contains("while it was packed"), "{said}"),
        other => panic!("{other:?}: {said}"),
    }
    let left: Vec<String> = names(&desk).into_iter().filter(|name| name.starts_with('.')).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_a_killed_packing_left_goes_with_the_next() {
    let desk = desk();
    let sparse = fs::File::options().write(true).open(desk.path("root/sparse")).unwrap();
    sparse.set_len(3_000_000_000).unwrap();
    let mut child =
        desk.command(&["pack", "root", "-o", "oci:image"]).stdout(std::process::Stdio::null()).spawn().unwrap();
    let is_there = || names(&desk).iter().any(|name| name.starts_with(".mvi-pack-"));
    while !is_there() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(is_there(), "it ended before it could be killed");
    desk.says(&["pack", "app", "-o", "oci:other", "--quiet"]);
    assert!(!is_there() && !desk.path("image").exists());
}

#[test]
fn reports_of_packing_follow_their_schema() {
    let desk = desk();
    let schema: Value = serde_json::from_str(include_str!("../../schema/mvi-pack-1.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    desk.says(&["pack", "app", "-o", "oci:one:1", "--quiet"]);
    for arguments in [
        ["pack", "root", "-o", "oci:root:1", "--epoch", "7"].as_slice(),
        &["pack", "app", "--base", "oci:one:1", "-o", "docker-archive:two.tar"],
        &["pack", "--index", "oci:one:1", "-o", "oci-archive:three.oci"],
    ] {
        let to = if arguments.contains(&"oci:root:1") { "oci:made:1" } else { arguments[arguments.len() - 1] };
        let arguments: Vec<&str> =
            arguments.iter().map(|word| if *word == "oci:root:1" { to } else { *word }).collect();
        let report: Value =
            serde_json::from_str(&desk.says(&[&arguments[..], &["--format", "json"]].concat())).unwrap();
        let errors: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{arguments:?}: {errors:#?}");
    }
}
