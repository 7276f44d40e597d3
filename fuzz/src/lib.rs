//! What each fuzz target does with its bytes. The workspace's tests run the same functions over `fuzz/seeds`.

use mvi_advisories::{Coordinates, OsvRecord, affects};
use std::collections::BTreeMap;

use mvi_dockerfile::compose::Compose;
use mvi_dockerfile::inventory::{Known, Pipelines, SourceFile, consolidate, take_stock};
use mvi_dockerfile::kubernetes::Kubernetes;
use mvi_dockerfile::manifest::{Desk, MANIFEST_RULES, Manifest};
use mvi_dockerfile::shellcheck::{Answer, reviews};
use mvi_dockerfile::yaml::Stream;
use mvi_dockerfile::{Dockerfile, HadolintConfig, Level, LintSettings, Safety, Span, lint, repair};
use mvi_image::{
    Algorithm, Digest, FileTree, Image, ImageError, Limits, Location, OpenOptions, PlatformChoice, Quiet, ScanOptions,
    merge, open, scan,
};
use mvi_inventory::{InventoryCollector, take};
use mvi_registry::Reference;
use mvi_seal::{PublicKey, Sealed, SigningKey};
use mvi_standard::crq::{Calendar, at, read_crq, write_crq};
use mvi_standard::fleet_file::FleetFile;

mod advisories;
mod builders;
mod checks;
mod forecasts;
mod loaders;
mod records;

pub use advisories::{advisory_feed, advisory_index, versions};
pub use builders::{builder_log, elf_header};
pub use checks::{secrets, wheels};
pub use forecasts::forecast_model;
pub use loaders::{loader_settings, python_imports};
pub use records::{
    apk_installed, bill_of_materials, conda_meta, dotnet_bundle, dpkg_status, elf_object, go_build, java_archive,
    language_records, lock_files, package_json, pacman_desc, python_metadata, rpm_database,
};

const BLOCK: usize = 512;

/// The bytes as the one layer of an image: plain, gzip or zstd as they turn out to be; digests checked and not.
pub fn layer(bytes: &[u8]) {
    let archive = archive_of(&[bytes]);
    for verify in [true, false] {
        inspect(&archive, "docker-archive", verify);
    }
}

/// The bytes as a whole archive, read as either kind.
pub fn archive(bytes: &[u8]) {
    inspect(bytes, "docker-archive", true);
    inspect(bytes, "oci-archive", false);
}

/// The bytes as orders that write several layers of colliding paths, whiteouts and links.
pub fn whiteouts(bytes: &[u8]) {
    let layers: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').take(8).map(obey).collect();
    let layers: Vec<&[u8]> = layers.iter().map(Vec::as_slice).collect();
    let trees = inspect(&archive_of(&layers), "docker-archive", true);
    assert_eq!(trees, 1, "an image of sound layers has a tree");
}

/// The bytes as the file of a change request: what is read is written, and read again the same; the clock moves it.
pub fn crq_file(bytes: &[u8]) {
    let Ok(crq) = read_crq("seed", bytes) else { return };
    let text = write_crq(&crq).expect("what was read can be written");
    assert_eq!(read_crq("seed", text.as_bytes()).ok().as_ref(), Some(&crq), "what was written is the same");
    let calendar = Calendar { review_days: 30, lapse_grace_days: 7, bumps: Vec::new() };
    let late = "2199-01-01T00:00:00Z".parse().expect("a moment");
    assert!(!at(&crq, &calendar, late).state.is_in_force() || crq.entered_at() > Some(late), "nothing lives for ever");
}

/// The bytes as a fleet file.
pub fn fleet_file(bytes: &[u8]) {
    let _ = FleetFile::read(bytes);
}

/// The bytes as a sealed record, before a key that sealed none of them but the seed.
pub fn sealed_rom(bytes: &[u8]) {
    let key = PublicKey::from_pem(include_str!("../seeds/key/public")).expect("the seed is a key");
    if let Ok(verified) = Sealed::from_bytes(bytes.to_vec()).verify(&[key]) {
        let seed = Sealed::from_bytes(include_bytes!("../seeds/sealed_rom/override").to_vec());
        let known = PublicKey::from_pem(include_str!("../seeds/key/public")).and_then(|key| seed.verify(&[key]));
        assert_eq!(Some(verified.content), known.ok().map(|known| known.content), "nobody can seal without the key");
    }
}

/// The bytes as a public key, and as a private one without a password.
pub fn key(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = PublicKey::from_pem(text);
    if let Ok(key) = SigningKey::from_pem(text, None) {
        assert!(key.public().verify(b"message", &key.sign(b"message")), "a key that opens signs");
    }
}

/// The bytes as the name of an image in a registry: what is understood can be written and understood again.
pub fn reference(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(reference) = text.parse::<Reference>() {
        assert_eq!(reference.to_string().parse::<Reference>().ok(), Some(reference), "a name is its own name");
    }
}

/// The bytes as a Dockerfile: nothing is lost, and everything lies inside.
pub fn dockerfile_parse(bytes: &[u8]) {
    let file = Dockerfile::parse(bytes);
    assert_eq!(file.print(), bytes, "what is printed is what was read");
    for instruction in file.instructions() {
        check_scripts(&file, instruction.index);
        let scope = file.scope_at(instruction.index);
        let expanded = scope.expand(instruction.arguments.of(file.text()));
        assert!(expanded.text.len() <= file.text().len().max(64 << 10), "replacing is bounded");
    }
    for stage in file.stages() {
        assert!(file.stages_reached_from(stage.index).contains(&stage.index), "a stage needs itself");
    }
}

/// The bytes as a script, in a heredoc and, its lines joined, in a line.
pub fn dockerfile_shell(bytes: &[u8]) {
    let heredoc = [b"FROM a\nRUN <<MVI_END\n", bytes, b"\nMVI_END\n"].concat();
    check_scripts(&Dockerfile::parse(&heredoc), 1);
    let joined: Vec<u8> = bytes.iter().map(|byte| if *byte == b'\n' { b';' } else { *byte }).collect();
    check_scripts(&Dockerfile::parse(&[b"FROM a\nRUN ", joined.as_slice()].concat()), 1);
}

/// The bytes as a Dockerfile that is judged and repaired: findings lie inside, repairs come to rest and do no harm.
pub fn dockerfile_lint(bytes: &[u8]) {
    let settings = LintSettings::default();
    let file = Dockerfile::parse(bytes);
    for finding in lint(&file, &settings) {
        let edits = finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
        for span in edits.chain([finding.span]) {
            assert!(file.text().get(span.range()).is_some(), "{} lies in the file", finding.code);
        }
    }
    for review in reviews(&file) {
        let answer = |start, end| Answer { code: 1, level: Level::Info, message: String::new(), start, end };
        for finding in [answer((1, 1), (9, 9)), answer((9, 1), (10, 3)), answer((99, 9), (99, 1))] {
            let span = review.finding(&finding).map(|finding| finding.span).unwrap_or_default();
            assert!(span.start <= span.end && span.end as usize <= file.text().len(), "answers lie in the file");
        }
    }
    let once = repair(bytes, &settings, Safety::Unsafe);
    let twice = repair(&once.bytes, &settings, Safety::Unsafe);
    assert!(twice.bytes == once.bytes && twice.made.is_empty(), "what was repaired needs no repair");
    let after = Dockerfile::parse(&once.bytes);
    assert!(after.problems().len() <= file.problems().len(), "repairs bring no problems");
}

/// The bytes as records of advisories: what is read has an answer for every package, also when read a second time.
pub fn osv_records(bytes: &[u8]) {
    let Ok(records) = OsvRecord::read_all(bytes) else { return };
    let purls = ["pkg:deb/debian/tar@1.34-1?distro=debian-12", "pkg:apk/alpine/musl@1.2.4-r2?distro=alpine-3.18.4"];
    let packages = purls.into_iter().chain(["pkg:pypi/a@1.0rc1", "pkg:npm/%40a/b@1.0.0"]);
    for package in packages.filter_map(|purl| Coordinates::of(purl, None)) {
        for record in &records {
            let again: OsvRecord =
                serde_json::to_value(record).and_then(serde_json::from_value).expect("what was read is a record");
            assert_eq!(affects(record, &package), affects(&again, &package), "{}", record.id);
        }
    }
}

/// The bytes as a Compose file, as Kubernetes objects and as a stream of YAML: findings and problems lie inside.
pub fn manifest(bytes: &[u8]) {
    let stream = Stream::parse(bytes);
    let length = stream.text().len();
    for problem in stream.problems() {
        assert!(problem.span.end as usize <= length, "problems lie in the file");
    }
    let settings = LintSettings::default();
    let desk = Desk { settings: &settings, judge: None };
    for manifest in [Manifest::Compose(Compose::parse(bytes)), Manifest::Kubernetes(Kubernetes::parse(bytes))] {
        for finding in MANIFEST_RULES.iter().flat_map(|rule| rule.check(&manifest, &desk)) {
            assert!(finding.span.start <= finding.span.end, "{} has a place", finding.code);
            assert!(finding.span.end as usize <= length, "{} lies in the file", finding.code);
        }
    }
}

/// The bytes as every kind of file that builds images: uses lie in the file, and what a plan merges is a Dockerfile.
pub fn builds(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (files, rest) = text.split_once("\n---\n").unwrap_or(("FROM a\n", &text));
    let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), bytes: text.as_bytes().to_owned() };
    let mut all = vec![file("Dockerfile", files), file("b/Dockerfile.b", files)];
    let users = [
        ".gitlab-ci.yml",
        ".github/workflows/a.yml",
        "docker-bake.hcl",
        "docker-bake.json",
        "Makefile",
        "compose.yaml",
    ];
    all.extend(users.iter().map(|path| file(path, rest)));
    let inventory = take_stock(&all, &BTreeMap::new());
    let lines = rest.lines().count().max(files.lines().count()) as u32 + 1;
    for usage in inventory.rows.iter().flat_map(|row| &row.uses) {
        assert!(usage.line >= 1 && usage.line <= lines, "{usage:?} lies in the file");
        let _ = Pipelines::read(&all).of(std::slice::from_ref(usage));
    }
    let known = ["Dockerfile", "b/Dockerfile.b"];
    let known = known.map(|path| Known { path: path.to_owned(), file: Dockerfile::parse(files.as_bytes()) });
    for plan in &inventory.plans {
        if let Some(merged) = consolidate(&known, plan) {
            assert!(!Dockerfile::parse(merged.text.as_bytes()).stages().is_empty(), "what is merged has stages");
        }
    }
}

/// The bytes as a configuration of hadolint.
pub fn hadolint_config(bytes: &[u8]) {
    let _ = HadolintConfig::parse(&String::from_utf8_lossy(bytes));
}

/// What holds of the scripts of an instruction.
fn check_scripts(file: &Dockerfile, index: usize) {
    let Some(instruction) = file.instructions().get(index) else { return };
    let inside = |span: Span| instruction.span.covers(span) && file.text().get(span.range()).is_some();
    for script in file.scripts(instruction) {
        for (index, command) in script.commands.iter().enumerate() {
            let words = command.name.iter().chain(&command.words);
            let targets = command.redirects.iter().map(|redirect| &redirect.target);
            assert!(words.chain(targets).all(|word| inside(word.span)), "words lie in their instruction");
            assert!(inside(command.span), "commands lie in their instruction");
            assert!(command.within.is_none_or(|outer| outer < index), "a command comes before those in its words");
        }
        assert!(script.problem.as_ref().is_none_or(|problem| inside(problem.span)), "problems lie there as well");
    }
}

/// Reads an archive to the end, as far as it can be read, and looks at everything that comes of it; returns the number
/// of its images.
fn inspect(archive: &[u8], scheme: &str, verify: bool) -> usize {
    let Ok(file) = tempfile::NamedTempFile::new() else { return 0 };
    if std::fs::write(file.path(), archive).is_err() {
        return 0;
    }
    let limits = Limits { layer_bytes: 64 << 20, files: 100_000, document_bytes: 1 << 20, ..Limits::default() };
    let collector = &InventoryCollector;
    let options = OpenOptions { platform: PlatformChoice::All, verify, limits: &limits, collector };
    let Ok(location) = Location::parse(&format!("{scheme}:{}", file.path().display())) else { return 0 };
    let mut trees = 0;
    for image in open(&location, &options).unwrap_or_default() {
        if let Ok(tree) = tree_of(&image, &limits, verify) {
            check(&tree);
            let _ = take(&tree);
            trees += 1;
        }
    }
    trees
}

fn tree_of(image: &Image, limits: &Limits, verify: bool) -> Result<FileTree, ImageError> {
    let collector = &InventoryCollector;
    let options = ScanOptions { collector, limits, verify, estimate: true, jobs: 1, cache: None, progress: &Quiet };
    Ok(merge(scan(image, &options)?.into_iter().map(|layer| layer.facts).collect()))
}

/// What holds of every tree.
fn check(tree: &FileTree) {
    let mut seen = std::collections::HashSet::new();
    for id in tree.visible() {
        let path = tree.path(id);
        assert_eq!(tree.find_no_follow(&path), Some(id), "a visible path is found: {path:?}");
        assert!(seen.insert(path), "a path is visible once");
        let node = tree.node(id);
        assert!(node.introduced() <= node.layer() || node.place().is_none() || node.is_hard_link());
        let _ = (node.kind(), node.size(), node.apparent_size(), node.attributes(), node.link(), node.content());
    }
    // It subtracts what is hidden from what is shipped, so nothing may be hidden twice.
    let _ = tree.visible_bytes();
    assert!(tree.efficiency().is_none_or(|score| (0.0..=1.0).contains(&score)), "efficiency is a share");
}

/// A docker archive with these layers, and diff ids that are right.
fn archive_of(layers: &[&[u8]]) -> Vec<u8> {
    let mut archive = Vec::new();
    let (mut names, mut diff_ids) = (Vec::new(), Vec::new());
    for (index, layer) in layers.iter().enumerate() {
        let name = format!("{index}.tar");
        append(&mut archive, name.as_bytes(), b'0', b"", layer);
        names.push(format!("\"{name}\""));
        diff_ids.push(format!("\"{}\"", Digest::of(Algorithm::Sha256, layer)));
    }
    let config = format!(r#"{{"rootfs":{{"diff_ids":[{}]}}}}"#, diff_ids.join(","));
    append(&mut archive, b"config.json", b'0', b"", config.as_bytes());
    let manifest = format!(r#"[{{"Config":"config.json","Layers":[{}]}}]"#, names.join(","));
    append(&mut archive, b"manifest.json", b'0', b"", manifest.as_bytes());
    archive.resize(archive.len() + 2 * BLOCK, 0);
    archive
}

/// Writes a layer: three bytes an entry, for its kind, its path and its link target or content.
fn obey(orders: &[u8]) -> Vec<u8> {
    const PATHS: [&[u8]; 16] = [
        b"a", b"b", b"a/a", b"a/b", b"b/a", b"a/a/a", b"a/b/a", b"b/b/b", b"./a", b"a/../b", b"/a/b", b"", b".", b"..",
        b"a/a/a/a", b"c",
    ];
    let mut layer = Vec::new();
    for order in orders.chunks_exact(3) {
        let path = PATHS[usize::from(order[1] % 16)];
        let target = PATHS[usize::from(order[2] % 16)];
        let slash = path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
        let (folder, name) = path.split_at(slash);
        match order[0] % 8 {
            0 => append(&mut layer, path, b'5', b"", b""),
            1 => append(&mut layer, path, b'2', target, b""),
            2 => append(&mut layer, path, b'1', target, b""),
            3 => append(&mut layer, &[folder, b".wh.", name].concat(), b'0', b"", b""),
            4 => append(&mut layer, &[folder, b".wh..wh..opq"].concat(), b'0', b"", b""),
            5 => append(&mut layer, path, b'6', b"", b""),
            _ => append(&mut layer, path, b'0', b"", &order[2..3]),
        }
    }
    layer.resize(layer.len() + 2 * BLOCK, 0);
    layer
}

/// One ustar entry.
fn append(archive: &mut Vec<u8>, path: &[u8], kind: u8, link: &[u8], body: &[u8]) {
    let mut header = [0; BLOCK];
    header[..path.len()].copy_from_slice(path);
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..135].copy_from_slice(format!("{:011o}", body.len()).as_bytes());
    header[156] = kind;
    header[157..157 + link.len()].copy_from_slice(link);
    header[257..265].copy_from_slice(b"ustar\x0000");
    seal(&mut header);
    archive.extend_from_slice(&header);
    archive.extend_from_slice(body);
    archive.resize(archive.len().next_multiple_of(BLOCK), 0);
}

/// Writes the checksum a tar header of 512 bytes needs.
pub fn seal(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().copied().map(u32::from).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}
