//! Values whose names say that they are secret: `NAME=value` in environments, build arguments and files of variables.

use memchr::memmem;

use super::{Certainty, Secret};

/// Ends of names, in parts that `_`, `-` or `.` separate, that stand for a secret.
const NAMES: &[&str] = &[
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "SECRETKEY",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "SECRET_KEY",
    "PRIVATE_KEY",
    "SIGNING_KEY",
    "ENCRYPTION_KEY",
    "AUTH_KEY",
    "CREDENTIALS",
    "KEY_BASE",
    "SECRET_ACCESS_KEY",
    "ACCOUNT_KEY",
    "CLIENT_SECRET",
    "AUTHTOKEN",
];
/// Values that stand for one.
const PLACEHOLDERS: &[&[u8]] = &[
    b"example",
    b"changeme",
    b"change_me",
    b"change-me",
    b"placeholder",
    b"your",
    b"xxx",
    b"todo",
    b"dummy",
    b"insert",
    b"replace",
    b"redacted",
    b"<",
    b"${",
    b"$(",
    b"{{",
    b"***",
    b"...",
    b"secretsmanager",
    b"vault:",
];
/// Characters of the shortest value that is taken for a secret.
const SHORTEST: usize = 8;
/// Bytes of the longest one.
const LONGEST: usize = 4096;
/// Assignments of one text that are looked at.
const MOST: usize = 10_000;

/// True when a name stands for a secret.
pub(super) fn is_secret_name(name: &[u8]) -> bool {
    let upper: Vec<u8> =
        name.iter().map(|byte| if matches!(byte, b'-' | b'.') { b'_' } else { byte.to_ascii_uppercase() }).collect();
    NAMES.iter().any(|ending| {
        let Some(front) = upper.strip_suffix(ending.as_bytes()) else { return false };
        front.is_empty() || front.ends_with(b"_")
    })
}

/// True for a value that may be a secret: no placeholder, no reference, no path, no word such as `true`.
pub(super) fn is_secret_value(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_path =
        value.starts_with(b"/") || value.starts_with(b"./") || value.starts_with(b"$") || value.starts_with(b"~");
    let is_word = value.iter().all(u8::is_ascii_digit);
    (SHORTEST..=LONGEST).contains(&value.len())
        && !is_path
        && !is_word
        && !value.iter().all(|byte| *byte == value[0])
        && !PLACEHOLDERS.iter().any(|word| memmem::find(&lower, word).is_some())
}

/// True for what documentation shows in a secret's place: long, and it says so.
fn is_example(value: &[u8]) -> bool {
    (16..=LONGEST).contains(&value.len()) && memmem::find(&value.to_ascii_lowercase(), b"example").is_some()
}

/// The assignments of secrets in a file of variables, one a line, `export` before it or not.
pub(super) fn in_lines(kind: &str, text: &[u8]) -> Vec<Secret> {
    let lines = text.split(|byte| *byte == b'\n').take(MOST);
    lines.filter_map(|line| in_line(kind, text, line)).collect()
}

fn in_line(kind: &str, text: &[u8], line: &[u8]) -> Option<Secret> {
    let plain = line.trim_ascii();
    let plain = plain.strip_prefix(b"export ").unwrap_or(plain).trim_ascii();
    if plain.starts_with(b"#") {
        return None;
    }
    let at = memchr::memchr(b'=', plain)?;
    let (name, value) = (plain[..at].trim_ascii(), unquoted(plain[at + 1..].trim_ascii()));
    let certainty = match value {
        _ if !is_secret_name(name) => return None,
        value if is_secret_value(value) => Certainty::ByName,
        value if is_example(value) => Certainty::Placeholder,
        _ => return None,
    };
    Some(Secret::new(kind, certainty, (text, offset(text, line)), value).named(name))
}

/// Where a piece of a text begins in it.
pub(super) fn offset(text: &[u8], piece: &[u8]) -> usize {
    (piece.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

/// The assignments of secrets among the words of an instruction or a variable, such as `ARG TOKEN=…`.
#[must_use]
pub fn assigned_in_words(kind: &str, text: &str) -> Vec<Secret> {
    let words = text.split([' ', '\t', '\n', ';', '&', '|']).take(MOST);
    let assigned = words.filter_map(|word| {
        let (name, value) = word.split_once('=')?;
        let (name, value) = (name.trim_start_matches('-').as_bytes(), unquoted(value.as_bytes()));
        let is_name = name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
        (is_name && is_secret_name(name) && is_secret_value(value)).then(|| {
            Secret::new(kind, Certainty::ByName, (text.as_bytes(), offset(text.as_bytes(), word.as_bytes())), value)
                .named(name)
        })
    });
    assigned.collect()
}

/// A value without the quotes around it.
pub(super) fn unquoted(value: &[u8]) -> &[u8] {
    for quote in [b'"', b'\''] {
        if let Some(inner) = value.strip_prefix(&[quote]) {
            let end = memchr::memchr(quote, inner).unwrap_or(inner.len());
            return &inner[..end];
        }
    }
    value
}
