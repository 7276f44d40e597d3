//! The named pieces of a layout or archive, wherever they are kept.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use super::documents::Descriptor;
use super::store::BlobStore;
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

/// A layer that is fetched when it is read, and only then.
#[derive(Debug, Clone)]
pub(crate) struct RemoteLayer {
    pub(crate) store: Arc<dyn BlobStore>,
    /// What to ask the store for.
    pub(crate) id: Digest,
    /// Bytes it is said to have.
    pub(crate) length: u64,
    pub(crate) form: Form,
}

/// What a store gives for a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    /// The blob, as its digest says.
    Blob,
    /// The uncompressed tar, made again from its pieces.
    Tar {
        /// Why its diff id cannot be what it should be, if it cannot.
        unverifiable: Option<String>,
    },
}

/// Where the bytes of a layer are.
#[derive(Debug, Clone)]
pub(crate) enum LayerSource {
    /// Somewhere that gives them when asked.
    Remote(RemoteLayer),
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
            Self::Remote(layer) => Some(layer.length),
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
    /// A manifest or an index; some places keep them apart from other blobs.
    fn manifest(&self, digest: &Digest, limit: u64) -> Result<Option<Vec<u8>>, ImageError> {
        self.document(&blob_name(digest), limit)
    }
    /// A config.
    fn config(&self, digest: &Digest, limit: u64) -> Result<Option<Vec<u8>>, ImageError> {
        self.document(&blob_name(digest), limit)
    }
    /// The layer of a descriptor.
    fn layer_of(&self, _: &Descriptor, digest: &Digest) -> Result<Option<LayerSource>, ImageError> {
        self.layer(&blob_name(digest))
    }
    /// True when looking at a document costs more than a read: then only those that are wanted are looked at.
    fn is_remote(&self) -> bool {
        false
    }
    /// What to call the whole in messages.
    fn label(&self) -> String;
}

/// The member name of a blob in an OCI layout (`image-layout.md`).
pub(super) fn blob_name(digest: &Digest) -> String {
    format!("blobs/{}/{}", digest.algorithm().name(), digest.hex())
}
