//! The field that tells the entries of each table apart, read off the schema.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::SCHEMA_JSON;

/// The key of a table's entry as text: for messages, `disable` and differences. Nothing for a table without one.
pub(crate) fn key_of(table: &str, entry: &Value) -> Option<String> {
    Some(match entry.get(KEYS.get(table)?)? {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

/// The fields that the schema knows at a place such as `row:go-static` or `policy`; the tables for the file itself.
pub(super) fn known_fields(schema: &Value, path: &str) -> Vec<String> {
    let table = path.split([':', '.', '[']).next().unwrap_or_default();
    let shape = &schema["properties"][table];
    let fields = [&shape["items"]["properties"], &shape["properties"], &schema["properties"]];
    let fields = fields.into_iter().find_map(Value::as_object);
    fields.into_iter().flat_map(|fields| fields.keys().cloned()).collect()
}

/// Table to key field. A broken schema leaves it empty, and loading reports that schema.
static KEYS: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(SCHEMA_JSON).unwrap_or_default();
    let tables = schema["properties"].as_object();
    tables.into_iter().flatten().filter_map(|(table, shape)| Some((table.clone(), key_field(shape)?))).collect()
});

fn key_field(table: &Value) -> Option<&'static str> {
    let required = table["items"]["required"].as_array()?;
    KEY_FIELDS.iter().copied().find(|field| required.iter().any(|name| name == field))
}

/// Fields that name an entry, strongest first; a table's key is the first that its schema requires.
/// A table without any of them (`mandatory`) can be added to, and not overridden entry by entry.
const KEY_FIELDS: &[&str] = &[
    "id",
    "ref",
    "pattern",
    "n",
    "level",
    "image",
    "example",
    "from",
    "child",
    "dockerfile",
    "kind",
    "tag",
    "component",
    "created_by",
    "criterion",
    "change",
    "approach",
    "environment",
    "metric",
    "concern",
    "risk",
    "bandwidth",
    "tool",
    "text",
    "image_mb",
];
