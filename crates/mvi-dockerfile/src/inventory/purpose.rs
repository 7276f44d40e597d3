//! What a Dockerfile is for, in words, from its place and its name; what it says of itself comes first.

use super::state::State;
use crate::syntax::Dockerfile;

/// Words of names for work at one's own desk.
const DEVELOPING: &[&str] = &["dev", "devel", "development", "local", "debug", "devcontainer"];
/// Words of names for tests.
const TESTING: &[&str] = &["test", "tests", "testing", "e2e", "integration", "bench", "benchmark", "lint"];
/// Folders whose names say nothing.
const SILENT: &[&str] =
    &["docker", "dockerfiles", "image", "services", "deploy", "build", "images", "containers", "src", "."];

/// Folders of what others wrote.
const VENDORED: &[&str] = &["vendor", "node_modules", "third_party", "third-party"];

/// The purpose of a file.
pub(super) fn of(path: &str, file: &Dockerfile) -> String {
    if let Some(stated) = stated(file) {
        return stated;
    }
    let word = word(path);
    if is_developing(path) {
        return "Development".to_owned();
    }
    if is_testing(path) {
        return match word.as_str() {
            "" | "test" | "tests" | "testing" => "Testing".to_owned(),
            word => format!("{} testing", if word.len() <= 4 { word.to_uppercase() } else { capital(word) }),
        };
    }
    match word.as_str() {
        "" if !path.contains('/') => format!("Main production ({}-stage)", file.stages().len()),
        "" => folder(path).map_or_else(|| "Image".to_owned(), |folder| format!("{} image", capital(folder))),
        "prod" | "production" | "release" => "Production".to_owned(),
        "cluster" => "Clustering build".to_owned(),
        "base" => folder(path).map_or_else(|| "Base".to_owned(), |folder| format!("{} base", capital(folder))),
        word => format!("{} build", capital(word)),
    }
}

/// The purpose as it reads once the state is known: production on something outlived is legacy.
pub(super) fn finish(purpose: String, state: State) -> String {
    if state == State::Deprecated && purpose == "Production" { "Legacy production".to_owned() } else { purpose }
}

/// `# Purpose: …` in the file.
fn stated(file: &Dockerfile) -> Option<String> {
    let comments = file.comments().iter().take(40);
    let stated = comments.filter_map(|comment| {
        let text = comment.text.trim_start_matches('#').trim();
        let rest = text.get(..8).filter(|start| start.eq_ignore_ascii_case("purpose:")).map(|_| text[8..].trim())?;
        (!rest.is_empty()).then(|| rest.chars().filter(|c| !c.is_control()).take(80).collect::<String>())
    });
    stated.into_iter().next()
}

/// Whether name or folder say that it is for developing.
pub(super) fn is_developing(path: &str) -> bool {
    words(&word(path)).any(|word| DEVELOPING.contains(&word.as_str()))
        || path.split('/').rev().skip(1).any(|folder| matches!(folder, "dev" | ".devcontainer"))
}

/// Whether name or folder say that it is for tests.
pub(super) fn is_testing(path: &str) -> bool {
    let folders = path.split('/').rev().skip(1);
    let special = |folder: &str| {
        folder == "ci"
            || folder == ".ci"
            || folder == "testdata"
            || folder.split(['-', '_']).any(|word| TESTING.contains(&word))
    };
    words(&word(path)).any(|word| TESTING.contains(&word.as_str())) || folders.into_iter().any(special)
}

/// Whether it is in a folder of what others wrote.
pub(super) fn is_vendored(path: &str) -> bool {
    path.split('/').rev().skip(1).any(|folder| VENDORED.contains(&folder))
}

/// A name for a stage that does what a file did: `cluster`, `swarm-base`.
pub(super) fn target(path: &str) -> String {
    let word = word(path);
    let folder = folder(path).unwrap_or_default().to_lowercase();
    let name = match word.as_str() {
        "" if folder.is_empty() => "other".to_owned(),
        "" => folder,
        "base" if !folder.is_empty() => format!("{folder}-base"),
        word => word.to_owned(),
    };
    let ordinary = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' };
    let name: String = name.chars().map(ordinary).collect();
    let name = name.trim_matches('-');
    // Names of stages begin with a letter.
    if name.starts_with(|c: char| c.is_ascii_lowercase()) { name.to_owned() } else { format!("image-{name}") }
}

/// What the name says besides that it is a Dockerfile: `cluster` of `Dockerfile.cluster`, in lower case.
fn word(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    ["dockerfile", "containerfile"]
        .iter()
        .find_map(|word| name.strip_prefix(word).or_else(|| name.strip_suffix(word)))
        .unwrap_or_default()
        .trim_matches(['.', '-', '_'])
        .to_owned()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(['.', '-', '_']).map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// The part of the nearest folder's name that says something: `swarm` of `docker-swarm/services`.
fn folder(path: &str) -> Option<&str> {
    let folders = path.split('/').rev().skip(1);
    folders.flat_map(|folder| folder.split(['-', '_']).rev()).find(|word| !SILENT.contains(word) && !word.is_empty())
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
