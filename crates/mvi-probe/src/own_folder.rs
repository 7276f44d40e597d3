//! Folders of one piece of work: they go with it, and what a killed one left is found, as nobody holds its lock any more.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The file in such a folder that everybody at work in it holds a lock on.
pub(crate) const LOCK: &str = "lock";

/// A folder that only this user may enter. Dropped, it is removed.
#[derive(Debug)]
pub struct OwnFolder {
    // Before the lock: nobody else may take it for abandoned while it is being removed.
    folder: TempDir,
    lock: File,
}

impl OwnFolder {
    /// Makes one below `parent` whose name begins with `prefix`, after those were removed that killed ones left.
    ///
    /// # Errors
    /// A folder that cannot be made or locked.
    pub fn make(parent: &Path, prefix: &str) -> io::Result<Self> {
        remove_abandoned(parent, prefix);
        Self::take(parent, prefix)
    }

    /// Makes one, and looks at no other.
    pub(crate) fn take(parent: &Path, prefix: &str) -> io::Result<Self> {
        let private = Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix(prefix).permissions(private).tempdir_in(parent)?;
        // Locked from the moment it can be seen.
        let file = tempfile::NamedTempFile::new_in(folder.path())?;
        // Where a file system knows no locks, nothing is taken for abandoned either.
        let _ = file.as_file().try_lock_shared();
        let lock = file.persist(folder.path().join(LOCK))?;
        Ok(Self { folder, lock })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Its lock once more, to be passed on: it is held as long as one of the two lives.
    pub(crate) fn lock(&self) -> io::Result<File> {
        self.lock.try_clone()
    }

    /// Gives the folder and its lock to whoever looks after them from now on.
    pub(crate) fn give(self) -> (PathBuf, File) {
        (self.folder.keep(), self.lock)
    }
}

/// Holds a folder that somebody else made, so that it stays when they are killed.
///
/// # Errors
/// A folder that is none of ours, or is being removed.
pub(crate) fn hold(folder: &Path) -> io::Result<File> {
    let lock = File::open(folder.join(LOCK))?;
    lock.try_lock_shared()?;
    Ok(lock)
}

/// Removes the folders that [`abandoned`] finds.
pub fn remove_abandoned(parent: &Path, prefix: &str) {
    for (folder, _lock) in abandoned(parent, prefix) {
        // What cannot be removed is nobody's loss but the disk's.
        let _ = fs::remove_dir_all(folder);
    }
}

/// This user's folders below `parent` whose names begin with `prefix` and that nobody holds, each with its lock held now.
/// One without a lock is perhaps being made just now, and is none.
pub(crate) fn abandoned(parent: &Path, prefix: &str) -> impl Iterator<Item = (PathBuf, File)> {
    let own = rustix::process::geteuid().as_raw();
    fs::read_dir(parent).into_iter().flatten().flatten().filter_map(move |item| {
        let is_named = item.file_name().to_str().is_some_and(|name| name.starts_with(prefix));
        let is_ours = || item.metadata().is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == own);
        if !is_named || !is_ours() {
            return None;
        }
        let lock = File::open(item.path().join(LOCK)).ok()?;
        lock.try_lock().ok()?;
        Some((item.path(), lock))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot make its folders should stop
mod tests {
    use super::*;

    #[test]
    fn what_nobody_holds_is_removed_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let at = |name: &str| parent.path().join(name);
        let (left, lock) = OwnFolder::make(parent.path(), "mvi-a-").unwrap().give();
        let also = hold(&left).unwrap();
        fs::write(left.join("file"), "x").unwrap();
        for name in ["mvi-a-unlocked", "mvi-b-other"] {
            fs::create_dir(at(name)).unwrap();
        }
        fs::write(at("mvi-a-file"), "x").unwrap();
        fs::write(at("mvi-b-other").join(LOCK), "").unwrap();
        drop(lock);
        remove_abandoned(parent.path(), "mvi-a-");
        assert!(left.exists(), "somebody else holds it");
        drop(also);
        let held = OwnFolder::make(parent.path(), "mvi-a-").unwrap();
        remove_abandoned(parent.path(), "mvi-a-");
        assert!(!left.exists() && held.path().exists());
        assert!(["mvi-a-unlocked", "mvi-b-other", "mvi-a-file"].iter().all(|name| at(name).exists()));
        let path = held.path().to_owned();
        drop(held);
        assert!(!path.exists());
    }
}
