//! What a change request's size and reasons are checked against: the image's executables, and the wheels of a lock file.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use mvi_inventory::loaders;
use mvi_inventory::parse::elf::Loader;
use mvi_standard::crq::Reason;
use mvi_standard::wheel::Wheel;
use serde::Deserialize;

use crate::actions::examine::Examined;

/// Executables of an image with their loaders, none for a static one. Nothing where `reasons` name an executable whose
/// loader could not be made out: then the image decides nothing.
pub(crate) fn interpreters(examined: &Examined, reasons: &[Reason]) -> Option<BTreeMap<String, Option<String>>> {
    let mut found = BTreeMap::new();
    for (path, loader) in loaders(&examined.tree) {
        let loader = match loader {
            Loader::Interpreter(loader) => Some(loader),
            Loader::Kernel => None,
            Loader::Unknown if reasons.iter().any(|reason| reason.code.to_string().ends_with(&path)) => return None,
            Loader::Unknown => continue,
        };
        found.insert(path, loader);
    }
    Some(found)
}

/// A lock file of uv, poetry or pdm, as far as wheels go.
#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: Option<String>,
    /// uv.
    #[serde(default)]
    wheels: Vec<File>,
    /// poetry and pdm.
    #[serde(default)]
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    url: Option<String>,
    file: Option<String>,
    filename: Option<String>,
}

/// Every package of a lock file with the tags of its wheels.
///
/// # Errors
/// A file that is no lock file of a kind that is known.
pub(crate) fn wheels_of_lock(text: &str) -> anyhow::Result<Vec<Wheel>> {
    let lock: Lock = toml::from_str(text).context("it is no lock file of uv, poetry or pdm (TOML)")?;
    if lock.package.is_empty() {
        bail!("it lists no packages; lock files of uv, poetry and pdm are known");
    }
    let wheel = |package: Package| {
        let names = package.wheels.iter().chain(&package.files);
        let names = names.filter_map(|file| file.file.as_deref().or(file.filename.as_deref()).or(file.url.as_deref()));
        let tags = names.filter_map(tags).collect();
        Wheel { name: package.name, version: package.version.unwrap_or_default(), tags }
    };
    Ok(lock.package.into_iter().map(wheel).collect())
}

/// The tags of a wheel's file name: `name-version(-build)?-python-abi-platform.whl` (PEP 427).
fn tags(name: &str) -> Option<String> {
    let name = name.split(['#', '?']).next().unwrap_or(name);
    let stem = name.rsplit('/').next().unwrap_or(name).strip_suffix(".whl")?;
    let words: Vec<&str> = stem.split('-').collect();
    let count = words.len();
    (count >= 5).then(|| words[count - 3..].join("-"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test whose lock file cannot be read should stop
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found = wheels_of_lock(text).unwrap();
        let found: Vec<String> =
            found.iter().map(|wheel| format!("{} {} {}", wheel.name, wheel.version, wheel.tags.join(" "))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn wheels_are_read_from_the_lock_files_of_uv_and_of_poetry() {
        let uv = r#"
version = 1
[[package]]
name = "torch"
version = "2.4.1"
wheels = [
  { url = "https://files.example/torch-2.4.1-cp312-cp312-manylinux1_x86_64.whl", hash = "sha256:0" },
]
[[package]]
name = "app"
source = { virtual = "." }
"#;
        check(uv, &["torch 2.4.1 cp312-cp312-manylinux1_x86_64", "app  "]);
        let poetry = r#"
[[package]]
name = "numpy"
version = "2.1.0"
files = [
  {file = "numpy-2.1.0-cp312-cp312-musllinux_1_2_x86_64.whl", hash = "sha256:0"},
  {file = "numpy-2.1.0.tar.gz", hash = "sha256:0"},
]
"#;
        check(poetry, &["numpy 2.1.0 cp312-cp312-musllinux_1_2_x86_64"]);
        assert!(wheels_of_lock("[metadata]\n").is_err());
    }
}
