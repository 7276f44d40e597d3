//! Places as editors count them, and as files do.

use lsp_types::{Position, PositionEncodingKind, Range};
use mvi_dockerfile::{Dockerfile, Span};

/// How an editor counts the characters of a line (Language Server Protocol 3.17, `PositionEncodingKind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// In bytes.
    Utf8,
    /// In units of UTF-16, what every editor can.
    Utf16,
}

impl Encoding {
    /// The one to speak with an editor that offers these.
    pub(super) fn choose(offered: Option<&[PositionEncodingKind]>) -> Self {
        let utf8 = offered.is_some_and(|offered| offered.contains(&PositionEncodingKind::UTF8));
        if utf8 { Self::Utf8 } else { Self::Utf16 }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    /// The range of a span.
    pub(super) fn range(self, file: &Dockerfile, span: Span) -> Range {
        Range { start: self.position(file, span.start), end: self.position(file, span.end.max(span.start)) }
    }

    fn position(self, file: &Dockerfile, offset: u32) -> Position {
        let text = file.text();
        let offset = (offset as usize).min(text.len());
        let line = file.lines().line(offset as u32);
        let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
        let before = &text[start..offset];
        let units = match self {
            Self::Utf8 => before.len(),
            Self::Utf16 => before.encode_utf16().count(),
        };
        Position { line: line.saturating_sub(1), character: units as u32 }
    }
}

/// Whether two ranges touch.
pub(super) fn touch(one: Range, other: Range) -> bool {
    one.start <= other.end && other.start <= one.end
}

/// The path of a `file:` URI (RFC 8089); `None` for anything else.
pub(super) fn path_of(uri: &str) -> Option<std::path::PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    let rest = uri.strip_prefix("file://")?;
    let path = &rest[rest.find('/')?..];
    let mut bytes = Vec::with_capacity(path.len());
    let mut left = path.bytes();
    while let Some(byte) = left.next() {
        let mut digit = || left.next().and_then(|digit| char::from(digit).to_digit(16));
        bytes.push(if byte == b'%' { (digit()? * 16 + digit()?) as u8 } else { byte });
    }
    Some(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_count_in_their_own_units() {
        let file = Dockerfile::parse("FROM a\nRUN é😀 x\r\n".as_bytes());
        let x = Span::new(18, 19);
        assert_eq!(x.of(file.text()), "x");
        let at = |encoding: Encoding| encoding.range(&file, x).start;
        assert_eq!(at(Encoding::Utf8), Position { line: 1, character: 11 });
        assert_eq!(at(Encoding::Utf16), Position { line: 1, character: 8 });
        assert_eq!(Encoding::Utf16.range(&file, Span::at(99)).start, Position { line: 2, character: 0 });
    }

    #[test]
    fn uris_are_paths() {
        assert_eq!(path_of("file:///a%20b/%C3%A9"), Some("/a b/é".into()));
        assert_eq!(path_of("file://host/a"), Some("/a".into()));
        assert_eq!(path_of("untitled:Untitled-1"), None);
        assert_eq!(path_of("file:///a%2"), None);
    }
}
