//! What a reader says about bytes it could not make sense of.

use std::borrow::Cow;

use serde::Serialize;

/// More problems than this in one document are counted as one [`ProblemKind::TooMany`]: a reader of foreign bytes
/// must not answer a megabyte of noise with a million remarks.
const MOST_PROBLEMS: usize = 100;

/// One place in a document that could not be read, or that was read and is absurd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("byte {offset}: {kind}")]
pub struct Problem {
    /// Where the line or record starts, in bytes from the start of the document.
    pub offset: usize,
    /// What is wrong there.
    pub kind: ProblemKind,
}

/// What is wrong in a document. Texts quote at most 80 characters of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case", tag = "problem")]
#[non_exhaustive]
pub enum ProblemKind {
    /// A line that fits no rule of its format.
    #[error("unreadable line `{line}`")]
    UnreadableLine {
        /// The start of the line.
        line: String,
    },
    /// A record that does not say whose it is.
    #[error("record without a name")]
    NoName,
    /// A record that does not say which version it is about.
    #[error("record of `{name}` without a version")]
    NoVersion {
        /// The package as the record names it.
        name: String,
    },
    /// A record that does not say whether the package is installed.
    #[error("record of `{name}` without a readable status")]
    NoStatus {
        /// The package as the record names it.
        name: String,
    },
    /// A field that occurs twice in one record; the first one is taken.
    #[error("field `{field}` occurs twice in one record")]
    Repeated {
        /// The name of the field.
        field: String,
    },
    /// A value that should be a number, a text or a name and is not; it is left out.
    #[error("field `{field}` has the unreadable value `{value}`")]
    BadValue {
        /// The name of the field.
        field: String,
        /// The start of its value.
        value: String,
    },
    /// A quotation that is opened and never closed; it ends where the document ends.
    #[error("quotation without an end")]
    OpenQuote,
    /// Text that is not UTF-8; its unreadable bytes are shown as U+FFFD.
    #[error("`{text}` is not UTF-8")]
    NotUtf8 {
        /// The text with its unreadable bytes replaced.
        text: String,
    },
    /// A document that is not JSON, with the reader's reason.
    #[error("not JSON: {reason}")]
    NotJson {
        /// What the JSON reader says.
        reason: String,
    },
    /// A document that is not TOML, with the reader's reason.
    #[error("not TOML: {reason}")]
    NotToml {
        /// What the TOML reader says.
        reason: String,
    },
    /// A binary database that is not whole, or not of its format.
    #[error("damaged database: {what}")]
    Damaged {
        /// What is missing or wrong.
        what: String,
    },
    /// There are more problems than are listed.
    #[error("more problems than the {MOST_PROBLEMS} listed")]
    TooMany,
}

/// A list of problems that stops growing.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn push(&mut self, offset: usize, kind: ProblemKind) {
        match self.0.len() {
            0..MOST_PROBLEMS => self.0.push(Problem { offset, kind }),
            MOST_PROBLEMS => self.0.push(Problem { offset, kind: ProblemKind::TooMany }),
            _ => {}
        }
    }

    /// The text of `bytes`, with a problem when it is not UTF-8.
    pub(super) fn text<'a>(&mut self, offset: usize, bytes: &'a [u8]) -> Cow<'a, str> {
        let text = String::from_utf8_lossy(bytes);
        if let Cow::Owned(lossy) = &text {
            self.push(offset, ProblemKind::NotUtf8 { text: shorten(lossy) });
        }
        text
    }

    pub(super) fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

/// The first 80 characters of `bytes`, readable.
pub(super) fn quote(bytes: &[u8]) -> String {
    shorten(&String::from_utf8_lossy(bytes.get(..400).unwrap_or(bytes)))
}

fn shorten(text: &str) -> String {
    text.chars().take(80).collect()
}
