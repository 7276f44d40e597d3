//! Where the parts of an ELF file lie: its header, segments and sections as plain numbers.

use mvi_image::OpenBody;
use object::read::elf::{FileHeader, ProgramHeader as _, SectionHeader as _};
use object::{Endianness, ReadRef as _, elf};

use super::source::Pieces;
use crate::parse::body::{read_at_most, text_at};

/// The map of one file. Addresses, offsets and sizes are the file's word and may lie outside it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ElfLayout {
    /// 32 or 64.
    pub(crate) bits: u8,
    pub(crate) big_endian: bool,
    pub(crate) segments: Vec<Segment>,
    /// Empty where they were stripped.
    pub(crate) sections: Vec<Section>,
}

/// A program header.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    pub(crate) kind: u32,
    pub(crate) flags: u32,
    pub(crate) address: u64,
    pub(crate) offset: u64,
    /// Bytes in the file.
    pub(crate) bytes: u64,
}

/// A section header with its name.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) name: String,
    pub(crate) kind: u32,
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
}

impl Section {
    /// True when it takes bytes in the file.
    pub(crate) fn is_stored(&self) -> bool {
        self.kind != elf::SHT_NOBITS && self.kind != elf::SHT_NULL
    }
}

impl ElfLayout {
    /// The section of this name, if it has bytes in the file.
    pub(crate) fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name && section.is_stored())
    }

    /// The stored bytes of the section of this name, at most `most` of them; empty where there is none.
    pub(crate) fn section_bytes(&self, body: &dyn OpenBody, name: &str, most: usize) -> std::io::Result<Vec<u8>> {
        match self.section(name) {
            Some(section) => read_at_most(body, section.offset, section.bytes, most),
            None => Ok(Vec::new()),
        }
    }

    /// Where the byte at `address` lies in the file, and how many of its segment follow it there, itself included.
    pub(crate) fn offset_of(&self, address: u64) -> Option<(u64, u64)> {
        let inside = |segment: &&Segment| {
            segment.kind == elf::PT_LOAD && address >= segment.address && address - segment.address < segment.bytes
        };
        let segment = self.segments.iter().find(inside)?;
        let within = address - segment.address;
        Some((segment.offset.checked_add(within)?, segment.bytes - within))
    }
}

/// Reads segments and sections; the texts say which of them make no sense.
pub(super) fn read_layout<Elf: FileHeader<Endian = Endianness>>(
    header: &Elf,
    pieces: &Pieces<'_>,
    endian: Endianness,
) -> (ElfLayout, Vec<&'static str>) {
    let mut unread = Vec::new();
    let mut layout = ElfLayout {
        bits: if header.is_class_64() { 64 } else { 32 },
        big_endian: header.is_big_endian(),
        ..ElfLayout::default()
    };
    match header.program_headers(endian, pieces) {
        Ok(segments) => layout.segments.extend(segments.iter().map(|segment| Segment {
            kind: segment.p_type(endian),
            flags: segment.p_flags(endian),
            address: segment.p_vaddr(endian).into(),
            offset: segment.p_offset(endian).into(),
            bytes: segment.p_filesz(endian).into(),
        })),
        Err(_) => unread.push("program headers"),
    }
    match header.section_headers(endian, pieces) {
        Ok(sections) => {
            let names = header.shstrndx(endian, pieces).ok().and_then(|index| sections.get(index as usize));
            let names = names.map(|names| (names.sh_offset(endian).into(), names.sh_size(endian).into()));
            let names = names.map(|(offset, bytes)| pieces.read_bytes_at(offset, bytes));
            if !sections.is_empty() && !matches!(names, Some(Ok(_))) {
                unread.push("names of sections");
            }
            let names = names.and_then(Result::ok).unwrap_or_default();
            layout.sections.extend(sections.iter().map(|section| Section {
                name: text_at(names, u64::from(section.sh_name(endian))).unwrap_or_default(),
                kind: section.sh_type(endian),
                offset: section.sh_offset(endian).into(),
                bytes: section.sh_size(endian).into(),
            }));
        }
        Err(_) => unread.push("section headers"),
    }
    (layout, unread)
}
