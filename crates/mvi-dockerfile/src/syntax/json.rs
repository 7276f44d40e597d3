//! The exec form: a JSON array of strings. What is no JSON is shell form; JSON of something else is a mistake.

use crate::syntax::body::Word;
use crate::syntax::context::Context;
use crate::syntax::logical::{Map, Slice};
use crate::syntax::words::{Expand, reference};

/// What arguments turned out to be.
pub(crate) enum Exec {
    /// An array of strings.
    Words(Vec<Word>),
    /// An array that holds something else.
    NotStrings,
    /// Not an array.
    No,
}

/// Reads arguments as an array of strings, which must be all of them.
pub(crate) fn exec(context: &Context<'_>, slice: Slice<'_>, expand: Expand) -> Exec {
    let slice = slice.trim();
    if !slice.text.starts_with('[') {
        return Exec::No;
    }
    match strings(context, slice, expand) {
        Some(words) => Exec::Words(words),
        None if serde_json::from_str::<Vec<serde::de::IgnoredAny>>(slice.text).is_ok() => Exec::NotStrings,
        None => Exec::No,
    }
}

fn strings(context: &Context<'_>, slice: Slice<'_>, expand: Expand) -> Option<Vec<Word>> {
    let text = slice.text;
    let mut words = Vec::new();
    let mut at = skip(text, 1);
    if text[at..].starts_with(']') {
        return (at + 1 == text.len()).then_some(words);
    }
    loop {
        let (value, _, length) = string(&text[at..])?;
        let piece = slice.cut(at, at + length);
        let has_variables = expand == Expand::Yes && refers(&value);
        words.push(Word { text: value, raw: piece.text.to_owned(), span: context.span(piece), has_variables });
        at = skip(text, at + length);
        match text.as_bytes().get(at)? {
            b',' => at = skip(text, at + 1),
            b']' => return (at + 1 == text.len()).then_some(words),
            _ => return None,
        }
    }
}

/// Whether a text holds a reference to a variable.
fn refers(text: &str) -> bool {
    text.match_indices('$').any(|(at, _)| reference(&text[at..]) > 1)
}

/// Past JSON's white space.
fn skip(text: &str, at: usize) -> usize {
    text[at..].find(|char| !matches!(char, ' ' | '\t' | '\r' | '\n')).map_or(text.len(), |blanks| at + blanks)
}

/// The string literal at the beginning of a text: its value, where the value's bytes are in the text, and its length.
pub(crate) fn string(text: &str) -> Option<(String, Map, usize)> {
    let body = text.strip_prefix('"')?;
    let end = plain(body);
    let (mut value, mut map) = (body[..end].to_owned(), Map::piece(1));
    let mut at = end;
    loop {
        match body.as_bytes().get(at)? {
            b'"' => return Some((value, map, at + 2)),
            b'\\' => {
                let (char, length) = escaped(&body[at..])?;
                map.push(value.len(), at as u32 + 1);
                value.push(char);
                at += length;
                map.push(value.len(), at as u32 + 1);
            }
            // A control character is not JSON; SUB stands for a byte that is not UTF-8, which is let pass.
            byte if *byte < 0x20 && *byte != 0x1a => return None,
            _ => {
                let end = at + plain(&body[at..]).max(1);
                value.push_str(&body[at..end]);
                at = end;
            }
        }
    }
}

/// Bytes before the next one that means something.
fn plain(text: &str) -> usize {
    text.bytes().position(|byte| byte == b'"' || byte == b'\\' || byte < 0x20).unwrap_or(text.len())
}

/// The character of an escape sequence, and its bytes; half a pair of surrogates is `U+FFFD`.
fn escaped(text: &str) -> Option<(char, usize)> {
    let char = match text.as_bytes().get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(text),
        _ => return None,
    };
    Some((char, 2))
}

fn unicode(text: &str) -> Option<(char, usize)> {
    let first = hex(text, 2)?;
    if let 0xd800..=0xdbff = first
        && text.get(6..8) == Some("\\u")
        && let Some(second @ 0xdc00..=0xdfff) = hex(text, 8)
    {
        let char = char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00));
        return char.map(|char| (char, 12));
    }
    Some((char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 6))
}

fn hex(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}
