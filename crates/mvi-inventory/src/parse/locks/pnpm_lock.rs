//! Node packages that pnpm locked: `pnpm-lock.yaml`, versions 5 to 9. Only the lines that pnpm itself writes are read.

use std::collections::{HashMap, HashSet};

use super::LockedPackage;
use crate::package::Scope;
use crate::parse::problem::Problem;

/// The keys under `packages`: `/a/1.0.0` (5), `/a@1.0.0` (6), `a@1.0.0` (9), each with peers in brackets or behind `_`. Before
/// version 9 `dev` tells what for; since then it is what the project's `dependencies` lead to through `snapshots`.
pub fn parse_pnpm_lock(bytes: &[u8]) -> (Vec<LockedPackage>, Vec<Problem>) {
    let text = String::from_utf8_lossy(bytes);
    let (mut section, mut separator) = ("", '@');
    let mut open = false;
    let mut locked: Vec<LockedPackage> = Vec::new();
    let mut graph = Graph::default();
    for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let content = line.trim_start();
        let depth = line.len() - content.len();
        if depth == 0 {
            section = content;
            if line.starts_with("lockfileVersion: 5") {
                separator = '/';
            }
        } else if section == "packages:" && depth == 2 {
            let found = content.strip_suffix(':').and_then(|key| package(unquoted(key), separator));
            open = found.is_some();
            locked.extend(found);
        } else if let Some(last) = locked.last_mut().filter(|_| section == "packages:" && depth == 4 && open) {
            match content {
                "dev: true" => last.scope = Scope::Development,
                "dev: false" => last.scope = Scope::Production,
                _ => {}
            }
        } else if matches!(section, "importers:" | "snapshots:") {
            graph.line(section, depth, content);
        }
    }
    graph.mark(&mut locked);
    locked.sort();
    locked.dedup();
    (locked, Vec::new())
}

/// Who needs whom, from version 9 on, by keys like `a@1.0.0`.
#[derive(Default)]
struct Graph<'a> {
    /// What the project needs itself, not counting development.
    wanted: Vec<String>,
    needs: HashMap<String, Vec<String>>,
    /// The snapshot, the kind of dependencies and the dependency that the line lies in.
    snapshot: String,
    kind: &'a str,
    name: &'a str,
}

impl<'a> Graph<'a> {
    fn line(&mut self, section: &str, depth: usize, content: &'a str) {
        let pair = content.split_once(": ").map(|(name, value)| (unquoted(name), unquoted(value)));
        match (section, depth) {
            ("snapshots:", 2) => {
                let key = content.split_once(": ").map_or(content.trim_end_matches(':'), |(key, _)| key);
                self.snapshot = plain(unquoted(key));
                self.kind = "";
            }
            (_, 4) => self.kind = content,
            ("importers:", 6) => self.name = unquoted(content.trim_end_matches(':')),
            ("importers:", 8) => {
                let counts = matches!(self.kind, "dependencies:" | "optionalDependencies:");
                if let Some(("version", version)) = pair.filter(|_| counts) {
                    self.wanted.push(key_of(self.name, version));
                }
            }
            ("snapshots:", 6) => {
                let counts = matches!(self.kind, "dependencies:" | "optionalDependencies:");
                if let Some((name, version)) = pair.filter(|_| counts) {
                    self.needs.entry(self.snapshot.clone()).or_default().push(key_of(name, version));
                }
            }
            _ => {}
        }
    }

    /// Says of packages of which nothing is known what they are for, where there is a graph.
    fn mark(self, locked: &mut [LockedPackage]) {
        if self.snapshot.is_empty() {
            return;
        }
        let mut production = HashSet::new();
        let mut pending = self.wanted;
        while let Some(key) = pending.pop() {
            if !production.contains(&key) {
                pending.extend(self.needs.get(&key).into_iter().flatten().cloned());
                production.insert(key);
            }
        }
        for package in locked.iter_mut().filter(|package| package.scope == Scope::Unknown) {
            let reached = production.contains(&format!("{}@{}", package.name, package.version));
            package.scope = if reached { Scope::Production } else { Scope::Development };
        }
    }
}

/// `name@version`; of an alias the real package, whose key stands as the version.
fn key_of(name: &str, version: &str) -> String {
    let version = plain(version);
    if version.char_indices().skip(1).any(|(_, it)| it == '@') { version } else { format!("{name}@{version}") }
}

/// A key without its peers.
fn plain(key: &str) -> String {
    key.split('(').next().unwrap_or_default().to_owned()
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['\'', '"'])
}

/// A package of the registry, its version behind `separator`; those of folders and addresses have no version here.
fn package(key: &str, separator: char) -> Option<LockedPackage> {
    let key = key.strip_prefix('/').unwrap_or(key).split('(').next()?;
    let starts = key.match_indices(separator).filter(|(at, _)| *at > 0);
    let digit = |at: &usize| key[at + 1..].starts_with(|first: char| first.is_ascii_digit());
    let at = starts.map(|(at, _)| at).find(digit)?;
    let (name, version) = (&key[..at], key[at + 1..].split('_').next()?);
    LockedPackage::new(name, version).filter(|_| !name.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    fn check(lock: &str, expected: &[&str]) {
        assert_eq!(lines(&parse_pnpm_lock(lock.as_bytes())), expected);
    }

    #[test]
    fn keys_of_all_versions_are_read() {
        check(
            "lockfileVersion: 5.4\n\npackages:\n\n  /@s/a/1.0.0:\n    resolution: {integrity: x}\n    dev: true\n\n  \
             /b_c/2.0.0_react@18:\n    dependencies:\n      c: 1.0.0\n    dev: false\n",
            &["@s/a 1.0.0 Development", "b_c 2.0.0 Production"],
        );
        check(
            "lockfileVersion: '6.0'\npackages:\n  /@s/a@1.0.0(react@18.2.0):\n    dev: true\n  file:x:\n    dev: true\n",
            &["@s/a 1.0.0 Development"],
        );
        check("lockfileVersion: '9.0'\npackages:\n\n  b@2.0.0:\n    engines: {node: '>=0.10'}\n", &["b 2.0.0 Unknown"]);
    }

    #[test]
    fn since_version_9_the_graph_tells_what_for() {
        check(
            "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      '@s/a':\n        specifier: 1\n        \
             version: 1.0.0(react@18.2.0)\n      alias:\n        version: real@4.0.0\n    devDependencies:\n      c:\n        \
             specifier: ^3\n        version: 3.0.0\n\npackages:\n\n  '@s/a@1.0.0':\n    resolution: {integrity: x}\n\n  \
             b@2.0.0:\n    engines: {node: '>=0.10'}\n\n  c@3.0.0:\n    resolution: {}\n\n  real@4.0.0:\n    \
             resolution: {}\n\nsnapshots:\n\n  '@s/a@1.0.0(react@18.2.0)':\n    dependencies:\n      b: 2.0.0\n\n  \
             b@2.0.0: {}\n\n  c@3.0.0: {}\n",
            &["@s/a 1.0.0 Production", "b 2.0.0 Production", "c 3.0.0 Development", "real 4.0.0 Production"],
        );
    }
}
