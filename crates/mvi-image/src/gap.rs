//! What was not understood: never an error, never silence.

use serde::{Deserialize, Serialize};

/// Something the analysis could not read or had to leave out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Stable code, `G-…`.
    pub code: GapCode,
    /// Layer it was met in, base layer 0; `None` when it concerns the whole image.
    pub layer: Option<u32>,
    /// Path inside the image, printable (see [`printable`]).
    pub path: Option<String>,
    /// What is missing and why.
    pub text: String,
}

/// The kinds of gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GapCode {
    /// A tar entry was left out of the tree.
    #[serde(rename = "G-ENTRY")]
    Entry,
    /// A tar header field was unreadable and taken as zero.
    #[serde(rename = "G-FIELD")]
    Field,
    /// Bytes behind the end of the layer's tar archive were ignored.
    #[serde(rename = "G-TRAILING")]
    Trailing,
    /// A whiteout that deletes nothing a whiteout may delete.
    #[serde(rename = "G-WHITEOUT")]
    Whiteout,
    /// A link that leads nowhere inside the image.
    #[serde(rename = "G-LINK")]
    Link,
    /// A file that was wanted whole is larger than its limit, or too much was wanted.
    #[serde(rename = "G-BODY-LIMIT")]
    BodyLimit,
    /// A file that was wanted could not be read.
    #[serde(rename = "G-BODY")]
    Body,
    /// Declared and actual compression of a layer differ.
    #[serde(rename = "G-MEDIA-TYPE")]
    MediaType,
    /// A layer that is listed but not stored.
    #[serde(rename = "G-FOREIGN")]
    Foreign,
    /// A layer whose digest could not be checked, though digests are checked.
    #[serde(rename = "G-UNVERIFIED")]
    Unverified,
    /// History and layers do not match one to one.
    #[serde(rename = "G-HISTORY")]
    History,
    /// The archive holds something twice or something odd.
    #[serde(rename = "G-ARCHIVE")]
    Archive,
    /// A package database or package record could not be read.
    #[serde(rename = "G-DATABASE")]
    Database,
}

impl Gap {
    /// A gap about a path of a layer whose number is filled in later.
    #[must_use]
    pub fn at(code: GapCode, path: &[u8], text: impl Into<String>) -> Self {
        Self { code, layer: None, path: Some(printable(path)), text: text.into() }
    }

    /// A gap about a whole layer or image.
    #[must_use]
    pub fn whole(code: GapCode, text: impl Into<String>) -> Self {
        Self { code, layer: None, path: None, text: text.into() }
    }
}

/// At most this many gaps of one layer are kept one by one; [`GapList`] counts the rest.
const KEPT: usize = 200;

/// Gaps of one layer with a ceiling, so that a hostile archive cannot fill the memory with them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapList {
    gaps: Vec<Gap>,
    more: u64,
}

impl GapList {
    /// Adds one, or only counts it past the ceiling.
    pub fn push(&mut self, gap: Gap) {
        if self.gaps.len() < KEPT {
            self.gaps.push(gap);
        } else {
            self.more += 1;
        }
    }

    /// The gaps with `layer` filled in, and one that counts those left out.
    pub fn of_layer(&self, layer: u32) -> impl Iterator<Item = Gap> + '_ {
        let rest = (self.more > 0).then(|| Gap::whole(GapCode::Entry, format!("{} more of this layer", self.more)));
        self.gaps.iter().cloned().chain(rest).map(move |gap| Gap { layer: Some(layer), ..gap })
    }

    /// True when nothing was met.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gaps.is_empty()
    }
}

/// Text of bytes from an image that is safe on a terminal and in a report: valid UTF-8 stays, control characters,
/// bidirectional controls and stray bytes become `\xNN` or `\u{N}`, a backslash is doubled, so the text can be
/// read back without loss.
#[must_use]
pub fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                _ if character.is_control() && u32::from(character) < 0x100 => {
                    text.push_str(&format!("\\x{:02x}", u32::from(character)));
                }
                '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                    text.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
                }
                _ => text.push(character),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: &str) {
        assert_eq!(printable(bytes), expected);
    }

    #[test]
    fn what_could_fool_a_terminal_is_escaped_and_the_rest_stays() {
        check("usr/lib/é✓".as_bytes(), "usr/lib/é✓");
        check(b"esc-\x1b[31m", "esc-\\x1b[31m");
        check(b"latin1-\xe9", "latin1-\\xe9");
        check("rtl-\u{202e}txt".as_bytes(), "rtl-\\u{202e}txt");
        check(b"back\\slash\n", "back\\\\slash\\x0a");
    }
}
