//! Bodies that a collector looks into: the same extract wherever the bytes come from, and gaps where there is none.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use mvi_image::{
    Collector, EXTRACT_BYTES, EntryHeader, Kept, LayerFacts, Limits, Location, OpenBody, OpenOptions, PlatformChoice,
    Quiet, ScanOptions, Want, open, open_stream, scan,
};

use crate::archive::{Config, Members};
use crate::entry::{Entry, file, layer};
use crate::errors::gzip;

/// Studies what starts with `look`: its size, its ends, and some bytes in between.
struct Studious;

impl Collector for Studious {
    fn wants(&self, _: &EntryHeader<'_>) -> Want {
        Want::Study
    }

    fn is_worth_study(&self, _: &EntryHeader<'_>, probe: &[u8]) -> bool {
        probe.starts_with(b"look")
    }

    fn study(&self, entry: &EntryHeader<'_>, body: &dyn OpenBody) -> io::Result<Vec<u8>> {
        if entry.path.ends_with(b"bad") {
            return Err(io::Error::other("makes no sense"));
        }
        if entry.path.ends_with(b"rich") {
            return Ok(vec![0; EXTRACT_BYTES + 1]);
        }
        let mut bytes = [0; 12];
        for (offset, part) in [0, body.size() / 2, body.size() - 4].into_iter().zip(bytes.chunks_mut(4)) {
            assert!(body.read_at(offset, part)? > 0, "there is something before the end");
        }
        assert_eq!(body.read_at(body.size(), &mut [0; 9])?, 0, "there is nothing behind the end");
        Ok(format!("{} {}", body.size(), String::from_utf8_lossy(&bytes)).into_bytes())
    }

    fn version(&self) -> u32 {
        1
    }
}

fn lines(facts: &LayerFacts) -> Vec<String> {
    let bodies = facts.bodies().map(|body| {
        assert_eq!(body.kept, Kept::Extract);
        let path = facts.table().path(&facts.table().entries()[body.entry as usize]);
        format!("{} {}", String::from_utf8_lossy(&path), String::from_utf8_lossy(body.bytes))
    });
    let gaps = facts.gaps().of_layer(0);
    let gaps = gaps.map(|gap| format!("{} {:?} {}", gap.path.unwrap_or_default(), gap.code, gap.text));
    let mut lines: Vec<_> = bodies.chain(gaps).collect();
    lines.sort();
    lines
}

fn read(location: &str, verify: bool) -> Vec<String> {
    let limits = Limits::default();
    let options = OpenOptions { platform: PlatformChoice::All, verify, limits: &limits, collector: &Studious };
    let image = open(&Location::parse(location).unwrap(), &options).unwrap().remove(0);
    let progress = &Quiet;
    let options =
        ScanOptions { collector: &Studious, limits: &limits, verify, estimate: true, jobs: 2, cache: None, progress };
    lines(&scan(&image, &options).unwrap()[0].facts)
}

fn read_piped(archive: &[u8]) -> Vec<String> {
    let limits = Limits::default();
    let options = OpenOptions { platform: PlatformChoice::All, verify: true, limits: &limits, collector: &Studious };
    let image = open_stream(archive, "piped", None, &options).unwrap().remove(0);
    let progress = &Quiet;
    let options = ScanOptions {
        collector: &Studious,
        limits: &limits,
        verify: true,
        estimate: true,
        jobs: 1,
        cache: None,
        progress,
    };
    lines(&scan(&image, &options).unwrap()[0].facts)
}

/// Checks what is found in these files, whatever they are stored in.
fn check(entries: &[Entry], expected: &[&str]) {
    let layers = [layer(entries)];
    let zstd = [zstd::encode_all(layers[0].as_slice(), 1).unwrap()];
    let plain = Members::docker(&layers, &[], &Config::default()).tar();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let docker = write("docker.tar", &plain);
    for verify in [true, false] {
        assert_eq!(read(&format!("docker-archive:{docker}"), verify), expected, "plain, verify {verify}");
        for (what, packed) in [("gzip", [gzip(&layers[0])]), ("zstd", zstd.clone())] {
            let path = write(what, &Members::oci(&layers, &packed, &Config::default()).tar());
            assert_eq!(read(&format!("oci-archive:{path}"), verify), expected, "{what}, verify {verify}");
        }
    }
    assert_eq!(read_piped(&plain), expected, "a pipe");
    assert_eq!(read_piped(&gzip(&plain)), expected, "a compressed pipe");
    let root = folder.path().join("root");
    unpack(&layers[0], &root);
    assert_eq!(read(&format!("dir:{}", root.display()), true), expected, "a folder");
}

fn unpack(layer: &[u8], root: &Path) {
    std::fs::create_dir(root).unwrap();
    let mut tar = Command::new("tar").arg("-xC").arg(root).stdin(Stdio::piped()).spawn().unwrap();
    io::Write::write_all(&mut tar.stdin.take().unwrap(), layer).unwrap();
    assert!(tar.wait().unwrap().success());
}

/// A body of `length` bytes that is worth a study.
fn body(length: usize) -> Vec<u8> {
    let mut body = vec![b'.'; length];
    body[..4].copy_from_slice(b"look");
    body[length - 4..].copy_from_slice(b"END!");
    body[length / 2..][..2].copy_from_slice(b"()");
    body
}

#[test]
fn the_extract_is_the_same_wherever_the_bytes_are() {
    let entries = [
        file("a/bad", "look, but fail"),
        file("a/rich", "look, but say too much"),
        file("empty", ""),
        file("large", body(700_001)),
        file("other", "not worth a look"),
        file("small", body(24)),
        file("tiny", "lo"),
    ];
    check(
        &entries,
        &[
            "a/bad Body cannot be looked into: makes no sense",
            "a/rich BodyLimit what it holds takes 1048577 bytes, more than the 1048576 that are kept",
            "large 700001 look()..END!",
            "small 24 look()..END!",
        ],
    );
}

#[test]
fn the_extract_is_the_same_around_the_size_that_fits_the_memory() {
    const SPOOL: usize = 32 << 20;
    for length in [SPOOL - 1, SPOOL, SPOOL + 1] {
        check(
            &[file("a", body(length)), file("b", body(64))],
            &[&format!("a {length} look()..END!"), "b 64 look()..END!"],
        );
    }
}

#[test]
fn a_body_that_is_cut_off_ends_the_pass_as_any_other() {
    let whole = layer(&[file("a", body(90_000))]);
    for verify in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image.tar");
        let layers = [whole[..40_000].to_vec()];
        std::fs::write(&path, Members::docker(&layers, &[], &Config::default()).tar()).unwrap();
        let limits = Limits::default();
        let options = OpenOptions { platform: PlatformChoice::All, verify, limits: &limits, collector: &Studious };
        let location = Location::parse(&format!("docker-archive:{}", path.display())).unwrap();
        let image = open(&location, &options).unwrap().remove(0);
        let progress = &Quiet;
        let options = ScanOptions {
            collector: &Studious,
            limits: &limits,
            verify,
            estimate: true,
            jobs: 1,
            cache: None,
            progress,
        };
        assert_eq!(scan(&image, &options).unwrap_err().code(), "E-TAR", "verify {verify}");
    }
}
