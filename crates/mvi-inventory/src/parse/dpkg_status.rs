//! dpkg's list of packages: `var/lib/dpkg/status`, and the single records under `var/lib/dpkg/status.d`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::deb822::{Line, Lines};
use super::problem::{Problem, ProblemKind, Problems, quote};

/// How far dpkg came with a package: the third word of `Status`, dpkg(1), "Package states".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DpkgState {
    /// Nothing of it is in the image.
    NotInstalled,
    /// It was removed; only its configuration files are left.
    ConfigFiles,
    /// Its installation was begun and not finished.
    HalfInstalled,
    /// Its files are in the image, but it was never configured.
    Unpacked,
    /// Its configuration was begun and not finished.
    HalfConfigured,
    /// It waits for another package to process a trigger.
    TriggersAwaited,
    /// It has a trigger to process.
    TriggersPending,
    /// Unpacked and configured.
    Installed,
}

/// One stanza of the list. Fields: deb-control(5), deb-status(5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DpkgRecord<'a> {
    /// `Package`.
    pub name: Cow<'a, str>,
    /// `Version`, epoch and revision included.
    pub version: Cow<'a, str>,
    /// `Architecture`; empty when the record names none.
    pub architecture: Cow<'a, str>,
    /// The name in `Source`, or else the package's own.
    pub source_name: Cow<'a, str>,
    /// The version in brackets in `Source`, or else the package's own.
    pub source_version: Cow<'a, str>,
    /// `Status`; none when the record has no such field (as in `status.d`) or an unknown word in it.
    pub state: Option<DpkgState>,
    /// `Installed-Size` as its builder estimated it, in KiB of 1,024 bytes.
    pub installed_kib: Option<u64>,
    /// `Essential: yes`.
    pub essential: bool,
    /// `Multi-Arch: same`: several architectures of it may be installed at once.
    pub multi_arch_same: bool,
    /// `Maintainer`.
    pub maintainer: Option<Cow<'a, str>>,
    /// `Pre-Depends` and `Depends`, in this order: the alternatives of each need, names without versions and
    /// architectures.
    pub depends: Vec<Vec<&'a str>>,
    /// Names in `Provides`.
    pub provides: Vec<&'a str>,
    /// Paths of `Conffiles` without the leading slash; obsolete ones are left out.
    pub conffiles: Vec<&'a [u8]>,
    /// The bytes of the stanza, to tell whether it changed.
    pub stanza: &'a [u8],
    /// Where the stanza starts, in bytes.
    pub offset: usize,
}

/// The packages of a status file in its order, whatever their state, and what could not be read.
///
/// A stanza without a name or a version is a problem and no record. A stanza without a status is a record and, when
/// `status_needed`, also a problem.
pub fn parse_dpkg_status(bytes: &[u8], status_needed: StatusField) -> (Vec<DpkgRecord<'_>>, Vec<Problem>) {
    let mut problems = Problems::default();
    let mut records = Vec::new();
    let mut fields = Fields::default();
    for line in Lines::new(bytes) {
        match line {
            Line::Field { offset, name, value } => fields.take(offset, name, value, &mut problems),
            Line::Junk { offset, line } => {
                fields.start.get_or_insert(offset);
                problems.push(offset, ProblemKind::UnreadableLine { line: quote(line) });
            }
            Line::End { offset } => {
                let fields = std::mem::take(&mut fields);
                records.extend(fields.finish(&bytes[..offset], status_needed, &mut problems));
            }
        }
    }
    (records, problems.into_vec())
}

/// Whether every record must have a `Status` field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusField {
    /// In `status`, which dpkg itself writes.
    Needed,
    /// In `status.d`, where image builders put control files of packages that they unpacked.
    Optional,
}

#[derive(Debug, Default)]
struct Fields<'a> {
    start: Option<usize>,
    name: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
    architecture: Option<&'a [u8]>,
    source: Option<&'a [u8]>,
    status: Option<&'a [u8]>,
    installed_size: Option<&'a [u8]>,
    essential: Option<&'a [u8]>,
    multi_arch: Option<&'a [u8]>,
    conffiles: Option<&'a [u8]>,
    maintainer: Option<&'a [u8]>,
    pre_depends: Option<&'a [u8]>,
    depends: Option<&'a [u8]>,
    provides: Option<&'a [u8]>,
}

impl<'a> Fields<'a> {
    fn take(&mut self, offset: usize, name: &'a [u8], value: &'a [u8], problems: &mut Problems) {
        self.start.get_or_insert(offset);
        let slot = match name.len() {
            6 if name.eq_ignore_ascii_case(b"Source") => &mut self.source,
            6 if name.eq_ignore_ascii_case(b"Status") => &mut self.status,
            7 if name.eq_ignore_ascii_case(b"Package") => &mut self.name,
            7 if name.eq_ignore_ascii_case(b"Depends") => &mut self.depends,
            7 if name.eq_ignore_ascii_case(b"Version") => &mut self.version,
            8 if name.eq_ignore_ascii_case(b"Provides") => &mut self.provides,
            9 if name.eq_ignore_ascii_case(b"Essential") => &mut self.essential,
            9 if name.eq_ignore_ascii_case(b"Conffiles") => &mut self.conffiles,
            10 if name.eq_ignore_ascii_case(b"Maintainer") => &mut self.maintainer,
            10 if name.eq_ignore_ascii_case(b"Multi-Arch") => &mut self.multi_arch,
            11 if name.eq_ignore_ascii_case(b"Pre-Depends") => &mut self.pre_depends,
            12 if name.eq_ignore_ascii_case(b"Architecture") => &mut self.architecture,
            14 if name.eq_ignore_ascii_case(b"Installed-Size") => &mut self.installed_size,
            _ => return,
        };
        match slot {
            None => *slot = Some(value),
            Some(_) => problems.push(offset, ProblemKind::Repeated { field: quote(name) }),
        }
    }

    /// The record of a stanza that ends where `upto` ends.
    fn finish(self, upto: &'a [u8], needed: StatusField, problems: &mut Problems) -> Option<DpkgRecord<'a>> {
        let offset = self.start?;
        let Some(name) = self.name.filter(|name| !name.is_empty()) else {
            problems.push(offset, ProblemKind::NoName);
            return None;
        };
        let name = problems.text(offset, name);
        let state = self.status.and_then(state_of);
        if state.is_none() && (needed == StatusField::Needed || self.status.is_some()) {
            problems.push(offset, ProblemKind::NoStatus { name: quote(name.as_bytes()) });
        }
        let gone = matches!(state, Some(DpkgState::NotInstalled | DpkgState::ConfigFiles));
        let version = match self.version.filter(|version| !version.is_empty()) {
            Some(version) => problems.text(offset, version),
            None if gone => Cow::Borrowed(""), // dpkg keeps no version of what was purged: deb-status(5)
            None => {
                problems.push(offset, ProblemKind::NoVersion { name: quote(name.as_bytes()) });
                return None;
            }
        };
        let (source_name, source_version) = match self.source.map(split_source) {
            Some((source, None)) => (problems.text(offset, source), version.clone()),
            Some((source, Some(of))) => (problems.text(offset, source), problems.text(offset, of)),
            None => (name.clone(), version.clone()),
        };
        Some(DpkgRecord {
            architecture: problems.text(offset, self.architecture.unwrap_or_default()),
            installed_kib: self.installed_size.and_then(|size| number(size, offset, problems)),
            essential: self.essential == Some(b"yes"),
            multi_arch_same: self.multi_arch == Some(b"same"),
            maintainer: self.maintainer.map(String::from_utf8_lossy),
            depends: [self.pre_depends, self.depends].into_iter().flatten().flat_map(relations).collect(),
            provides: self.provides.map(relations).into_iter().flatten().flatten().collect(),
            conffiles: self.conffiles.map(conffile_paths).unwrap_or_default(),
            stanza: upto.get(offset..).unwrap_or_default().trim_ascii_end(),
            name,
            version,
            source_name,
            source_version,
            state,
            offset,
        })
    }
}

fn state_of(status: &[u8]) -> Option<DpkgState> {
    Some(match status.rsplit(|byte| *byte == b' ').next()? {
        b"not-installed" => DpkgState::NotInstalled,
        b"config-files" => DpkgState::ConfigFiles,
        b"half-installed" => DpkgState::HalfInstalled,
        b"unpacked" => DpkgState::Unpacked,
        b"half-configured" => DpkgState::HalfConfigured,
        b"triggers-awaited" => DpkgState::TriggersAwaited,
        b"triggers-pending" => DpkgState::TriggersPending,
        b"installed" => DpkgState::Installed,
        _ => return None,
    })
}

/// Name and version of `name (version)`; deb-control(5), "Source".
fn split_source(source: &[u8]) -> (&[u8], Option<&[u8]>) {
    let Some(open) = source.iter().position(|byte| *byte == b'(') else {
        return (source, None);
    };
    let version = source[open + 1..].split(|byte| *byte == b')').next().unwrap_or_default().trim_ascii();
    (source[..open].trim_ascii(), Some(version).filter(|version| !version.is_empty()))
}

fn number(value: &[u8], offset: usize, problems: &mut Problems) -> Option<u64> {
    let number = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
    if number.is_none() {
        problems.push(offset, ProblemKind::BadValue { field: "Installed-Size".to_owned(), value: quote(value) });
    }
    number
}

/// The alternatives of each relation in `a (>= 1) | b, c:any [amd64]`; deb-control(5), "Depends".
fn relations(value: &[u8]) -> Vec<Vec<&str>> {
    let relations = std::str::from_utf8(value).unwrap_or_default().split(',');
    let alternatives = relations.map(|relation| relation.split('|').filter_map(relation_name).collect::<Vec<_>>());
    alternatives.filter(|names| !names.is_empty()).collect()
}

fn relation_name(relation: &str) -> Option<&str> {
    let ends = |character: char| character.is_whitespace() || "(:[<".contains(character);
    relation.trim().split(ends).next().filter(|name| !name.is_empty())
}

/// Paths out of lines ` /etc/file md5 [obsolete] [remove-on-upgrade]`; deb-status(5).
fn conffile_paths(value: &[u8]) -> Vec<&[u8]> {
    let lines = value.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines
        .filter(|line| !line.ends_with(b" obsolete"))
        .filter_map(|line| {
            let words_end = memchr::memchr(b' ', line).unwrap_or(line.len());
            line[..words_end].strip_prefix(b"/")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &[&str]) {
        let (records, problems) = parse_dpkg_status(document.as_bytes(), StatusField::Needed);
        let mut found: Vec<String> = records
            .iter()
            .map(|r| {
                format!(
                    "{} {} {} from {} {} {:?} {:?} {}",
                    r.name,
                    r.version,
                    r.architecture,
                    r.source_name,
                    r.source_version,
                    r.state.map_or("?".to_owned(), |state| format!("{state:?}")),
                    r.installed_kib.unwrap_or(0),
                    r.conffiles.iter().map(|path| String::from_utf8_lossy(path)).collect::<Vec<_>>().join(",")
                )
            })
            .collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_binary_rebuild_has_the_version_of_its_source() {
        check(
            "Package: bash\nEssential: yes\nStatus: install ok installed\nInstalled-Size: 7164\nArchitecture: amd64\n\
             Multi-Arch: foreign\nSource: bash (5.2.15-2)\nVersion: 5.2.15-2+b13\nConffiles:\n \
             /etc/bash.bashrc 89269e1298235f1b12b4c16e4065ad0d\n /etc/skel/.profile f4e81ade7d6f9fb342541152d08e7a97 \
             obsolete\nDescription: GNU Bourne Again SHell\n Bash is an sh-compatible language.\n .\n It reads.\n\n",
            &["bash 5.2.15-2+b13 amd64 from bash 5.2.15-2 \"Installed\" 7164 etc/bash.bashrc"],
        );
    }

    #[test]
    fn a_source_without_a_version_has_that_of_the_package() {
        check(
            "Package: libc6\nStatus: install ok installed\nSource: glibc\nVersion: 2.36-9\nArchitecture: amd64\n",
            &["libc6 2.36-9 amd64 from glibc 2.36-9 \"Installed\" 0 "],
        );
    }

    #[test]
    fn needs_are_names_with_their_alternatives() {
        let document = "Package: a\nVersion: 1\nMaintainer: N <n@debian.org>\nDepends: b (>= 1) | c:any, d [amd64],,\n e\n\
            Pre-Depends: libc6 (>= 2.34)\nProvides: x (= 1), y\n";
        let (records, _) = parse_dpkg_status(document.as_bytes(), StatusField::Optional);
        assert_eq!(records[0].depends, [vec!["libc6"], vec!["b", "c"], vec!["d"], vec!["e"]]);
        assert_eq!(records[0].provides, ["x", "y"]);
        assert_eq!(records[0].maintainer.as_deref(), Some("N <n@debian.org>"));
    }

    #[test]
    fn an_epoch_of_the_source_is_its_own() {
        check(
            "Package: bsdutils\nStatus: install ok installed\nSource: util-linux (2.38.1-5)\nVersion: 1:2.38.1-5\n",
            &["bsdutils 1:2.38.1-5  from util-linux 2.38.1-5 \"Installed\" 0 "],
        );
    }

    #[test]
    fn removed_packages_keep_their_state() {
        check(
            "Package: a\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: b\nStatus: purge ok not-installed\n",
            &["a 1  from a 1 \"ConfigFiles\" 0 ", "b   from b  \"NotInstalled\" 0 "],
        );
    }

    #[test]
    fn stanzas_without_name_version_or_status_are_problems() {
        check(
            "Version: 1\n\nPackage: a\nStatus: install ok installed\n\nPackage: b\nVersion: 2\n",
            &[
                "b 2  from b 2 \"?\" 0 ",
                "byte 0: record without a name",
                "byte 12: record of `a` without a version",
                "byte 53: record of `b` without a readable status",
            ],
        );
    }

    #[test]
    fn odd_lines_and_values_are_problems() {
        check(
            "Package: a\nPackage: b\n%%%\nStatus: install ok installed\nInstalled-Size: big\nVersion: 1\n",
            &[
                "a 1  from a 1 \"Installed\" 0 ",
                "byte 11: field `Package` occurs twice in one record",
                "byte 22: unreadable line `%%%`",
                "byte 0: field `Installed-Size` has the unreadable value `big`",
            ],
        );
    }

    #[test]
    fn bytes_that_are_not_text_are_replaced_and_reported() {
        let (records, problems) = parse_dpkg_status(b"Package: a\xff\nVersion: 1\n", StatusField::Optional);
        assert_eq!(records[0].name, "a\u{fffd}");
        assert_eq!(problems.len(), 1);
    }
}
