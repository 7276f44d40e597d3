//! Well-known programs and libraries by the version they have in their data: for those that no package brought.

use std::collections::BTreeSet;
use std::io;

use memchr::memmem;
use mvi_image::OpenBody;
use serde::{Deserialize, Serialize};

use super::elf::ElfLayout;

/// A program as its data names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KnownProgram {
    /// What it is called in package URLs.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// How a program is known.
struct Known {
    name: &'static str,
    /// Names of its files; those that end with `*` go on in any way.
    files: &'static [&'static str],
    version: Version,
}

/// Where the version stands.
enum Version {
    /// Between these two texts.
    Between(&'static [u8], &'static [u8]),
    /// A text of its own that goes on where the name of the file ends: `python3.11` has `3.11.2`.
    Series,
}

/// The programs, by name. Each text was looked up in a program of a distribution or of its maker.
const KNOWN: &[Known] = &[
    Known { name: "bash", files: &["bash"], version: Version::Between(b"@(#)Bash version ", b"(") },
    Known { name: "busybox", files: &["busybox*"], version: Version::Between(b"BusyBox v", b" ") },
    Known { name: "curl", files: &["libcurl*"], version: Version::Between(b"libcurl/", b"\0") },
    Known { name: "glibc", files: &["libc.so.6"], version: Version::Between(b"stable release version ", b".\n") },
    Known { name: "nginx", files: &["nginx", "nginx-debug"], version: Version::Between(b"nginx/", b"\0") },
    Known { name: "node", files: &["node", "nodejs"], version: Version::Between(b"node.js/v", b"\0") },
    Known {
        name: "openssl",
        files: &["openssl", "libcrypto.so*", "libssl.so*"],
        version: Version::Between(b"OpenSSL ", b" "),
    },
    Known { name: "postgresql", files: &["postgres"], version: Version::Between(b"postgres (PostgreSQL) ", b" ") },
    Known { name: "python", files: &["python3.*", "libpython3.*"], version: Version::Series },
    Known { name: "zlib", files: &["libz.so*"], version: Version::Between(b" deflate ", b" Copyright") },
];

/// Bytes of data that are searched; the largest programs have half of it.
const MOST_DATA: u64 = 128 << 20;
/// Bytes of the longest version.
const LONGEST: usize = 32;

/// The program that the file `name` is; none where nothing, or more than one version, is found.
pub(crate) fn read_known_program(
    name: &str,
    body: &dyn OpenBody,
    layout: &ElfLayout,
) -> io::Result<Option<KnownProgram>> {
    let is_of = |known: &&Known| {
        known.files.iter().any(|file| match file.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == *file,
        })
    };
    let Some(known) = KNOWN.iter().find(is_of) else { return Ok(None) };
    let (before, behind) = match &known.version {
        Version::Between(before, behind) => (before.to_vec(), *behind),
        Version::Series => match series(name) {
            Some(series) => (format!("\0{series}.").into_bytes(), b"\0".as_slice()),
            None => return Ok(None),
        },
    };
    let mut found = BTreeSet::new();
    layout.search_data(body, &[".rodata", ".data"], MOST_DATA, &mut |block| {
        found.extend(versions(block, &before, behind));
        found.len() < 2
    })?;
    let Some(version) = found.pop_first().filter(|_| found.is_empty()) else { return Ok(None) };
    let version = match &known.version {
        Version::Between(..) => version,
        Version::Series => format!("{}.{version}", series(name).unwrap_or_default()),
    };
    Ok(Some(KnownProgram { name: known.name.to_owned(), version }))
}

/// The first two numbers in a name: `3.11` of `libpython3.11.so.1.0`.
fn series(name: &str) -> Option<String> {
    let start = name.find(|letter: char| letter.is_ascii_digit())?;
    let mut numbers = name[start..].split('.');
    let (major, minor) = (numbers.next()?, numbers.next()?);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(major) && is_number(minor)).then(|| format!("{major}.{minor}"))
}

/// Versions that stand between two texts in `block`.
fn versions(block: &[u8], before: &[u8], behind: &[u8]) -> Vec<String> {
    let starts = memmem::find_iter(block, before).map(|at| &block[at + before.len()..]);
    let texts = starts.filter_map(|rest| {
        let rest = &rest[..rest.len().min(LONGEST + behind.len())];
        let version = std::str::from_utf8(&rest[..memmem::find(rest, behind)?]).ok()?;
        let is_version = version.starts_with(|first: char| first.is_ascii_digit())
            && version.chars().all(|letter| letter.is_ascii_alphanumeric() || ".+~-".contains(letter));
        is_version.then(|| version.to_owned())
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, data: &[u8], expected: Option<&str>) {
        // One segment that is data, without sections.
        let mut layout = ElfLayout::default();
        layout.segments.push(crate::parse::elf::Segment {
            kind: object::elf::PT_LOAD,
            flags: object::elf::PF_R,
            address: 0,
            offset: 0,
            bytes: data.len() as u64,
        });
        let found = read_known_program(name, &data, &layout).unwrap();
        let found = found.map(|program| format!("{} {}", program.name, program.version));
        assert_eq!(found.as_deref(), expected, "{name}");
    }

    #[test]
    fn programs_are_known_by_their_name_and_a_text_inside() {
        check("busybox", b"xBusyBox v1.37.0 (2025-01-01)\0", Some("busybox 1.37.0"));
        check("libcrypto.so.3", b"\0OpenSSL 3.0.19 27 Jan 2026\0OpenSSL compatible \0", Some("openssl 3.0.19"));
        check("libpython3.11.so.1.0", b"\x003.11.2\0", Some("python 3.11.2"));
        check("libc.so.6", b"GNU C Library (Debian) stable release version 2.36.\n", Some("glibc 2.36"));
        check("bash", b"@(#)Bash version 5.2.15(1) release GNU", Some("bash 5.2.15"));
        check("libz.so.1", b" deflate 1.2.13 Copyright 1995", Some("zlib 1.2.13"));
        check("node", b"node.js/v20.20.2\0", Some("node 20.20.2"));
    }

    #[test]
    fn other_files_and_several_versions_are_nothing() {
        check("box", b"BusyBox v1.37.0 (", None);
        check("busybox", b"BusyBox vnext (", None);
        check("busybox", b"BusyBox v1.37.0 ( BusyBox v1.36.0 (", None);
        check("busybox", b"BusyBox v1.37.0", None);
        check("python3.x", b"\x003.11.2\0", None);
    }
}
