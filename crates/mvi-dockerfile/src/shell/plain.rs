//! Scripts of nothing but plain words, which most are: cut here, as the parser takes many times as long and makes the same
//! of them. Whatever is more than plain is left to it.

use crate::shell::Joint;

/// Bytes up to which a script is cut here; the parser's limits are not reached by any such.
const BYTES: usize = 4096;

/// Words that may be more than a word.
const RESERVED: &[&str] = &[
    "!", "[[", "]]", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in",
    "select", "then", "time", "until", "while",
];

/// A command of words alone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plain {
    /// What stands before it; the first one has `First`.
    pub(super) joint: Joint,
    /// Where its words begin and end, in bytes; at least one.
    pub(super) words: Vec<(usize, usize)>,
}

/// The commands of a script, joined by `&&`, `||`, `|` or `;`; `None` where anything else is in it.
pub(super) fn commands(text: &str) -> Option<Vec<Plain>> {
    if text.len() > BYTES {
        return None;
    }
    let bytes = text.as_bytes();
    let mut commands: Vec<Plain> = Vec::new();
    let mut open = Plain { joint: Joint::First, words: Vec::new() };
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let (joint, length) = match (byte, bytes.get(at + 1)) {
            (b' ' | b'\t', _) => {
                at += 1;
                continue;
            }
            (b'&', Some(b'&')) => (Joint::And, 2),
            (b'|', Some(b'|')) => (Joint::Or, 2),
            (b'|', Some(b'&')) => return None,
            (b'|', _) => (Joint::Pipe, 1),
            (b';', _) => (Joint::Sequence, 1),
            _ => {
                let end = word(bytes, at)?;
                let is_first = open.words.is_empty();
                let written = text.get(at..end)?;
                if RESERVED.contains(&written) || (is_first && written.contains('=')) {
                    return None;
                }
                open.words.push((at, end));
                at = end;
                continue;
            }
        };
        if open.words.is_empty() {
            return None;
        }
        commands.push(std::mem::replace(&mut open, Plain { joint, words: Vec::new() }));
        at += length;
    }
    match (open.words.is_empty(), open.joint) {
        (false, _) => commands.push(open),
        // A script may end with `;`, and has to have a command before it.
        (true, Joint::Sequence) => {}
        (true, _) => return None,
    }
    Some(commands)
}

/// Where a word ends; `None` where something in it is not plain.
fn word(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at = match bytes.get(at) {
            None | Some(b' ' | b'\t' | b'&' | b'|' | b';') => return (at > start).then_some(at),
            Some(b'\'') => single(bytes, at)?,
            Some(b'"') => double(bytes, at)?,
            Some(b'$') => variable(bytes, at)?,
            Some(byte) if is_plain(*byte) => at + 1,
            Some(_) => return None,
        };
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-./:,@%+=*?[]~".contains(&byte)
}

fn is_printable(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_graphic()
}

/// Behind what closes a single quote.
fn single(bytes: &[u8], start: usize) -> Option<usize> {
    let length = bytes[start + 1..].iter().take_while(|byte| is_printable(**byte) && **byte != b'\'').count();
    let end = start + 1 + length;
    (bytes.get(end) == Some(&b'\'')).then_some(end + 1)
}

/// Behind what closes a double quote.
fn double(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        at = match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'$' => variable(bytes, at)?,
            b'\\' | b'`' => return None,
            byte if is_printable(*byte) => at + 1,
            _ => return None,
        };
    }
}

/// Behind `$NAME` or `${NAME}`.
fn variable(bytes: &[u8], start: usize) -> Option<usize> {
    let is_braced = bytes.get(start + 1) == Some(&b'{');
    let name = start + 1 + usize::from(is_braced);
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let end = name + bytes.get(name..)?.iter().take_while(is_name).count();
    let begins = bytes.get(name).is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_');
    match (begins, is_braced) {
        (true, false) => Some(end),
        (true, true) => (bytes.get(end) == Some(&b'}')).then_some(end + 1),
        (false, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&[(Joint, &[&str])]>) {
        let found = commands(text).map(|commands| {
            let words = |one: &Plain| one.words.iter().map(|(start, end)| text[*start..*end].to_owned()).collect();
            commands.iter().map(|one| (one.joint, words(one))).collect::<Vec<(Joint, Vec<String>)>>()
        });
        let expected = expected.map(|commands| {
            let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
            commands.iter().map(|(joint, all)| (*joint, words(all))).collect::<Vec<(Joint, Vec<String>)>>()
        });
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn plain_words_are_cut_at_blanks_and_operators() {
        check(
            "a 'b c'd \"$e ${F}\"&&g|h ;",
            Some(&[(Joint::First, &["a", "'b c'd", "\"$e ${F}\""]), (Joint::And, &["g"]), (Joint::Pipe, &["h"])]),
        );
        check("a || b A=c; d", Some(&[(Joint::First, &["a"]), (Joint::Or, &["b", "A=c"]), (Joint::Sequence, &["d"])]));
    }

    #[test]
    fn what_is_more_than_plain_is_left_to_the_parser() {
        for text in [
            "A=b c",
            "if a; then b; fi",
            "a > b",
            "a $(b)",
            "a `b`",
            "a & b",
            "a # b",
            "a 'b",
            "a \"b",
            "a \\ b",
            "a ${b:-c}",
            "a\nb",
            "! a",
            "a && ",
            "&& a",
            "a ;; b",
            "a |& b",
            "a $1",
            "{ a",
            "(a)",
            "é",
            ";",
            "",
        ] {
            check(text, None);
        }
    }
}
