//! A folder that is somebody's root: whatever is opened in it stays in it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2};
use rustix::io::Errno;

/// An opened root.
#[derive(Debug)]
pub struct Root {
    folder: PathBuf,
    fd: OwnedFd,
}

/// What stands at a path of a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Nothing.
    Nothing,
    /// A folder, maybe behind links.
    Folder,
    /// Something else.
    Other,
}

impl Root {
    /// Opens `folder`.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let fd = openat(CWD, folder, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        Ok(Self { folder: folder.to_owned(), fd })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Opens the folder at `path` (no leading slash, no `..`) for names to be made in it; a link on the way is an error.
    pub(super) fn strict(&self, path: &[u8]) -> io::Result<OwnedFd> {
        let path = if path.is_empty() { b"." } else { path };
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(openat2(&self.fd, OsStr::from_bytes(path), flags, Mode::empty(), resolve)?)
    }

    /// Opens what a process whose root this is would open.
    fn resolve(&self, path: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let path = if path.is_empty() { "." } else { path };
        openat2(&self.fd, path, flags | OFlags::CLOEXEC, Mode::empty(), resolve)
    }

    /// What is at `path`, with links followed as a process in there would.
    #[must_use]
    pub fn look(&self, path: &str) -> Seen {
        match self.resolve(path, OFlags::PATH | OFlags::DIRECTORY) {
            Ok(_) => Seen::Folder,
            Err(Errno::NOTDIR) => Seen::Other,
            Err(_) => Seen::Nothing,
        }
    }

    /// The first `most` bytes of a file, links followed inside; `None` where there is no such regular file.
    #[must_use]
    pub fn read(&self, path: &str, most: u64) -> Option<Vec<u8>> {
        let file = File::from(self.resolve(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY).ok()?);
        if !file.metadata().ok()?.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        file.take(most).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Makes the folders of `path` that are missing, mode 0755; what is there stays. A link on the way that leads to
    /// no folder is left as it is.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn make_folders(&self, path: &str) -> io::Result<()> {
        let mut done = String::new();
        for name in path.split('/').filter(|name| !matches!(*name, "" | "." | "..")) {
            let above = match self.resolve(&done, OFlags::PATH | OFlags::DIRECTORY) {
                Ok(above) => above,
                // Something else stands there; who mounts here will say so better.
                Err(Errno::NOTDIR | Errno::NOENT | Errno::LOOP) => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            match rustix::fs::mkdirat(&above, name, Mode::from_raw_mode(0o755)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
            done.push_str(if done.is_empty() { "" } else { "/" });
            done.push_str(name);
        }
        Ok(())
    }
}
