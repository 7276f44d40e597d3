//! Well-known programs and libraries by the version they have in their data: for those that no package brought.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;
use std::sync::LazyLock;

use mvi_image::OpenBody;
use regex::bytes::{Regex, RegexBuilder};
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

/// A row of the table.
struct Row {
    name: &'static str,
    /// Names of its files; those that end with `*` go on in any way.
    files: &'static str,
    /// A regular expression over bytes whose group is the version.
    pattern: &'static str,
    /// A name of a file, and data in it; both for tests, like the version in it.
    #[cfg_attr(not(test), expect(dead_code, reason = "columns that the tests hold the patterns to"))]
    example: (&'static str, &'static str, &'static str),
}

/// The programs, by name.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let rows = include_str!("../../data/known-programs.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(row).collect()
});

/// Stands in a pattern for the first two numbers in the name of a file.
const SERIES: &str = "{series}";
/// Bytes of data that are searched; the largest programs have half of it.
const MOST_DATA: u64 = 128 << 20;

fn row(line: &'static str) -> Option<Row> {
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    Some(Row { name: next()?, files: next()?, pattern: next()?, example: (next()?, next()?, next()?) })
}

impl Row {
    fn is_about(&self, file: &str) -> bool {
        self.files.split(',').any(|name| match name.strip_suffix('*') {
            Some(start) => file.starts_with(start),
            None => file == name,
        })
    }

    /// The pattern for the file of this name; none where it asks for numbers that the name does not have.
    fn pattern(&self, file: &str) -> Option<Regex> {
        let pattern = match self.pattern.contains(SERIES) {
            true => Cow::Owned(self.pattern.replace(SERIES, &regex::escape(series(file)?))),
            false => Cow::Borrowed(self.pattern),
        };
        RegexBuilder::new(&pattern).unicode(false).build().ok()
    }
}

/// The program that the file `name` is; none where nothing, or more than one version, is found.
pub(crate) fn read_known_program(
    name: &str,
    body: &dyn OpenBody,
    layout: &ElfLayout,
) -> io::Result<Option<KnownProgram>> {
    let Some(row) = ROWS.iter().find(|row| row.is_about(name)) else { return Ok(None) };
    let Some(pattern) = row.pattern(name) else { return Ok(None) };
    let mut found = BTreeSet::new();
    layout.search_data(body, &[".rodata", ".data"], MOST_DATA, &mut |block| {
        let mut texts = pattern.captures_iter(block).filter_map(|it| std::str::from_utf8(it.get(1)?.as_bytes()).ok());
        !texts.any(|text| {
            found.insert(text.to_owned());
            found.len() > 1
        })
    })?;
    let version = found.pop_first().filter(|_| found.is_empty());
    Ok(version.map(|version| KnownProgram { name: row.name.to_owned(), version }))
}

/// The first two numbers in a name: `3.11` of `libpython3.11.so.1.0`.
fn series(name: &str) -> Option<&str> {
    let name = &name[name.find(|letter: char| letter.is_ascii_digit())?..];
    let numbers = |text: &str| text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let major = numbers(name);
    let minor = numbers(name[major..].strip_prefix('.')?);
    (minor > 0).then(|| &name[..major + 1 + minor])
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

    /// The bytes that a text of the table stands for.
    fn bytes(text: &str) -> Vec<u8> {
        text.replace("\\x00", "\0").replace("\\n", "\n").into_bytes()
    }

    #[test]
    fn every_row_knows_its_own_example_and_no_other_row_takes_it() {
        assert!(ROWS.len() > 25, "{} rows", ROWS.len());
        for row in ROWS.iter() {
            let (file, data, version) = row.example;
            check(file, &bytes(data), Some(&format!("{} {version}", row.name)));
            let about: Vec<_> = ROWS.iter().filter(|row| row.is_about(file)).map(|row| row.name).collect();
            assert_eq!(about, [row.name], "{file}");
        }
    }

    #[test]
    fn other_files_and_several_versions_are_nothing() {
        check("box", b"BusyBox v1.37.0 (", None);
        check("busybox", b"BusyBox vnext (", None);
        check("busybox", b"BusyBox v1.37.0 ( BusyBox v1.37.0 ( BusyBox v1.36.0 (", None);
        check("busybox", b"BusyBox v1.37.0 ( BusyBox v1.37.0 (", Some("busybox 1.37.0"));
        check("busybox", b"BusyBox v1.37.0", None);
        check("python3.x", b"\x003.11.2\0", None);
        check("python3.", b"\x003.11.2\0", None);
        check("python3.12", b"\x003.11.2\0", None);
    }

    #[test]
    fn rows_are_whole_and_sorted() {
        let lines = include_str!("../../data/known-programs.tsv").lines().filter(|line| !line.starts_with('#'));
        assert!(lines.clone().all(|line| line.split('\t').count() == 6));
        assert_eq!(ROWS.len(), lines.count());
        assert!(ROWS.is_sorted_by(|one, next| one.name < next.name), "by name, none twice");
    }
}
