//! Folders of one piece of work: they go with it, and what a killed one left is found, as nobody holds its lock any more.

use std::fs::{self, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// The file in such a folder that everybody at work in it holds a lock on. It is the first that comes and the last that
/// goes: a folder without it is empty, or none of ours.
const LOCK: &str = "lock";
/// How often a folder is made anew that was taken for abandoned before it could be locked.
const TRIES: usize = 100;

/// A folder that only this user may enter. Dropped, it is removed.
#[derive(Debug)]
pub struct OwnFolder {
    path: PathBuf,
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
        for _ in 0..TRIES {
            let private = Permissions::from_mode(0o700);
            let folder = tempfile::Builder::new().prefix(prefix).permissions(private).tempdir_in(parent)?;
            match File::create_new(folder.path().join(LOCK)) {
                // It was empty, and somebody swept it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                made => drop(made?),
            }
            if let Some(lock) = hold(folder.path())? {
                return Ok(Self { path: folder.keep(), lock });
            }
        }
        Err(io::Error::other("every folder that was made is taken away again"))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its lock once more, to be passed on: it is held as long as one of the two lives.
    pub(crate) fn lock(&self) -> io::Result<File> {
        self.lock.try_clone()
    }

    /// Leaves the folder and its lock to whoever looks after them from now on.
    pub(crate) fn leave(mut self) {
        self.path = PathBuf::new();
    }
}

impl Drop for OwnFolder {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            remove(&self.path);
        }
    }
}

/// Holds a folder, so that it stays when whoever made it is killed; nothing where it is being removed, or none of ours.
///
/// # Errors
/// A lock that cannot be opened.
pub(crate) fn hold(folder: &Path) -> io::Result<Option<File>> {
    let path = folder.join(LOCK);
    let lock = match File::open(&path) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    // Where a file system knows no locks, nothing is taken for abandoned either.
    if matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)) {
        return Ok(None);
    }
    // Between its opening and its locking it may have been removed.
    let is_there = fs::symlink_metadata(&path).is_ok_and(|now| lock.metadata().is_ok_and(|own| own.ino() == now.ino()));
    Ok(is_there.then_some(lock))
}

/// Removes this user's folders below `parent` whose names begin with `prefix` and whose lock nobody holds, and empty ones
/// of the name: they were killed as they came or went.
pub fn remove_abandoned(parent: &Path, prefix: &str) {
    for (folder, _lock) in abandoned(parent, prefix) {
        remove(&folder);
    }
    // Does nothing where there is anything in it.
    named(parent, prefix).for_each(|folder| drop(fs::remove_dir(folder)));
}

/// This user's folders below `parent` whose names begin with `prefix` and whose lock nobody holds, each with its lock
/// held now.
pub(crate) fn abandoned(parent: &Path, prefix: &str) -> impl Iterator<Item = (PathBuf, File)> {
    named(parent, prefix).filter_map(|folder| {
        let lock = File::open(folder.join(LOCK)).ok()?;
        lock.try_lock().ok()?;
        Some((folder, lock))
    })
}

fn named(parent: &Path, prefix: &str) -> impl Iterator<Item = PathBuf> {
    let own = rustix::process::geteuid().as_raw();
    fs::read_dir(parent).into_iter().flatten().flatten().filter_map(move |item| {
        let is_named = item.file_name().to_str().is_some_and(|name| name.starts_with(prefix));
        let is_ours = || item.metadata().is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == own);
        (is_named && is_ours()).then(|| item.path())
    })
}

/// True for a folder that was made here.
pub(crate) fn is_one(folder: &Path) -> bool {
    folder.join(LOCK).is_file()
}

/// Removes a folder, its lock last: killed half-way, it can still be found. What cannot be removed is nobody's loss but
/// the disk's.
pub(crate) fn remove(folder: &Path) {
    for item in fs::read_dir(folder).into_iter().flatten().flatten().filter(|item| item.file_name() != LOCK) {
        let is_folder = item.file_type().is_ok_and(|kind| kind.is_dir());
        let _ = if is_folder { fs::remove_dir_all(item.path()) } else { fs::remove_file(item.path()) };
    }
    let _ = fs::remove_file(folder.join(LOCK));
    let _ = fs::remove_dir(folder);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that cannot make its folders should stop
mod tests {
    use super::*;

    #[test]
    fn what_nobody_holds_is_removed_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let at = |name: &str| parent.path().join(name);
        let left = OwnFolder::make(parent.path(), "mvi-a-").unwrap();
        let (path, lock) = (left.path().to_owned(), left.lock().unwrap());
        left.leave();
        let also = hold(&path).unwrap().unwrap();
        fs::create_dir_all(path.join("a/b")).unwrap();
        for folder in ["mvi-a-mine", "mvi-a-empty", "mvi-b-other"] {
            fs::create_dir(at(folder)).unwrap();
        }
        for file in ["mvi-a-file", "mvi-a-mine/notes", "mvi-b-other/lock"] {
            fs::write(at(file), "x").unwrap();
        }
        drop(lock);
        remove_abandoned(parent.path(), "mvi-a-");
        assert!(path.exists(), "somebody else holds it");
        drop(also);
        let held = OwnFolder::make(parent.path(), "mvi-a-").unwrap();
        remove_abandoned(parent.path(), "mvi-a-");
        assert!(!path.exists() && held.path().exists());
        assert!(!at("mvi-a-empty").exists());
        let kept = ["mvi-b-other/lock", "mvi-a-file", "mvi-a-mine/notes"];
        assert!(kept.iter().all(|name| at(name).exists()), "they are no folders of ours");
        let path = held.path().to_owned();
        drop(held);
        assert!(!path.exists() && hold(&path).unwrap().is_none());
    }

    #[test]
    fn many_at_once_do_not_take_each_others_away() {
        let parent = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let folder = OwnFolder::make(parent.path(), "mvi-a-").unwrap();
                        fs::write(folder.path().join("file"), "x").unwrap();
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
