//! JSON as the readers of records need it: one document, a problem where it is none, values of a wrong type left out.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::{ProblemKind, Problems, quote};

/// The document; none when it is no JSON or of another shape, which is then a problem.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8], problems: &mut Problems) -> Option<T> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match serde_json::from_slice(bytes) {
        Ok(document) => Some(document),
        Err(error) => {
            problems.push(0, ProblemKind::NotJson { reason: error.to_string() });
            None
        }
    }
}

/// A member that should be a text, and is not empty.
pub(super) fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The texts of a list, or the text that stands where a list should be.
pub(super) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(text).collect(),
        value => text(value).into_iter().collect(),
    }
}

/// The names of an object's members, in their order in the document or, where that is not kept, by name.
pub(super) fn keys(value: &Value) -> Vec<String> {
    value.as_object().map(|members| members.keys().cloned().collect()).unwrap_or_default()
}

/// Name and version of what a document describes, or the problem that one of them is missing.
pub(super) fn named<T: AsRef<str>>(name: Option<T>, version: Option<T>, problems: &mut Problems) -> Option<(T, T)> {
    match (name, version) {
        (Some(name), Some(version)) => Some((name, version)),
        (Some(name), None) => {
            problems.push(0, ProblemKind::NoVersion { name: quote(name.as_ref().as_bytes()) });
            None
        }
        (None, _) => {
            problems.push(0, ProblemKind::NoName);
            None
        }
    }
}
