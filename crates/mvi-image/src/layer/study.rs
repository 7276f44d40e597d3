//! Bodies that a collector looks into wherever it likes: in a file, or put by while a stream goes on.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;

use super::facts::{Collector, EntryHeader};
use crate::gap::GapCode;

/// First bytes of a body by which a collector decides whether to study it.
pub const PROBE_BYTES: usize = 16;
/// Bytes that a collector may keep of a body it studied.
pub const EXTRACT_BYTES: usize = 1 << 20;

/// Bytes of a body of a stream that are put by for a study: beyond, a temporary folder would have to be too large.
const SPOOL_BYTES: u64 = 4 << 30;

/// The bytes of one file, to be read at any offset.
pub trait OpenBody {
    /// Bytes of the body.
    fn size(&self) -> u64;

    /// Fills the front of `buffer` with what lies at `offset`; returns how many bytes, 0 only at the end or behind it.
    ///
    /// # Errors
    /// A disk that fails, or an archive that became shorter while it was read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// The `length` bytes at `offset`, where they are in memory anyway and nothing has to be read for them.
    fn at_hand(&self, _offset: u64, _length: usize) -> Option<&[u8]> {
        None
    }
}

/// The `length` bytes at `offset` of `bytes`, if there are as many.
fn part(bytes: &[u8], offset: u64, length: usize) -> Option<&[u8]> {
    bytes.get(usize::try_from(offset).ok()?..)?.get(..length)
}

impl OpenBody for &[u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(self.len());
        let count = buffer.len().min(self.len() - from);
        buffer[..count].copy_from_slice(&self[from..from + count]);
        Ok(count)
    }

    fn at_hand(&self, offset: u64, length: usize) -> Option<&[u8]> {
        part(self, offset, length)
    }
}

/// A range of a file as a body.
#[derive(Clone, Copy)]
pub(crate) struct Window<'f> {
    file: &'f File,
    start: u64,
    length: u64,
    /// Its first bytes, as far as they were read already.
    front: &'f [u8],
}

impl<'f> Window<'f> {
    /// The `length` bytes from `start` on; `read` are those at `start` that were read already, more or fewer of them.
    pub(crate) fn new(file: &'f File, start: u64, length: u64, read: &'f [u8]) -> Self {
        let front = read.len().min(usize::try_from(length).unwrap_or(usize::MAX));
        Self { file, start, length, front: &read[..front] }
    }
}

impl OpenBody for Window<'_> {
    fn size(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        if wanted == 0 {
            return Ok(0);
        }
        if let Some(front) = self.at_hand(offset, wanted) {
            buffer[..wanted].copy_from_slice(front);
            return Ok(wanted);
        }
        loop {
            match self.file.read_at(&mut buffer[..wanted], self.start.saturating_add(offset)) {
                Ok(0) => {
                    let text = "the file became shorter while it was read";
                    return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }

    fn at_hand(&self, offset: u64, length: usize) -> Option<&[u8]> {
        part(self.front, offset, length)
    }
}

/// Where a body is put by while its stream goes on: in memory, which is used again for the next one, and from `most`
/// bytes on in a temporary file without a name.
pub(crate) struct Spool {
    memory: Vec<u8>,
    most: usize,
    spilled: Option<File>,
    length: u64,
    failure: Option<io::Error>,
}

impl Spool {
    pub(crate) fn new(most: usize) -> Self {
        Self { memory: Vec::new(), most, spilled: None, length: 0, failure: None }
    }

    /// Makes room for the next body.
    pub(crate) fn clear(&mut self) {
        self.memory.clear();
        (self.spilled, self.length, self.failure) = (None, 0, None);
    }

    /// Adds a piece. What goes wrong is told when the body is asked for: the stream has to go on.
    pub(crate) fn push(&mut self, piece: &[u8]) {
        if self.failure.is_some() {
            return;
        }
        self.length += piece.len() as u64;
        if self.spilled.is_none() && self.memory.len() + piece.len() <= self.most {
            self.memory.extend_from_slice(piece);
        } else if let Err(error) = self.spill(piece) {
            self.failure = Some(error);
        }
    }

    fn spill(&mut self, piece: &[u8]) -> io::Result<()> {
        if self.length > SPOOL_BYTES {
            let text = format!("larger than the {SPOOL_BYTES} bytes that are put by of a stream");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        let file = match &mut self.spilled {
            Some(file) => file,
            none => {
                let file = none.insert(tempfile::tempfile()?);
                file.write_all(&self.memory)?;
                self.memory.clear();
                file
            }
        };
        file.write_all(piece)
    }

    /// The body, once all of it was pushed.
    pub(crate) fn body(&mut self) -> io::Result<SpooledBody<'_>> {
        match (self.failure.take(), &self.spilled) {
            (Some(error), _) => Err(error),
            (None, Some(file)) => Ok(SpooledBody::File(Window::new(file, 0, self.length, &[]))),
            (None, None) => Ok(SpooledBody::Memory(&self.memory)),
        }
    }
}

/// A body that was put by.
pub(crate) enum SpooledBody<'s> {
    Memory(&'s [u8]),
    File(Window<'s>),
}

impl OpenBody for SpooledBody<'_> {
    fn size(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.size(),
            Self::File(window) => window.size(),
        }
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Memory(bytes) => bytes.read_at(offset, buffer),
            Self::File(window) => window.read_at(offset, buffer),
        }
    }

    fn at_hand(&self, offset: u64, length: usize) -> Option<&[u8]> {
        match self {
            Self::Memory(bytes) => bytes.at_hand(offset, length),
            Self::File(window) => window.at_hand(offset, length),
        }
    }
}

/// What a collector makes of a body that can be read anywhere; empty when it is not worth it.
pub(crate) fn probe_and_study(
    collector: &dyn Collector,
    entry: &EntryHeader<'_>,
    body: &dyn OpenBody,
) -> Result<Vec<u8>, Unstudied> {
    let mut probe = [0; PROBE_BYTES];
    let mut filled = 0;
    while filled < PROBE_BYTES {
        match body.read_at(filled as u64, &mut probe[filled..]).map_err(|error| unreadable(&error))? {
            0 => break,
            count => filled += count,
        }
    }
    if collector.is_worth_study(entry, &probe[..filled]) { study(collector, entry, body) } else { Ok(Vec::new()) }
}

/// What a collector makes of a body that is worth it.
pub(crate) fn study(
    collector: &dyn Collector,
    entry: &EntryHeader<'_>,
    body: &dyn OpenBody,
) -> Result<Vec<u8>, Unstudied> {
    let extract = collector.study(entry, body).map_err(|error| unreadable(&error))?;
    if extract.len() > EXTRACT_BYTES {
        let text = format!("what it holds takes {} bytes, more than the {EXTRACT_BYTES} that are kept", extract.len());
        return Err((GapCode::BodyLimit, text));
    }
    Ok(extract)
}

/// Why a body was not studied, as a gap of its path.
pub(crate) type Unstudied = (GapCode, String);

pub(crate) fn unreadable(error: &io::Error) -> Unstudied {
    (GapCode::Body, format!("cannot be looked into: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pushes a body of `length` bytes in pieces of 7 and reads it back; says where it was.
    fn check(spool: &mut Spool, length: usize, expected: &str) {
        let bytes: Vec<u8> = (0..length).map(|at| at as u8).collect();
        spool.clear();
        for piece in bytes.chunks(7) {
            spool.push(piece);
        }
        let body = spool.body().unwrap();
        let place = match &body {
            SpooledBody::Memory(_) => "memory",
            SpooledBody::File(_) => "file",
        };
        assert_eq!((body.size(), place), (length as u64, expected));
        let mut read = vec![0; length + 9];
        assert_eq!(body.read_at(0, &mut read).unwrap(), length);
        assert_eq!(&read[..length], bytes);
        assert_eq!(body.read_at(length as u64 / 2, &mut read[..1]).unwrap(), usize::from(length > 0));
        assert_eq!(body.read_at(length as u64, &mut read).unwrap(), 0);
        assert_eq!(body.read_at(u64::MAX, &mut read).unwrap(), 0);
    }

    #[test]
    fn a_window_reads_the_same_whatever_of_it_was_read_before() {
        let mut file = tempfile::tempfile().unwrap();
        let bytes: Vec<u8> = (0..100).collect();
        file.write_all(&bytes).unwrap();
        for front in 0..60 {
            // The bytes at hand may go on behind the body.
            let window = Window::new(&file, 20, 40, &bytes[20..20 + front]);
            for (offset, length) in [(0, 1), (0, 40), (0, 50), (7, 20), (39, 1), (40, 1), (u64::MAX, 1)] {
                let mut read = vec![0; length];
                let count = window.read_at(offset, &mut read).unwrap();
                let wanted: &[u8] = bytes[20..60].get(offset.min(40) as usize..).unwrap_or_default();
                assert_eq!(read[..count], wanted[..length.min(wanted.len())], "{front} {offset} {length}");
                let at_hand = window.at_hand(offset, length);
                assert_eq!(at_hand.is_some(), offset <= 40 && offset as usize + length <= front.min(40), "{front}");
                assert!(at_hand.is_none_or(|at_hand| at_hand == read));
            }
        }
    }

    #[test]
    fn a_body_larger_than_the_memory_for_it_is_put_by_in_a_file() {
        let mut spool = Spool::new(70);
        for (length, place) in
            [(0, "memory"), (69, "memory"), (70, "memory"), (71, "file"), (500, "file"), (3, "memory")]
        {
            check(&mut spool, length, place);
        }
    }
}
