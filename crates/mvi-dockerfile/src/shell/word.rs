//! Words of the shell: what is left of one without its quotes, and whether it is always the same.

use crate::shell::substitution::closing;

/// A word without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unquoted {
    pub(super) text: String,
    pub(super) is_static: bool,
}

/// Takes quotes and escapes away; what the shell replaces stays as it is written.
pub(super) fn unquote(raw: &str) -> Unquoted {
    let mut word = Unquoted { text: String::with_capacity(raw.len()), is_static: !raw.starts_with('~') };
    if !raw.contains(['\\', '\'', '"', '$', '`', '*', '?', '[', '{']) {
        word.text.push_str(raw);
        return word;
    }
    let bytes = raw.as_bytes();
    let mut double = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = &raw[at..];
        let next = bytes.get(at + 1).copied();
        at += match (byte, next) {
            (b'\\', _) => escape(rest, double, &mut word.text),
            (b'"', _) => {
                double = !double;
                1
            }
            (b'\'', _) if !double => {
                let end = rest[1..].find('\'').map_or(rest.len(), |end| end + 2);
                word.text.push_str(rest[1..].split('\'').next().unwrap_or_default());
                end
            }
            (b'$', Some(b'\'')) if !double => ansi(rest, &mut word),
            (b'$', Some(b'"')) if !double => 1,
            (b'$' | b'`', _) => {
                let length = replaced(rest);
                word.is_static &= length == 1 && *byte == b'$';
                word.text.push_str(&rest[..length]);
                length
            }
            (b'*' | b'?', _) if !double => {
                word.is_static = false;
                plain(rest, &mut word.text)
            }
            (b'[', _) if !double => {
                word.is_static &= !rest.contains(']');
                plain(rest, &mut word.text)
            }
            (b'{', _) if !double => {
                word.is_static &= !is_brace_expansion(rest);
                plain(rest, &mut word.text)
            }
            _ => plain(rest, &mut word.text),
        };
    }
    word
}

/// Takes one character over; its length.
fn plain(rest: &str, text: &mut String) -> usize {
    let char = rest.chars().next();
    text.extend(char);
    char.map_or(1, char::len_utf8)
}

fn escape(rest: &str, double: bool, text: &mut String) -> usize {
    let Some(next) = rest[1..].chars().next() else {
        text.push('\\');
        return 1;
    };
    if double && !matches!(next, '$' | '`' | '"' | '\\' | '\n') {
        text.push('\\');
    }
    if next != '\n' {
        text.push(next);
    }
    1 + next.len_utf8()
}

/// `$'…'`: known when it has no escapes but the simple ones.
fn ansi(rest: &str, word: &mut Unquoted) -> usize {
    let mut chars = rest.char_indices().skip(2);
    while let Some((at, char)) = chars.next() {
        match char {
            '\'' => return at + 1,
            '\\' => match chars.next().map(|(_, char)| char) {
                Some('n') => word.text.push('\n'),
                Some('t') => word.text.push('\t'),
                Some('r') => word.text.push('\r'),
                Some(char @ ('\\' | '\'' | '"')) => word.text.push(char),
                other => {
                    word.is_static = false;
                    word.text.push('\\');
                    word.text.extend(other);
                }
            },
            char => word.text.push(char),
        }
    }
    rest.len()
}

/// Bytes of what is replaced at the beginning of a text; 1 for a dollar that stands for itself.
fn replaced(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    match bytes.get(1) {
        _ if bytes[0] == b'`' => closing(rest).unwrap_or(rest.len()),
        Some(b'(' | b'{') => closing(rest).unwrap_or(rest.len()),
        Some(b'[') => rest.find(']').map_or(rest.len(), |end| end + 1),
        Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' | b'0'..=b'9') => 2,
        Some(byte) if byte.is_ascii_alphabetic() || *byte == b'_' => {
            1 + bytes[1..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
        }
        _ => 1,
    }
}

/// `{a,b}` or `{1..3}`.
fn is_brace_expansion(rest: &str) -> bool {
    let inner = rest.find('}').and_then(|end| rest.get(1..end)).unwrap_or_default();
    inner.contains(',') || inner.contains("..")
}
