//! Reading pieces of a body: bounded, and whole or not at all.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;

use memchr::memchr;
use mvi_image::OpenBody;

/// Bytes of a window that small reads are served from.
const WINDOW: usize = 4096;
/// Windows that are kept: the beginning of a file, and the place that is being read.
const WINDOWS: usize = 3;

/// A body whose last few small reads are remembered by windows: the headers of a file lie close together, and each is
/// read by itself.
pub(crate) struct Windows<'b> {
    body: &'b dyn OpenBody,
    kept: RefCell<VecDeque<(u64, Vec<u8>)>>,
}

impl<'b> Windows<'b> {
    pub(crate) fn new(body: &'b dyn OpenBody) -> Self {
        Self { body, kept: RefCell::default() }
    }
}

impl OpenBody for Windows<'_> {
    fn size(&self) -> u64 {
        self.body.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.len() >= WINDOW || self.at_hand(offset, buffer.len()).is_some() {
            return self.body.read_at(offset, buffer);
        }
        let start = offset - offset % WINDOW as u64;
        let mut kept = self.kept.borrow_mut();
        let known = kept.iter().position(|window| window.0 == start);
        let window = match known.and_then(|place| kept.remove(place)) {
            Some(window) => window,
            None => (start, read_at_most(self.body, start, WINDOW as u64, WINDOW)?),
        };
        let rest = window.1.get((offset - start) as usize..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        kept.truncate(WINDOWS - 1);
        kept.push_front(window);
        Ok(count)
    }

    fn at_hand(&self, offset: u64, length: usize) -> Option<&[u8]> {
        self.body.at_hand(offset, length)
    }
}

/// Bytes of a text inside a binary that are kept.
const MOST_TEXT: usize = 4096;

/// What lies at `offset`: `bytes` of it, but no more than `most`, nor more than there are.
///
/// # Errors
/// Those of the body.
pub(crate) fn read_at_most(body: &dyn OpenBody, offset: u64, bytes: u64, most: usize) -> io::Result<Vec<u8>> {
    let left = body.size().saturating_sub(offset);
    let wanted = usize::try_from(bytes.min(left)).unwrap_or(most).min(most);
    let mut buffer = vec![0; wanted];
    let mut filled = 0;
    while filled < wanted {
        match body.read_at(offset + filled as u64, &mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    buffer.truncate(filled);
    Ok(buffer)
}

/// Exactly `bytes` at `offset`; none where there are fewer.
///
/// # Errors
/// Those of the body.
pub(crate) fn read_exactly(body: &dyn OpenBody, offset: u64, bytes: usize) -> io::Result<Option<Vec<u8>>> {
    let read = read_at_most(body, offset, bytes as u64, bytes)?;
    Ok(Some(read).filter(|read| read.len() == bytes))
}

/// The text that starts at `offset` of a table and ends with NUL; long ones are cut.
pub(crate) fn text_at(table: &[u8], offset: u64) -> Option<String> {
    let bytes = bytes_at(table, offset)?;
    Some(String::from_utf8_lossy(&bytes[..bytes.len().min(MOST_TEXT)]).into_owned())
}

/// The bytes from `offset` of a table up to the next NUL; none where there is no such.
pub(crate) fn bytes_at(table: &[u8], offset: u64) -> Option<&[u8]> {
    let bytes = table.get(usize::try_from(offset).ok()?..)?;
    memchr(0, bytes).map(|end| &bytes[..end])
}
