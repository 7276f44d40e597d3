//! apk's list of packages and their files: `lib/apk/db/installed`, format version 2.

use std::borrow::Cow;

use memchr::memchr;

use super::problem::{Problem, ProblemKind, Problems, quote};

/// One package. Field letters: apk-package(5), "installed database".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApkRecord<'a> {
    /// `P`. A leading dot marks a virtual package, made by `apk add --virtual`.
    pub name: Cow<'a, str>,
    /// `V`, with its `-rN` revision.
    pub version: Cow<'a, str>,
    /// `A`; empty when the record names none.
    pub architecture: Cow<'a, str>,
    /// `o`: the package whose build made this one; none when the record names none.
    pub origin: Option<Cow<'a, str>>,
    /// `I`: bytes when installed, as its builder counted them.
    pub installed_bytes: Option<u64>,
    /// `L`: its licence, mostly an SPDX expression.
    pub licence: Option<Cow<'a, str>>,
    /// `m`: who maintains it.
    pub maintainer: Option<Cow<'a, str>>,
    /// `D`: dependencies in file order, conflicts left out, without version bounds: `name`, `so:NAME`, `cmd:NAME`.
    pub depends: Vec<Cow<'a, str>>,
    /// `p`: what it provides, without versions.
    pub provides: Vec<Cow<'a, str>>,
    /// `F` and `R`: the paths of its files and links, without a leading slash.
    pub files: Vec<Vec<u8>>,
    /// The bytes of the record, to tell whether it changed.
    pub stanza: &'a [u8],
    /// Where the record starts, in bytes.
    pub offset: usize,
}

/// The packages of an installed database in its order, and what could not be read.
pub fn parse_apk_installed(bytes: &[u8]) -> (Vec<ApkRecord<'_>>, Vec<Problem>) {
    let mut problems = Problems::default();
    let mut records = Vec::new();
    let mut stanza = Stanza::default();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let length = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest[..length].strip_suffix(b"\r").unwrap_or(&rest[..length]);
        if line.is_empty() {
            records.extend(std::mem::take(&mut stanza).finish(&bytes[..at], &mut problems));
        } else {
            stanza.take(at, line, &mut problems);
        }
        at += length + 1;
    }
    records.extend(stanza.finish(bytes, &mut problems));
    (records, problems.into_vec())
}

/// The name in a dependency like `name>=1.2`, `name@tag` or `so:libc.musl-x86_64.so.1=1`; none for a conflict.
pub(super) fn dependency_name(dependency: &[u8]) -> Option<&[u8]> {
    let end = dependency.iter().position(|byte| matches!(byte, b'=' | b'<' | b'>' | b'~' | b'@'));
    let name = &dependency[..end.unwrap_or(dependency.len())];
    (!name.is_empty() && !name.starts_with(b"!")).then_some(name)
}

#[derive(Debug, Default)]
struct Stanza<'a> {
    start: Option<usize>,
    name: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
    architecture: Option<&'a [u8]>,
    origin: Option<&'a [u8]>,
    size: Option<&'a [u8]>,
    licence: Option<&'a [u8]>,
    maintainer: Option<&'a [u8]>,
    depends: &'a [u8],
    provides: &'a [u8],
    folder: &'a [u8],
    files: Vec<Vec<u8>>,
}

impl<'a> Stanza<'a> {
    fn take(&mut self, offset: usize, line: &'a [u8], problems: &mut Problems) {
        self.start.get_or_insert(offset);
        let [letter, b':', value @ ..] = line else {
            problems.push(offset, ProblemKind::UnreadableLine { line: quote(line) });
            return;
        };
        match letter {
            b'P' => self.name = Some(value),
            b'V' => self.version = Some(value),
            b'A' => self.architecture = Some(value),
            b'o' => self.origin = Some(value),
            b'I' => self.size = Some(value),
            b'L' => self.licence = Some(value),
            b'm' => self.maintainer = Some(value),
            b'D' => self.depends = value,
            b'p' => self.provides = value,
            b'F' => self.folder = value,
            b'R' if self.folder.is_empty() => self.files.push(value.to_vec()),
            b'R' => self.files.push([self.folder, value].join(&b'/')),
            _ => {} // checksums, modes, descriptions, triggers and letters of later versions
        }
    }

    /// The record of a stanza that ends where `upto` ends.
    fn finish(self, upto: &'a [u8], problems: &mut Problems) -> Option<ApkRecord<'a>> {
        let offset = self.start?;
        let Some(name) = self.name.filter(|name| !name.is_empty()) else {
            problems.push(offset, ProblemKind::NoName);
            return None;
        };
        let name = problems.text(offset, name);
        let Some(version) = self.version.filter(|version| !version.is_empty()) else {
            problems.push(offset, ProblemKind::NoVersion { name: quote(name.as_bytes()) });
            return None;
        };
        let installed_bytes = self.size.and_then(|size| std::str::from_utf8(size).ok()?.parse().ok());
        if let (Some(size), None) = (self.size, installed_bytes) {
            problems.push(offset, ProblemKind::BadValue { field: "I".to_owned(), value: quote(size) });
        }
        Some(ApkRecord {
            name,
            version: problems.text(offset, version),
            architecture: problems.text(offset, self.architecture.unwrap_or_default()),
            origin: self.origin.filter(|origin| !origin.is_empty()).map(|origin| problems.text(offset, origin)),
            installed_bytes,
            licence: self.licence.filter(|licence| !licence.is_empty()).map(String::from_utf8_lossy),
            maintainer: self.maintainer.filter(|name| !name.is_empty()).map(String::from_utf8_lossy),
            depends: names(self.depends),
            provides: names(self.provides),
            files: self.files,
            stanza: upto.get(offset..).unwrap_or_default().trim_ascii_end(),
            offset,
        })
    }
}

fn names(value: &[u8]) -> Vec<Cow<'_, str>> {
    let words = value.split(|byte| *byte == b' ');
    words.filter_map(dependency_name).map(String::from_utf8_lossy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MUSL: &str = "C:Q1abc=\nP:musl\nV:1.2.5-r9\nA:x86_64\nS:411000\nI:667648\nT:the musl c library\n\
        U:https://musl.libc.org/\nL:MIT\no:musl\nm:N <n@alpinelinux.org>\nt:1\nc:aa\n\
        p:so:libc.musl-x86_64.so.1=1\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:Q1x=\nR:libc.musl-x86_64.so.1\n\
        a:0:0:777\nZ:Q1y=\nF:\nR:top\n\n";

    fn check(document: &str, expected: &[&str]) {
        let (records, problems) = parse_apk_installed(document.as_bytes());
        let mut found: Vec<String> = records
            .iter()
            .map(|r| {
                let files: Vec<_> = r.files.iter().map(|path| String::from_utf8_lossy(path)).collect();
                format!(
                    "{} {} {} from {} {} needs [{}] gives [{}] files [{}]",
                    r.name,
                    r.version,
                    r.architecture,
                    r.origin.as_deref().unwrap_or("?"),
                    r.installed_bytes.unwrap_or(0),
                    r.depends.join(","),
                    r.provides.join(","),
                    files.join(",")
                )
            })
            .collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_record_has_its_files_under_their_folders() {
        check(
            MUSL,
            &["musl 1.2.5-r9 x86_64 from musl 667648 needs [] gives [so:libc.musl-x86_64.so.1] files \
                       [lib/ld-musl-x86_64.so.1,lib/libc.musl-x86_64.so.1,top]"],
        );
    }

    #[test]
    fn a_record_names_its_licence_and_who_maintains_it() {
        let (records, _) = parse_apk_installed(MUSL.as_bytes());
        assert_eq!(records[0].licence.as_deref(), Some("MIT"));
        assert_eq!(records[0].maintainer.as_deref(), Some("N <n@alpinelinux.org>"));
    }

    #[test]
    fn a_virtual_package_names_what_it_stands_for() {
        check(
            "P:.build-deps\nV:20240101.120000\nA:noarch\nD:gcc musl-dev>=1.2 !uclibc so:libz.so.1\n",
            &[".build-deps 20240101.120000 noarch from ? 0 needs [gcc,musl-dev,so:libz.so.1] gives [] files []"],
        );
    }

    #[test]
    fn odd_records_are_problems() {
        check(
            "V:1\n\nP:a\n\nP:b\nV:1\nI:x\n???\n",
            &[
                "b 1  from ? 0 needs [] gives [] files []",
                "byte 0: record without a name",
                "byte 5: record of `a` without a version",
                "byte 22: unreadable line `???`",
                "byte 10: field `I` has the unreadable value `x`",
            ],
        );
    }
}
