//! What lies in the data of an ELF file: its texts, its build id, and which compiler wrote it.

use std::collections::BTreeSet;
use std::io;

use mvi_image::OpenBody;
use object::elf;

use super::layout::{ElfLayout, Segment};
use crate::parse::body::read_at_most;

/// Bytes searched at once.
const BLOCK: usize = 1 << 20;
/// Bytes of the longest text that is found whole, and kept.
const LONGEST: usize = 128;
/// Bytes of texts that are searched for names of libraries.
const MOST_TEXTS: u64 = 8 << 20;
/// Names of libraries that are kept.
const MOST_NAMES: usize = 64;
/// Bytes of notes and comments that are looked at.
const MOST_NOTES: usize = 64 << 10;

impl ElfLayout {
    /// Shows `look` the sections whose names start so, a block at a time, until it has seen enough or `most` bytes went by. Blocks
    /// overlap: a text of 128 bytes is whole in one of them.
    pub(crate) fn search_data(
        &self,
        body: &dyn OpenBody,
        names: &[&str],
        most: u64,
        look: &mut dyn FnMut(&[u8]) -> bool,
    ) -> io::Result<()> {
        let is_data = |name: &str| names.iter().any(|start| name.starts_with(start));
        let sections = self.sections.iter().filter(|section| section.is_stored() && is_data(&section.name));
        let mut ranges: Vec<(u64, u64)> = sections.map(|section| (section.offset, section.bytes)).collect();
        if self.sections.is_empty() {
            let data = |segment: &&Segment| segment.kind == elf::PT_LOAD && segment.flags & elf::PF_X == 0;
            ranges.extend(self.segments.iter().filter(data).map(|segment| (segment.offset, segment.bytes)));
        }
        let mut left = most;
        for (offset, bytes) in ranges {
            let end = offset.saturating_add(bytes.min(left));
            left -= bytes.min(left);
            let mut at = offset;
            while at < end {
                let block = read_at_most(body, at, end - at, BLOCK)?;
                if !look(&block) {
                    return Ok(());
                }
                if block.len() < BLOCK {
                    break;
                }
                at += (BLOCK - 2 * LONGEST) as u64;
            }
        }
        Ok(())
    }
}

/// The build id in hexadecimal digits: the note `NT_GNU_BUILD_ID`.
pub(super) fn build_id(body: &dyn OpenBody, layout: &ElfLayout) -> io::Result<Option<String>> {
    let segments = layout.segments.iter().filter(|segment| segment.kind == elf::PT_NOTE);
    let sections = layout.sections.iter().filter(|section| section.kind == elf::SHT_NOTE);
    let segments = segments.map(|segment| (segment.offset, segment.bytes));
    let sections = sections.map(|section| (section.offset, section.bytes));
    for (offset, bytes) in segments.chain(sections).take(64) {
        let notes = read_at_most(body, offset, bytes, MOST_NOTES)?;
        if let Some(id) = find_build_id(&notes, layout.big_endian) {
            return Ok(Some(id.iter().map(|byte| format!("{byte:02x}")).collect()));
        }
    }
    Ok(None)
}

/// Notes lie one behind the other: length of the name, of the content, the type, then both, each padded to four bytes.
fn find_build_id(notes: &[u8], big_endian: bool) -> Option<&[u8]> {
    let mut left = notes;
    loop {
        let number = |at: usize| {
            let bytes = <[u8; 4]>::try_from(left.get(at..at + 4)?).ok()?;
            usize::try_from(if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }).ok()
        };
        let (name, content, kind) = (number(0)?, number(4)?, number(8)?);
        let start = 12_usize.checked_add(name.checked_next_multiple_of(4)?)?;
        let end = start.checked_add(content)?;
        if kind == elf::NT_GNU_BUILD_ID as usize && left.get(12..)?.starts_with(b"GNU\0") && name == 4 {
            return left.get(start..end).filter(|id| !id.is_empty() && id.len() <= 64);
        }
        left = left.get(end.checked_next_multiple_of(4)?..)?;
    }
}

/// Names of libraries among the read-only texts, sorted, those left out that are needed anyway: `libX.so` and what may stand behind
/// it in the name of a library. A text is a name where it begins as one, or behind the last `/` of a path.
pub(super) fn library_names(body: &dyn OpenBody, layout: &ElfLayout, needed: &[String]) -> io::Result<Vec<String>> {
    let mut names = BTreeSet::new();
    layout.search_data(body, &[".rodata", ".data.rel.ro"], MOST_TEXTS, &mut |block| {
        for at in memchr::memmem::find_iter(block, b".so") {
            if let Some(name) = library_name(block, at).filter(|name| !needed.iter().any(|needed| needed == name)) {
                names.insert(name.to_owned());
            }
        }
        names.len() < MOST_NAMES
    })?;
    Ok(names.into_iter().take(MOST_NAMES).collect())
}

/// The name of a library around its `.so` at `at`: it ends in `.so` or `.so.` with numbers, and the text with it.
fn library_name(block: &[u8], at: usize) -> Option<&str> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_+-.".contains(byte);
    let before = &block[at.saturating_sub(LONGEST)..at];
    let start = at - before.iter().rev().take_while(|byte| is_name(byte)).count();
    let end = at + block[at..].iter().take(LONGEST).take_while(|byte| is_name(byte)).count();
    let begins = start == 0 || matches!(block[start - 1], 0 | b'/');
    let ends = block.get(end) == Some(&0);
    let version = &block[at + 3..end];
    let is_version =
        version.is_empty() || (version.starts_with(b".") && version[1..].split(|byte| *byte == b'.').all(is_number));
    let name = std::str::from_utf8(&block[start..end]).ok()?;
    (begins && ends && is_version && name.starts_with("lib") && name.len() > 6).then_some(name)
}

fn is_number(digits: &[u8]) -> bool {
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// The version of the Rust compiler, if it is among those that left a comment.
pub(super) fn rustc_version(body: &dyn OpenBody, layout: &ElfLayout) -> io::Result<Option<String>> {
    let comments = layout.section_bytes(body, ".comment", MOST_NOTES)?;
    let version = comments.split(|byte| *byte == 0).find_map(|text| text.strip_prefix(b"rustc version "));
    let version = version.and_then(|text| text.split(|byte| *byte == b' ').next());
    Ok(version.map(|version| String::from_utf8_lossy(&version[..version.len().min(LONGEST)]).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::library_name;

    fn check(text: &[u8], expected: Option<&str>) {
        let at = text.windows(3).position(|part| part == b".so").unwrap();
        assert_eq!(library_name(text, at), expected, "{}", String::from_utf8_lossy(text));
    }

    #[test]
    fn a_name_is_a_whole_text_or_ends_a_path() {
        check(b"\0libpq.so.5\0", Some("libpq.so.5"));
        check(b"/usr/lib/libcuda.so\0", Some("libcuda.so"));
        check(b"\0libstdc++.so.6.0.30\0", Some("libstdc++.so.6.0.30"));
        check(b"cannot open libpq.so.5\0", None);
        check(b"\0libpq.so.5: not found\0", None);
        check(b"\0lib%s.so.5\0", None);
        check(b"\0libx.source\0", None);
        check(b"\0libx.so.\0", None);
        check(b"\0lib.so\0", None);
        check(b"libpq.so.5", None);
    }
}
