//! Where the uncompressed bytes of a layer come from: a file that is skipped through, or a stream that is seen whole.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use bytemuck::{Pod, Zeroable};

use super::estimate::GzipSampler;
use super::study::Window;
use crate::digest::{Digest, Hasher};

/// Bytes of a buffer between disk, hash, inflate and walk: large enough to amortise a hand-over, small enough to stay
/// in the second-level cache.
pub(crate) const BUFFER: usize = 256 << 10;

/// Bytes read at once where bodies are skipped: twice as many after each short leap, as small files come in crowds, and
/// a quarter after a long one. Chosen by counting calls and pages on real images.
const PEEK: std::ops::RangeInclusive<usize> = 1 << 10..=PAGES * PAGE;

/// A leap no longer than this is short.
const SHORT_LEAP: u64 = 4 << 10;

/// Bytes of a page of the kernel's cache: looking one up costs as much as copying it.
const PAGE: usize = 4 << 10;

/// Pages of the buffer for what is read at once.
const PAGES: usize = 16;

/// Memory where a page begins: processors copy between places aligned alike up to a tenth faster.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C, align(4096))]
struct Page([u8; PAGE]);

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
    buffer: Vec<Page>,
    at: usize,
    filled: usize,
    /// About how many bytes to read next.
    peek: usize,
}

impl<'f> Skipping<'f> {
    pub(crate) fn new(span: Span<'f>) -> Self {
        Self { span, buffer: vec![Page::zeroed(); PAGES], at: 0, filled: 0, peek: *PEEK.start() }
    }

    fn at_hand(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.buffer)[self.at..self.filled]
    }
}

/// So many bytes from `position` on that the last is the last of its page, about `wanted` of them.
fn to_page_end(position: u64, wanted: usize) -> usize {
    let before = (position % PAGE as u64) as usize;
    ((before + wanted) / PAGE * PAGE).max(PAGE) - before
}

impl LayerBytes for Skipping<'_> {
    fn fill(&mut self) -> io::Result<&[u8]> {
        if self.at == self.filled {
            self.at = 0;
            let length = to_page_end(self.span.position, self.peek);
            let room: &mut [u8] = bytemuck::cast_slice_mut(&mut self.buffer);
            self.filled = self.span.read(&mut room[..length])?;
            self.peek = (self.peek * 2).min(*PEEK.end());
        }
        Ok(self.at_hand())
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
            self.peek = (self.peek / 4).max(*PEEK.start());
        }
        Ok(at_hand + jump)
    }

    fn skips(&self) -> bool {
        true
    }

    fn window(&self, length: u64) -> Option<Window<'_>> {
        let start = self.span.position - (self.filled - self.at) as u64;
        Some(Window::new(self.span.file, start, length.min(self.span.end - start), self.at_hand()))
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

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_read_ends_with_a_page() {
        for (position, wanted, expected) in [
            (0, 1024, 4096),
            (512, 1024, 3584),
            (3584, 1024, 512),
            (3584, 4096, 512),
            (4096, 8192, 8192),
            (4095, 65_536, 61_441),
        ] {
            let length = to_page_end(position, wanted);
            assert_eq!(length, expected, "{wanted} from {position}");
            assert_eq!((position + length as u64) % PAGE as u64, 0);
        }
    }

    proptest! {
        #[test]
        fn skipping_sees_the_bytes_of_the_file(start in 0_u64..6000, steps in proptest::collection::vec((0_u64..20_000, 1_usize..2000), 1..20)) {
            let bytes: Vec<u8> = (0..200_000_u32).map(|index| (index * 7 % 251) as u8).collect();
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&bytes).unwrap();
            let mut source = Skipping::new(Span::new(&file, start, bytes.len() as u64 - start));
            let mut at = start as usize;
            for (leap, take) in steps {
                let skipped = source.skip(leap).unwrap();
                prop_assert_eq!(skipped, leap.min((bytes.len() - at) as u64));
                at += skipped as usize;
                let piece = source.fill().unwrap();
                prop_assert_eq!(piece, &bytes[at..at + piece.len()]);
                prop_assert!(!piece.is_empty() || at == bytes.len());
                let take = take.min(piece.len());
                source.consume(take);
                at += take;
            }
        }
    }
}
