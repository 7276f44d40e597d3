//! Files that appear whole or not at all.

use std::fs;
use std::io::Write as _;
use std::path::Path;

/// Puts a file in the place of another or of none, whole or not at all; permissions stay, links are followed.
///
/// # Errors
/// A folder that is missing, full or may not be written to.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    let permissions = match fs::metadata(&place) {
        Ok(metadata) => metadata.permissions(),
        Err(_) => std::os::unix::fs::PermissionsExt::from_mode(0o644),
    };
    fs::set_permissions(file.path(), permissions)?;
    file.persist(&place)?;
    Ok(())
}
