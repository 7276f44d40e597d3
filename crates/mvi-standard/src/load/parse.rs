//! TOML bytes to JSON, with line and column where they are not TOML.

use serde_json::{Map, Number, Value};

use super::{LoadError, Violation};

/// The document of one file; dates become their text.
pub(crate) fn document(file: &str, bytes: &[u8]) -> Result<Map<String, Value>, LoadError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let readable = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let (line, column) = position(&readable, readable.len());
        LoadError::NotUtf8 { file: file.to_owned(), line, column }
    })?;
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let (line, column) = position(text, error.span().map_or(0, |span| span.start));
        LoadError::Toml { file: file.to_owned(), line, column, message: error.message().trim_end().replace('\n', ", ") }
    })?;
    object(table, "")
}

/// Line and column, both from 1, of a byte offset; the column counts characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

fn object(table: toml::Table, path: &str) -> Result<Map<String, Value>, LoadError> {
    table
        .into_iter()
        .map(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            Ok((key, json(value, &path)?))
        })
        .collect()
}

fn json(value: toml::Value, path: &str) -> Result<Value, LoadError> {
    Ok(match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::Number(number.into()),
        toml::Value::Float(number) => Value::Number(Number::from_f64(number).ok_or_else(|| not_finite(path))?),
        toml::Value::Boolean(truth) => Value::Bool(truth),
        toml::Value::Datetime(moment) => Value::String(moment.to_string()),
        toml::Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| json(item, path)).collect::<Result<_, _>>()?)
        }
        toml::Value::Table(table) => Value::Object(object(table, path)?),
    })
}

fn not_finite(path: &str) -> LoadError {
    let violation = Violation { path: path.to_owned(), message: "is not a finite number".to_owned() };
    LoadError::Invalid { violations: vec![violation] }
}
