//! Logical lines: what is left of an instruction's lines when they are joined, and where each byte of it came from.

use crate::span::Span;

/// Where the bytes of a joined text are in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Map {
    /// Where a run of bytes begins: in the joined text, and in the file.
    runs: Vec<(u32, u32)>,
}

impl Map {
    /// Notes that the bytes from `joined` on came from `file` on.
    pub(crate) fn push(&mut self, joined: usize, file: u32) {
        self.runs.push((joined as u32, file));
    }

    /// Where a byte came from; a byte behind the end is taken for one after the last.
    pub(crate) fn place(&self, joined: usize) -> u32 {
        let joined = joined as u32;
        let after = self.runs.partition_point(|(start, _)| *start <= joined);
        let (start, file) = self.runs.get(after.wrapping_sub(1)).copied().unwrap_or_default();
        file + (joined - start)
    }

    /// The smallest span of the file that covers a piece of the joined text.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let first = self.place(start);
        if end <= start { Span::at(first) } else { Span::new(first, self.place(end - 1) + 1) }
    }
}
