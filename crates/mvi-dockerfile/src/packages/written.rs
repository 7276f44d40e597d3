//! Words as they are judged: what the shell replaces, in one notation.

use std::borrow::Cow;

use crate::shell::ShellWord;

/// The text of a word with every variable as `${NAME}`; `${…}` with the bare words of a command in place of `$(…)`, and
/// nothing in place of braces that become several words.
pub(crate) fn written(word: &ShellWord) -> Cow<'_, str> {
    let text = word.text.as_str();
    if word.is_static || !text.contains(['$', '`', '{']) {
        return Cow::Borrowed(text);
    }
    let mut done = String::with_capacity(text.len() + 2);
    let mut rest = text;
    while let Some(at) = rest.find(['$', '`', '{']) {
        done.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = replacement(rest, &mut done);
        rest = &rest[length..];
    }
    done.push_str(rest);
    Cow::Owned(done)
}

/// Writes down what is at the beginning of a text; its length there, which is never 0.
fn replacement(rest: &str, done: &mut String) -> usize {
    let name = rest[1..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    if rest.starts_with("${") {
        let length = closed(rest, '{', '}');
        done.push_str(&rest[..length]);
        return length;
    }
    if rest.starts_with("$(") {
        let length = closed(rest, '(', ')');
        let inner = rest[2..length].trim_end_matches(')');
        let is_simple = !inner.contains(['|', '&', ';', '\n', '(']);
        let words = inner.split_whitespace().flat_map(|word| word.split(['"', '\''])).filter(|_| is_simple);
        done.push_str("${");
        done.extend(words);
        done.push('}');
        return length;
    }
    if let Some(inner) = rest.strip_prefix('`') {
        done.push_str("${}");
        return inner.find('`').map_or(rest.len(), |end| end + 2);
    }
    if rest.starts_with('{') {
        let length = closed(rest, '{', '}');
        let is_list = rest[..length].contains([',', '.']);
        done.push_str(if is_list { "" } else { &rest[..length] });
        return length;
    }
    if name == 0 {
        done.push('$');
        return 1;
    }
    done.push_str("${");
    done.push_str(&rest[1..=name]);
    done.push('}');
    name + 1
}

/// Bytes up to the bracket that closes the first one, it included; all there are when none does.
fn closed(text: &str, open: char, close: char) -> usize {
    let mut depth = 0_u32;
    for (at, character) in text.char_indices() {
        if character == open {
            depth += 1;
        } else if character == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return at + 1;
            }
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;

    fn check(text: &str, expected: &str) {
        let word = ShellWord { text: text.into(), raw: text.into(), span: Span::at(0), is_static: false };
        assert_eq!(written(&word), expected);
    }

    #[test]
    fn what_is_replaced_has_one_notation() {
        check("a=$B-c", "a=${B}-c");
        check("a=${B:-1}c", "a=${B:-1}c");
        check("linux-$(uname -r)", "linux-${uname-r}");
        check("$(cat a | grep b)/c", "${}/c");
        check("`a b`-c", "${}-c");
        check("a{b,c}", "a");
        check("$", "$");
        check("$(a", "${a}");
        check("${a", "${a");
    }
}
