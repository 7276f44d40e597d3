//! Logical lines: what is left of an instruction's lines when they are joined, and where each byte of it came from.

use std::borrow::Cow;

use crate::span::Span;

/// Where the bytes of a text that was put together are in the text they came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Map {
    /// Where a run of bytes begins: here, and there.
    runs: Vec<(u32, u32)>,
}

impl Map {
    /// A text that is one piece of another.
    pub(crate) fn piece(there: u32) -> Self {
        Self { runs: vec![(0, there)] }
    }

    /// Notes that the bytes from `here` on came from `there` on.
    pub(crate) fn push(&mut self, here: usize, there: u32) {
        let here = here as u32;
        match self.runs.last_mut() {
            Some((start, from)) if *from + (here - *start) == there => {}
            Some(last) if last.0 == here => last.1 = there,
            _ => self.runs.push((here, there)),
        }
    }

    /// Where a byte came from; a byte behind the end is taken for one after the last.
    pub(crate) fn place(&self, here: usize) -> u32 {
        let here = here as u32;
        let after = self.runs.partition_point(|(start, _)| *start <= here);
        let (start, there) = self.runs.get(after.wrapping_sub(1)).copied().unwrap_or_default();
        there + (here - start)
    }

    /// The smallest span there that covers a piece here.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let first = self.place(start);
        if end <= start { Span::at(first) } else { Span::new(first, self.place(end - 1) + 1) }
    }

    /// The map of the text from `start` to `end`.
    pub(crate) fn cut(&self, start: usize, end: usize) -> Self {
        let mut runs = vec![(0, self.place(start))];
        let first = self.runs.partition_point(|(here, _)| *here as usize <= start);
        let inside = self.runs[first..].iter().take_while(|(here, _)| (*here as usize) < end);
        runs.extend(inside.map(|(here, there)| (here - start as u32, *there)));
        Self { runs }
    }

    /// The map of a text that was made of this one's: `outer` says where each of its bytes is here.
    pub(crate) fn through(&self, outer: &Self, length: usize) -> Self {
        let mut map = Self::default();
        for (index, (here, there)) in outer.runs.iter().enumerate() {
            let end = outer.runs.get(index + 1).map_or(length, |(next, _)| *next as usize);
            let piece = self.cut(*there as usize, *there as usize + (end - *here as usize));
            piece.runs.iter().for_each(|(start, place)| map.push((*here + start) as usize, *place));
        }
        map
    }
}

/// Lines that are being joined.
#[derive(Debug)]
pub(crate) struct Joined<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) map: Map,
}

impl<'a> Joined<'a> {
    /// The first line.
    pub(crate) fn new(line: &'a str, at: u32) -> Self {
        Self { text: Cow::Borrowed(line), map: Map::piece(at) }
    }

    /// One more.
    pub(crate) fn push(&mut self, line: &str, at: u32) {
        self.map.push(self.text.len(), at);
        self.text.to_mut().push_str(line);
    }
}

/// A piece of a logical line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slice<'a> {
    pub(crate) text: &'a str,
    /// Where it begins in the logical line.
    pub(crate) at: usize,
}

impl<'a> Slice<'a> {
    /// The piece from `start` to `end` of this one.
    pub(crate) fn cut(self, start: usize, end: usize) -> Self {
        Self { text: self.text.get(start..end).unwrap_or_default(), at: self.at + start }
    }

    /// Without white space around it.
    pub(crate) fn trim(self) -> Self {
        let text = self.text.trim_start();
        Self { text: text.trim_end(), at: self.at + (self.text.len() - text.len()) }
    }

    /// Up to the first blank, and what follows the blanks.
    pub(crate) fn split(self) -> (Self, Self) {
        let end = self.text.find(is_blank).unwrap_or(self.text.len());
        let next = self.text[end..].find(|char| !is_blank(char)).map_or(self.text.len(), |blanks| end + blanks);
        (self.cut(0, end), self.cut(next, self.text.len()))
    }

    /// Where it ends in the logical line.
    pub(crate) fn end(self) -> usize {
        self.at + self.text.len()
    }
}

/// What separates words.
pub(crate) fn is_blank(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\r' | '\u{b}' | '\u{c}')
}
