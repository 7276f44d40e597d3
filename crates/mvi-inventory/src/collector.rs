//! Tells the layer pass which bodies the inventory needs.

use std::io;

use mvi_image::{Collector, EntryHeader, FileKind, OpenBody, Want};

use crate::cataloger::{RECORD_BYTES, RecordPath};
use crate::catalogers::CATALOGERS;
use crate::loading;
use crate::study::{self, Depth};
use crate::told::is_bill;
use crate::wheels::is_wheel_record;

/// Where names of people and hosts come from: nsswitch.conf(5).
const NAME_SERVICES: &[u8] = b"etc/nsswitch.conf";

/// Asks for package databases and records, `os-release` and settings of loaders, and looks into programs, libraries,
/// archives and the Python files of applications.
#[derive(Debug, Clone, Copy, Default)]
pub struct InventoryCollector;

/// The same, but of libraries only what went into them: the inventory has all its packages, and of its objects only
/// those that may be started. It reads much less where bodies can be skipped; what it finds is too little for the layer
/// memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProgramCollector;

/// The same, but of programs, too, only what went into them: the inventory has all its packages and no objects.
#[derive(Debug, Clone, Copy, Default)]
pub struct PackageCollector;

/// What the bodies that are kept and looked into mean; raised when that changes.
const VERSION: u32 = 9;
/// Set in the versions of those who look into less.
const PARTIAL: u32 = 1 << 31;
const MORE_PARTIAL: u32 = 1 << 30;

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
        if is_os_release(&path) || is_wheel_record(path.path) || is_bill(&path) || path.path == NAME_SERVICES {
            return Want::Whole { max: RECORD_BYTES };
        }
        if let Some(max) = CATALOGERS.iter().find_map(|cataloger| cataloger.claims(&path)) {
            return Want::Whole { max };
        }
        if let Some(max) = loading::claims(&path) {
            return Want::Whole { max };
        }
        if study::may_be_worth(entry) { Want::Study } else { Want::No }
    }

    fn is_worth_study(&self, entry: &EntryHeader<'_>, probe: &[u8]) -> bool {
        study::is_worth(entry, probe)
    }

    fn study(&self, entry: &EntryHeader<'_>, body: &dyn OpenBody) -> io::Result<Vec<u8>> {
        study::study(entry, body, Depth::Objects)
    }

    fn version(&self) -> u32 {
        VERSION
    }
}

impl Collector for ProgramCollector {
    fn wants(&self, entry: &EntryHeader<'_>) -> Want {
        InventoryCollector.wants(entry)
    }

    fn is_worth_study(&self, entry: &EntryHeader<'_>, probe: &[u8]) -> bool {
        InventoryCollector.is_worth_study(entry, probe)
    }

    fn study(&self, entry: &EntryHeader<'_>, body: &dyn OpenBody) -> io::Result<Vec<u8>> {
        study::study(entry, body, Depth::Programs)
    }

    fn version(&self) -> u32 {
        VERSION | PARTIAL
    }
}

impl Collector for PackageCollector {
    fn wants(&self, entry: &EntryHeader<'_>) -> Want {
        InventoryCollector.wants(entry)
    }

    fn is_worth_study(&self, entry: &EntryHeader<'_>, probe: &[u8]) -> bool {
        InventoryCollector.is_worth_study(entry, probe)
    }

    fn study(&self, entry: &EntryHeader<'_>, body: &dyn OpenBody) -> io::Result<Vec<u8>> {
        study::study(entry, body, Depth::Packages)
    }

    fn version(&self) -> u32 {
        VERSION | PARTIAL | MORE_PARTIAL
    }
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
        check("usr/lib/python3/site-packages/a-1.dist-info/WHEEL", FileKind::File, 0o644, RECORD);
        check("etc/nsswitch.conf", FileKind::File, 0o644, RECORD);
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
        check("var/lib/db/sbom/zlib-1.3-r0.spdx.json", FileKind::File, 0o644, RECORD);
        check("opt/conda/conda-meta/zlib-1.2.13-h5eee18b_0.json", FileKind::File, 0o644, RECORD);
    }

    #[test]
    fn what_may_be_a_program_or_a_library_is_studied() {
        check("usr/bin/python3.11", FileKind::File, 0o755, Want::Study);
        check("usr/lib/libssl.so.3", FileKind::File, 0o644, Want::Study);
        check("usr/bin/data", FileKind::File, 0o644, Want::Study);
        check("app/start.py", FileKind::File, 0o755, Want::Study);
        check("app/start.py", FileKind::File, 0o644, Want::Study);
        check("usr/lib/python3.11/os.py", FileKind::File, 0o644, Want::No);
        check("opt/venv/lib/python3.11/site-packages/a.py", FileKind::File, 0o644, Want::No);
        check("app/readme.md", FileKind::File, 0o777, Want::No);
    }

    #[test]
    fn what_says_how_programs_are_loaded_is_wanted_whole() {
        check("etc/ld.so.cache", FileKind::File, 0o644, Want::Whole { max: 4 << 20 });
        check("etc/ld.so.conf.d/libc.conf", FileKind::File, 0o644, Want::Whole { max: 64 << 10 });
        check("etc/ld-musl-x86_64.path", FileKind::File, 0o644, Want::Whole { max: 64 << 10 });
        check("etc/nginx/conf.d/a.conf", FileKind::File, 0o644, Want::Whole { max: 64 << 10 });
        check("usr/local/etc/php/conf.d/docker-php-ext-gd.ini", FileKind::File, 0o644, Want::Whole { max: 64 << 10 });
        check("app/package.json", FileKind::File, 0o644, RECORD);
        check("opt/hello/releases/1.2.3/hello.rel", FileKind::File, 0o644, RECORD);
        check("opt/hello/hello.rel", FileKind::File, 0o644, Want::Study);
    }

    #[test]
    fn nothing_is_wanted_of_what_is_no_file() {
        check("usr/bin", FileKind::Directory, 0o755, Want::No);
        check("etc/os-release", FileKind::Symlink, 0o777, Want::No);
        check("var/lib/dpkg/status", FileKind::HardLink, 0o644, Want::No);
    }

    #[test]
    fn other_lists_of_dpkg_are_not_wanted_whole() {
        check("var/lib/dpkg/info/bash.list", FileKind::File, 0o644, Want::No);
        check("var/lib/dpkg/status-old", FileKind::File, 0o644, Want::Study);
    }
}
