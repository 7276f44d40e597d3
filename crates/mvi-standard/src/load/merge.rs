//! Extension: a standard that names another is laid over it, entry by entry.

use serde_json::{Map, Value};

use super::keys::key_of;
use super::{BUILTINS, LoadError, Resolve, Violation, parse};

/// The document of a file with everything it extends laid under it; `extends` and `disable` are gone.
pub(super) fn resolved(toml: &[u8], resolve: Resolve<'_>) -> Result<Value, LoadError> {
    let mut files = vec![parse::document(OUTERMOST, toml)?];
    let mut names: Vec<String> = Vec::new();
    while let Some(name) = files.last_mut().and_then(take_extends) {
        let file = names.last().map_or(OUTERMOST, String::as_str).to_owned();
        if let Some(first) = names.iter().position(|known| *known == name) {
            let chain = names.drain(first..).chain([name]).collect();
            return Err(LoadError::Cycle { chain });
        }
        if names.len() == DEPTH_LIMIT {
            return Err(LoadError::TooDeep { limit: DEPTH_LIMIT });
        }
        let text = text_of(&file, &name, resolve)?;
        files.push(parse::document(&name, text.as_bytes())?);
        names.push(name);
    }
    let mut merged = files.pop().unwrap_or_default();
    let needless = take_disabled(&mut merged);
    let mut violations: Vec<Violation> = needless.iter().map(|name| names_nothing(name)).collect();
    violations.extend(repeated_keys(&merged));
    while let Some(mut file) = files.pop() {
        violations.extend(repeated_keys(&file));
        let disabled = take_disabled(&mut file);
        violations.extend(drop_disabled(&mut merged, &disabled));
        lay_over(&mut merged, file);
    }
    if violations.is_empty() { Ok(Value::Object(merged)) } else { Err(LoadError::Invalid { violations }) }
}

fn text_of(file: &str, name: &str, resolve: Resolve<'_>) -> Result<String, LoadError> {
    if let Some((_, toml)) = BUILTINS.iter().find(|(known, _)| *known == name) {
        return Ok((*toml).to_owned());
    }
    resolve(name).map_err(|reason| LoadError::Extends { file: file.to_owned(), name: name.to_owned(), reason })
}

/// Takes the name that a file extends; one that is not text stays, for the schema to name.
fn take_extends(file: &mut Map<String, Value>) -> Option<String> {
    let name = file.get("extends")?.as_str()?.to_owned();
    file.remove("extends");
    Some(name)
}

/// Takes the list of disabled entries; one that is not a list of texts stays, for the schema to name.
fn take_disabled(file: &mut Map<String, Value>) -> Vec<String> {
    let Some(list) = file.get("disable").and_then(Value::as_array) else { return Vec::new() };
    let names: Option<Vec<String>> = list.iter().map(|name| name.as_str().map(str::to_owned)).collect();
    let Some(names) = names else { return Vec::new() };
    file.remove("disable");
    names
}

/// Takes entries out of the standard underneath; every name that fits none is a violation.
fn drop_disabled(under: &mut Map<String, Value>, disabled: &[String]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for name in disabled {
        let (table, key) = name.split_once(':').unwrap_or((name, ""));
        let entries = under.get_mut(table).and_then(Value::as_array_mut);
        let found = entries.is_some_and(|entries| {
            let before = entries.len();
            entries.retain(|entry| key_of(table, entry).is_none_or(|known| known != key));
            entries.len() < before
        });
        if !found {
            violations.push(names_nothing(name));
        }
    }
    violations
}

fn names_nothing(name: &str) -> Violation {
    let message = "names nothing in the standard that is extended; write `table:key`".to_owned();
    Violation { path: format!("disable `{name}`"), message }
}

/// Entries of one file that have the same key.
fn repeated_keys(file: &Map<String, Value>) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (table, value) in file {
        let keys: Vec<String> =
            value.as_array().into_iter().flatten().filter_map(|entry| key_of(table, entry)).collect();
        for (place, key) in keys.iter().enumerate() {
            if keys[..place].contains(key) {
                let message = "stands there twice".to_owned();
                violations.push(Violation { path: format!("{table}:{key}"), message });
            }
        }
    }
    violations
}

fn lay_over(under: &mut Map<String, Value>, over: Map<String, Value>) {
    for (table, value) in over {
        match (under.get_mut(&table), value) {
            (Some(Value::Object(fields)), Value::Object(new)) => fields.extend(new),
            (Some(Value::Array(entries)), Value::Array(new)) => {
                for entry in new {
                    lay_entry(entries, &table, entry);
                }
            }
            (_, value) => {
                under.insert(table, value);
            }
        }
    }
}

fn lay_entry(entries: &mut Vec<Value>, table: &str, entry: Value) {
    let key = key_of(table, &entry);
    let known = key.and_then(|key| entries.iter_mut().find(|old| key_of(table, old).as_ref() == Some(&key)));
    match (known, entry) {
        (Some(Value::Object(fields)), Value::Object(new)) => fields.extend(new),
        (_, entry) => entries.push(entry),
    }
}

/// How error messages call the file that the caller gave.
const OUTERMOST: &str = "the standard";

/// How many standards may extend one another.
const DEPTH_LIMIT: usize = 8;
