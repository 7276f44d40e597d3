//! The index as a file: one importer at a time, and readers see the old one or the new one, never half of one.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::IndexError;

/// The right to replace an index; ends with its holder, killed or not.
#[derive(Debug)]
pub struct IndexLock {
    // Locked as long as it is open.
    _file: File,
}

impl IndexLock {
    /// Takes the lock beside an index, and makes its folder where there is none. Where another importer has it, `waiting`
    /// is called once and the call ends when that importer does.
    ///
    /// # Errors
    /// A folder or a file that cannot be made.
    pub fn take(index: &Path, waiting: impl FnOnce()) -> Result<Self, IndexError> {
        let path = beside(index);
        let failed = |source| IndexError::Write { path: path.clone(), source };
        if let Some(folder) = index.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                file.lock().map_err(failed)?;
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        Ok(Self { _file: file })
    }
}

fn beside(index: &Path) -> PathBuf {
    let mut name = index.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    index.with_file_name(name)
}

/// Puts an index in its place: written beside it, on the disk, then renamed.
///
/// # Errors
/// A folder that cannot be written, or a disk without room; what was there before stays.
pub fn write(path: &Path, bytes: &[u8], _lock: &IndexLock) -> Result<(), IndexError> {
    let failed = |source| IndexError::Write { path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".advisories-").tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    readable_by_all(file.as_file()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    // The name is on the disk when the folder is.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// Temporary files are for their owner; advisories are no secret, and processes of others share them.
fn readable_by_all(file: &File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}
