//! One layer read for its whole bodies, checked as in every pass, so that they can be written elsewhere.

use std::sync::atomic::AtomicU64;

use super::{Pass, ScanOptions};
use crate::error::ImageError;
use crate::image::{Image, Layer};
use crate::layer::BodySink;
use crate::source::members::LayerSource;

/// Why the bodies of a layer cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unrepeatable {
    /// Its archive went by once, compressed or through a pipe.
    Streamed,
    /// The image lists it, but its bytes are kept elsewhere.
    Absent,
}

impl Layer {
    /// Why [`pour`] cannot read this layer; nothing where it can.
    #[must_use]
    pub fn unrepeatable(&self) -> Option<Unrepeatable> {
        match &self.source {
            LayerSource::Streamed(_) => Some(Unrepeatable::Streamed),
            LayerSource::Absent => Some(Unrepeatable::Absent),
            LayerSource::File(_) | LayerSource::Remote(_) => None,
        }
    }
}

/// Reads layer `index` of `image` (base layer 0) from its first byte to its last, and hands the bodies that `sink` asks
/// for to it. Digests are checked at the end: what the sink got counts only when this returns well. The layer memory is
/// neither asked nor told. A layer that is [`Layer::unrepeatable`] gives nothing.
///
/// # Errors
/// Those of [`super::scan`].
pub fn pour(image: &Image, index: usize, options: &ScanOptions<'_>, sink: &dyn BodySink) -> Result<(), ImageError> {
    let options = ScanOptions { cache: None, estimate: false, ..*options };
    let files = AtomicU64::new(0);
    Pass { image, options: &options, files: &files, sink: Some(sink) }.layer(index).map(|_| ())
}
