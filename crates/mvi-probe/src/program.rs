//! Where programs are.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Folders that are searched beside `PATH`: runtimes are often for root only.
const ALSO: &[&str] = &["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The program of that name in `path`, a list of folders, and in the usual ones.
pub(crate) fn search(name: impl AsRef<Path>, path: &OsStr) -> Option<PathBuf> {
    let folders = std::env::split_paths(path).chain(ALSO.iter().map(PathBuf::from));
    let is_program = |path: &PathBuf| {
        path.is_absolute()
            && path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    };
    folders.map(|folder| folder.join(&name)).find(is_program)
}
