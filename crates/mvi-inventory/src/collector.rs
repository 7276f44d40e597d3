//! Tells the layer pass which bodies the inventory needs.

use mvi_image::{Collector, EntryHeader, FileKind, Want};

use crate::cataloger::{RECORD_BYTES, RecordPath};
use crate::catalogers::CATALOGERS;

/// Bytes kept of every program, enough for an ELF header with its program headers, or a `#!` script's beginning.
const HEAD_BYTES: u32 = 1024;

/// Asks for package databases and records, `os-release`, and the heads of executables.
#[derive(Debug, Clone, Copy, Default)]
pub struct InventoryCollector;

impl Collector for InventoryCollector {
    fn wants(&self, entry: &EntryHeader<'_>) -> Want {
        match entry.kind {
            FileKind::File => {}
            FileKind::Directory
            | FileKind::Symlink
            | FileKind::HardLink
            | FileKind::CharDevice
            | FileKind::BlockDevice
            | FileKind::Fifo => return Want::No,
        }
        let path = RecordPath::new(entry.path);
        if is_os_release(&path) {
            return Want::Whole { max: RECORD_BYTES };
        }
        if let Some(max) = CATALOGERS.iter().find_map(|cataloger| cataloger.claims(&path)) {
            return Want::Whole { max };
        }
        if entry.mode & 0o111 != 0 && !is_data(path.name) { Want::Head(HEAD_BYTES) } else { Want::No }
    }

    fn version(&self) -> u32 {
        3
    }
}

/// True for names of files that nobody starts, although some builders mark every file as executable.
fn is_data(name: &[u8]) -> bool {
    let extension = memchr::memrchr(b'.', name).map_or(&b""[..], |dot| &name[dot + 1..]);
    matches!(
        extension,
        b"so"
            | b"a"
            | b"o"
            | b"h"
            | b"c"
            | b"md"
            | b"txt"
            | b"json"
            | b"html"
            | b"css"
            | b"map"
            | b"ts"
            | b"svg"
            | b"png"
            | b"jpg"
            | b"pyc"
            | b"pyi"
            | b"class"
            | b"jar"
            | b"xml"
            | b"yml"
            | b"yaml"
            | b"gz"
            | b"beam"
    )
}

/// `os-release` in its two places, and where links from them lead in some distributions.
fn is_os_release(path: &RecordPath<'_>) -> bool {
    path.name.starts_with(b"os-release") && (path.path.starts_with(b"etc/") || path.path.starts_with(b"usr/lib/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, kind: FileKind, mode: u32, expected: Want) {
        let entry = EntryHeader { path: path.as_bytes(), kind, mode, size: 100 };
        assert_eq!(InventoryCollector.wants(&entry), expected, "{path}");
    }

    const RECORD: Want = Want::Whole { max: RECORD_BYTES };
    const DATABASE: Want = Want::Whole { max: 64 << 20 };

    #[test]
    fn databases_and_records_are_wanted_whole() {
        check("var/lib/dpkg/status", FileKind::File, 0o644, DATABASE);
        check("var/lib/dpkg/status.d/base", FileKind::File, 0o644, RECORD);
        check("var/lib/dpkg/status.d/base.md5sums", FileKind::File, 0o644, RECORD);
        check("var/lib/dpkg/info/bash.md5sums", FileKind::File, 0o644, RECORD);
        check("var/lib/apt/extended_states", FileKind::File, 0o644, RECORD);
        check("lib/apk/db/installed", FileKind::File, 0o644, DATABASE);
        check("usr/lib/apk/db/installed", FileKind::File, 0o644, DATABASE);
        check("var/lib/rpm/Packages", FileKind::File, 0o644, DATABASE);
        check("usr/lib/sysimage/rpm/rpmdb.sqlite", FileKind::File, 0o644, DATABASE);
        check("etc/apk/world", FileKind::File, 0o644, RECORD);
        check("usr/lib/os-release", FileKind::File, 0o644, RECORD);
        check("a/b.dist-info/METADATA", FileKind::File, 0o755, RECORD);
        check("a/node_modules/b/package.json", FileKind::File, 0o644, RECORD);
        check("opt/conda/conda-meta/zlib-1.2.13-h5eee18b_0.json", FileKind::File, 0o644, RECORD);
    }

    #[test]
    fn of_programs_the_head_is_wanted() {
        check("usr/bin/python3.11", FileKind::File, 0o755, Want::Head(1024));
        check("usr/bin/data", FileKind::File, 0o644, Want::No);
        check("app/readme.md", FileKind::File, 0o777, Want::No);
    }

    #[test]
    fn nothing_is_wanted_of_what_is_no_file() {
        check("usr/bin", FileKind::Directory, 0o755, Want::No);
        check("etc/os-release", FileKind::Symlink, 0o777, Want::No);
        check("var/lib/dpkg/status", FileKind::HardLink, 0o644, Want::No);
    }

    #[test]
    fn other_lists_of_dpkg_are_not_wanted() {
        check("var/lib/dpkg/info/bash.list", FileKind::File, 0o644, Want::No);
        check("var/lib/dpkg/status-old", FileKind::File, 0o644, Want::No);
    }
}
