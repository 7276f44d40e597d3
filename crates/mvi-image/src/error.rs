//! Why an image cannot be read. Each kind has a stable code, `E-…`.

use std::io;
use std::path::PathBuf;

use crate::digest::{BadDigest, Digest};
use crate::source::StoreError;
use crate::tar::TarError;

/// Which object a digest or size belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object {
    /// An image index.
    Index,
    /// An image manifest.
    Manifest,
    /// An image configuration.
    Config,
    /// A layer as stored.
    Blob,
    /// A layer uncompressed.
    DiffId,
}

impl std::fmt::Display for Object {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Index => "index",
            Self::Manifest => "manifest",
            Self::Config => "config",
            Self::Blob => "layer blob",
            Self::DiffId => "uncompressed layer",
        })
    }
}

/// An image that cannot be read, wholly or safely.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// A file or folder cannot be opened.
    #[error("cannot open `{path}`")]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file was opened and then failed.
    #[error("cannot read `{what}`")]
    Read {
        /// The file or archive member.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// Something else than an image.
    #[error("`{what}` is no container image: {why}")]
    NotAnImage {
        /// The file.
        what: String,
        /// What was looked for and not found.
        why: String,
    },
    /// A JSON document that does not follow its specification.
    #[error("{object} `{what}` cannot be understood")]
    Document {
        /// What it should be.
        object: &'static str,
        /// Its name.
        what: String,
        /// Line and column.
        source: serde_json::Error,
    },
    /// A document or member larger than any real one.
    #[error("`{what}` has {size} bytes, the limit is {limit}")]
    TooLarge {
        /// Its name.
        what: String,
        /// Bytes.
        size: u64,
        /// Ceiling.
        limit: u64,
    },
    /// Something the image refers to is not there.
    #[error("{object} `{what}` is missing")]
    Missing {
        /// What it should be.
        object: Object,
        /// Its name or digest.
        what: String,
    },
    /// A digest that is none.
    #[error("{object} has a bad digest")]
    Digest {
        /// Whose digest.
        object: Object,
        /// The text.
        source: BadDigest,
    },
    /// Bytes that are not what their digest says.
    #[error("{object} {what} is damaged or was altered: its digest is {found}, it should be {expected}")]
    Mismatch {
        /// What was digested.
        object: Object,
        /// Layer number or name.
        what: String,
        /// The digest it is known by.
        expected: Box<Digest>,
        /// The digest of its bytes.
        found: Box<Digest>,
    },
    /// A size that differs from the descriptor's.
    #[error("{object} {what} has {found} bytes, its descriptor says {expected}")]
    Size {
        /// What was measured.
        object: Object,
        /// Its name.
        what: String,
        /// Bytes stated.
        expected: u64,
        /// Bytes found.
        found: u64,
    },
    /// Manifest and configuration disagree on the number of layers.
    #[error("the manifest lists {layers} layers, the config {diff_ids} diff ids")]
    LayerCount {
        /// Layers of the manifest.
        layers: usize,
        /// `rootfs.diff_ids` of the config.
        diff_ids: usize,
    },
    /// Indexes that point at themselves or nest without end.
    #[error("image indexes nest more than {0} deep")]
    IndexDepth(usize),
    /// No manifest of the platform asked for.
    #[error("there is no image for platform {wanted}; there are: {available}")]
    Platform {
        /// What was asked for.
        wanted: String,
        /// What there is.
        available: String,
    },
    /// Several images where one is needed.
    #[error("`{what}` holds several images, name one of them: {available}")]
    Several {
        /// The archive or layout.
        what: String,
        /// Their names.
        available: String,
    },
    /// Nothing of the name asked for.
    #[error("there is no image `{wanted}` in `{what}`; there are: {available}")]
    NoSuchName {
        /// The archive or layout.
        what: String,
        /// What was asked for.
        wanted: String,
        /// What there is.
        available: String,
    },
    /// A layer whose tar archive is unsound.
    #[error("layer {layer} is not a sound tar archive")]
    Tar {
        /// Number, base layer 0.
        layer: usize,
        /// What is wrong with it.
        source: TarError,
    },
    /// An archive around the image that is unsound.
    #[error("`{what}` is not a sound tar archive")]
    Archive {
        /// The file.
        what: String,
        /// What is wrong with it.
        source: TarError,
    },
    /// A layer whose compression is unsound.
    #[error("layer {layer} cannot be unpacked")]
    Unpack {
        /// Number, base layer 0.
        layer: usize,
        /// What the decoder said.
        source: io::Error,
    },
    /// A layer whose bytes are wanted once more and cannot be had.
    #[error("the bytes of layer {layer} cannot be had again: {why}")]
    Once {
        /// Its digest, or what else it is known by.
        layer: String,
        /// Where they went.
        why: &'static str,
    },
    /// More than a limit allows.
    #[error("{what} exceeds the limit of {limit} ({option} raises it)")]
    Limit {
        /// What there is too much of.
        what: String,
        /// The ceiling.
        limit: u64,
        /// The command-line option.
        option: &'static str,
    },
    /// A reference the user wrote that cannot be one.
    #[error("`{text}` is no image reference: {why}")]
    Reference {
        /// What was written.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A place that is not a file and did not give what was asked for.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A reference to a place this library or version does not read from.
    #[error("`{scheme}:` is not read here; use one of docker-archive:, oci:, oci-archive:, dir:, a plain path or -")]
    Scheme {
        /// What stood before the colon.
        scheme: String,
    },
}

impl ImageError {
    /// The error of a stream: what a store said, if it comes from one, else what `otherwise` makes of it.
    pub(crate) fn of_stream(error: io::Error, otherwise: impl FnOnce(io::Error) -> Self) -> Self {
        match error.downcast::<StoreError>() {
            Ok(error) => Self::Store(error),
            Err(error) => otherwise(error),
        }
    }

    /// The stable code of the kind.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "E-OPEN",
            Self::Read { .. } => "E-READ",
            Self::NotAnImage { .. } => "E-NOT-AN-IMAGE",
            Self::Document { .. } => "E-DOCUMENT",
            Self::TooLarge { .. } => "E-TOO-LARGE",
            Self::Missing { object: Object::Blob | Object::DiffId, .. } => "E-MISSING-LAYER",
            Self::Missing { object: Object::Config, .. } => "E-MISSING-CONFIG",
            Self::Missing { object: Object::Manifest | Object::Index, .. } => "E-MISSING-MANIFEST",
            Self::Digest { .. } => "E-BAD-DIGEST",
            Self::Mismatch { object: Object::Index, .. } => "E-DIGEST-INDEX",
            Self::Mismatch { object: Object::Manifest, .. } => "E-DIGEST-MANIFEST",
            Self::Mismatch { object: Object::Config, .. } => "E-DIGEST-CONFIG",
            Self::Mismatch { object: Object::Blob, .. } => "E-DIGEST-BLOB",
            Self::Mismatch { object: Object::DiffId, .. } => "E-DIFF-ID",
            Self::Size { .. } => "E-SIZE",
            Self::LayerCount { .. } => "E-LAYER-COUNT",
            Self::IndexDepth(_) => "E-INDEX-DEPTH",
            Self::Platform { .. } => "E-PLATFORM",
            Self::Several { .. } => "E-SEVERAL",
            Self::NoSuchName { .. } => "E-NO-SUCH-NAME",
            Self::Tar { .. } => "E-TAR",
            Self::Archive { .. } => "E-ARCHIVE",
            Self::Unpack { .. } => "E-UNPACK",
            Self::Limit { .. } => "E-LIMIT",
            Self::Once { .. } => "E-ONCE",
            Self::Reference { .. } => "E-REFERENCE",
            Self::Store(error) => error.code(),
            Self::Scheme { .. } => "E-SCHEME",
        }
    }

    /// True when the user asked for something that cannot be, rather than the image being unreadable.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        if let Self::Store(error) = self {
            return error.is_usage();
        }
        matches!(
            self,
            Self::Platform { .. }
                | Self::Several { .. }
                | Self::NoSuchName { .. }
                | Self::Reference { .. }
                | Self::Once { .. }
                | Self::Scheme { .. }
        )
    }
}
