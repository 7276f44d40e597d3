//! JSON as text, piece by piece, for reports of a hundred thousand findings: here it is compiled for speed.

use std::fmt::Write as _;

/// JSON that is being written; whoever writes it sets commas and brackets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonText {
    text: String,
}

impl JsonText {
    /// What was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Begins anew, in the same memory.
    pub fn clear(&mut self) {
        self.text.clear();
    }

    /// Text that is JSON already.
    pub fn raw(&mut self, json: &str) {
        self.text.push_str(json);
    }

    /// A string, with what RFC 8259, section 7, asks to be escaped.
    pub fn string(&mut self, string: &str) {
        self.text.push('"');
        let mut rest = string;
        while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
            self.text.push_str(&rest[..at]);
            match rest.as_bytes()[at] {
                b'"' => self.text.push_str("\\\""),
                b'\\' => self.text.push_str("\\\\"),
                b'\x08' => self.text.push_str("\\b"),
                b'\t' => self.text.push_str("\\t"),
                b'\n' => self.text.push_str("\\n"),
                b'\x0c' => self.text.push_str("\\f"),
                b'\r' => self.text.push_str("\\r"),
                control => {
                    // Writing to a string never fails.
                    let _ = write!(self.text, "\\u{control:04x}");
                }
            }
            rest = &rest[at + 1..];
        }
        self.text.push_str(rest);
        self.text.push('"');
    }

    /// An array of strings.
    pub fn strings(&mut self, strings: &mut dyn Iterator<Item = &str>) {
        self.text.push('[');
        for (index, string) in strings.enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.string(string);
        }
        self.text.push(']');
    }

    /// A number.
    pub fn number(&mut self, number: usize) {
        let mut digits = [0; 20];
        let (mut at, mut rest) = (digits.len(), number);
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.text.extend(digits[at..].iter().map(|digit| char::from(*digit)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn strings_and_numbers_are_as_serde_writes_them(string in "[\\x00-\\x7f\u{e9}\u{1F980}]{0,40}", number: usize) {
            let mut text = JsonText::default();
            text.string(&string);
            text.number(number);
            text.strings(&mut ["", &string].into_iter());
            let expected = serde_json::to_string(&string).unwrap() + &number.to_string();
            prop_assert_eq!(text.as_str(), expected + &serde_json::to_string(&["", &string]).unwrap());
        }
    }
}
