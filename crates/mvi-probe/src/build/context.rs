//! A private copy of a context, in which a source file can be touched without touching the user's.

use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::BuildError;

/// Copies folders, files and links; what else there may be is no source. Modes and times stay, owners do not. The folder
/// `left_out` is not copied, wherever below it is.
///
/// # Errors
/// Files that cannot be read or written, and more than `limit` bytes.
pub fn copy_context(from: &Path, to: &Path, left_out: Option<&Path>, limit: u64) -> Result<(), BuildError> {
    let mut left = limit;
    let mut pending = vec![PathBuf::new()];
    while let Some(folder) = pending.pop() {
        let here = from.join(&folder);
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| BuildError::Copy { path, source }
        };
        fs::create_dir_all(to.join(&folder)).map_err(failed(&to.join(&folder)))?;
        for item in fs::read_dir(&here).map_err(failed(&here))? {
            let item = item.map_err(failed(&here))?;
            let (path, name) = (item.path(), folder.join(item.file_name()));
            let metadata = fs::symlink_metadata(&path).map_err(failed(&path))?;
            if metadata.is_dir() {
                if left_out.is_none_or(|left_out| left_out != path) {
                    pending.push(name);
                }
            } else if metadata.is_symlink() {
                fs::read_link(&path).and_then(|target| symlink(target, to.join(&name))).map_err(failed(&path))?;
            } else if metadata.is_file() {
                left = left.checked_sub(metadata.size()).ok_or(BuildError::TooLarge { limit })?;
                copy_file(&path, &to.join(&name)).map_err(failed(&path))?;
            }
        }
        let mode = fs::metadata(&here).map(|metadata| metadata.permissions().mode() | 0o700).map_err(failed(&here))?;
        fs::set_permissions(to.join(&folder), fs::Permissions::from_mode(mode)).map_err(failed(&here))?;
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    let time = fs::metadata(from)?.modified()?;
    // A file that may only be read keeps the copy's time: builders go by content.
    if let Ok(file) = OpenOptions::new().write(true).open(to) {
        file.set_times(FileTimes::new().set_modified(time))?;
    }
    Ok(())
}

/// A file that is touched before a rebuild.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Touched {
    /// The file, in the context.
    pub file: String,
    /// What is done to it.
    pub how: &'static str,
}

/// Bytes of a file that are looked at to tell a text.
const HEAD: u64 = 8 << 10;

/// Changes a file of a private copy as an edit would, as builders go by content and not by time: a text gets one more
/// line of `width` spaces at its end, anything else as many zero bytes and one more. What was built of the same width
/// before may be in a builder's cache, so every measurement needs others.
///
/// # Errors
/// [`BuildError::Touch`] for what is no file in the copy.
pub fn touch(copy: &Path, file: &Path, width: u16) -> Result<Touched, BuildError> {
    let bad = |why: String| BuildError::Touch { file: file.to_owned(), why };
    let path = copy.join(file);
    let inside = path.canonicalize().map_err(|error| bad(error.to_string()))?;
    let copy = copy.canonicalize().map_err(|error| bad(error.to_string()))?;
    if !inside.starts_with(&copy) || !inside.is_file() {
        return Err(bad("it is no file in the context".to_owned()));
    }
    let mut head = Vec::new();
    let read = File::open(&inside).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.map_err(|error| bad(error.to_string()))?;
    let width = usize::from(width);
    let (more, how) = if head.contains(&0) {
        (vec![0; width + 1], "some more zero bytes at its end")
    } else {
        ([vec![b' '; width], vec![b'\n']].concat(), "one more line of spaces at its end")
    };
    let opened = OpenOptions::new().append(true).open(&inside);
    opened.and_then(|mut file| file.write_all(&more)).map_err(|error| bad(error.to_string()))?;
    Ok(Touched { file: file.to_string_lossy().into_owned(), how })
}
