//! From bytes to text of the same length, and back.

use crate::span::Span;

/// Stands for a byte that is not UTF-8: the ASCII character SUB, "substitute".
const SUBSTITUTE: char = '\u{1a}';

/// The bytes that had to be replaced to make a text of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Replaced {
    /// Where they are, in order.
    pub(crate) spans: Vec<Span>,
    /// All of them one after the other.
    bytes: Vec<u8>,
}

impl Replaced {
    /// Puts the bytes back.
    pub(crate) fn restore(&self, printed: &mut [u8]) {
        let mut from = 0;
        for span in &self.spans {
            let until = from + span.len() as usize;
            if let (Some(place), Some(bytes)) = (printed.get_mut(span.range()), self.bytes.get(from..until)) {
                place.copy_from_slice(bytes);
            }
            from = until;
        }
    }
}

/// A text in which every byte keeps its place; less than 4 GiB.
pub(crate) fn decode(bytes: &[u8]) -> (String, Replaced) {
    let mut text = String::with_capacity(bytes.len());
    let mut replaced = Replaced::default();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        let start = text.len() as u32;
        text.extend(chunk.invalid().iter().map(|_| SUBSTITUTE));
        replaced.bytes.extend_from_slice(chunk.invalid());
        let span = Span::new(start, text.len() as u32);
        match replaced.spans.last_mut() {
            Some(last) if last.end == start => last.end = span.end,
            _ if span.is_empty() => {}
            _ => replaced.spans.push(span),
        }
    }
    (text, replaced)
}

/// Why bytes are no text, as a sentence; `None` when they may be one.
pub(crate) fn foreign(bytes: &[u8]) -> Option<&'static str> {
    if u32::try_from(bytes.len()).is_err() {
        Some("this is not a Dockerfile: it has 4 GiB or more")
    } else if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        Some("this is not a Dockerfile yet: it is UTF-16, save it as UTF-8")
    } else if memchr::memchr(0, bytes).is_some() {
        Some("this is not a Dockerfile: it is binary")
    } else {
        None
    }
}
