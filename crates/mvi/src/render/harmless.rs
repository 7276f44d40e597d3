//! Text from images and arguments, made safe to show.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The text with control and bidirectional characters as `\xNN` or `\u{N}`; everything else, backslashes included,
/// stays. What comes from paths was through [`mvi_image::printable`] already and is not changed again.
#[must_use]
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        let code = u32::from(character);
        // Writing to a string cannot fail.
        let _ = match character {
            _ if !is_harmful(character) => write!(safe, "{character}"),
            _ if code < 0x100 => write!(safe, "\\x{code:02x}"),
            _ => write!(safe, "\\u{{{code:x}}}"),
        };
    }
    Cow::Owned(safe)
}

fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(harmless(text), expected);
        assert_eq!(harmless(expected), expected);
    }

    #[test]
    fn what_could_fool_a_terminal_is_spelled_out_and_the_rest_stays() {
        check("usr/lib/é✓ C:\\x", "usr/lib/é✓ C:\\x");
        check("a\u{1b}[2J\u{7}\n\u{9b}", "a\\x1b[2J\\x07\\x0a\\x9b");
        check("rtl-\u{202e}txt", "rtl-\\u{202e}txt");
    }
}
