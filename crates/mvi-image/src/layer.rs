//! One layer: its bytes in, its facts out, in one pass.

mod bytes;
mod decode;
mod entry;
mod estimate;
mod facts;
mod path;
mod scan;
mod sink;
mod study;

pub(crate) use bytes::{Hashed, LayerBytes, Skipping, Span};
pub use decode::Compression;
pub(crate) use decode::{Piped, decoder, pipe, pump, sniff};
pub use entry::{Attributes, EntryTable, FileKind, RawEntry};
pub(crate) use entry::{DirRecord, EntryTableBuilder, NONE, Text};
pub(crate) use estimate::{Density, GzipSampler};
pub use facts::{Body, Collector, EntryHeader, HeadersOnly, Kept, LayerFacts, Want, Xattr};
pub(crate) use path::clean;
pub(crate) use scan::{Scan, ScanOutcome};
pub use sink::BodySink;
pub use study::{EXTRACT_BYTES, OpenBody, PROBE_BYTES};
pub(crate) use study::{Window, probe_and_study};
