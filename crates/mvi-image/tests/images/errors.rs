//! Every error code, with an input that leads to it.

use std::io::Write as _;
use std::path::Path;

use mvi_image::{ImageError, Limits, Location, OpenOptions, PlatformChoice, Quiet, ScanOptions, open, scan};

use crate::archive::{Config, Members, digest, index};
use crate::entry::{Entry, dir, file, layer};
use crate::look::Names;

/// The bytes, gzipped.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Opens and reads the image at `text` within the limits.
fn read(text: &str, limits: &Limits) -> Result<(), ImageError> {
    let platform = "linux/amd64".parse()?;
    let options = OpenOptions { platform, verify: true, limits, collector: &Names };
    let image = open(&Location::parse(text)?, &options)?.remove(0);
    let options =
        ScanOptions { collector: &Names, limits, verify: true, estimate: true, jobs: 1, cache: None, progress: &Quiet };
    scan(&image, &options).map(|_| ())
}

/// Checks the code of an error.
fn check(result: Result<(), ImageError>, expected: &str) {
    assert_eq!(result.map_err(|error| error.code()), Err(expected));
}

fn check_layout(layout: &Members, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    layout.write(folder.path());
    check(read(&format!("oci:{}", folder.path().display()), &Limits::default()), expected);
}

fn check_archive(members: &Members, expected: &str) {
    check(read_bytes(&members.tar(), &Limits::default()), expected);
}

fn read_bytes(bytes: &[u8], limits: &Limits) -> Result<(), ImageError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    read(&format!("docker-archive:{}", file.path().display()), limits)
}

fn one_layer() -> Vec<Vec<u8>> {
    vec![layer(&[file("a", "1"), file("b", "22")])]
}

fn docker() -> Members {
    Members::docker(&one_layer(), &["app:1"], &Config::default())
}

fn oci() -> Members {
    Members::oci(&one_layer(), &[], &Config::default())
}

/// The name of the blob with these bytes.
fn hex(bytes: &[u8]) -> String {
    digest(bytes)["sha256:".len()..].to_owned()
}

#[test]
fn sound_images_are_read() {
    read_bytes(&docker().tar(), &Limits::default()).unwrap();
    read_bytes(&gzip(&docker().tar()), &Limits::default()).unwrap();
    read_bytes(&oci().tar(), &Limits::default()).unwrap();
}

#[test]
fn references_that_cannot_be_are_told_apart_from_missing_files() {
    let limits = Limits::default();
    check(read("", &limits), "E-REFERENCE");
    check(read("oci:", &limits), "E-REFERENCE");
    check("linux".parse::<PlatformChoice>().map(|_| ()), "E-REFERENCE");
    check("a/b/c/d".parse::<PlatformChoice>().map(|_| ()), "E-REFERENCE");
    check(read("docker:app", &limits), "E-REFERENCE");
    check(read("docker://registry.corp/app", &limits), "E-SCHEME");
    check(read("containers-storage:app", &limits), "E-SCHEME");
    for scheme in ["", "docker-archive:", "oci:", "oci-archive:", "dir:"] {
        check(read(&format!("{scheme}/no/such/file"), &limits), "E-OPEN");
    }
    check(read("docker-archive:/dev/null", &limits), "E-OPEN");
}

#[test]
fn what_is_no_image_is_named_so() {
    let folder = tempfile::tempdir().unwrap();
    check(read(folder.path().to_str().unwrap(), &Limits::default()), "E-NOT-AN-IMAGE");
    let other: &[Entry] = &[file("readme", "1"), dir("d")];
    check(read_bytes(&layer(other), &Limits::default()), "E-NOT-AN-IMAGE");
    check(read_bytes(&[], &Limits::default()), "E-NOT-AN-IMAGE");
    check(read_bytes(&layer(&[file("manifest.json", "[]")]), &Limits::default()), "E-NOT-AN-IMAGE");
    check_layout(&Members::default().index(&[]), "E-NOT-AN-IMAGE");
    let mut members = Members::default();
    let image = members.image(&one_layer(), &[], &Config::default());
    let artifact = String::from_utf8(image).unwrap().replace(r#""schemaVersion":2"#, r#""artifactType":"text/x""#);
    let descriptor = members.manifest(artifact.as_bytes(), "");
    check_layout(&members.index(&[descriptor]), "E-NOT-AN-IMAGE");
}

#[test]
fn archives_that_are_none_are_unsound() {
    check(read_bytes(&[b'x'; 5000], &Limits::default()), "E-ARCHIVE");
    let whole = docker().tar();
    check(read_bytes(&whole[..whole.len() - 1024 - 600], &Limits::default()), "E-ARCHIVE");
}

#[test]
fn a_packed_archive_is_unsound_wherever_it_is_cut() {
    let mut members = docker();
    // Bytes that no packer makes shorter, so that most cuts are inside of them.
    let noise = (0..4000_u64).flat_map(|at| (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (at << 7)).to_be_bytes());
    members.0.insert("a-notes".into(), noise.collect());
    let tar = members.tar();
    for packed in [gzip(&tar), zstd::encode_all(&tar[..], 1).unwrap()] {
        let end = packed.len();
        for cut in (60..end).step_by(997).chain(end - 12..end) {
            check(read_bytes(&packed[..cut], &Limits::default()), "E-ARCHIVE");
        }
    }
}

#[test]
fn documents_that_break_their_specification_are_named() {
    check_archive(&docker().edit("manifest.json", "[{", "[["), "E-DOCUMENT");
    check_archive(&docker().edit("manifest.json", "\"Config\"", "\"Conf\""), "E-DOCUMENT");
    check_layout(&oci().edit("index.json", "\"size\":", "\"size\":-"), "E-DOCUMENT");
    let mut members = Members::default();
    let descriptor = members.manifest(b"not json", "");
    check_layout(&members.index(&[descriptor]), "E-DOCUMENT");
}

#[test]
fn documents_and_images_beyond_the_limits_are_refused() {
    let limits = Limits::default();
    let (docker, packed) = (docker().tar(), gzip(&docker().tar()));
    check(read_bytes(&docker, &Limits { document_bytes: 10, ..limits }), "E-TOO-LARGE");
    for archive in [&docker, &packed] {
        check(read_bytes(archive, &Limits { files: 1, ..limits }), "E-LIMIT");
        check(read_bytes(archive, &Limits { layer_bytes: 1024, ..limits }), "E-LIMIT");
    }
    let layers = one_layer();
    let bomb = Members::oci(&layers, &[gzip(&layers[0])], &Config::default()).tar();
    check(read_bytes(&bomb, &Limits { layer_bytes: 1024, ..limits }), "E-LIMIT");
}

#[test]
fn what_is_missing_is_named_by_what_it_is() {
    let layers = one_layer();
    check_archive(&docker().without("layer.tar"), "E-MISSING-LAYER");
    check_layout(&oci().without(&hex(&layers[0])), "E-MISSING-LAYER");
    let config = hex(&Config::default().document(&layers));
    check_archive(&docker().without(&format!("{config}.json")), "E-MISSING-CONFIG");
    check_layout(&oci().without(&config), "E-MISSING-CONFIG");
    let mut members = Members::default();
    let manifest = members.image(&layers, &[], &Config::default());
    check_layout(&oci().without(&hex(&manifest)), "E-MISSING-MANIFEST");
    check_layout(&oci().without("index.json"), "E-MISSING-MANIFEST");
}

#[test]
fn digests_that_are_none_are_refused() {
    let path = format!("sha256:{}", "../".repeat(22));
    check_layout(&oci().edit("index.json", "sha256:", "md5:"), "E-BAD-DIGEST");
    let mut members = Members::default();
    let manifest = members.image(&one_layer(), &[], &Config::default());
    let layer = digest(&one_layer()[0]);
    let evil = String::from_utf8(manifest).unwrap().replace(&layer, &path);
    let descriptor = members.manifest(evil.as_bytes(), "");
    check_layout(&members.index(&[descriptor]), "E-BAD-DIGEST");
    let config = Config::default().document(&one_layer());
    let broken = docker().edit(".json", "sha256:", "sha256:zz");
    check(read_bytes(&broken.tar(), &Limits::default()), "E-DIGEST-CONFIG");
    let renamed =
        Members(broken.0.into_iter().map(|(name, bytes)| (name.replace(&hex(&config), "config"), bytes)).collect())
            .edit("manifest.json", &hex(&config), "config");
    check_archive(&renamed, "E-BAD-DIGEST");
}

#[test]
fn altered_bytes_are_found_out_by_what_they_are() {
    let layers = one_layer();
    let (stored, config) = (hex(&layers[0]), hex(&Config::default().document(&layers)));
    check_layout(&oci().edit(&stored, "22", "33"), "E-DIGEST-BLOB");
    check_layout(&oci().edit(&config, "amd64", "arm64"), "E-DIGEST-CONFIG");
    let mut members = Members::default();
    let manifest = members.image(&layers, &[], &Config::default());
    check_layout(&oci().edit(&hex(&manifest), "config", "konfig"), "E-DIGEST-MANIFEST");
    check_archive(&docker().edit("layer.tar", "22", "33"), "E-DIFF-ID");
    check_archive(&docker().edit(&format!("{config}.json"), "amd64", "arm64"), "E-DIGEST-CONFIG");
    check(read_bytes(&gzip(&docker().edit("layer.tar", "22", "33").tar()), &Limits::default()), "E-DIFF-ID");
}

#[test]
fn a_blob_that_unpacks_to_another_layer_is_found_out() {
    let other = layer(&[file("evil", "1")]);
    check_layout(&Members::oci(&one_layer(), &[gzip(&other)], &Config::default()), "E-DIFF-ID");
}

#[test]
fn sizes_and_counts_that_disagree_are_refused() {
    let layers = one_layer();
    check_layout(&oci().edit("index.json", "\"size\":", "\"size\":1"), "E-SIZE");
    let mut members = Members::default();
    let manifest = String::from_utf8(members.image(&layers, &[], &Config::default())).unwrap();
    let size = format!("\"size\":{}", layers[0].len());
    let descriptor = members.manifest(manifest.replace(&size, "\"size\":7").as_bytes(), "");
    check_layout(&members.index(&[descriptor]), "E-SIZE");
    check_archive(
        &docker().edit("manifest.json", "\"0/layer.tar\"", "\"0/layer.tar\",\"0/layer.tar\""),
        "E-LAYER-COUNT",
    );
    check_layout(&Members::oci(&layers, &[layers[0].clone(), layers[0].clone()], &Config::default()), "E-LAYER-COUNT");
}

#[test]
fn indexes_without_end_are_refused() {
    let mut members = Members::default();
    let image = members.image(&one_layer(), &[], &Config::default());
    let mut descriptor = members.manifest(&image, "");
    for _ in 0..20 {
        descriptor = members.manifest(&index(&[descriptor]), "");
    }
    check_layout(&members.index(&[descriptor]), "E-INDEX-DEPTH");
    let mut members = Members::default();
    let mut descriptor = members.manifest(&image, "");
    for _ in 0..8 {
        descriptor = members.manifest(&index(&vec![descriptor; 8]), "");
    }
    check_layout(&members.index(&[descriptor]), "E-INDEX-DEPTH");
}

#[test]
fn names_and_platforms_that_are_not_there_are_named() {
    let arm = Config { architecture: "arm64", ..Config::default() };
    let mut members = Members::default();
    let image = members.image(&one_layer(), &[], &arm);
    let descriptor = members.manifest(&image, r#","platform":{"os":"linux","architecture":"arm64"}"#);
    check_layout(&members.index(&[descriptor]), "E-PLATFORM");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), docker().tar()).unwrap();
    check(read(&format!("{}:nothing", file.path().display()), &Limits::default()), "E-NO-SUCH-NAME");
    read(&format!("{}:app:1", file.path().display()), &Limits::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    oci().write(folder.path());
    check(read(&format!("{}:nothing", folder.path().display()), &Limits::default()), "E-NO-SUCH-NAME");
}

#[test]
fn layers_that_are_no_archives_or_no_packed_ones_are_unsound() {
    let cut = one_layer()[0][..1200].to_vec();
    check_archive(&Members::docker(&[cut], &[], &Config::default()), "E-TAR");
    let layers = one_layer();
    let packed = gzip(&layers[0]);
    let half = packed[..packed.len() / 2].to_vec();
    check_layout(&Members::oci(&layers, &[half], &Config::default()), "E-UNPACK");
    let garbage = [packed.as_slice(), b"garbage"].concat();
    check_layout(&Members::oci(&layers, &[garbage], &Config::default()), "E-UNPACK");
}

#[test]
fn a_file_that_ends_early_while_it_is_read_is_a_read_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    std::fs::write(&path, docker().tar()).unwrap();
    let limits = Limits::default();
    let options = OpenOptions { platform: PlatformChoice::All, verify: true, limits: &limits, collector: &Names };
    let image = open(&Location::parse(path.to_str().unwrap()).unwrap(), &options).unwrap().remove(0);
    truncate(&path);
    let options = ScanOptions {
        collector: &Names,
        limits: &limits,
        verify: true,
        estimate: true,
        jobs: 1,
        cache: None,
        progress: &Quiet,
    };
    check(scan(&image, &options).map(|_| ()), "E-READ");
}

fn truncate(path: &Path) {
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(0).unwrap();
}
