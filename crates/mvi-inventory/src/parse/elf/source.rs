//! A body as the `object` crate reads it: piece by piece, each read when it is asked for, all of them bounded.

use std::cell::{Cell, RefCell};
use std::io;
use std::ops::Range;

use mvi_image::OpenBody;
use object::{ReadCache, ReadCacheOps, ReadRef};

/// Bytes of the largest piece: the largest string tables of real libraries have a tenth of it.
const MOST_OF_ONE: u64 = 32 << 20;
/// Bytes of all pieces of one file.
const MOST_OF_ALL: u64 = 64 << 20;

/// Where pieces come from, and what went wrong with the last one.
pub(super) struct Source<'b> {
    body: &'b dyn OpenBody,
    at: u64,
    failure: &'b RefCell<Option<io::Error>>,
}

impl ReadCacheOps for Source<'_> {
    fn len(&mut self) -> Result<u64, ()> {
        Ok(self.body.size())
    }

    fn seek(&mut self, position: u64) -> Result<u64, ()> {
        self.at = position;
        Ok(position)
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ()> {
        let read = self.body.read_at(self.at, buffer).map_err(|error| {
            self.failure.replace(Some(error));
        })?;
        self.at += read as u64;
        Ok(read)
    }

    fn read_exact(&mut self, buffer: &mut [u8]) -> Result<(), ()> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read(&mut buffer[filled..])? {
                0 => return Err(()),
                count => filled += count,
            }
        }
        Ok(())
    }
}

/// The pieces read so far.
pub(super) struct Pieces<'b> {
    cache: ReadCache<Source<'b>>,
    left: Cell<u64>,
}

impl<'b> Pieces<'b> {
    /// Pieces of `body`; an error of the disk ends up in `failure`.
    pub(super) fn new(body: &'b dyn OpenBody, failure: &'b RefCell<Option<io::Error>>) -> Self {
        Self { cache: ReadCache::new(Source { body, at: 0, failure }), left: Cell::new(MOST_OF_ALL) }
    }
}

impl<'p> ReadRef<'p> for &'p Pieces<'_> {
    fn len(self) -> Result<u64, ()> {
        ReadRef::len(&self.cache)
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'p [u8], ()> {
        if size > MOST_OF_ONE {
            return Err(());
        }
        self.left.set(self.left.get().checked_sub(size).ok_or(())?);
        self.cache.read_bytes_at(offset, size)
    }

    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'p [u8], ()> {
        let size = range.end.saturating_sub(range.start).min(4096);
        let bytes = self.read_bytes_at(range.start, size)?;
        memchr::memchr(delimiter, bytes).map(|end| &bytes[..end]).ok_or(())
    }
}
