//! From what the user named to places, one image or layout each: registries, folders, lists, services, storages.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mvi_registry::{Daemon, Reference, Registry, RegistryError, RegistryOptions, Storage};

use super::super::list::glob;

/// Folders below a folder that are looked into.
const DEPTH: usize = 8;
/// Places of one scan.
const PLACES: usize = 1_000_000;
/// How archives of images are called.
const ENDINGS: [&str; 8] = [".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".oci", ".docker", ".tar.zstd"];

/// Why a source names no places.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    /// A registry, service or storage that does not answer.
    #[error("`{source_name}` cannot be listed")]
    Remote {
        /// The source.
        source_name: String,
        /// What it said.
        source: RegistryError,
    },
    /// A file or folder that cannot be read.
    #[error("cannot read `{path}`")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A list in a list.
    #[error("`{path}` names another list, `{inner}`; lists hold places alone")]
    Nested {
        /// The list.
        path: PathBuf,
        /// What is in it.
        inner: String,
    },
    /// Nothing is there.
    #[error("`{source_name}` names no image; patterns match whole names, such as docker://HOST/team/*:v*")]
    Nothing {
        /// The source.
        source_name: String,
    },
    /// More than is sensible.
    #[error("`{source_name}` names more than {PLACES} places; scan parts of it")]
    TooMany {
        /// The source.
        source_name: String,
    },
}

/// The places of a source, in order, each once.
///
/// # Errors
/// [`SourceError`], for a source that names nothing too: a scan of nothing by a slip of the pen looks like a clean one.
pub(crate) fn expand(source: &str, options: &RegistryOptions) -> Result<Vec<String>, SourceError> {
    let found = match source.strip_prefix('@') {
        Some(list) => of_list(Path::new(list), options)?,
        None => of_one(source, options)?,
    };
    let mut seen = BTreeSet::new();
    let found: Vec<String> = found.into_iter().filter(|place| seen.insert(place.clone())).collect();
    match found.len() {
        0 => Err(SourceError::Nothing { source_name: source.to_owned() }),
        count if count > PLACES => Err(SourceError::TooMany { source_name: source.to_owned() }),
        _ => Ok(found),
    }
}

fn of_one(source: &str, options: &RegistryOptions) -> Result<Vec<String>, SourceError> {
    let remote = |error| SourceError::Remote { source_name: source.to_owned(), source: error };
    let is_pattern = source.contains('*');
    if let Some(pattern) = source.strip_prefix("docker://").filter(|_| is_pattern) {
        return of_registry(pattern, options).map_err(remote);
    }
    if let Some(pattern) = source.strip_prefix("docker-daemon:").filter(|_| is_pattern) {
        let images = Daemon::new(options).and_then(|daemon| daemon.images()).map_err(remote)?;
        let names = images.into_iter().flat_map(|image| or_id(image.names, image.id));
        return Ok(matching(names, pattern).map(|name| format!("docker-daemon:{name}")).collect());
    }
    if let Some(pattern) = source.strip_prefix("containers-storage:").filter(|_| is_pattern) {
        let (storage, pattern) = Storage::locate(options, pattern).map_err(remote)?;
        let images = storage.images().map_err(remote)?;
        let place = source.strip_suffix(pattern).unwrap_or("containers-storage:").to_owned();
        let names = images.into_iter().flat_map(|image| or_id(image.names, image.id));
        return Ok(matching(names, pattern).map(|name| format!("{place}{name}")).collect());
    }
    let path = Path::new(source);
    if path.is_dir() && !is_image_folder(path) {
        let mut found = Vec::new();
        of_folder(path, 0, &mut found)?;
        return Ok(found);
    }
    Ok(vec![source.to_owned()])
}

/// Names of an image, or its id where it has none.
fn or_id(names: Vec<String>, id: String) -> Vec<String> {
    let named: Vec<String> = names.into_iter().filter(|name| !name.starts_with("<none>")).collect();
    if named.is_empty() { vec![id] } else { named }
}

fn matching<'p>(names: impl Iterator<Item = String> + 'p, pattern: &'p str) -> impl Iterator<Item = String> + 'p {
    names.filter(move |name| glob(pattern, name))
}

/// Tags of a registry: `HOST/*` all of all repositories, `HOST/team/*:v*` some of some, `HOST/app:*` those of one.
fn of_registry(pattern: &str, options: &RegistryOptions) -> Result<Vec<String>, RegistryError> {
    let registry = Registry::new(options.clone());
    let last = pattern.rfind('/').map_or(0, |slash| slash + 1);
    let (names, tags) = match pattern[last..].split_once(':') {
        Some((name, tags)) => (format!("{}{name}", &pattern[..last]), tags),
        None => (pattern.to_owned(), "*"),
    };
    let repositories = match names.split_once('/') {
        Some((host, repositories)) if repositories.contains('*') => {
            let all = registry.catalogue(host)?.into_iter();
            all.filter(|name| glob(repositories, name)).map(|name| format!("{host}/{name}")).collect()
        }
        _ => vec![names],
    };
    let mut found = Vec::new();
    for repository in repositories {
        let name = Reference::repository(&repository)?;
        let mut listed = match registry.tags(&name) {
            Ok(tags) => tags,
            // A repository whose last tag was deleted stays in the catalogue.
            Err(error) if error.code() == "E-NOT-FOUND" => continue,
            Err(error) => return Err(error),
        };
        listed.sort();
        let wanted = listed.into_iter().filter(|tag| glob(tags, tag));
        found.extend(wanted.map(|tag| format!("docker://{}:{tag}", name.name())));
        if found.len() > PLACES {
            break;
        }
    }
    Ok(found)
}

/// One place a line; empty lines and what follows a `#` at the start of a word are passed over.
fn of_list(path: &Path, options: &RegistryOptions) -> Result<Vec<String>, SourceError> {
    let text = fs::read_to_string(path).map_err(|source| SourceError::File { path: path.to_owned(), source })?;
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line.starts_with('@') {
            return Err(SourceError::Nested { path: path.to_owned(), inner: line.to_owned() });
        }
        found.extend(of_one(line, options)?);
    }
    Ok(found)
}

/// A folder that is one image, or one layout of several.
fn is_image_folder(path: &Path) -> bool {
    ["oci-layout", "index.json", "manifest.json"].iter().any(|name| path.join(name).is_file())
}

/// Archives and layouts in a folder and below, by name. Links are not followed.
fn of_folder(path: &Path, depth: usize, found: &mut Vec<String>) -> Result<(), SourceError> {
    let failed = |source| SourceError::File { path: path.to_owned(), source };
    let mut entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (kind, inner) = (entry.file_type().map_err(failed)?, entry.path());
        let name = inner.to_string_lossy().into_owned();
        if kind.is_dir() && is_image_folder(&inner) {
            found.push(name);
        } else if kind.is_dir() && depth < DEPTH {
            of_folder(&inner, depth + 1, found)?;
        } else if kind.is_file() && ENDINGS.iter().any(|ending| name.ends_with(ending)) {
            found.push(name);
        }
        if found.len() > PLACES {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot write its file should stop
mod tests {
    use super::*;

    fn check(source: &str, expected: Result<&[&str], &str>) {
        let told = expand(source, &RegistryOptions::default()).map_err(|error| error.to_string());
        let expected = expected.map(|places| places.iter().map(|place| (*place).to_owned()).collect::<Vec<_>>());
        assert_eq!(told, expected.map_err(str::to_owned));
    }

    #[test]
    fn a_folder_gives_its_archives_and_layouts_by_name() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        fs::create_dir_all(path("b/layout")).unwrap();
        fs::write(path("b/layout/oci-layout"), "{}").unwrap();
        for name in ["c.tar", "a.tar.gz", "notes.txt", "b/d.tgz"] {
            fs::write(path(name), "x").unwrap();
        }
        let named = |name: &str| path(name).to_string_lossy().into_owned();
        let expected = [named("a.tar.gz"), named("b/d.tgz"), named("b/layout"), named("c.tar")];
        check(&named(""), Ok(&expected.each_ref().map(String::as_str)));
        check(&named("b/layout"), Ok(&[&named("b/layout")]));
    }

    #[test]
    fn a_list_holds_one_place_a_line_and_no_lists() {
        let root = tempfile::tempdir().unwrap();
        let list = root.path().join("list").to_string_lossy().into_owned();
        fs::write(&list, "# images\ndocker://a/b:1 # the first\n\napp.tar\napp.tar\n").unwrap();
        check(&format!("@{list}"), Ok(&["docker://a/b:1", "app.tar"]));
        fs::write(&list, "@other\n").unwrap();
        check(&format!("@{list}"), Err(&format!("`{list}` names another list, `@other`; lists hold places alone")));
        fs::write(&list, "# nothing\n").unwrap();
        let nothing = "names no image; patterns match whole names, such as docker://HOST/team/*:v*";
        check(&format!("@{list}"), Err(&format!("`@{list}` {nothing}")));
    }
}
