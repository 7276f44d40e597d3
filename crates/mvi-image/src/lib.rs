//! Reads container images: any source to a verified manifest, layers in one streaming pass, one merged tree, and the
//! bytes nobody sees with their cause. It knows nothing of packages, standards or verdicts.

mod blob;
mod cache;
mod digest;
mod error;
mod gap;
mod image;
mod layer;
mod limits;
mod pass;
mod source;
mod tar;
mod tree;
mod waste;

pub use blob::StoredLayer;
pub use cache::{CacheInfo, LayerCache};
pub use digest::{Algorithm, BadDigest, Digest, Hasher};
pub use error::{ImageError, Object};
pub use gap::{Gap, GapCode, GapList, printable};
pub use image::{Documents, Image, Layer};
pub use layer::{
    Attributes, Body, BodySink, Collector, Compression, EXTRACT_BYTES, EntryHeader, EntryTable, FileKind, HeadersOnly,
    Kept, LayerFacts, OpenBody, PROBE_BYTES, RawEntry, Want, Xattr,
};
pub use limits::Limits;
pub use pass::{Progress, Quiet, ScanOptions, ScannedLayer, TransferBytes, Unrepeatable, pour, scan};
pub use source::{
    BlobStore, Config, Healthcheck, HistoryEntry, Location, OpenOptions, Platform, PlatformChoice, RuntimeConfig,
    Scheme, StoreError, Top, UnpackedImage, UnpackedLayer, open, open_stored, open_stream, open_unpacked,
};
pub use tar::TarError;
pub use tree::{FileTree, HiddenFile, LayerChange, Node, NodeId, Place, ROOT, Reason, merge};
pub use waste::{Cause, causes};
