//! Scripts inside words: `$(…)` and backquotes.

/// A script in a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Substitution {
    /// From here to there, in bytes of the word.
    Parentheses(usize, usize),
    /// The same, where `\`` is a backquote.
    Backquotes(usize, usize),
}

/// Whether quotes mean something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    Word,
    Heredoc,
}

/// The scripts directly in a word, in order.
pub(super) fn substitutions(raw: &str, text: Text) -> Vec<Substitution> {
    let mut found = Vec::new();
    if !raw.contains("$(") && !raw.contains('`') {
        return found;
    }
    let bytes = raw.as_bytes();
    let mut double = text == Text::Heredoc;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'"' if text == Text::Word => double = !double,
            b'\'' if !double => at += raw[at + 1..].find('\'').map_or(raw.len(), |end| end + 1),
            b'`' => match closing(&raw[at..]) {
                Some(length) => {
                    found.push(Substitution::Backquotes(at + 1, at + length - 1));
                    at += length - 1;
                }
                None => break,
            },
            b'$' if bytes.get(at + 1) == Some(&b'(') => match closing(&raw[at..]) {
                // Arithmetic: there may be substitutions in it.
                Some(length) if raw[at..at + length].starts_with("$((") && raw[at..at + length].ends_with("))") => {
                    at += 2;
                }
                Some(length) => {
                    found.push(Substitution::Parentheses(at + 2, at + length - 1));
                    at += length - 1;
                }
                None => break,
            },
            _ => {}
        }
        at += 1;
    }
    found
}

/// Bytes from the `$(`, `${` or backquote at the beginning of a text to what closes it.
pub(super) fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.first() == Some(&b'`') {
        return unescaped_backquote(bytes);
    }
    // What is open: a closing bracket, or a double quote.
    let mut open = Vec::new();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        let quoted = open.last() == Some(&b'"');
        match byte {
            b'\\' => at += 1,
            b'"' if quoted => drop(open.pop()),
            b'"' => open.push(b'"'),
            b'\'' if !quoted => at += text[at + 1..].find('\'').map_or(text.len(), |end| end + 1),
            b'`' => at += unescaped_backquote(&bytes[at..])? - 1,
            b'(' if !quoted || bytes[at - 1] == b'$' => open.push(b')'),
            b'{' if bytes[at - 1] == b'$' => open.push(b'}'),
            _ if open.last() == Some(byte) => drop(open.pop()),
            _ => {}
        }
        at += 1;
        if open.is_empty() {
            return Some(at);
        }
    }
    None
}

fn unescaped_backquote(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'`' => return Some(at + 1),
            _ => at += 1,
        }
    }
}
