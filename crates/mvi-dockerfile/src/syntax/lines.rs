//! Physical lines, and whether one goes on in the next.

use crate::span::Span;
use crate::syntax::logical::Joined;

/// A line of a file, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) start: u32,
    /// Without its newline and the carriage returns before it.
    pub(crate) text: &'a str,
    /// Where the next one begins.
    pub(crate) next: u32,
}

impl<'a> Line<'a> {
    /// The line that begins at this byte; `None` at the end of the file.
    pub(crate) fn at(file: &'a str, start: u32) -> Option<Self> {
        let rest = file.get(start as usize..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |newline| newline + 1);
        let text = rest[..length].trim_end_matches(['\r', '\n']);
        Some(Self { start, text, next: start + length as u32 })
    }

    /// Its text without white space before it, and where that begins.
    pub(crate) fn trimmed(&self) -> (&'a str, u32) {
        let text = self.text.trim_start();
        (text, self.start + (self.text.len() - text.len()) as u32)
    }

    /// Where its text ends.
    pub(crate) fn end(&self) -> u32 {
        self.start + self.text.len() as u32
    }
}

/// What is left of a line that goes on in the next one: its last character but spaces and tabs is the escape, and there
/// is no other escape before that.
pub(crate) fn continued(line: &str, escape: char) -> Option<&str> {
    let before = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!before.ends_with(escape)).then_some(before)
}

/// The lines of a piece of an instruction joined once more.
pub(crate) fn rejoin(file: &str, span: Span, escape: char) -> Joined<'_> {
    let piece = span.of(file);
    let mut joined = Joined::new("", span.start);
    let mut at = 0;
    while let Some(line) = Line::at(piece, at) {
        let text = line.text.trim_start();
        let between = at > 0 && (text.is_empty() || text.starts_with('#'));
        if !between {
            joined.push(continued(line.text, escape).unwrap_or(line.text), span.start + line.start);
        }
        at = line.next;
    }
    joined
}
