//! The named pieces of a layout or archive, wherever they are kept.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use crate::digest::Digest;
use crate::error::ImageError;
use crate::layer::{Compression, LayerFacts};

/// A piece of a file that holds a layer.
#[derive(Debug, Clone)]
pub(crate) struct FileRange {
    pub(crate) file: Arc<File>,
    pub(crate) path: PathBuf,
    pub(crate) start: u64,
    pub(crate) length: u64,
}

/// A layer that was read while its archive streamed by.
#[derive(Debug, Clone)]
pub(crate) struct StreamedLayer {
    pub(crate) facts: Arc<LayerFacts>,
    pub(crate) blob: Option<Digest>,
    pub(crate) compression: Compression,
    pub(crate) length: u64,
}

/// Where the bytes of a layer are.
#[derive(Debug, Clone)]
pub(crate) enum LayerSource {
    /// In a file that can be read anywhere.
    File(FileRange),
    /// Read already.
    Streamed(StreamedLayer),
    /// Nowhere: a foreign layer.
    Absent,
}

impl LayerSource {
    pub(crate) fn length(&self) -> Option<u64> {
        match self {
            Self::File(range) => Some(range.length),
            Self::Streamed(layer) => Some(layer.length),
            Self::Absent => None,
        }
    }
}

/// Named pieces.
pub(super) trait Members {
    /// A document, whole; `None` when there is none of the name.
    fn document(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, ImageError>;
    /// A layer; `None` when there is none of the name.
    fn layer(&self, name: &str) -> Result<Option<LayerSource>, ImageError>;
    /// What to call the whole in messages.
    fn label(&self) -> String;
}

/// The member name of a blob in an OCI layout (`image-layout.md`).
pub(super) fn blob_name(digest: &Digest) -> String {
    format!("blobs/{}/{}", digest.algorithm().name(), digest.hex())
}
