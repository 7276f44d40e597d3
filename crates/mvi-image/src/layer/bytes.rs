//! Where the uncompressed bytes of a layer come from: a file that is skipped through, or a stream that is seen whole.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use super::estimate::GzipSampler;
use super::study::Window;
use crate::digest::{Digest, Hasher};

/// Bytes of a buffer between disk, hash, inflate and walk: large enough to amortise a hand-over, small enough to stay
/// in the second-level cache.
pub(crate) const BUFFER: usize = 256 << 10;

/// Bytes read at once where bodies are skipped: few after a leap, as the next body is probably large too, and twice as
/// many each time the leap was short, as small files come in crowds. Chosen by counting calls and bytes on real images.
const PEEK: std::ops::RangeInclusive<usize> = 2 << 10..=32 << 10;

/// A leap no longer than this is short.
const SHORT_LEAP: u64 = 8 << 10;

/// Bytes that show how a blob is packed.
const MAGIC: usize = 8;

/// The uncompressed bytes of one layer, front to back.
pub(crate) trait LayerBytes {
    /// The bytes at hand, at least one unless the layer is at its end.
    fn fill(&mut self) -> io::Result<&[u8]>;
    /// Takes `count` of the bytes at hand.
    fn consume(&mut self, count: usize);
    /// Passes over `count` bytes; returns how many there were.
    fn skip(&mut self, count: u64) -> io::Result<u64> {
        let mut left = count;
        while left > 0 {
            let at_hand = self.fill()?.len();
            if at_hand == 0 {
                break;
            }
            let step = at_hand.min(usize::try_from(left).unwrap_or(usize::MAX));
            self.consume(step);
            left -= step as u64;
        }
        Ok(count - left)
    }
    /// True when `skip` does not touch the bytes.
    fn skips(&self) -> bool {
        false
    }
    /// The next `length` bytes, fewer at the end, where they can be read at any offset without being taken.
    fn window(&self, _length: u64) -> Option<Window<'_>> {
        None
    }
}

/// A range of a file, read by position.
#[derive(Clone, Copy)]
pub(crate) struct Span<'f> {
    file: &'f File,
    position: u64,
    end: u64,
}

impl<'f> Span<'f> {
    pub(crate) fn new(file: &'f File, start: u64, length: u64) -> Self {
        Self { file, position: start, end: start.saturating_add(length) }
    }

    /// Fills the front of `buffer`; 0 at the end of the range. A file that ends before its range does is an error.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.position).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        if wanted == 0 {
            return Ok(0);
        }
        let read = loop {
            match self.file.read_at(&mut buffer[..wanted], self.position) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        if read == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter while it was read"));
        }
        self.position += read as u64;
        Ok(read)
    }
}

/// A file range whose bodies are passed over, not read.
pub(crate) struct Skipping<'f> {
    span: Span<'f>,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    /// Bytes to read next.
    peek: usize,
}

impl<'f> Skipping<'f> {
    pub(crate) fn new(span: Span<'f>) -> Self {
        Self { span, buffer: vec![0; *PEEK.end()], at: 0, filled: 0, peek: *PEEK.start() }
    }
}

impl LayerBytes for Skipping<'_> {
    fn fill(&mut self) -> io::Result<&[u8]> {
        if self.at == self.filled {
            self.at = 0;
            self.filled = self.span.read(&mut self.buffer[..self.peek])?;
            self.peek = (self.peek * 2).min(*PEEK.end());
        }
        Ok(&self.buffer[self.at..self.filled])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }

    fn skip(&mut self, count: u64) -> io::Result<u64> {
        let at_hand = (self.filled - self.at) as u64;
        if count <= at_hand {
            self.at += count as usize;
            return Ok(count);
        }
        (self.at, self.filled) = (0, 0);
        let jump = (count - at_hand).min(self.span.end - self.span.position);
        self.span.position += jump;
        if jump > SHORT_LEAP {
            self.peek = *PEEK.start();
        }
        Ok(at_hand + jump)
    }

    fn skips(&self) -> bool {
        true
    }

    fn window(&self, length: u64) -> Option<Window<'_>> {
        let start = self.span.position - (self.filled - self.at) as u64;
        let read = &self.buffer[self.at..self.filled];
        Some(Window::new(self.span.file, start, length.min(self.span.end - start), read))
    }
}

/// Reading a range as a plain stream.
impl io::Read for Span<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        Span::read(self, out)
    }
}

/// A stream seen whole; digested, counted and sampled on the way.
pub(crate) struct Hashed<'p, R> {
    source: R,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    count: u64,
    hasher: Option<Hasher>,
    sampler: Option<GzipSampler>,
    /// The file range that the source reads front to back.
    range: Option<Span<'p>>,
    progress: &'p (dyn Fn(u64) + Sync),
}

impl<'p, R: io::Read> Hashed<'p, R> {
    pub(crate) fn new(source: R, hasher: Option<Hasher>, progress: &'p (dyn Fn(u64) + Sync)) -> Self {
        Self {
            source,
            buffer: vec![0; BUFFER],
            at: 0,
            filled: 0,
            count: 0,
            hasher,
            sampler: None,
            range: None,
            progress,
        }
    }

    /// Also samples what goes by.
    pub(crate) fn sampled(mut self, sampler: Option<GzipSampler>) -> Self {
        self.sampler = sampler;
        self
    }

    /// Lets bodies be looked into in `range`, which is what the source reads.
    pub(crate) fn within(mut self, range: Span<'p>) -> Self {
        self.range = Some(range);
        self
    }

    /// Bytes seen so far.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// What gzip would make of it, where it was sampled; call it after the last byte.
    pub(crate) fn estimate(&self) -> Option<u64> {
        self.sampler.as_ref().map(GzipSampler::estimate)
    }

    /// The digest of everything read; call it after the last byte.
    pub(crate) fn digest(self) -> Option<Digest> {
        self.hasher.map(Hasher::finish)
    }
}

impl<R: io::Read> LayerBytes for Hashed<'_, R> {
    fn fill(&mut self) -> io::Result<&[u8]> {
        if self.at == self.filled {
            self.at = 0;
            self.filled = 0;
            // Networks give bytes as they come; the compression shows in the first few.
            while self.filled < MAGIC {
                match self.source.read(&mut self.buffer[self.filled..]) {
                    Ok(0) => break,
                    Ok(count) => self.filled += count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            let bytes = &self.buffer[..self.filled];
            if let Some(hasher) = &mut self.hasher {
                hasher.update(bytes);
            }
            if let Some(sampler) = &mut self.sampler {
                sampler.observe(self.count, bytes);
            }
            self.count += bytes.len() as u64;
            (self.progress)(bytes.len() as u64);
        }
        Ok(&self.buffer[self.at..self.filled])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }

    fn window(&self, length: u64) -> Option<Window<'_>> {
        let range = self.range.as_ref()?;
        let start = range.position + self.count - (self.filled - self.at) as u64;
        let read = &self.buffer[self.at..self.filled];
        Some(Window::new(range.file, start, length.min(range.end.saturating_sub(start)), read))
    }
}

/// Reading a hashed stream as a plain one, for decoders.
impl<R: io::Read> io::Read for Hashed<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill()?;
        let count = bytes.len().min(out.len());
        out[..count].copy_from_slice(&bytes[..count]);
        LayerBytes::consume(self, count);
        Ok(count)
    }
}

impl<R: io::Read> io::BufRead for Hashed<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.fill()
    }

    fn consume(&mut self, count: usize) {
        LayerBytes::consume(self, count);
    }
}
