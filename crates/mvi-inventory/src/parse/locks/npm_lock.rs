//! Node packages that npm locked: `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3.

use serde_json::{Map, Value};

use super::LockedPackage;
use crate::package::Scope;
use crate::parse::json::{read, text};
use crate::parse::problem::{Problem, Problems};

/// The packages of the lock; links to folders of the project itself are left out. Format: package-lock.json(5).
pub fn parse_npm_lock(bytes: &[u8]) -> (Vec<LockedPackage>, Vec<Problem>) {
    let mut problems = Problems::default();
    let document = read::<Value>(bytes, &mut problems).unwrap_or_default();
    let mut locked = match document["packages"].as_object() {
        Some(packages) => by_path(packages),
        None => by_name(document["dependencies"].as_object()),
    };
    locked.sort();
    locked.dedup();
    (locked, problems.into_vec())
}

/// Versions 2 and 3: keys are the paths that packages will have.
fn by_path(packages: &Map<String, Value>) -> Vec<LockedPackage> {
    let real = packages.iter().filter(|(_, package)| package["link"] != Value::Bool(true));
    let found = real.filter_map(|(path, package)| {
        let (_, name) = path.rsplit_once("node_modules/")?;
        let alias = text(&package["name"]);
        LockedPackage::new(alias.as_deref().unwrap_or(name), package["version"].as_str()?)
            .map(|it| it.with_scope(scope(package)))
    });
    found.collect()
}

/// Version 1: packages under the names of those they lie in.
fn by_name(packages: Option<&Map<String, Value>>) -> Vec<LockedPackage> {
    let mut found = Vec::new();
    let mut pending: Vec<&Map<String, Value>> = packages.into_iter().collect();
    while let Some(packages) = pending.pop() {
        for (name, package) in packages {
            pending.extend(package["dependencies"].as_object());
            let version = package["version"].as_str().unwrap_or_default();
            // `npm:real@1.2.3` is an alias; versions that are addresses name no version.
            let real = version.strip_prefix("npm:").and_then(|real| real.rsplit_once('@'));
            let (name, version) = real.unwrap_or((name, version));
            let locked = LockedPackage::new(name, version).filter(|it| !it.version.contains([':', '/']));
            found.extend(locked.map(|locked| locked.with_scope(scope(package))));
        }
    }
    found
}

/// `dev` marks what production does without; `devOptional` what it may do without.
fn scope(package: &Value) -> Scope {
    if package["dev"] == Value::Bool(true) { Scope::Development } else { Scope::Production }
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    fn check(lock: &str, expected: &[&str]) {
        assert_eq!(lines(&parse_npm_lock(lock.as_bytes())), expected);
    }

    #[test]
    fn newer_locks_name_paths() {
        check(
            r#"{"name":"app","lockfileVersion":3,"packages":{"":{"version":"1"},"lib/x":{"version":"1"},
                "node_modules/x":{"resolved":"lib/x","link":true},"node_modules/@s/a":{"version":"1.2.3"},
                "node_modules/b/node_modules/a":{"version":"2.0.0","dev":true},
                "node_modules/c":{"name":"real","version":"3"},"node_modules/d":{}},"dependencies":{"old":{"version":"1"}}}"#,
            &["@s/a 1.2.3 Production", "a 2.0.0 Development", "real 3 Production"],
        );
    }

    #[test]
    fn older_locks_nest() {
        check(
            r#"{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","dependencies":{"b":{"version":"2.0.0","dev":true}}},
                "c":{"version":"npm:real@3.0.0"},"d":{"version":"git+https://h/d.git#1"}}}"#,
            &["a 1.0.0 Production", "b 2.0.0 Development", "real 3.0.0 Production"],
        );
    }

    #[test]
    fn what_is_no_lock_is_empty_or_a_problem() {
        check("[]", &[]);
        check("{", &["byte 0: not JSON: EOF while parsing an object at line 1 column 1"]);
    }
}
