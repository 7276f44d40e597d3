//! ELF objects: for which machine, how they are linked and hardened, and what they want of the system they run on.

mod data;
mod dynamic;
mod layout;
mod source;

use std::cell::RefCell;
use std::io;

use mvi_image::OpenBody;
use object::elf;
use object::read::elf::FileHeader;
use object::{Endianness, ReadRef as _};
use serde::{Deserialize, Serialize};

use self::dynamic::{Dynamic, Imports, read_dynamic};
pub(crate) use self::layout::ElfLayout;
#[cfg(test)]
pub(crate) use self::layout::Segment;
use self::layout::read_layout;
use self::source::Pieces;
use super::body::text_at;

/// How an ELF file starts.
pub(crate) const ELF_MAGIC: &[u8] = b"\x7fELF";

/// Sections with debugging symbols that are listed one by one.
const MOST_SECTIONS: usize = 64;
/// Bytes of the longest path of an interpreter that the kernel takes: `PATH_MAX`.
const LONGEST_PATH: u64 = 4096;

/// What an ELF file tells of itself. Layout: System V ABI, "Object files"; elf(5). Names are in their file's order
/// unless said otherwise; what is empty in it is left out where it is serialised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElfFacts {
    /// `e_machine`: 62 x86-64, 183 AArch64, 3 i386, 40 Arm, 243 RISC-V, …
    pub machine: u16,
    /// 32 or 64.
    pub bits: u8,
    /// Big-endian when true.
    pub big_endian: bool,
    /// `e_type`.
    pub kind: ElfKind,
    /// Who brings it together with libraries; none for what is not loaded.
    pub linkage: Option<Linkage>,
    /// `PT_INTERP`: the path of the program that loads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<String>,
    /// The name under which others need it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soname: Option<String>,
    /// Libraries it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needed: Vec<String>,
    /// Folders where its libraries, and theirs, are looked for first, as `DT_RPATH` spells them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpath: Option<String>,
    /// Folders where its libraries are looked for, as `DT_RUNPATH` spells them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runpath: Option<String>,
    /// Versions of symbols it needs, by library.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<NeededVersions>,
    /// The build id in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_id: Option<String>,
    /// What keeps errors in it from being used.
    pub hardening: Hardening,
    /// True without a table of symbols beyond the dynamic ones.
    pub stripped: bool,
    /// Sections with debugging symbols.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub debug: Vec<DebugSection>,
    /// Those of the watched symbols that it cannot do without, sorted: weak ones are not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watched: Vec<String>,
    /// True when it imports `dlopen`: it may load libraries that it does not name.
    #[serde(default)]
    pub dlopen: bool,
    /// Names of libraries among its texts, sorted, where it imports `dlopen`: it may open them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<String>,
    /// The version of the Rust compiler that had a part in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rustc: Option<String>,
    /// What of it could not be read; facts that rest on it are empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
}

/// `e_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ElfKind {
    /// `ET_EXEC`: a program at fixed addresses.
    Executable,
    /// `ET_DYN`: a library, or a program at any address.
    Shared,
    /// `ET_REL`: an object to be linked, or a kernel module.
    Relocatable,
    /// `ET_CORE`, and what systems define for themselves.
    Other,
}

/// Who brings a program together with its libraries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Linkage {
    /// The linker did: a program at fixed addresses that needs no loader.
    Static,
    /// The linker did: a program at any address that needs no loader.
    StaticPie,
    /// A loader does. Libraries are so, the loader itself among them.
    Dynamic,
}

/// The versions of symbols that are needed of one library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeededVersions {
    /// Its soname.
    pub library: String,
    /// Such as `GLIBC_2.34`, sorted.
    pub versions: Vec<String>,
}

/// A section with debugging symbols.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebugSection {
    /// Its name.
    pub name: String,
    /// Bytes in the file.
    pub bytes: u64,
}

/// What keeps errors in a program from being used; none where the file does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hardening {
    /// A program that can be loaded at any address; none for what is no program.
    pub pie: Option<bool>,
    /// How much of the tables of addresses is read-only once it runs.
    pub relro: Relro,
    /// It checks a canary before functions return.
    pub canary: Option<bool>,
    /// It asks for a stack that cannot be executed.
    pub nx: Option<bool>,
    /// Imported functions that check bounds (`__memcpy_chk`, …): `_FORTIFY_SOURCE` leaves them behind.
    pub fortified: u32,
}

/// How much of the tables of addresses is read-only once a program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relro {
    /// Nothing.
    None,
    /// What is not filled in on the first call.
    Partial,
    /// All: everything is filled in at the start.
    Full,
}

/// What starting a program takes, the short form of [`ElfFacts`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElfHead {
    /// `e_machine`: 62 x86-64, 183 AArch64, 3 i386, 40 Arm, 243 RISC-V, …
    pub machine: u16,
    /// 32 or 64.
    pub bits: u8,
    /// Big-endian when true.
    pub big_endian: bool,
    /// What loads the program.
    pub loader: Loader,
}

/// What maps a program and its libraries into memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loader {
    /// Only the kernel: there is no `PT_INTERP`. Static programs and static-pie ones are so, and shared libraries.
    Kernel,
    /// The program at this path, as `PT_INTERP` spells it.
    Interpreter(String),
    /// The program headers or the path lie outside the file, or make no sense.
    Unknown,
}

impl ElfFacts {
    /// The short form.
    #[must_use]
    pub fn head(&self) -> ElfHead {
        let is_unread = |what: &String| what == PROGRAM_HEADERS || what == INTERPRETER;
        let loader = match &self.interpreter {
            Some(path) => Loader::Interpreter(path.clone()),
            None if self.unread.iter().any(is_unread) => Loader::Unknown,
            None => Loader::Kernel,
        };
        ElfHead { machine: self.machine, bits: self.bits, big_endian: self.big_endian, loader }
    }

    /// True for what others load: it has neither an interpreter nor what only programs have.
    #[must_use]
    pub fn is_library(&self) -> bool {
        self.kind == ElfKind::Shared && self.linkage == Some(Linkage::Dynamic) && self.interpreter.is_none()
    }

    /// The highest version of this family that it needs, such as `2.34` of `GLIBC_` or `3.4.30` of `GLIBCXX_`; none when
    /// it needs none that is a number.
    #[must_use]
    pub fn highest(&self, family: &str) -> Option<&str> {
        let versions = self.versions.iter().flat_map(|needed| &needed.versions);
        let numbers = versions.filter_map(|version| {
            let number = version.strip_prefix(family)?;
            let parts: Option<Vec<u64>> = number.split('.').map(|part| part.parse().ok()).collect();
            Some((parts?, number))
        });
        numbers.max().map(|(_, number)| number)
    }
}

const PROGRAM_HEADERS: &str = "program headers";
const INTERPRETER: &str = "interpreter";

/// The facts of an ELF file of either class and byte order, with the map of it; none when `body` is no such file.
/// `watched` is sorted. At most 64 MiB are read, each piece at most 32 MiB.
///
/// # Errors
/// Those of the body. What makes no sense is among [`ElfFacts::unread`].
pub(crate) fn read_elf(body: &dyn OpenBody, watched: &[&str]) -> io::Result<Option<(ElfFacts, ElfLayout)>> {
    by_class(
        body,
        |pieces| facts::<elf::FileHeader32<Endianness>>(body, pieces, watched),
        |pieces| facts::<elf::FileHeader64<Endianness>>(body, pieces, watched),
    )
}

/// The map of an ELF file alone, which takes two or three small reads; none when `body` is no such file.
///
/// # Errors
/// Those of the body.
pub(crate) fn read_elf_layout(body: &dyn OpenBody) -> io::Result<Option<ElfLayout>> {
    by_class(
        body,
        |pieces| Ok(layout::<elf::FileHeader32<Endianness>>(pieces)),
        |pieces| Ok(layout::<elf::FileHeader64<Endianness>>(pieces)),
    )
}

/// What one of the two readers, for files of 32 and of 64 bits, makes of `body`.
fn by_class<T>(
    body: &dyn OpenBody,
    of_32: impl FnOnce(&Pieces<'_>) -> io::Result<Option<T>>,
    of_64: impl FnOnce(&Pieces<'_>) -> io::Result<Option<T>>,
) -> io::Result<Option<T>> {
    let failure = RefCell::new(None);
    let pieces = Pieces::new(body, &failure);
    let class = (&pieces).read_bytes_at(0, 5).ok().filter(|start| start.starts_with(ELF_MAGIC));
    let found = match class.map(|start| start[4]) {
        Some(elf::ELFCLASS32) => of_32(&pieces),
        Some(elf::ELFCLASS64) => of_64(&pieces),
        Some(_) | None => Ok(None),
    };
    match failure.take() {
        Some(error) => Err(error),
        None => found,
    }
}

/// The facts of an ELF file in memory; see [`ElfFacts`].
#[must_use]
pub fn parse_elf(bytes: &[u8], watched: &[&str]) -> Option<ElfFacts> {
    read_elf(&bytes, watched).ok().flatten().map(|(facts, _)| facts)
}

fn layout<Elf: FileHeader<Endian = Endianness>>(pieces: &Pieces<'_>) -> Option<ElfLayout> {
    let header = Elf::parse(pieces).ok()?;
    Some(read_layout(header, pieces, header.endian().ok()?).0)
}

fn facts<Elf: FileHeader<Endian = Endianness>>(
    body: &dyn OpenBody,
    pieces: &Pieces<'_>,
    watched: &[&str],
) -> io::Result<Option<(ElfFacts, ElfLayout)>> {
    let Ok(header) = Elf::parse(pieces) else { return Ok(None) };
    let Ok(endian) = header.endian() else { return Ok(None) };
    let (layout, mut unread) = read_layout(header, pieces, endian);
    let interpreter = interpreter(&layout, pieces).unwrap_or_else(|()| {
        unread.push(INTERPRETER);
        None
    });
    let (dynamic, imports) = match read_dynamic::<Elf>(&layout, pieces, (endian, watched)) {
        Some((dynamic, imports)) => (dynamic, Some(imports)),
        None => (Dynamic::default(), None),
    };
    let kind = match header.e_type(endian) {
        elf::ET_EXEC => ElfKind::Executable,
        elf::ET_DYN => ElfKind::Shared,
        elf::ET_REL => ElfKind::Relocatable,
        _ => ElfKind::Other,
    };
    unread.extend(&dynamic.unread);
    let opens = imports.as_ref().is_some_and(|imports| imports.opens);
    let facts = ElfFacts {
        machine: header.e_machine(endian),
        bits: layout.bits,
        big_endian: layout.big_endian,
        kind,
        linkage: linkage(kind, interpreter.is_some(), dynamic.is_program),
        hardening: hardening(kind, interpreter.is_some(), &layout, &dynamic, imports.as_ref()),
        stripped: !layout.sections.iter().any(|section| section.kind == elf::SHT_SYMTAB && section.is_stored()),
        debug: debug_sections(&layout),
        dlopen: opens,
        named: if opens { data::library_names(body, &layout, &dynamic.needed)? } else { Vec::new() },
        build_id: data::build_id(body, &layout)?,
        rustc: data::rustc_version(body, &layout)?,
        unread: unread.into_iter().map(str::to_owned).collect(),
        watched: imports.map(|imports| imports.watched).unwrap_or_default(),
        interpreter,
        soname: dynamic.soname,
        needed: dynamic.needed,
        rpath: dynamic.rpath,
        runpath: dynamic.runpath,
        versions: dynamic.versions,
    };
    Ok(Some((facts, layout)))
}

fn interpreter(layout: &ElfLayout, pieces: &Pieces<'_>) -> Result<Option<String>, ()> {
    let Some(segment) = layout.segments.iter().find(|segment| segment.kind == elf::PT_INTERP) else { return Ok(None) };
    let section = layout.sections.iter().find(|section| section.name == ".interp");
    if segment.bytes == 0 || section.is_some_and(|section| !section.is_stored()) {
        return Ok(None);
    }
    let path = pieces.read_bytes_at(segment.offset, segment.bytes.min(LONGEST_PATH))?;
    text_at(path, 0).map(Some).ok_or(())
}

fn linkage(kind: ElfKind, has_interpreter: bool, is_program: bool) -> Option<Linkage> {
    match kind {
        ElfKind::Executable | ElfKind::Shared if has_interpreter => Some(Linkage::Dynamic),
        ElfKind::Executable => Some(Linkage::Static),
        ElfKind::Shared if is_program => Some(Linkage::StaticPie),
        ElfKind::Shared => Some(Linkage::Dynamic),
        ElfKind::Relocatable | ElfKind::Other => None,
    }
}

fn hardening(
    kind: ElfKind,
    has_interpreter: bool,
    layout: &ElfLayout,
    dynamic: &Dynamic,
    imports: Option<&Imports>,
) -> Hardening {
    let has = |kind: u32| layout.segments.iter().find(|segment| segment.kind == kind);
    let is_program = dynamic.is_program || (has_interpreter && dynamic.soname.is_none());
    let imports = imports.filter(|imports| imports.complete);
    Hardening {
        pie: match kind {
            ElfKind::Executable => Some(false),
            ElfKind::Shared => is_program.then_some(true),
            ElfKind::Relocatable | ElfKind::Other => None,
        },
        relro: match has(elf::PT_GNU_RELRO) {
            None => Relro::None,
            Some(_) if dynamic.binds_now => Relro::Full,
            Some(_) => Relro::Partial,
        },
        canary: imports.map(|imports| imports.canary),
        nx: has(elf::PT_GNU_STACK).map(|segment| segment.flags & elf::PF_X == 0),
        fortified: imports.map_or(0, |imports| imports.fortified),
    }
}

fn debug_sections(layout: &ElfLayout) -> Vec<DebugSection> {
    let is_debug = |name: &str| name.starts_with(".debug_") || name.starts_with(".zdebug_");
    let sections = layout.sections.iter().filter(|section| section.is_stored() && is_debug(&section.name));
    let sections = sections.map(|section| DebugSection { name: section.name.clone(), bytes: section.bytes });
    sections.take(MOST_SECTIONS).collect()
}

#[cfg(test)]
mod tests;
