//! The schema, and where a document does not follow it.

use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use super::keys::{key_of, known_fields};
use super::{LoadError, Violation};

/// Accepts a document that follows a schema, or names everything that is wrong with it.
pub(crate) fn check(schema_json: &str, document: &Value) -> Result<(), LoadError> {
    let schema: Value = serde_json::from_str(schema_json).map_err(broken)?;
    let validator = jsonschema::validator_for(&schema).map_err(broken)?;
    let mut violations: Vec<Violation> = Vec::new();
    for error in validator.iter_errors(document) {
        let path = readable(document, &error.instance_path().to_string());
        match (violations.last_mut(), missing(&error)) {
            // One entry that lacks several fields is one thing to put right.
            (Some(last), Some(field)) if last.path == path && last.message.starts_with(LACKS) => {
                last.message.push_str(&format!(", `{field}`"));
            }
            _ => {
                let message = message(&schema, &path, &error);
                violations.push(Violation { path, message });
            }
        }
    }
    if violations.is_empty() { Ok(()) } else { Err(LoadError::Invalid { violations }) }
}

/// `/row/5/target_max_mb` as `row:static-web.target_max_mb`.
fn readable(document: &Value, pointer: &str) -> String {
    let mut parts = pointer.split('/').skip(1);
    let Some(table) = parts.next() else { return "the file".to_owned() };
    let mut path = table.to_owned();
    let mut value = &document[table];
    for part in parts {
        let entry = part.parse::<usize>().ok().and_then(|index| value.get(index));
        let key = entry.and_then(|entry| key_of(table, entry).or_else(|| name_of(entry)));
        path = match (key, entry) {
            (Some(key), _) => format!("{path}:{key}"),
            (None, Some(_)) => format!("{path}[{part}]"),
            (None, None) => format!("{path}.{part}"),
        };
        value = entry.unwrap_or(&value[part]);
    }
    path
}

/// The name of an entry in a document that is not a standard.
fn name_of(entry: &Value) -> Option<String> {
    entry.get("name")?.as_str().map(str::to_owned)
}

fn message(schema: &Value, path: &str, error: &jsonschema::ValidationError<'_>) -> String {
    if let ValidationErrorKind::AdditionalProperties { unexpected } = error.kind() {
        let known = known_fields(schema, path);
        let names: Vec<String> = unexpected.iter().map(|name| unknown(name, &known)).collect();
        return format!("has the unknown {} {}", if names.len() == 1 { "key" } else { "keys" }, names.join(", "));
    }
    if let Some(field) = missing(error) {
        return format!("{LACKS} `{field}`");
    }
    if let ValidationErrorKind::MinItems { limit } = error.kind() {
        return format!("has fewer than {limit} entries");
    }
    if let ValidationErrorKind::MaxItems { limit } = error.kind() {
        return format!("has more than {limit} entries");
    }
    format!("is wrong: {error}")
}

/// An unknown key, with the known one that a slip of the finger would turn into it.
fn unknown(name: &str, known: &[String]) -> String {
    let near = known.iter().map(|field| (edits(name, field), field)).min();
    match near {
        Some((1..=2, field)) => format!("`{name}`, did you mean `{field}`?"),
        Some(_) | None => format!("`{name}`"),
    }
}

/// How many letters have to be added, taken away or replaced to turn one word into another (Levenshtein distance).
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

fn missing<'a>(error: &'a jsonschema::ValidationError<'_>) -> Option<&'a str> {
    if let ValidationErrorKind::Required { property } = error.kind() { property.as_str() } else { None }
}

fn broken(error: impl std::fmt::Display) -> LoadError {
    LoadError::Schema { message: error.to_string() }
}

/// How the message about a missing field begins.
const LACKS: &str = "lacks";
