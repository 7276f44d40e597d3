//! The bytes of one layer as they are stored, for whoever copies an image; what they hold is none of its business.

use std::io::{self, Read};

use crate::error::{ImageError, Object};
use crate::image::Layer;
use crate::layer::Span;
use crate::source::members::{FileRange, Form, LayerSource};

/// A layer to be read from its first byte to its last. Nothing is checked on the way: that is the reader's part.
pub struct StoredLayer {
    /// Gives the bytes.
    pub bytes: Box<dyn Read + Send>,
    /// True when they are the blob of [`Layer::blob`]; false for a tar that was made again from unpacked files, which
    /// only has the layer's diff id.
    pub is_blob: bool,
}

impl Layer {
    /// The stored bytes.
    ///
    /// # Errors
    /// [`ImageError::Once`] for layers of root file systems and of archives that went by; what a store says.
    pub fn stored(&self) -> Result<StoredLayer, ImageError> {
        let once = |why| ImageError::Once { layer: self.known_as(), why };
        match &self.source {
            LayerSource::File(range) => {
                Ok(StoredLayer { bytes: Box::new(Range { range: range.clone(), done: 0 }), is_blob: true })
            }
            LayerSource::Remote(remote) => {
                let missing = || ImageError::Missing { object: Object::Blob, what: remote.id.to_string() };
                let bytes = remote.store.layer(&remote.id, remote.length)?.ok_or_else(missing)?;
                Ok(StoredLayer { bytes, is_blob: remote.form == Form::Blob })
            }
            LayerSource::Streamed(_) => Err(once("they went by once; save the image to a file first")),
            LayerSource::Absent => Err(once("the image only says where else they are")),
        }
    }

    fn known_as(&self) -> String {
        self.blob.as_ref().or(self.diff_id.as_ref()).map_or_else(|| "without a digest".to_owned(), ToString::to_string)
    }
}

/// A piece of a file as a stream.
struct Range {
    range: FileRange,
    done: u64,
}

impl Read for Range {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.range.length - self.done;
        let count = Span::new(&self.range.file, self.range.start + self.done, left).read(buffer)?;
        self.done += count as u64;
        Ok(count)
    }
}
