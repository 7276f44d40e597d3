//! Where things are in a file: spans of bytes, and lines and columns as people count them.

use std::ops::Range;
use std::sync::Arc;

/// A piece of a file, in bytes from its start; `end` is the first byte that is no longer part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// From the first byte to the one after the last.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// An empty span: the place before this byte.
    #[must_use]
    pub const fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// Bytes in it.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether there are no bytes in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether the byte at this offset is in it.
    #[must_use]
    pub const fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }

    /// Whether all of `inner` is in it.
    #[must_use]
    pub const fn covers(self, inner: Self) -> bool {
        self.start <= inner.start && inner.end <= self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// As a range of indices.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Its text; empty when the span is not one of this text.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }
}

/// A place as people name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1, in Unicode scalar values; a byte order mark has no column.
    pub column: u32,
}

/// Bytes between two places at which the characters before are known.
const STEP: usize = 4096;

/// Turns offsets into lines and columns. A line ends with `\n`; the `\r` before it belongs to the line.
#[derive(Clone, Debug)]
pub struct LineIndex {
    text: Arc<str>,
    starts: Vec<u32>,
    /// Characters before every `STEP`th byte; empty when every character is one byte.
    characters: Vec<u32>,
}

impl LineIndex {
    /// Counts the lines of a text of less than 4 GiB.
    #[must_use]
    pub fn new(text: Arc<str>) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        let mut characters = Vec::new();
        if !text.is_ascii() {
            let mut before = 0;
            for chunk in text.as_bytes().chunks(STEP) {
                characters.push(before);
                before += begun(chunk);
            }
            characters.push(before);
        }
        Self { text, starts, characters }
    }

    /// Number of lines; a text that ends with a newline has no empty line after it.
    #[must_use]
    pub fn count(&self) -> u32 {
        let last = self.starts.last().is_some_and(|start| *start as usize == self.text.len());
        (self.starts.len() - usize::from(last)) as u32
    }

    /// The line, from 1, that holds the byte at this offset.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32
    }

    /// Line and column of the byte at this offset; the end of the text for offsets behind it.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let offset = offset.min(self.text.len() as u32);
        let line = self.line(offset);
        let mut start = self.starts.get(line as usize - 1).copied().unwrap_or_default();
        if start == 0 && self.text.starts_with('\u{feff}') {
            start = 3;
        }
        let offset = offset.max(start);
        Position { line, column: self.characters_before(offset) - self.characters_before(start) + 1 }
    }

    /// The offset of a line and column; `None` when the text has no such place.
    #[must_use]
    pub fn offset(&self, position: Position) -> Option<u32> {
        let line = self.line_span(position.line)?;
        let text = line.of(&self.text);
        let text = if line.start == 0 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        let skipped = line.len() as usize - text.len();
        let column = position.column.checked_sub(1)? as usize;
        let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        ends.into_iter().nth(column).map(|at| line.start + (skipped + at) as u32)
    }

    /// A line, from 1, without its newline; `None` when there is no such line.
    #[must_use]
    pub fn line_span(&self, line: u32) -> Option<Span> {
        let start = *self.starts.get(line.checked_sub(1)? as usize)?;
        let next = self.starts.get(line as usize).copied();
        let end = next.map_or(self.text.len() as u32, |next| next - 1);
        let carriage = end > start && self.text.as_bytes()[end as usize - 1] == b'\r' && next.is_some();
        Some(Span::new(start, end - u32::from(carriage)))
    }

    fn characters_before(&self, offset: u32) -> u32 {
        let offset = offset as usize;
        match self.characters.get(offset / STEP) {
            None => offset as u32,
            Some(before) => before + begun(&self.text.as_bytes()[offset / STEP * STEP..offset]),
        }
    }
}

/// Characters that begin in these bytes of UTF-8.
fn begun(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u32
}
