//! What changed between two standards, table by table, entry by entry, field by field.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::load::keys::key_of;
use crate::standard::Standard;

/// One entry or plain table that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Table, `row`.
    pub table: String,
    /// Key of the entry, `go-static`; nothing for a plain table, `#3` for the third entry of a table without keys.
    pub key: Option<String>,
    /// What happened to it.
    pub kind: ChangeKind,
    /// The fields that differ, by name. An added or removed entry lists all of its fields.
    pub fields: Vec<FieldChange>,
}

/// What happened to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Only the new standard has it.
    Added,
    /// Only the old standard has it.
    Removed,
    /// Both have it, and it differs.
    Changed,
}

/// A field with its old and new value; a missing field has none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// Name of the field; `value` for a table that is a single value.
    pub field: String,
    /// Value in the old standard.
    pub old: Option<Value>,
    /// Value in the new standard.
    pub new: Option<Value>,
}

/// Everything that differs between two standards; nothing exactly when their digests are equal or only the order
/// of entries differs.
///
/// Tables come in alphabetical order; in each, entries in the old standard's order, then added ones in the new's.
pub fn diff(old: &Standard, new: &Standard) -> Vec<Change> {
    let (old, new) = (old.document(), new.document());
    let names = |document: &Value| document.as_object().into_iter().flat_map(|tables| tables.keys().cloned()).collect();
    let tables: BTreeSet<String> = BTreeSet::union(&names(old), &names(new)).cloned().collect();
    tables.iter().flat_map(|table| table_changes(table, old.get(table), new.get(table))).collect()
}

fn table_changes(table: &str, old: Option<&Value>, new: Option<&Value>) -> Vec<Change> {
    let is_list = |value: Option<&Value>| value.is_none_or(Value::is_array);
    if !(is_list(old) && is_list(new)) {
        return entry_change(table, None, old, new).into_iter().collect();
    }
    let (old, new) = (entries(table, old), entries(table, new));
    let kept = old.iter().map(|(key, value)| (key, Some(*value), find(&new, key)));
    let added = new.iter().filter(|(key, _)| find(&old, key).is_none()).map(|(key, value)| (key, None, Some(*value)));
    kept.chain(added).filter_map(|(key, old, new)| entry_change(table, Some(key.clone()), old, new)).collect()
}

fn find<'a>(list: &[(String, &'a Value)], key: &str) -> Option<&'a Value> {
    list.iter().find(|(known, _)| known == key).map(|(_, value)| *value)
}

fn entries<'a>(table: &str, list: Option<&'a Value>) -> Vec<(String, &'a Value)> {
    let list = list.and_then(Value::as_array).into_iter().flatten().enumerate();
    list.map(|(place, entry)| (key_of(table, entry).unwrap_or_else(|| format!("#{}", place + 1)), entry)).collect()
}

fn entry_change(table: &str, key: Option<String>, old: Option<&Value>, new: Option<&Value>) -> Option<Change> {
    let kind = match (old, new) {
        (None, _) => ChangeKind::Added,
        (_, None) => ChangeKind::Removed,
        (Some(old), Some(new)) if old == new => return None,
        (Some(_), Some(_)) => ChangeKind::Changed,
    };
    Some(Change { table: table.to_owned(), key, kind, fields: field_changes(&fields(old), &fields(new)) })
}

fn fields(value: Option<&Value>) -> BTreeMap<String, Value> {
    match value {
        None => BTreeMap::new(),
        Some(Value::Object(fields)) => fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        Some(single) => BTreeMap::from([("value".to_owned(), single.clone())]),
    }
}

fn field_changes(old: &BTreeMap<String, Value>, new: &BTreeMap<String, Value>) -> Vec<FieldChange> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| FieldChange { field: name.clone(), old: old.get(name).cloned(), new: new.get(name).cloned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(toml: &str, expected: &[&str]) {
        let old = Standard::builtin().unwrap();
        let new = Standard::load(format!("extends = \"V13\"\n{toml}").as_bytes(), &|_| Err(String::new())).unwrap();
        let told: Vec<String> = diff(&old, &new).iter().map(line).collect();
        assert_eq!(told, expected);
    }

    fn line(change: &Change) -> String {
        let show = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), Value::to_string);
        let fields: Vec<String> = change
            .fields
            .iter()
            .map(|field| format!("{} {}>{}", field.field, show(&field.old), show(&field.new)))
            .collect();
        let key = change.key.clone().unwrap_or_default();
        format!("{:?} {}:{key} {}", change.kind, change.table, fields.join(", "))
    }

    #[test]
    fn a_standard_does_not_differ_from_itself() {
        check("", &[]);
    }

    #[test]
    fn changed_fields_carry_both_values() {
        check(
            "[policy]\ngrace_mb = 5\n[[row]]\nid = \"node-portal\"\ngrace_mb = 1\nsize_basis = \"unpacked\"",
            &["Changed policy: grace_mb 10>5", "Changed row:node-portal grace_mb 0>1, size_basis ->\"unpacked\""],
        );
    }

    #[test]
    fn added_and_removed_entries_list_all_their_fields() {
        check(
            "disable = [\"ban_gap:node:22\"]\n[[mirror]]\nfrom = \"a/\"\nto = \"b/\"",
            &[
                "Removed ban_gap:node:22 covered_by \"New base not in ROM-V13 set\">-, example \"node:22\">-, \
                 origin \"derived\">-, resolves_to \"bookworm or newer debian\">-",
                "Added mirror:a/ from ->\"a/\", to ->\"b/\"",
            ],
        );
    }
}
