//! House rules a compiler does not check: which crate may use which, how files begin and how long they are, and what
//! must not be written anywhere.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot read the tree should stop

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;

/// Lines of the longest file.
const LINES: usize = 400;

/// Every crate and those of ours that it may use; an arrow that is not here is not allowed.
const ARROWS: &[(&str, &[&str])] = &[
    ("mvi-advisories", &["mvi-inventory"]),
    ("mvi-check", &["mvi-image", "mvi-inventory"]),
    ("mvi-closure", &["mvi-image", "mvi-inventory"]),
    ("mvi-dockerfile", &[]),
    ("mvi-forecast", &[]),
    ("mvi-image", &[]),
    ("mvi-probe", &["mvi-image"]),
    ("mvi-registry", &["mvi-image"]),
    ("mvi-inventory", &["mvi-image"]),
    ("mvi-musl", &["mvi-image", "mvi-inventory"]),
    ("mvi-seal", &["mvi-image"]),
    ("mvi-standard", &["mvi-image", "mvi-inventory"]),
    ("mvi-fleet", &["mvi-image", "mvi-seal", "mvi-standard"]),
    (
        "mvi",
        &[
            "mvi-advisories",
            "mvi-check",
            "mvi-closure",
            "mvi-dockerfile",
            "mvi-fleet",
            "mvi-forecast",
            "mvi-image",
            "mvi-inventory",
            "mvi-musl",
            "mvi-probe",
            "mvi-registry",
            "mvi-seal",
            "mvi-standard",
        ],
    ),
];

/// Pieces of source text that are nowhere allowed, each cut in two so that this file may hold it.
const NOWHERE: &[(&str, &str)] = &[
    ("unsa", "fe {"),
    ("unsa", "fe fn"),
    ("unsa", "fe impl"),
    ("to", "do!("),
    ("unimple", "mented!("),
    ("db", "g!("),
    ("#[ig", "nore"),
];

/// What libraries leave to the program: the environment, its streams and the time.
const NOT_IN_LIBRARIES: &[(&str, &str)] = &[
    ("std::env", "::var"),
    ("env::", "args"),
    ("env::current", "_dir"),
    ("print", "ln!("),
    ("prin", "t!("),
    ("SystemTime::", "now"),
    ("Timestamp::", "now"),
    ("Zoned::", "now"),
    ("any", "how"),
];

/// Places and people that only we know; cut in two as well.
const NOT_IN_THE_TREE: &[(&str, &str)] =
    &[("/wo", "rk/"), ("/sha", "red/"), ("work", "tree"), ("proxy.go", "lang.org"), ("index.crates", ".io")];

#[test]
fn crates_use_only_the_crates_they_may() {
    let ours: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let mut found = BTreeSet::new();
    for manifest in manifests() {
        let table = read_table(&manifest);
        let name = table["package"]["name"].as_str().unwrap().to_owned();
        let (_, allowed) = ARROWS.iter().find(|(known, _)| *known == name).expect("every crate has its arrows here");
        for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
            let used = table.get(kind).and_then(toml::Value::as_table).into_iter().flatten().map(|(name, _)| name);
            let wrong: Vec<_> =
                used.filter(|used| ours.contains(used.as_str()) && !allowed.contains(&used.as_str())).collect();
            assert!(wrong.is_empty(), "{name} must not use {wrong:?}");
        }
        found.insert(name);
    }
    assert_eq!(found, ours.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn every_crate_has_the_lints_of_the_workspace() {
    for manifest in manifests() {
        let inherits = read_table(&manifest).get("lints").and_then(|lints| lints.get("workspace")?.as_bool());
        assert_eq!(inherits, Some(true), "{}", manifest.display());
    }
    let forbidden = read_table(&root().join("Cargo.toml"))["workspace"]["lints"]["rust"]["unsafe_code"].clone();
    assert_eq!(forbidden.as_str(), Some("forbid"));
}

#[test]
fn every_file_says_what_is_in_it_and_ends_in_time() {
    check(&sources(&root()), |path, text| {
        let mut complaints = Vec::new();
        if !text.starts_with("//! ") {
            complaints.push("does not open with a `//!` line".into());
        }
        let lines = text.lines().count();
        if lines > LINES {
            complaints.push(format!("has {lines} lines, {LINES} is the end"));
        }
        if path.file_name().is_some_and(|name| name == "mod.rs") {
            complaints.push("should be named after its module".into());
        }
        complaints
    });
}

#[test]
fn nothing_is_left_unfinished() {
    check(&sources(&root()), |_, text| holds(text, NOWHERE));
}

#[test]
fn libraries_leave_the_world_to_the_program() {
    for (library, _) in ARROWS.iter().filter(|(name, _)| *name != "mvi") {
        check(&sources(&root().join("crates").join(library).join("src")), |_, text| holds(text, NOT_IN_LIBRARIES));
    }
}

#[test]
fn errors_without_a_type_stay_in_the_program() {
    let users: Vec<String> = manifests()
        .iter()
        .map(|manifest| read_table(manifest))
        .filter(|table| table["dependencies"].get("anyhow").is_some())
        .map(|table| table["package"]["name"].to_string())
        .collect();
    assert!(users.iter().all(|user| user == "\"mvi\""), "{users:?}");
}

#[test]
fn the_tree_names_no_place_that_only_we_know() {
    let is_text = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let ends = [".rs", ".md", ".toml", ".sh", ".py", ".json", ".yml", "Makefile", "run"];
        ends.iter().any(|end| name.ends_with(end)) && !path.ends_with("package-lock.json")
    };
    let files: Vec<_> = all_files(&root()).into_iter().filter(is_text).collect();
    assert!(files.len() > 50, "the tree is larger than {} files", files.len());
    check(&files, |_, text| holds(text, NOT_IN_THE_TREE));
}

#[test]
fn every_fuzz_target_is_built_seeded_and_run_by_the_tests() {
    let fuzz = root().join("fuzz");
    let manifest = read_table(&fuzz.join("Cargo.toml"));
    let mut built: Vec<_> = manifest["bin"].as_array().unwrap().iter().map(|bin| bin["name"].as_str()).collect();
    built.sort_unstable();
    let files = sources(&fuzz.join("fuzz_targets"));
    let names: Vec<_> = files.iter().map(|path| path.file_stem().and_then(|stem| stem.to_str())).collect();
    assert_eq!(built, names);
    let tests = fs::read_to_string(root().join("crates/mvi/tests/fuzz_seeds.rs")).unwrap();
    for name in names.into_iter().flatten() {
        assert!(fuzz.join("seeds").join(name).is_dir(), "{name} has no seeds");
        assert!(tests.contains(&format!("targets::{name},")), "no test runs {name}");
    }
}

fn holds(text: &str, words: &[(&str, &str)]) -> Vec<String> {
    let words = words.iter().map(|(first, second)| format!("{first}{second}"));
    words.filter(|word| text.contains(word.as_str())).map(|word| format!("holds `{word}`")).collect()
}

fn check(files: &[PathBuf], complaints: impl Fn(&Path, &str) -> Vec<String>) {
    let found: Vec<String> = files
        .iter()
        .flat_map(|path| {
            let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
            complaints(path, &text).into_iter().map(move |what| format!("{} {what}", path.display()))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn root() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

fn manifests() -> Vec<PathBuf> {
    all_files(&root().join("crates")).into_iter().filter(|path| path.ends_with("Cargo.toml")).collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    all_files(folder).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

fn read_table(path: &Path) -> Table {
    fs::read_to_string(path).unwrap().parse().unwrap()
}

/// Files below a folder; what is built, hidden or put aside by version control is left out.
fn all_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for item in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (item.path(), item.file_name());
        let kind = item.file_type().unwrap();
        let aside = ["target", ".git", "seeds"].iter().any(|aside| name == *aside);
        if kind.is_dir() && !aside {
            found.extend(all_files(&path));
        } else if kind.is_file() && !aside {
            found.push(path);
        }
    }
    found.sort();
    found
}
