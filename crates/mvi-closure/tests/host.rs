//! Holds resolution against the real loader: every program in `/usr/bin` of the machine the tests run on.
#![allow(clippy::unwrap_used)] // a test that cannot read its own machine should stop

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use mvi_closure::{Environment, File, How, Loader, Objects};
use mvi_inventory::parse::elf::{ElfFacts, parse_elf};

/// The loader of this machine; elsewhere there is nothing to compare with.
const REAL: &str = "/lib64/ld-linux-x86-64.so.2";

#[derive(Default)]
struct Machine {
    facts: RefCell<HashMap<u64, Option<Arc<ElfFacts>>>>,
}

impl Objects for Machine {
    fn find(&self, path: &str) -> Option<File> {
        let real = fs::canonicalize(path).ok()?;
        let meta = fs::metadata(&real).ok().filter(fs::Metadata::is_file)?;
        let id = meta.ino();
        let read = || {
            let bytes = fs::read(&real).ok().filter(|bytes| bytes.starts_with(b"\x7fELF"))?;
            parse_elf(&bytes, &[]).map(Arc::new)
        };
        let facts = self.facts.borrow_mut().entry(id).or_insert_with(read).clone();
        Some(File { id, path: real.to_str()?.to_owned(), facts })
    }

    fn is_folder(&self, path: &str) -> bool {
        Path::new(path).is_dir()
    }

    fn text(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(path).ok()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
}

/// What the real loader says: paths by name, empty for what it does not find.
fn real(program: &Path) -> Option<BTreeMap<String, String>> {
    let output = Command::new(REAL).arg("--list").arg(program).env_clear().output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let lines = text.lines().filter_map(|line| line.trim().split_once(" => "));
    let found: BTreeMap<_, _> = lines
        .map(|(name, place)| {
            let path = place.split(" (").next().unwrap_or_default();
            (name.to_owned(), if path == "not found" { String::new() } else { path.to_owned() })
        })
        .collect();
    (!found.is_empty()).then_some(found)
}

#[test]
fn programs_of_this_machine_find_the_libraries_that_its_loader_finds() {
    if !Path::new(REAL).exists() {
        return;
    }
    let machine = Machine::default();
    let loader = Loader::new(&machine, Environment::default());
    let mut compared = 0;
    let mut wrong = Vec::new();
    for entry in fs::read_dir("/usr/bin").unwrap().flatten() {
        let path = entry.path();
        let is_dynamic = machine
            .find(path.to_str().unwrap())
            .and_then(|file| file.facts)
            .is_some_and(|facts| facts.interpreter.as_deref() == Some(REAL));
        let Some(expected) = is_dynamic.then(|| real(&path)).flatten() else { continue };
        let loading = loader.load(path.to_str().unwrap(), &[]);
        let libraries = loading.objects.iter().filter(|object| !matches!(object.how, How::Asked | How::Interpreter));
        let mut found: BTreeMap<String, String> =
            libraries.map(|object| (object.name.clone(), object.path.clone())).collect();
        found.extend(loading.unresolved.iter().map(|lack| (lack.name.clone(), String::new())));
        compared += 1;
        if found != expected {
            wrong.push(format!("{}:\n  ours {found:?}\n  real {expected:?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared == 0 || compared > 20, "only {compared} programs were compared");
}
