//! An OCI image layout in a folder.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::members::{FileRange, LayerSource, Members};
use crate::error::ImageError;

/// A layout folder.
pub(super) struct Directory {
    root: PathBuf,
}

impl Directory {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    fn open(&self, name: &str) -> Result<Option<(File, PathBuf, u64)>, ImageError> {
        let path = self.root.join(name);
        open_regular(&path)
    }
}

/// Opens a regular file; `None` when there is none. Pipes and devices are refused, they could block for ever.
pub(super) fn open_regular(path: &Path) -> Result<Option<(File, PathBuf, u64)>, ImageError> {
    let failed = |source| ImageError::Open { path: path.to_owned(), source };
    let metadata = match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(failed)?,
    };
    if !metadata.is_file() {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
    }
    let file = File::open(path).map_err(failed)?;
    Ok(Some((file, path.to_owned(), metadata.len())))
}

impl Members for Directory {
    fn document(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, ImageError> {
        let Some((file, path, size)) = self.open(name)? else { return Ok(None) };
        if size > limit {
            return Err(ImageError::TooLarge { what: path.display().to_string(), size, limit });
        }
        let mut bytes = Vec::new();
        let failed = |source| ImageError::Read { what: path.display().to_string(), source };
        file.take(limit).read_to_end(&mut bytes).map_err(failed)?;
        Ok(Some(bytes))
    }

    fn layer(&self, name: &str) -> Result<Option<LayerSource>, ImageError> {
        let found = self.open(name)?;
        Ok(found
            .map(|(file, path, length)| LayerSource::File(FileRange { file: Arc::new(file), path, start: 0, length })))
    }

    fn label(&self) -> String {
        self.root.display().to_string()
    }
}
