//! The files of feeds that a user names: one, or those of a folder.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ignore::WalkBuilder;

use super::output::Failure;

/// A file, whatever it is called, or those below a folder whose names end in one of these.
///
/// # Errors
/// Folders that cannot be read.
pub(super) fn feed_files(path: &Path, ends: &[&str]) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in WalkBuilder::new(path).standard_filters(false).build() {
        let file = entry.with_context(|| format!("cannot read `{}`", path.display()))?.into_path();
        if ends.iter().any(|end| has_end(&file, end)) && file.is_file() {
            found.push(file);
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a file's name ends so, in either case.
pub(super) fn has_end(file: &Path, end: &str) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(end))
}
