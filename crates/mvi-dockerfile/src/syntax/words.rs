//! Words: where one ends and the next begins, and what is left of one without its quotes.

use crate::syntax::body::Word;
use crate::syntax::context::Context;
use crate::syntax::logical::Slice;
use crate::syntax::model::ProblemKind;

/// What becomes of variables and quotes in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expand {
    /// Quotes are taken away and variables replaced.
    Yes,
    /// It stays as it is.
    No,
}

/// Words between blanks; quotes mean nothing here.
pub(crate) fn split_blanks(slice: Slice<'_>) -> Vec<Slice<'_>> {
    let mut words = Vec::new();
    let mut rest = slice.trim();
    while !rest.text.is_empty() {
        let (word, next) = rest.split();
        words.push(word);
        rest = next;
    }
    words
}

/// Words between white space that is neither quoted nor escaped.
pub(crate) fn split_quoted(slice: Slice<'_>, escape: char) -> Vec<Slice<'_>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut chars = slice.text.char_indices();
    while let Some((at, char)) = chars.next() {
        match (start, quote) {
            (_, Some(end)) => {
                if char == escape && end != '\'' {
                    chars.next();
                } else if char == end {
                    quote = None;
                }
            }
            (None, None) if char.is_whitespace() => {}
            (Some(from), None) if char.is_whitespace() => {
                words.push(slice.cut(from, at));
                start = None;
            }
            (_, None) => {
                start.get_or_insert(at);
                match char {
                    '\'' | '"' => quote = Some(char),
                    _ if char == escape => drop(chars.next()),
                    _ => {}
                }
            }
        }
    }
    words.extend(start.map(|from| slice.cut(from, slice.text.len())));
    words
}

/// Makes a word of a piece of a line. A quote without its end is a problem where quotes mean something.
pub(crate) fn word(context: &mut Context<'_>, slice: Slice<'_>, expand: Expand) -> Word {
    let span = context.span(slice);
    let raw = slice.text.to_owned();
    if expand == Expand::No || !slice.text.contains(['\'', '"', '$', context.escape]) {
        return Word { text: raw.clone(), raw, span, has_variables: false };
    }
    let unquoted = unquote(slice.text, context.escape);
    if !unquoted.closed {
        context.problem(span, ProblemKind::UnterminatedQuote, "a quote begins here and does not end");
    }
    Word { text: unquoted.text, raw, span, has_variables: unquoted.has_variables }
}

/// A word without its quotes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unquoted {
    pub(crate) text: String,
    pub(crate) has_variables: bool,
    /// Whether every quote ends.
    pub(crate) closed: bool,
    /// Whether a piece of it was in quotes.
    pub(crate) quoted: bool,
}

/// Takes quotes and escapes away, as BuildKit's lexer does; `${…}` stays as it is written.
pub(crate) fn unquote(raw: &str, escape: char) -> Unquoted {
    let mut unquoted =
        Unquoted { text: String::with_capacity(raw.len()), has_variables: false, closed: true, quoted: false };
    let mut quote = None;
    let mut chars = raw.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if quote == Some('\'') {
            if char == '\'' { quote = None } else { unquoted.text.push(char) }
        } else if char == escape {
            let next = chars.peek().map(|(_, next)| *next);
            let kept = quote.is_some() && !next.is_some_and(|next| next == '"' || next == '$' || next == escape);
            if kept && next.is_some() {
                unquoted.text.push(char);
            } else if let Some((_, next)) = chars.next() {
                unquoted.text.push(next);
            }
        } else if char == '$' {
            let length = reference(&raw[at..]);
            unquoted.has_variables |= length > 1;
            unquoted.text.push_str(&raw[at..at + length]);
            while chars.next_if(|(next, _)| *next < at + length).is_some() {}
        } else if Some(char) == quote {
            quote = None;
        } else if quote.is_none() && (char == '"' || char == '\'') {
            quote = Some(char);
            unquoted.quoted = true;
        } else {
            unquoted.text.push(char);
        }
    }
    unquoted.closed = quote.is_none();
    unquoted
}

/// Bytes of the reference to a variable at the beginning of this text; 1 when `$` stands for itself.
pub(crate) fn reference(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.get(1) {
        Some(b'{') => braces(text).unwrap_or(text.len()),
        Some(byte) if byte.is_ascii_digit() => 1 + bytes[1..].iter().take_while(|byte| byte.is_ascii_digit()).count(),
        Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => 2,
        _ => 1 + name_length(&text[1..]),
    }
}

/// Bytes of the name at the beginning of a text: letters, digits and `_`.
pub(crate) fn name_length(text: &str) -> usize {
    text.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(text.len())
}

/// Bytes up to the brace that closes the first one.
fn braces(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 && at > 0 {
            return Some(at + 1);
        }
    }
    None
}
