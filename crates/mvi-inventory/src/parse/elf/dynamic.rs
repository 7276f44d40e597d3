//! What an ELF file tells the dynamic loader: libraries, paths, versions of symbols, and the symbols it wants.

use object::elf::{
    self, DF_1_NOW, DF_1_PIE, DF_BIND_NOW, DT_BIND_NOW, DT_DEBUG, DT_FLAGS, DT_FLAGS_1, DT_HASH, DT_NEEDED, DT_NULL,
    DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRSZ, DT_STRTAB, DT_SYMTAB, DT_VERNEED, DT_VERNEEDNUM,
};
use object::pod::from_bytes;
use object::read::elf::{Dyn as _, FileHeader, Sym as _};
use object::{Endianness, ReadRef as _};

use super::NeededVersions;
use super::layout::ElfLayout;
use super::source::Pieces;
use crate::parse::body::{bytes_at, text_at};

/// Names of one kind that are kept; the loader itself would take minutes with as many.
const MOST_NAMES: usize = 4096;

/// The dynamic section, read.
#[derive(Debug, Default)]
pub(super) struct Dynamic {
    pub(super) soname: Option<String>,
    pub(super) needed: Vec<String>,
    pub(super) rpath: Option<String>,
    pub(super) runpath: Option<String>,
    pub(super) versions: Vec<NeededVersions>,
    pub(super) binds_now: bool,
    /// Only programs have `DF_1_PIE`, or `DT_DEBUG`.
    pub(super) is_program: bool,
    /// What of it makes no sense.
    pub(super) unread: Vec<&'static str>,
}

/// Entries of the dynamic section by tag, with the table of their texts.
struct Entries<'p> {
    entries: Vec<(i64, u64)>,
    texts: &'p [u8],
}

impl Entries<'_> {
    fn find(&self, tag: i64) -> Option<u64> {
        self.entries.iter().find(|entry| entry.0 == tag).map(|entry| entry.1)
    }

    fn texts(&self, tag: i64) -> impl Iterator<Item = Option<String>> {
        let offsets = self.entries.iter().filter(move |entry| entry.0 == tag);
        offsets.map(|(_, offset)| text_at(self.texts, *offset)).take(MOST_NAMES)
    }
}

/// What is noted of the symbols that another object has to provide.
#[derive(Debug, Default)]
pub(super) struct Imports {
    /// False where the symbols could not be read.
    pub(super) complete: bool,
    /// One that guards stacks is among them.
    pub(super) canary: bool,
    /// One that opens libraries is among them.
    pub(super) opens: bool,
    /// Different ones that check what they are given: `__…_chk`.
    pub(super) fortified: u32,
    /// Those that are watched, sorted.
    pub(super) watched: Vec<String>,
}

const CANARIES: [&[u8]; 3] = [b"__stack_chk_fail", b"__stack_chk_guard", b"__stack_chk_fail_local"];
const OPENERS: [&[u8]; 2] = [b"dlopen", b"dlmopen"];

/// Reads the dynamic section that the loader would: the one of `PT_DYNAMIC`. None where there is none.
pub(super) fn read_dynamic<Elf: FileHeader<Endian = Endianness>>(
    layout: &ElfLayout,
    pieces: &Pieces<'_>,
    (endian, watched): (Endianness, &[&str]),
) -> Option<(Dynamic, Imports)> {
    let segment = layout.segments.iter().find(|segment| segment.kind == elf::PT_DYNAMIC)?;
    // Files that hold debugging symbols alone have headers of sections whose bytes were left behind.
    let left_out = layout.sections.iter().any(|section| section.name == ".dynamic" && !section.is_stored());
    if segment.bytes == 0 || left_out {
        return None;
    }
    let size = size_of::<Elf::Dyn>() as u64;
    let Ok(entries) = pieces.read_slice_at::<Elf::Dyn>(segment.offset, (segment.bytes / size) as usize) else {
        let found = Dynamic { unread: vec!["dynamic section"], ..Dynamic::default() };
        return Some((found, Imports::default()));
    };
    let entries = entries.iter().map(|entry| (entry.d_tag(endian).into(), entry.d_val(endian).into()));
    let entries: Vec<(i64, u64)> = entries.take_while(|entry| entry.0 != DT_NULL).collect();
    let mut entries = Entries { entries, texts: &[] };
    let mut unread = Vec::new();
    let table = entries.find(DT_STRTAB).and_then(|address| layout.offset_of(address));
    let length = entries.find(DT_STRSZ).unwrap_or(0);
    match table.and_then(|(offset, most)| pieces.read_bytes_at(offset, length.min(most)).ok()) {
        Some(texts) => entries.texts = texts,
        None => unread.push("dynamic strings"),
    }
    let imports = imports::<Elf>(&entries, layout, pieces, (endian, watched));
    if !imports.complete {
        unread.push("dynamic symbols");
    }
    let versions = versions(&entries, layout, pieces, endian).unwrap_or_else(|| {
        unread.push("needed versions");
        Vec::new()
    });
    let text = |tag| entries.texts(tag).next().flatten();
    let needed: Vec<_> = entries.texts(DT_NEEDED).collect();
    if needed.iter().any(Option::is_none) {
        unread.push("names of needed libraries");
    }
    let (flags, flags_1) = (entries.find(DT_FLAGS).unwrap_or(0), entries.find(DT_FLAGS_1).unwrap_or(0));
    let has = |flags: u64, flag: u32| flags & u64::from(flag) != 0;
    let found = Dynamic {
        soname: text(DT_SONAME),
        needed: needed.into_iter().flatten().collect(),
        rpath: text(DT_RPATH),
        runpath: text(DT_RUNPATH),
        versions,
        binds_now: entries.find(DT_BIND_NOW).is_some() || has(flags, DF_BIND_NOW) || has(flags_1, DF_1_NOW),
        is_program: has(flags_1, DF_1_PIE) || entries.find(DT_DEBUG).is_some(),
        unread,
    };
    Some((found, imports))
}

/// What is noted of the undefined symbols with a name.
fn imports<Elf: FileHeader<Endian = Endianness>>(
    entries: &Entries<'_>,
    layout: &ElfLayout,
    pieces: &Pieces<'_>,
    (endian, watched): (Endianness, &[&str]),
) -> Imports {
    let mut imports = Imports { complete: true, ..Imports::default() };
    let Some(address) = entries.find(DT_SYMTAB) else { return imports };
    let read = layout.offset_of(address).and_then(|(offset, most)| {
        let count = symbol_count(entries, layout, pieces, endian, size_of::<Elf::Sym>() as u64)?;
        let count = count.min(most / size_of::<Elf::Sym>() as u64);
        pieces.read_slice_at::<Elf::Sym>(offset, usize::try_from(count).ok()?).ok()
    });
    let Some(symbols) = read else { return Imports::default() };
    let mut checked = Vec::new();
    for symbol in symbols.iter().filter(|symbol| symbol.is_undefined(endian) && symbol.st_name(endian) != 0) {
        let Some(name) = bytes_at(entries.texts, u64::from(symbol.st_name(endian))) else {
            imports.complete = false;
            continue;
        };
        imports.canary |= CANARIES.contains(&name);
        imports.opens |= OPENERS.contains(&name);
        if name.starts_with(b"__") && name.ends_with(b"_chk") {
            checked.push(name);
        }
        // What is wanted weakly is done without where there is none.
        let is_weak = symbol.st_bind() == elf::STB_WEAK;
        if is_weak {
            continue;
        }
        if let Ok(place) = watched.binary_search_by(|known| known.as_bytes().cmp(name)) {
            imports.watched.push(watched[place].to_owned());
        }
    }
    // A symbol that is wanted in several versions is there several times.
    checked.sort_unstable();
    checked.dedup();
    imports.fortified = checked.len() as u32;
    imports.watched.sort();
    imports.watched.dedup();
    imports
}

/// How many dynamic symbols there are: no entry says so. Sections do, or the old hash table, or the texts that usually
/// follow the symbols.
fn symbol_count(
    entries: &Entries<'_>,
    layout: &ElfLayout,
    pieces: &Pieces<'_>,
    endian: Endianness,
    size: u64,
) -> Option<u64> {
    if let Some(section) = layout.sections.iter().find(|section| section.kind == elf::SHT_DYNSYM) {
        return Some(section.bytes / size);
    }
    if let Some((offset, _)) = entries.find(DT_HASH).and_then(|address| layout.offset_of(address)) {
        let header = pieces.read_at::<elf::HashHeader<Endianness>>(offset).ok()?;
        return Some(u64::from(header.chain_count.get(endian)));
    }
    let gap = entries.find(DT_STRTAB)?.checked_sub(entries.find(DT_SYMTAB)?)?;
    Some(gap / size)
}

/// Versions that are needed, by library; none where the table makes no sense.
fn versions(
    entries: &Entries<'_>,
    layout: &ElfLayout,
    pieces: &Pieces<'_>,
    endian: Endianness,
) -> Option<Vec<NeededVersions>> {
    let Some(address) = entries.find(DT_VERNEED) else { return Some(Vec::new()) };
    let (offset, bytes) = layout.offset_of(address)?;
    let bytes = pieces.read_bytes_at(offset, bytes.min(1 << 20)).ok()?;
    let count = entries.find(DT_VERNEEDNUM).unwrap_or(0).min(MOST_NAMES as u64);
    let mut found: Vec<NeededVersions> = Vec::new();
    let mut left = MOST_NAMES;
    let mut at = 0_usize;
    for _ in 0..count {
        let (need, _) = from_bytes::<elf::Verneed<Endianness>>(bytes.get(at..)?).ok()?;
        let library = text_at(entries.texts, u64::from(need.vn_file.get(endian)))?;
        let mut versions = Vec::new();
        let mut aux = at.checked_add(need.vn_aux.get(endian) as usize)?;
        for _ in 0..need.vn_cnt.get(endian) {
            left = left.checked_sub(1)?;
            let (version, _) = from_bytes::<elf::Vernaux<Endianness>>(bytes.get(aux..)?).ok()?;
            versions.push(text_at(entries.texts, u64::from(version.vna_name.get(endian)))?);
            aux = aux.checked_add(version.vna_next.get(endian) as usize)?;
        }
        versions.sort();
        found.push(NeededVersions { library, versions });
        match need.vn_next.get(endian) {
            0 => break,
            next => at = at.checked_add(next as usize)?,
        }
    }
    Some(found)
}
