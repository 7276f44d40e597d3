//! Secrets in texts: keys, tokens of a rigid form, files that tools keep passwords in, and assignments.

mod assigned;
mod keys;
mod named;
mod places;
mod through;
mod tokens;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use assigned::assigned_in_words;
pub use through::{Leak, Leaks, Place, leaks};
pub use tokens::{TOKENS, TokenForm};

pub(crate) use places::{is_public, looks_like_text, may_hold, most_bytes};

/// Secrets of one file that are kept.
const MOST: usize = 32;
/// Characters of a secret that are shown, and never more than a quarter of it.
const SHOWN: usize = 4;

/// A secret, without the secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Secret {
    /// Which kind, such as `github-token`.
    pub kind: String,
    /// How sure it is that it is one.
    pub certainty: Certainty,
    /// Line of the text, from 1.
    pub line: u32,
    /// The name it was given, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its first characters, at most four and a quarter of it.
    pub starts: String,
    /// How long it is, in bytes.
    pub length: usize,
    /// The first eight digits of its SHA-256, so that two can be told to be the same.
    pub sha256: String,
}

/// How sure it is that something is a secret, the surest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// An example where a secret belongs, as documentation shows them.
    Placeholder,
    /// A key that is encrypted: it is as good as its password.
    Locked,
    /// A name says so, and the value is no placeholder.
    ByName,
    /// The form says so: a checksum, a structure, or a prefix that nothing else has.
    ByForm,
}

impl Secret {
    /// Describes a secret; `at` is where it begins in `text`.
    pub(crate) fn new(kind: &str, certainty: Certainty, (text, at): (&[u8], usize), secret: &[u8]) -> Self {
        let before = text.get(..at).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count();
        let digest = Sha256::digest(secret);
        let shown = secret.get(..SHOWN.min(secret.len() / 4)).unwrap_or_default();
        Self {
            kind: kind.to_owned(),
            certainty,
            line: u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1),
            name: None,
            starts: mvi_image::printable(shown),
            length: secret.len(),
            sha256: digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    /// With the name that it was given.
    pub(crate) fn named(self, name: &[u8]) -> Self {
        Self { name: Some(mvi_image::printable(name)), ..self }
    }
}

/// The secrets in a file at `path`, by line; at most 32.
#[must_use]
pub fn secrets_in_file(path: &[u8], text: &[u8]) -> Vec<Secret> {
    let mut found = secrets_in_text(text);
    for secret in named::secrets(path, text) {
        let is_known = |known: &Secret| known.sha256 == secret.sha256 && known.length == secret.length;
        if !found.iter().any(is_known) {
            found.push(secret);
        }
    }
    found.sort_by(|left, right| (left.line, &left.kind, &left.sha256).cmp(&(right.line, &right.kind, &right.sha256)));
    found.truncate(MOST);
    found
}

/// The secrets in any text that have a form of their own.
#[must_use]
pub fn secrets_in_text(text: &[u8]) -> Vec<Secret> {
    let mut found = keys::keys(text);
    found.extend(tokens::tokens(text));
    found
}

#[cfg(test)]
mod tests;
