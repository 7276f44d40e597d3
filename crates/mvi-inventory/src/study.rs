//! Looking into a body during the pass: what it is by its first bytes, and what is kept of it.

use std::io;

use mvi_image::{EntryHeader, OpenBody};
use serde::Serialize;

use crate::cataloger::RecordPath;
use crate::extract::{Part, add_part};
use crate::libc_symbols::watched;
use crate::loading::is_application_python;
use crate::parse::body::{Windows, read_at_most};
use crate::parse::cargo_audit::read_cargo_audit;
use crate::parse::dotnet_bundle::read_dotnet_bundle;
use crate::parse::elf::{ELF_MAGIC, ElfLayout, read_elf, read_elf_layout};
use crate::parse::go_build::read_go_build;
use crate::parse::java::{is_java_archive, read_java_archive};
use crate::parse::known_programs::read_known_program;
use crate::parse::python_imports::parse_python_imports;

/// Bytes kept of a script: enough for its first line and the program it starts.
const SCRIPT_BYTES: usize = 1024;
/// Bytes kept of a script of a shell, which calls other programs.
const SHELL_BYTES: usize = 32 << 10;
/// Bytes read of a Python file for its imports.
const PYTHON_BYTES: usize = 1 << 20;
/// Bytes of the smallest ELF header.
const SMALLEST: u64 = 52;
const SCRIPT_MAGIC: &[u8] = b"#!";
const ZIP_MAGIC: &[u8] = b"PK\x03\x04";

/// How much of ELF objects is looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The packages that went into programs and libraries.
    Packages,
    /// That, and what programs need.
    Programs,
    /// What every object needs and how it was built.
    Objects,
}

/// True for files that may be worth opening: not those whose names say that they are data.
pub(crate) fn may_be_worth(entry: &EntryHeader<'_>) -> bool {
    let extension = extension(RecordPath::new(entry.path).name);
    if extension == b"py" && is_application_python(entry.path) {
        return true;
    }
    if is_executable(entry) {
        !is_data(extension)
    } else {
        entry.size >= SMALLEST && !is_data(extension) && !is_text(extension)
    }
}

/// True for bodies that start like something that is looked into.
pub(crate) fn is_worth(entry: &EntryHeader<'_>, probe: &[u8]) -> bool {
    let is_script = probe.starts_with(SCRIPT_MAGIC) && is_executable(entry);
    probe.starts_with(ELF_MAGIC)
        || is_script
        || java_archive(entry, probe).is_some()
        || is_application_python(entry.path)
}

/// The name of a Java archive; some of them have a script before them that starts them.
fn java_archive<'a>(entry: &EntryHeader<'a>, start: &[u8]) -> Option<&'a str> {
    let name = std::str::from_utf8(RecordPath::new(entry.path).name).ok()?;
    let has_magic = start.starts_with(ZIP_MAGIC) || start.starts_with(SCRIPT_MAGIC);
    (has_magic && is_java_archive(name)).then_some(name)
}

/// What is kept of a body; empty for what is of no kind that is looked into.
pub(crate) fn study(entry: &EntryHeader<'_>, body: &dyn OpenBody, depth: Depth) -> io::Result<Vec<u8>> {
    let start = read_at_most(body, 0, SCRIPT_BYTES as u64, SCRIPT_BYTES)?;
    let mut extract = Vec::new();
    if start.starts_with(ELF_MAGIC) {
        study_object(entry, body, depth, &mut extract)?;
    }
    if start.starts_with(SCRIPT_MAGIC) && is_executable(entry) {
        let is_shell =
            start.split(|byte| *byte == b'\n').next().is_some_and(|line| line.windows(2).any(|pair| pair == b"sh"));
        let script = if is_shell { read_at_most(body, 0, entry.size, SHELL_BYTES)? } else { start.clone() };
        add_part(&mut extract, Part::Script, &script);
    }
    if is_application_python(entry.path) {
        let imports = parse_python_imports(&read_at_most(body, 0, entry.size, PYTHON_BYTES)?);
        let mut lines = imports.modules.join("\n");
        lines.push_str(if imports.dynamic { "\n*" } else { "" });
        add_part(&mut extract, Part::Imports, lines.as_bytes());
    }
    if let Some(name) = java_archive(entry, &start) {
        let archive = read_java_archive(name, body)?;
        if !archive.flaws.is_empty() {
            add_part(&mut extract, Part::Problems, archive.flaws.join("\n").as_bytes());
        }
        if !archive.artifacts.is_empty() || !archive.class_path.is_empty() {
            add_json(&mut extract, Part::Java, &archive)?;
        }
    }
    Ok(extract)
}

fn study_object(entry: &EntryHeader<'_>, body: &dyn OpenBody, depth: Depth, extract: &mut Vec<u8>) -> io::Result<()> {
    let body = &Windows::new(body);
    let is_read = match depth {
        Depth::Packages => false,
        Depth::Programs => is_program(entry),
        Depth::Objects => true,
    };
    let layout = if is_read {
        let found = read_elf(body, watched())?;
        found.map(|(facts, layout)| add_json(extract, Part::Object, &facts).map(|()| layout)).transpose()?
    } else {
        read_elf_layout(body)?
    };
    match layout {
        Some(layout) => study_origin(entry, body, &layout, extract),
        None => {
            add_part(extract, Part::Problems, b"starts as an ELF object, but its header makes no sense");
            Ok(())
        }
    }
}

/// What an object was built from, as its builder left it behind.
fn study_origin(
    entry: &EntryHeader<'_>,
    body: &dyn OpenBody,
    layout: &ElfLayout,
    extract: &mut Vec<u8>,
) -> io::Result<()> {
    if let Some(build) = read_go_build(body, layout)? {
        add_json(extract, Part::Go, &build)?;
    }
    match read_cargo_audit(body, layout)? {
        Some(Ok(audit)) => add_json(extract, Part::Rust, &audit)?,
        Some(Err(text)) => add_part(extract, Part::Problems, text.as_bytes()),
        None => {}
    }
    match read_dotnet_bundle(body, layout)? {
        Some(Ok(packages)) => add_json(extract, Part::Dotnet, &packages)?,
        Some(Err(text)) => add_part(extract, Part::Problems, text.as_bytes()),
        None => {}
    }
    let name = std::str::from_utf8(RecordPath::new(entry.path).name).unwrap_or_default();
    if let Some(program) = read_known_program(name, body, layout)? {
        add_json(extract, Part::Program, &program)?;
    }
    Ok(())
}

fn add_json(extract: &mut Vec<u8>, part: Part, value: &impl Serialize) -> io::Result<()> {
    add_part(extract, part, &serde_json::to_vec(value)?);
    Ok(())
}

/// True for what may be started; many libraries may be as well, by their mode.
fn is_program(entry: &EntryHeader<'_>) -> bool {
    is_executable(entry) && memchr::memmem::find(RecordPath::new(entry.path).name, b".so").is_none()
}

fn is_executable(entry: &EntryHeader<'_>) -> bool {
    entry.mode & 0o111 != 0
}

fn extension(name: &[u8]) -> &[u8] {
    memchr::memrchr(b'.', name).map_or(b"", |dot| &name[dot + 1..])
}

/// Extensions of files that nobody starts or loads, although some builders mark every file as executable.
fn is_data(extension: &[u8]) -> bool {
    matches!(
        extension,
        b"a" | b"h"
            | b"c"
            | b"md"
            | b"txt"
            | b"json"
            | b"html"
            | b"css"
            | b"map"
            | b"ts"
            | b"svg"
            | b"png"
            | b"jpg"
            | b"pyc"
            | b"pyi"
            | b"class"
            | b"xml"
            | b"yml"
            | b"yaml"
            | b"gz"
            | b"beam"
    )
}

/// Further extensions of files that are no objects; those that are executable may be scripts.
fn is_text(extension: &[u8]) -> bool {
    matches!(
        extension,
        b"py"
            | b"js"
            | b"mjs"
            | b"cjs"
            | b"rb"
            | b"pl"
            | b"pm"
            | b"php"
            | b"sh"
            | b"lua"
            | b"go"
            | b"rs"
            | b"cc"
            | b"cpp"
            | b"hpp"
            | b"hrl"
            | b"erl"
            | b"java"
            | b"mo"
            | b"po"
            | b"gif"
            | b"jpeg"
            | b"ttf"
            | b"woff2"
            | b"pem"
            | b"crt"
            | b"conf"
            | b"toml"
            | b"rst"
            | b"list"
            | b"md5sums"
            | b"xz"
            | b"bz2"
            | b"zst"
            | b"whl"
    )
}
