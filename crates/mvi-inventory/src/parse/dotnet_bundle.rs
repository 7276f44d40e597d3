//! The packages of a .NET program that was published as a single file: its `deps.json` lies behind the program, in a bundle.
//!
//! Format: .NET, "Single-file Apps" (dotnet/designs, accepted/2020/single-file/design.md) and its form for .NET Core 3;
//! numbers are little-endian. Versions 1 (.NET Core 3), 2 (.NET 5) and 6 (.NET 6 and later) differ in the header.

use std::io;

use memchr::memmem;
use mvi_image::OpenBody;

use super::body::read_at_most;
use super::deps_json::{NugetPackage, parse_deps_json};
use super::elf::ElfLayout;

/// Stands in the data of every program that can be a bundle, behind the offset of the bundle's header: the SHA-256 of
/// `.net core bundle`.
const MARKER: [u8; 32] = [
    0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32, 0x13, 0xf5, 0xb9,
    0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
];
/// Bytes of the offset before the marker.
const OFFSET: usize = 8;
/// Bytes of a section header of a 64-bit program, the last thing in its file.
const SECTION_HEADER: u64 = 64;
/// Bytes of data that are searched for the marker.
const MOST_DATA: u64 = 16 << 20;
/// Bytes of the header and its list of files: a hundred times what the largest frameworks need.
const MOST_HEADER: usize = 4 << 20;
/// Bytes of the list of packages.
const MOST_LIST: u64 = 8 << 20;
/// The list of packages is one of these files.
const LIST: &[u8] = b".deps.json";

/// The packages of a program; `Ok(None)` where it is no bundle, a text where the bundle makes no sense or has no list of them.
///
/// # Errors
/// Those of the body.
pub(crate) fn read_dotnet_bundle(
    body: &dyn OpenBody,
    layout: &ElfLayout,
) -> io::Result<Option<Result<Vec<NugetPackage>, String>>> {
    let Some(start) = header_offset(body, layout)? else { return Ok(None) };
    let header = read_at_most(body, start, u64::MAX, MOST_HEADER)?;
    let (offset, bytes) = match parse_bundle_header(&header) {
        Ok(place) => place,
        Err(why) => return Ok(Some(Err(format!(".NET bundle at byte {start}: {why}")))),
    };
    if bytes > MOST_LIST || offset.checked_add(bytes).is_none_or(|end| end > body.size()) {
        return Ok(Some(Err(format!(
            ".NET bundle: its list of packages is {bytes} bytes at {offset}, too large or outside"
        ))));
    }
    let (packages, problems) = parse_deps_json(&read_at_most(body, offset, bytes, MOST_LIST as usize)?);
    Ok(Some(match problems.first() {
        Some(problem) => Err(format!(".NET bundle: its list of packages: {problem}")),
        None => Ok(packages),
    }))
}

/// Where the header is; none where no bundle follows the program.
fn header_offset(body: &dyn OpenBody, layout: &ElfLayout) -> io::Result<Option<u64>> {
    let sections = layout.sections.iter().filter(|section| section.is_stored());
    let ends = sections.map(|section| section.offset.saturating_add(section.bytes));
    let ends = ends.chain(layout.segments.iter().map(|segment| segment.offset.saturating_add(segment.bytes)));
    let headers = (layout.sections.len() as u64 + 1) * SECTION_HEADER;
    let end = ends.max().unwrap_or_default().saturating_add(headers);
    if end >= body.size() {
        return Ok(None);
    }
    let mut found = None;
    layout.search_data(body, &[".data", ".rodata"], MOST_DATA, &mut |block| {
        found = memmem::find(block, &MARKER).and_then(|at| block[..at].last_chunk::<OFFSET>().copied());
        found.is_none()
    })?;
    Ok(found.map(u64::from_le_bytes).filter(|offset| *offset > 0 && *offset < body.size()))
}

/// Where the list of packages is, in bytes of the file, and how long it is.
///
/// # Errors
/// What is wrong with the header.
pub fn parse_bundle_header(header: &[u8]) -> Result<(u64, u64), String> {
    let mut left = Left(header);
    let cut = || "its header is cut short".to_owned();
    let (version, files) = left.start().ok_or_else(cut)?;
    let place = match version {
        1 => left.listed(files),
        2..=6 => left.place(),
        _ => return Err(format!("version {version} is not known")),
    };
    match place.ok_or_else(cut)? {
        (0, _) | (_, 0) => Err(format!("it has {files} files and no list of packages")),
        place => Ok(place),
    }
}

/// What is left of a header.
struct Left<'a>(&'a [u8]);

impl<'a> Left<'a> {
    /// The version, and how many files there are.
    fn start(&mut self) -> Option<(u32, u32)> {
        let (version, _minor, files) = (self.take()?, self.take::<4>()?, self.take()?);
        self.text()?;
        Some((u32::from_le_bytes(version), u32::from_le_bytes(files)))
    }

    /// Two numbers: an offset and a length.
    fn place(&mut self) -> Option<(u64, u64)> {
        Some((u64::from_le_bytes(self.take()?), u64::from_le_bytes(self.take()?)))
    }

    /// The place of the list of packages among `files` files; zeros where it is not one of them.
    fn listed(&mut self, files: u32) -> Option<(u64, u64)> {
        for _ in 0..files {
            let place = self.place()?;
            let _kind = self.take::<1>()?;
            if self.text()?.ends_with(LIST) {
                return Some(place);
            }
        }
        Some((0, 0))
    }

    /// A text behind its length, of which each byte holds seven bits, the low ones first.
    fn text(&mut self) -> Option<&'a [u8]> {
        let mut length = 0;
        for shift in [0, 7, 14] {
            let [byte] = self.take()?;
            length |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                let (text, rest) = self.0.split_at_checked(length)?;
                self.0 = rest;
                return Some(text);
            }
        }
        None
    }

    fn take<const COUNT: usize>(&mut self) -> Option<[u8; COUNT]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Vec<u8> {
        [&[text.len() as u8], text.as_bytes()].concat()
    }

    fn place(offset: u64, bytes: u64) -> Vec<u8> {
        [offset.to_le_bytes(), bytes.to_le_bytes()].concat()
    }

    fn header(version: u32, files: u32, rest: &[u8]) -> Vec<u8> {
        [&version.to_le_bytes()[..], &[0; 4], &files.to_le_bytes(), &text("r5pWwgJgTtfh"), rest].concat()
    }

    fn check(header: &[u8], expected: Result<(u64, u64), &str>) {
        assert_eq!(parse_bundle_header(header), expected.map_err(ToOwned::to_owned));
    }

    #[test]
    fn the_list_stands_in_the_header_since_version_2() {
        check(&header(2, 9, &place(4096, 77)), Ok((4096, 77)));
        check(&header(6, 207, &place(113_400_960, 61_374)), Ok((113_400_960, 61_374)));
    }

    #[test]
    fn version_1_has_it_among_its_files() {
        let files = [place(64, 10), vec![1], text("app.dll"), place(128, 20), vec![3], text("app.deps.json")].concat();
        check(&header(1, 2, &files), Ok((128, 20)));
        check(&header(1, 1, &files), Err("it has 1 files and no list of packages"));
        check(&header(1, 3, &files[..20]), Err("its header is cut short"));
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        check(b"", Err("its header is cut short"));
        check(&header(6, 1, &place(0, 0)), Err("it has 1 files and no list of packages"));
        check(&header(7, 1, &place(1, 1)), Err("version 7 is not known"));
        check(&[&[6, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0][..], &[0xff; 40]].concat(), Err("its header is cut short"));
    }
}
