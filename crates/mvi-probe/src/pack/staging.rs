//! A folder beside the destination in which an image grows, and from which it is moved into place whole.
//!
//! It goes when the packing ends, however that ends; what a killed one left is removed by the next that packs to the
//! same folder: its lock is held by nobody any more.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::blob::{Blob, BlobWriter, Packing};
use super::error::PackError;
use crate::own_folder::OwnFolder;
use mvi_image::{Algorithm, Digest};

/// What the folders are called, and nothing else is.
const PREFIX: &str = ".mvi-pack-";

/// An image that grows.
pub(super) struct Staging {
    folder: OwnFolder,
    /// What messages call the place.
    to: PathBuf,
}

impl Staging {
    /// A new folder beside `to`.
    pub(super) fn beside(to: &Path) -> Result<Self, PackError> {
        let failed = |source| PackError::Write { path: to.into(), source };
        let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = OwnFolder::make(parent, PREFIX).map_err(failed)?;
        let staging = Self { folder, to: to.into() };
        fs::create_dir_all(staging.blobs()).map_err(failed)?;
        Ok(staging)
    }

    /// The destination.
    pub(super) fn to(&self) -> &Path {
        &self.to
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The layout that grows in it.
    pub(super) fn layout(&self) -> PathBuf {
        self.path("layout")
    }

    pub(super) fn blobs(&self) -> PathBuf {
        self.layout().join("blobs/sha256")
    }

    /// An error of writing.
    pub(super) fn failed(&self, source: io::Error) -> PackError {
        PackError::Write { path: self.to.clone(), source }
    }

    /// Writes a document and gives its digest.
    pub(super) fn document(&self, bytes: &[u8]) -> Result<Digest, PackError> {
        let digest = Digest::of(Algorithm::Sha256, bytes);
        fs::write(self.blobs().join(digest.hex()), bytes).map_err(|source| self.failed(source))?;
        Ok(digest)
    }

    /// Writes a layer that `fill` gives the tar of.
    pub(super) fn layer<T>(
        &self,
        (packing, diff): (Packing, Algorithm),
        fill: impl FnOnce(BlobWriter) -> Result<(BlobWriter, T), PackError>,
    ) -> Result<(Blob, T), PackError> {
        let growing = self.path("growing");
        let file = File::create(&growing).map_err(|source| self.failed(source))?;
        let writer = BlobWriter::new(file, packing, diff).map_err(|source| self.failed(source))?;
        let (writer, told) = fill(writer)?;
        let blob = writer.finish().map_err(|source| self.failed(source))?;
        self.keep(&growing, &blob.digest)?;
        Ok((blob, told))
    }

    /// Moves a finished blob to its name.
    pub(super) fn keep(&self, growing: &Path, digest: &Digest) -> Result<(), PackError> {
        fs::rename(growing, self.blobs().join(digest.hex())).map_err(|source| self.failed(source))
    }
}
