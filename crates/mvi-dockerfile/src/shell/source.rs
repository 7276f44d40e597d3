//! The text of a script, and where each piece of it is in the file.

use brush_parser::SourceSpan;

use crate::span::Span;
use crate::syntax::logical::Map;

/// A script as its shell reads it.
#[derive(Clone, Debug)]
pub(super) struct Source<'a> {
    pub(super) text: &'a str,
    map: Map,
    /// No span leaves it.
    limit: Span,
    /// Where each character begins; empty when every character is one byte.
    characters: Vec<u32>,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str, map: Map, limit: Span) -> Self {
        let starts = text.char_indices().map(|(at, _)| at as u32);
        let characters = if text.is_ascii() { Vec::new() } else { starts.chain([text.len() as u32]).collect() };
        Self { text, map, limit, characters }
    }

    /// A piece of this source, which another script is.
    pub(super) fn cut(&self, start: usize, end: usize) -> Source<'a> {
        Source::new(&self.text[start..end], self.map.cut(start, end), self.limit)
    }

    /// Another text made of this one; `map` says where each of its bytes is here.
    pub(super) fn reworded<'t>(&self, text: &'t str, map: &Map) -> Source<'t> {
        Source::new(text, self.map.through(map, text.len()), self.limit)
    }

    /// Where a piece is in the file.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let span = self.map.span(start, end);
        let inside = |offset: u32| offset.max(self.limit.start).min(self.limit.end);
        Span::new(inside(span.start), inside(span.end))
    }

    /// Where the character of this number begins; the parser counts characters.
    pub(super) fn byte(&self, character: usize) -> usize {
        if self.characters.is_empty() {
            return character.min(self.text.len());
        }
        self.characters.get(character).map_or(self.text.len(), |at| *at as usize)
    }

    /// Where a word is in the text. The parser counts no line continuations before a word, so its end is what is sure.
    pub(super) fn word(&self, value: &str, location: &SourceSpan) -> (usize, usize) {
        let (start, end) = (self.byte(location.start.index), self.byte(location.end.index));
        if self.text.get(start..end) == Some(value) {
            return (start, end);
        }
        if self.text[..end].ends_with(value) {
            return (end - value.len(), end);
        }
        let raw = self.text.get(start..end).unwrap_or_default();
        let lead = raw.len() - raw.trim_start_matches([' ', '\t', '\\', '\n']).len();
        (start + lead, end)
    }
}
