//! Text inside XML documents.

use std::borrow::Cow;

/// The text as it stands in an attribute or an element of XML 1.0: escaped, and without characters it cannot hold.
///
/// Line breaks become references, as a reader of an attribute would make spaces of them.
pub(in crate::render) fn escape(text: &str) -> Cow<'_, str> {
    let is_plain = |character: char| !matches!(character, '&' | '<' | '>' | '"' | '\'') && is_visible(character);
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\n' => safe.push_str("&#10;"),
            '\r' => safe.push_str("&#13;"),
            '\t' => safe.push_str("&#9;"),
            _ if is_visible(character) => safe.push(character),
            _ => safe.push('\u{fffd}'),
        }
    }
    Cow::Owned(safe)
}

/// XML 1.0, section 2.2: neither control characters nor the two that are none.
fn is_visible(character: char) -> bool {
    !character.is_control() && !matches!(character, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_an_attribute_or_is_no_character_of_xml() {
        assert_eq!(escape("plain ✓"), "plain ✓");
        assert_eq!(escape("a<b>&\"c'\n\u{1b}\u{0}"), "a&lt;b&gt;&amp;&quot;c&apos;&#10;\u{fffd}\u{fffd}");
    }
}
