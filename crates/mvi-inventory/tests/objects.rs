//! Facts of ELF objects beside what `readelf` says of them, over the programs and libraries of this machine.
#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot run its oracle should stop

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use mvi_inventory::parse::elf::{ElfFacts, Relro, parse_elf};

/// Programs and libraries taken from each folder, and objects that have to be among them.
const MOST: usize = 400;
const FEWEST: usize = 100;

#[test]
fn facts_are_what_readelf_says() {
    let mut paths = Vec::new();
    for folder in ["/usr/bin", "/usr/lib"] {
        let mut found = Vec::new();
        gather(Path::new(folder), &mut found);
        found.sort();
        // Spread over the folder: neighbours are alike.
        let step = found.len().div_ceil(MOST).max(1);
        paths.extend(found.into_iter().step_by(step));
    }
    assert!(paths.len() > FEWEST, "only {} objects on this machine", paths.len());
    let mut differences = Vec::new();
    for some in paths.chunks(50) {
        let told = readelf(some);
        for path in some {
            let facts = parse_elf(&fs::read(path).unwrap(), &[]).unwrap_or_else(|| panic!("{} is ELF", path.display()));
            let (ours, theirs) = (ours(&facts), &told[path]);
            for (what, ours) in &ours {
                let theirs = &theirs[what];
                if ours != theirs {
                    differences.push(format!("{} {what}: {ours:?}, readelf {theirs:?}", path.display()));
                }
            }
        }
    }
    println!("{} objects compared, {} differences", paths.len(), differences.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// ELF objects below `folder`, links left out.
fn gather(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            gather(&path, found);
        } else if kind.is_file() {
            let mut start = [0; 4];
            let read = File::open(&path).and_then(|mut file| file.read_exact(&mut start));
            if read.is_ok() && &start == b"\x7fELF" {
                found.push(path);
            }
        }
    }
}

type Told = BTreeMap<&'static str, String>;

fn ours(facts: &ElfFacts) -> Told {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let versions = facts
        .versions
        .iter()
        .flat_map(|needed| needed.versions.iter().map(|version| format!("{} {version}", needed.library)));
    let mut versions: Vec<_> = versions.collect();
    versions.sort();
    let relro = match facts.hardening.relro {
        Relro::None => "none",
        Relro::Partial => "partial",
        Relro::Full => "full",
    };
    let mut debug: Vec<_> = facts.debug.iter().map(|section| format!("{} {}", section.name, section.bytes)).collect();
    debug.sort();
    Told::from([
        ("kind", format!("{:?}", facts.kind)),
        ("interpreter", text(&facts.interpreter)),
        ("soname", text(&facts.soname)),
        ("needed", facts.needed.join(" ")),
        ("rpath", text(&facts.rpath)),
        ("runpath", text(&facts.runpath)),
        ("versions", versions.join(", ")),
        ("build id", text(&facts.build_id)),
        ("relro", relro.to_owned()),
        ("nx", format!("{:?}", facts.hardening.nx)),
        ("fortified", facts.hardening.fortified.to_string()),
        ("canary", format!("{:?}", facts.hardening.canary.unwrap_or(false))),
        ("stripped", facts.stripped.to_string()),
        ("debug", debug.join(" ")),
        ("unread", facts.unread.join(" ")),
    ])
}

/// What readelf says of several files.
fn readelf(paths: &[PathBuf]) -> BTreeMap<PathBuf, Told> {
    let mut command = Command::new("readelf");
    // readelf names files only where it is given several, so the first is given twice.
    let paths = paths.iter().chain(paths.first());
    let out = command.args(["-hdlVnSW", "--dyn-syms"]).args(paths).env("LC_ALL", "C").output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout);
    let files = text.split("\nFile: ").filter_map(|part| part.trim_start_matches("\nFile: ").split_once('\n'));
    let files = files.map(|(path, said)| (PathBuf::from(path.trim_start_matches("File: ").trim()), theirs(said)));
    files.collect()
}

fn theirs(said: &str) -> Told {
    let between = |line: &str| line.split_once('[').map(|(_, rest)| rest[..rest.rfind(']').unwrap()].to_owned());
    let all = |word: &str| said.lines().filter(|line| line.contains(word)).filter_map(between).collect::<Vec<_>>();
    let first = |word: &str| all(word).into_iter().next().unwrap_or_default();
    let interpreter = said.lines().find_map(|line| line.trim().strip_prefix("[Requesting program interpreter: "));
    let kind = match said.lines().find_map(|line| line.trim().strip_prefix("Type:")).map(str::trim) {
        Some(kind) if kind.starts_with("EXEC") => "Executable",
        Some(kind) if kind.starts_with("DYN") => "Shared",
        Some(kind) if kind.starts_with("REL") => "Relocatable",
        _ => "Other",
    };
    let now = said.lines().any(|line| line.contains("(BIND_NOW)") || (line.contains("(FLAGS") && line.contains("NOW")));
    let relro = match (said.lines().any(|line| line.trim().starts_with("GNU_RELRO")), now) {
        (false, _) => "none",
        (true, false) => "partial",
        (true, true) => "full",
    };
    let stack = said.lines().find(|line| line.trim().starts_with("GNU_STACK"));
    let nx = stack.map(|line| !line.split_whitespace().rev().skip(1).take(2).any(|flags| flags.contains('E')));
    let imports: std::collections::BTreeSet<&str> = said
        .lines()
        .filter_map(|line| line.split_once(" UND "))
        .map(|(_, name)| name.split(['@', ' ']).next().unwrap_or_default())
        .collect();
    let fortified = imports.iter().filter(|name| name.starts_with("__") && name.ends_with("_chk")).count();
    let canary = ["__stack_chk_fail", "__stack_chk_guard", "__stack_chk_fail_local"];
    let sections: Vec<(String, String, u64)> = said.lines().filter_map(section).collect();
    let is_debug = |name: &str| name.starts_with(".debug_") || name.starts_with(".zdebug_");
    let debug = sections.iter().filter(|(name, kind, _)| is_debug(name) && kind != "NOBITS");
    let mut debug: Vec<_> = debug.map(|(name, _, bytes)| format!("{name} {bytes}")).collect();
    debug.sort();
    Told::from([
        ("kind", kind.to_owned()),
        ("interpreter", interpreter.map(|path| path.trim_end_matches(']').to_owned()).unwrap_or_default()),
        ("soname", first("(SONAME)")),
        ("needed", all("(NEEDED)").join(" ")),
        ("rpath", first("(RPATH)")),
        ("runpath", first("(RUNPATH)")),
        ("versions", versions(said).join(", ")),
        (
            "build id",
            said.lines()
                .find_map(|line| line.split_once("Build ID: "))
                .map(|found| found.1)
                .unwrap_or_default()
                .to_owned(),
        ),
        ("relro", relro.to_owned()),
        ("nx", format!("{nx:?}")),
        ("fortified", fortified.to_string()),
        ("canary", format!("{:?}", canary.iter().any(|name| imports.contains(name)))),
        ("stripped", (!sections.iter().any(|(_, kind, _)| kind == "SYMTAB")).to_string()),
        ("debug", debug.join(" ")),
        ("unread", String::new()),
    ])
}

/// Name, type and size of `  [ 1] .interp PROGBITS address offset size …`.
fn section(line: &str) -> Option<(String, String, u64)> {
    let (number, rest) = line.trim_start().strip_prefix('[')?.split_once(']')?;
    number.trim().parse::<u32>().ok()?;
    let mut words = rest.split_whitespace();
    let (name, kind) = (words.next()?, words.next()?);
    Some((name.to_owned(), kind.to_owned(), u64::from_str_radix(words.nth(2)?, 16).ok()?))
}

/// Needed versions with their libraries, sorted.
fn versions(said: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut library = None;
    let needs = said.lines().skip_while(|line| !line.starts_with("Version needs section")).skip(2);
    for line in needs.take_while(|line| !line.trim().is_empty()) {
        if let Some((_, rest)) = line.split_once("File: ") {
            library = rest.split_whitespace().next();
        } else if let (Some((_, rest)), Some(library)) = (line.split_once("Name: "), library) {
            found.push(format!("{library} {}", rest.split_whitespace().next().unwrap()));
        }
    }
    found.sort();
    found
}
