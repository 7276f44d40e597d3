//! The program over damaged, hostile and odd images, each in a bare environment: exit codes, time, memory, manners.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot run its program should stop

#[path = "../../mvi-image/tests/corpus/fixtures.rs"]
#[allow(dead_code)] // only the hostile set is wanted here
mod fixtures;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use serde_json::Value;

/// Seconds the release build may take for any image: on the clock, or of processor time where others use the machine.
const SECONDS: f64 = 10.0;
/// Resident megabytes any build may take.
const PEAK_MB: f64 = 200.0;

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    case: String,
    file: String,
    expect: String,
    what: String,
}

/// What `tools/measure.py` found.
#[derive(Deserialize)]
struct Measured {
    exit: Option<i32>,
    wall: f64,
    cpu: f64,
    peak_mb: f64,
}

#[test]
fn hostile_images_take_neither_the_program_nor_the_machine() {
    let folder = fixtures::hostile();
    let cases: Cases = serde_json::from_slice(&fs::read(folder.join("cases.json")).unwrap()).unwrap();
    let before = listing(&folder);
    let mut wrong = Vec::new();
    for case in &cases.cases {
        let image = folder.join(&case.file);
        let complaints = complaints(case, &image);
        wrong.extend(complaints.iter().map(|complaint| format!("{} ({}): {complaint}", case.case, case.what)));
    }
    println!("{} cases, {} complaints", cases.cases.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(before == listing(&folder), "the images themselves were changed");
}

#[test]
fn names_in_an_image_cannot_drive_a_terminal() {
    let image = fixtures::hostile().join("odd-names.tar");
    let place = Place::new();
    let (as_text, output) = place.run(&["audit", "--no-cache"], &image);
    assert_eq!(as_text.exit, Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let (_, explained) = place.run(&["layers", "--files"], &image);
    for text in [&output.stdout, &output.stderr, &explained.stdout] {
        let text = std::str::from_utf8(text).expect("text is UTF-8");
        let drives = |character: &char| character.is_control() && *character != '\n' || is_directional(*character);
        assert_eq!(text.chars().find(drives), None, "in:\n{}", text.escape_debug());
    }
}

/// Characters that turn the direction of the text around them (Unicode UAX 9).
fn is_directional(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Runs one case twice, the second time with what the first one remembered.
fn complaints(case: &Case, image: &Path) -> Vec<String> {
    let place = Place::new();
    let (first, output) = place.run(&["audit", "--format", "json"], image);
    let mut complaints = Vec::new();
    println!("{:<28} exit {:?} {:>6.2} s {:>6.1} MB", case.case, first.exit, first.wall, first.peak_mb);
    let fits = match (case.expect.as_str(), first.exit) {
        ("ok", code) => matches!(code, Some(0 | 1)),
        ("error", code) => code == Some(3),
        (_, code) => matches!(code, Some(0 | 1 | 3)),
    };
    if !fits {
        complaints.push(format!("exit {:?} where `{}` is expected", first.exit, case.expect));
    }
    if first.peak_mb > PEAK_MB {
        complaints.push(format!("takes {} MB of memory", first.peak_mb));
    }
    if first.wall.min(first.cpu) > SECONDS && release() {
        complaints.push(format!("takes {} s, {} s of processor time", first.wall, first.cpu));
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    if stderr.contains("panicked") || stderr.contains("overflowed its stack") {
        complaints.push(format!("panics: {stderr}"));
    }
    complaints.extend(document_complaint(&output, first.exit));
    let (second, again) = place.run(&["audit", "--format", "json"], image);
    if second.exit != first.exit || forgetful(&again.stdout) != forgetful(&output.stdout) {
        complaints.push("says something else the second time".into());
    }
    complaints.extend(place.litter().into_iter().map(|path| format!("leaves `{}` behind", path.display())));
    complaints
}

/// A report without the one thing that may differ: whether a layer had been seen before.
fn forgetful(report: &[u8]) -> String {
    String::from_utf8_lossy(report).replace("\"remembered\": true", "\"remembered\": false")
}

/// The report is JSON whatever happens, and names what could not be read with a code.
fn document_complaint(output: &Output, exit: Option<i32>) -> Option<String> {
    let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else { return Some("prints no JSON".into()) };
    if report["schema"] != "mvi-audit/1" {
        return Some(format!("prints a document of schema {}", report["schema"]));
    }
    let code = report["unreadable"][0]["code"].as_str().unwrap_or_default();
    match exit {
        Some(3) if !code.starts_with("E-") => Some("does not say in the report why it cannot be read".into()),
        Some(3) if output.stderr.is_empty() => Some("says nothing on standard error".into()),
        _ => None,
    }
}

/// A home, a working folder and a temporary folder of its own for one case.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["home", "work", "tmp"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self(folder)
    }

    fn run(&self, arguments: &[&str], image: &Path) -> (Measured, Output) {
        let at = |name: &str| self.0.path().join(name);
        let output = Command::new("python3")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/measure.py"))
            .args(["--timeout", "120", "--to"])
            .arg(at("measured"))
            .arg("--")
            .arg(program())
            .args(arguments)
            .arg(image)
            .env_clear()
            .envs([("HOME", at("home")), ("TMPDIR", at("tmp")), ("PATH", "/usr/bin:/bin".into())])
            .current_dir(at("work"))
            .output()
            .expect("python3 runs");
        (serde_json::from_slice(&fs::read(at("measured")).unwrap()).unwrap(), output)
    }

    /// Files outside the layer memory.
    fn litter(&self) -> Vec<PathBuf> {
        let memory = self.0.path().join("home/.cache/mvi");
        let known = |path: &PathBuf| path.starts_with(&memory) || path.ends_with("measured");
        listing(self.0.path()).into_iter().map(|(path, _)| path).filter(|path| !known(path)).collect()
    }
}

/// `MVI_BIN`, which `make test` sets to a release build, or the build under test.
fn program() -> PathBuf {
    std::env::var_os("MVI_BIN").map_or_else(|| env!("CARGO_BIN_EXE_mvi").into(), PathBuf::from)
}

fn release() -> bool {
    std::env::var_os("MVI_BIN").is_some() || !cfg!(debug_assertions)
}

/// Files below a folder with their sizes, sorted.
fn listing(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let kind = item.file_type().unwrap();
            if kind.is_dir() {
                folders.push(item.path());
            } else {
                found.push((item.path(), item.metadata().unwrap().len()));
            }
        }
    }
    found.sort();
    found
}
