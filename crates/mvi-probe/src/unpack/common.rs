//! Files that images unpacked side by side have in common: one inode for both, as stores of containers share layers.
//!
//! Two copies of a file lie in different pages of memory, and a copy may be quicker than the other for as long as both are
//! there. Whoever compares two images wants to see their differences and not that.

use std::collections::{HashMap, VecDeque};
use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mvi_image::Digest;
use rustix::fs::{AtFlags, linkat, statat, unlinkat};

use super::Root;

/// All that an inode holds: files that are alike in this can be one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Likeness {
    pub(super) content: Digest,
    pub(super) mode: u32,
    pub(super) owners: (u32, u32),
    pub(super) mtime: i64,
}

/// Images that were unpacked so far, one beside the other on one file system, and their files.
///
/// A file of an image becomes another name of at most one file of the image before, so that files that are two in an
/// image stay two. Nothing may write to what is shared: runs see their roots read-only, or under a layer of their own.
#[derive(Debug, Default)]
pub struct Common {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    roots: Vec<Root>,
    /// Of the image before.
    files: HashMap<Likeness, VecDeque<Known>>,
    /// Of the image at hand, whether shared or its own.
    fresh: Vec<(Likeness, Known)>,
    shared: usize,
}

#[derive(Debug, Clone)]
struct Known {
    /// Place in `roots`; that of the image at hand is the next one.
    root: usize,
    path: Vec<u8>,
}

impl Common {
    /// Files that became further names of files of images before, up to now.
    #[must_use]
    pub fn shared(&self) -> usize {
        self.state().shared
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the file at `path`, whose name in `folder` is taken by a copy of it, a further name of one that is alike in an
    /// image before. False where there is none: then the copy stays.
    pub(super) fn share(&self, likeness: &Likeness, folder: &OwnedFd, path: &[u8]) -> io::Result<bool> {
        let mut state = self.state();
        let name = last(path);
        let found = state.files.get_mut(likeness).and_then(VecDeque::pop_front);
        let at = state.roots.len();
        state.fresh.push((likeness.clone(), Known { root: at, path: path.to_vec() }));
        let Some(known) = found else { return Ok(false) };
        let Some(root) = state.roots.get(known.root) else { return Ok(false) };
        let above = root.strict(above(&known.path))?;
        let old = last(&known.path);
        // File systems end at 65,000 names of a file, some earlier. The number's type is another on every processor.
        if statat(&above, old, AtFlags::SYMLINK_NOFOLLOW)?.st_nlink >= 1000 {
            return Ok(false);
        }
        unlinkat(folder, name, AtFlags::empty())?;
        linkat(&above, old, folder, name, AtFlags::empty())?;
        state.shared += 1;
        Ok(true)
    }

    /// Offers the files of the image at hand, which is whole, to those that come.
    pub(super) fn keep(&self, folder: &Path) -> io::Result<()> {
        let root = Root::open(folder)?;
        let mut state = self.state();
        state.roots.push(root);
        state.files.clear();
        for (likeness, known) in std::mem::take(&mut state.fresh) {
            state.files.entry(likeness).or_default().push_back(known);
        }
        Ok(())
    }

    /// Forgets the image at hand, which will not be whole.
    pub(super) fn forget(&self) {
        self.state().fresh.clear();
    }
}

fn above(path: &[u8]) -> &[u8] {
    path.iter().rposition(|byte| *byte == b'/').map_or(&[], |at| &path[..at])
}

fn last(path: &[u8]) -> &OsStr {
    OsStr::from_bytes(path.rsplit(|byte| *byte == b'/').next().unwrap_or_default())
}
