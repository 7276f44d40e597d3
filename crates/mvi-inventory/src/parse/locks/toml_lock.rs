//! Python distributions that uv and Poetry locked: `uv.lock`, `poetry.lock`.

use std::collections::{HashMap, HashSet};

use toml::{Table, Value};

use super::LockedPackage;
use crate::package::Scope;
use crate::parse::problem::{Problem, ProblemKind, Problems};

/// The distributions of a `poetry.lock`. What for is told by `category` (to 1.4) or `groups` (from 2.0).
pub fn parse_poetry_lock(bytes: &[u8]) -> (Vec<LockedPackage>, Vec<Problem>) {
    let mut problems = Problems::default();
    let document = read(bytes, &mut problems);
    let locked = packages(&document).filter_map(|package| {
        let groups = package.get("groups").map(texts).or(package.get("category").map(texts)).unwrap_or_default();
        let scope = match groups.as_slice() {
            [] => Scope::Unknown,
            groups if groups.contains(&"main") => Scope::Production,
            _ => Scope::Development,
        };
        Some(LockedPackage::new(text(package, "name"), text(package, "version"))?.with_scope(scope))
    });
    (locked.collect(), problems.into_vec())
}

/// The distributions of a `uv.lock`, but for the projects themselves: what these need without a group, and what that
/// needs in turn, is for production; all else for development.
pub fn parse_uv_lock(bytes: &[u8]) -> (Vec<LockedPackage>, Vec<Problem>) {
    let mut problems = Problems::default();
    let document = read(bytes, &mut problems);
    let mut needs: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut pending: Vec<&str> = Vec::new();
    let optional = |package: &'_ Table| package.get("optional-dependencies").and_then(Value::as_table).is_some();
    for package in packages(&document) {
        let mut names: Vec<&str> = package.get("dependencies").map(dependency_names).unwrap_or_default();
        if optional(package) {
            let groups = package.get("optional-dependencies").and_then(Value::as_table).into_iter().flatten();
            names.extend(groups.flat_map(|(_, group)| dependency_names(group)));
        }
        if is_project(package) {
            pending.extend(&names);
        }
        needs.entry(text(package, "name")).or_default().extend(names);
    }
    let mut production = HashSet::new();
    while let Some(name) = pending.pop() {
        if production.insert(name) {
            pending.extend(needs.get(name).into_iter().flatten());
        }
    }
    let locked = packages(&document).filter(|package| !is_project(package)).filter_map(|package| {
        let name = text(package, "name");
        let scope = if production.contains(name) { Scope::Production } else { Scope::Development };
        Some(LockedPackage::new(name, text(package, "version"))?.with_scope(scope))
    });
    (locked.collect(), problems.into_vec())
}

/// The document; empty when it is no TOML, which is then a problem.
pub(super) fn read(bytes: &[u8], problems: &mut Problems) -> Table {
    let read = std::str::from_utf8(bytes).map_err(|error| error.to_string());
    let read = read.and_then(|text| text.parse::<Table>().map_err(|error| error.message().to_owned()));
    read.unwrap_or_else(|reason| {
        problems.push(0, ProblemKind::NotToml { reason });
        Table::new()
    })
}

/// The tables `[[package]]`.
pub(super) fn packages(document: &Table) -> impl Iterator<Item = &Table> {
    document.get("package").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

fn text<'t>(package: &'t Table, key: &str) -> &'t str {
    package.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A project of the workspace: its source is a folder.
fn is_project(package: &Table) -> bool {
    let source = package.get("source").and_then(Value::as_table);
    source.is_some_and(|source| ["virtual", "editable", "directory"].iter().any(|kind| source.contains_key(*kind)))
}

/// The names in `[{ name = "a" }, …]`.
fn dependency_names(list: &Value) -> Vec<&str> {
    let tables = list.as_array().into_iter().flatten().filter_map(Value::as_table);
    tables.map(|table| text(table, "name")).filter(|name| !name.is_empty()).collect()
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        value => value.as_str().into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    #[test]
    fn what_a_project_needs_without_a_group_is_for_production() {
        let lock = r#"
            version = 1
            [[package]]
            name = "app"
            version = "0.1.0"
            source = { virtual = "." }
            dependencies = [{ name = "flask" }]
            [package.dev-dependencies]
            dev = [{ name = "pytest" }]
            [[package]]
            name = "flask"
            version = "3.0.0"
            source = { registry = "https://pypi.org/simple" }
            dependencies = [{ name = "click" }, { name = "flask" }]
            [[package]]
            name = "click"
            version = "8.1.7"
            [[package]]
            name = "pytest"
            version = "8.0.0""#;
        assert_eq!(
            lines(&parse_uv_lock(lock.as_bytes())),
            ["flask 3.0.0 Production", "click 8.1.7 Production", "pytest 8.0.0 Development"]
        );
    }

    #[test]
    fn poetry_tells_by_group_or_category() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1\"\ngroups = [\"dev\", \"main\"]\n[[package]]\nname = \"b\"\n\
            version = \"1\"\ncategory = \"dev\"\n[[package]]\nname = \"c\"\nversion = \"1\"\n[[package]]\nname = \"d\"\n";
        assert_eq!(lines(&parse_poetry_lock(lock.as_bytes())), ["a 1 Production", "b 1 Development", "c 1 Unknown"]);
    }

    #[test]
    fn what_is_no_toml_is_a_problem() {
        assert!(lines(&parse_uv_lock(b"= 1"))[0].starts_with("byte 0: not TOML: "));
        assert!(lines(&parse_poetry_lock(b"\xff"))[0].starts_with("byte 0: not TOML: "));
    }
}
