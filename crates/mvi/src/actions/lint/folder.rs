//! The folder a file stands in: its real path, the repository of git around it, and what lies in it.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Entries of a folder up to which it is listed; of a larger one, or a secret one, each name is asked for.
const LISTED: usize = 200;

/// A folder that was looked into.
#[derive(Debug)]
pub(super) struct Folder {
    /// Without symbolic links.
    pub path: PathBuf,
    /// The folder of the repository of git that it is in.
    pub repository: Option<Arc<Path>>,
    listing: Listing,
}

/// Names in a folder; nothing where they were not listed, so that any may be there.
#[derive(Debug)]
struct Listing(Option<Vec<OsString>>);

impl Listing {
    fn read(folder: &Path) -> Self {
        Self(fs::read_dir(folder).ok().and_then(|entries| {
            let names: Vec<_> = entries.take(LISTED + 1).filter_map(|entry| Some(entry.ok()?.file_name())).collect();
            (names.len() <= LISTED).then_some(names)
        }))
    }

    fn may_have(&self, name: &OsStr) -> bool {
        self.0.as_ref().is_none_or(|names| names.iter().any(|entry| entry == name))
    }
}

impl Folder {
    /// A folder by its real path, wherever it is.
    pub(super) fn open(path: PathBuf) -> Self {
        Self { listing: Listing::read(&path), path, repository: None }
    }

    /// The path of this file, when there is such a file.
    pub(super) fn file(&self, name: impl AsRef<OsStr>) -> Option<PathBuf> {
        let path = self.listing.may_have(name.as_ref()).then(|| self.path.join(name.as_ref()))?;
        path.is_file().then_some(path)
    }
}

/// What is above folders, remembered: the folders of a run have most of their way in common.
#[derive(Debug, Default)]
pub(super) struct Ways(Mutex<HashMap<PathBuf, Above>>);

/// A folder above others.
#[derive(Debug, Clone)]
struct Above {
    path: PathBuf,
    repository: Option<Arc<Path>>,
}

impl Above {
    /// Looked up without what is known of the folders above.
    fn find(folder: &Path) -> Option<Self> {
        let path = fs::canonicalize(folder).ok()?;
        let repository = path.ancestors().find(|folder| folder.join(".git").exists()).map(Arc::from);
        Some(Self { path, repository })
    }
}

impl Ways {
    /// The folder of this name; nothing when it cannot be looked at.
    pub(super) fn open(&self, folder: &Path) -> Option<Folder> {
        let Some(Above { path, repository }) = self.below(folder) else {
            let Above { path, repository } = Above::find(folder)?;
            return Some(Folder { repository, ..Folder::open(path) });
        };
        let mut folder = Folder { repository, ..Folder::open(path) };
        if folder.listing.may_have(OsStr::new(".git")) && folder.path.join(".git").exists() {
            folder.repository = Some(Arc::from(folder.path.as_path()));
        }
        Some(folder)
    }

    /// A folder by the one it is in, with the repository of that one; nothing when it is not plainly in it.
    fn below(&self, folder: &Path) -> Option<Above> {
        let (parent, name) = (folder.parent()?, folder.file_name()?);
        if parent.as_os_str().is_empty() || fs::symlink_metadata(folder).ok()?.is_symlink() {
            return None;
        }
        let above = self.above(parent)?;
        Some(Above { path: above.path.join(name), repository: above.repository })
    }

    fn above(&self, folder: &Path) -> Option<Above> {
        if let Some(known) = self.0.lock().ok()?.get(folder) {
            return Some(known.clone());
        }
        let found = match self.below(folder) {
            None => Above::find(folder)?,
            Some(mut below) => {
                if below.path.join(".git").exists() {
                    below.repository = Some(Arc::from(below.path.as_path()));
                }
                below
            }
        };
        self.0.lock().ok()?.insert(folder.to_owned(), found.clone());
        Some(found)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot write its files should stop
mod tests {
    use super::*;

    fn check(ways: &Ways, folder: &Path, path: &Path, repository: Option<&Path>) {
        let found = ways.open(folder).unwrap();
        let real = |path: &Path| fs::canonicalize(path).unwrap();
        assert_eq!(found.path, real(path), "{}", folder.display());
        assert_eq!(found.repository.as_deref(), repository.map(real).as_deref(), "{}", folder.display());
    }

    #[test]
    fn the_nearest_repository_counts_and_links_lead_to_where_they_point() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for folder in ["a/.git", "a/b/c", "a/b/inner/.git", "a/b/inner/d", "e"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        std::os::unix::fs::symlink(at("a/b"), at("e/link")).unwrap();
        let ways = Ways::default();
        check(&ways, &at("a/b/c"), &at("a/b/c"), Some(&at("a")));
        check(&ways, &at("a"), &at("a"), Some(&at("a")));
        check(&ways, &at("a/b/inner/d"), &at("a/b/inner/d"), Some(&at("a/b/inner")));
        check(&ways, &at("e/link"), &at("a/b"), Some(&at("a")));
        check(&ways, &at("e/link/c"), &at("a/b/c"), Some(&at("a")));
        check(&ways, &at("e/link/inner/d/.."), &at("a/b/inner"), Some(&at("a/b/inner")));
        assert!(ways.open(&at("nowhere")).is_none());
    }
}
