//! Builds small images for tests: layers of files, written as a docker archive and read back as any other image.

use std::fmt::Write as _;

use mvi_image::{
    Algorithm, Collector, Digest, FileTree, Limits, Location, OpenOptions, PlatformChoice, Quiet, ScanOptions,
};
use mvi_inventory::{InventoryCollector, PackageCollector, take};

/// An entry of a layer.
#[derive(Clone, Copy)]
pub(crate) enum Entry<'a> {
    /// A file, mode 0644.
    File(&'a str, &'a str),
    /// A program, mode 0755.
    Program(&'a str, &'a [u8]),
    /// A folder.
    Folder(&'a str),
    /// A symbolic link and its target.
    Link(&'a str, &'a str),
    /// A hard link and its target.
    HardLink(&'a str, &'a str),
    /// A path of a lower layer that is deleted.
    Gone(&'a str),
}

/// The merged tree of an image with these layers, base first. Whoever reads it for its packages alone finds the same.
pub(crate) fn tree(layers: &[&[Entry<'_>]]) -> FileTree {
    let whole = tree_by(&InventoryCollector, layers);
    let packages = |tree: &FileTree| {
        let mut inventory = serde_json::to_value(take(tree)).unwrap();
        inventory.as_object_mut().unwrap().remove("objects");
        inventory
    };
    assert_eq!(packages(&tree_by(&PackageCollector, layers)), packages(&whole));
    whole
}

fn tree_by(collector: &dyn Collector, layers: &[&[Entry<'_>]]) -> FileTree {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), archive(layers)).unwrap();
    let limits = Limits::default();
    let options = OpenOptions { platform: PlatformChoice::All, verify: true, limits: &limits, collector };
    let location = Location::parse(&format!("docker-archive:{}", file.path().display())).unwrap();
    let image = mvi_image::open(&location, &options).unwrap().remove(0);
    let options = ScanOptions {
        collector,
        limits: &limits,
        verify: true,
        estimate: true,
        jobs: 1,
        cache: None,
        progress: &Quiet,
    };
    let scanned = mvi_image::scan(&image, &options).unwrap();
    mvi_image::merge(scanned.into_iter().map(|layer| layer.facts).collect())
}

fn archive(layers: &[&[Entry<'_>]]) -> Vec<u8> {
    let mut archive = Vec::new();
    let (mut names, mut diff_ids) = (Vec::new(), Vec::new());
    for (index, entries) in layers.iter().enumerate() {
        let mut layer = Vec::new();
        entries.iter().for_each(|entry| append_entry(&mut layer, *entry));
        layer.resize(layer.len() + 1024, 0);
        diff_ids.push(format!("\"{}\"", Digest::of(Algorithm::Sha256, &layer)));
        let name = format!("{index}/layer.tar");
        append(&mut archive, Header { path: &name, kind: b'0', mode: 0o644, target: "" }, &layer);
        names.push(format!("\"{name}\""));
    }
    let config = format!(
        r#"{{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":[{}]}}}}"#,
        diff_ids.join(",")
    );
    let manifest = format!(r#"[{{"Config":"config.json","RepoTags":[],"Layers":[{}]}}]"#, names.join(","));
    append(&mut archive, Header { path: "config.json", kind: b'0', mode: 0o644, target: "" }, config.as_bytes());
    append(&mut archive, Header { path: "manifest.json", kind: b'0', mode: 0o644, target: "" }, manifest.as_bytes());
    archive.resize(archive.len() + 1024, 0);
    archive
}

fn append_entry(layer: &mut Vec<u8>, entry: Entry<'_>) {
    let header = |path, kind, mode, target| Header { path, kind, mode, target };
    match entry {
        Entry::File(path, content) => append(layer, header(path, b'0', 0o644, ""), content.as_bytes()),
        Entry::Program(path, content) => append(layer, header(path, b'0', 0o755, ""), content),
        Entry::Folder(path) => append(layer, header(path, b'5', 0o755, ""), b""),
        Entry::Link(path, target) => append(layer, header(path, b'2', 0o777, target), b""),
        Entry::HardLink(path, target) => append(layer, header(path, b'1', 0o644, target), b""),
        Entry::Gone(path) => {
            let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
            append(layer, header(&format!("{folder}/.wh.{name}"), b'0', 0o644, ""), b"");
        }
    }
}

#[derive(Clone, Copy)]
struct Header<'a> {
    path: &'a str,
    kind: u8,
    mode: u32,
    target: &'a str,
}

/// Appends a ustar entry: POSIX.1-2017, pax, "ustar Interchange Format". Paths of more than 100 bytes do not fit.
fn append(archive: &mut Vec<u8>, header: Header<'_>, content: &[u8]) {
    let mut block = [0_u8; 512];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    assert!(header.path.len() <= 100, "{} is too long for a test", header.path);
    put(0, header.path.as_bytes());
    put(100, format!("{:07o}", header.mode).as_bytes());
    put(108, b"0000000");
    put(116, b"0000000");
    put(124, format!("{:011o}", content.len()).as_bytes());
    put(136, b"00000000000");
    put(156, &[header.kind]);
    put(157, header.target.as_bytes());
    put(257, b"ustar\x0000");
    put(148, b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    let mut text = String::new();
    write!(text, "{sum:06o}\0 ").unwrap();
    block[148..156].copy_from_slice(text.as_bytes());
    archive.extend_from_slice(&block);
    archive.extend_from_slice(content);
    archive.resize(archive.len().next_multiple_of(512), 0);
}
