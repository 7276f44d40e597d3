//! Lock files: what somebody meant to be installed, and what for. None of it says that it was.

pub mod cargo_lock;
pub mod gemfile_lock;
pub mod hex_lock;
pub mod npm_lock;
pub mod pipfile_lock;
pub mod pnpm_lock;
pub mod requirements;
pub mod toml_lock;
pub mod yarn_lock;

use crate::package::Scope;

/// A package that a lock file names with its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LockedPackage {
    /// Its name, as the lock file spells it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What for.
    pub scope: Scope,
}

impl LockedPackage {
    /// A package of which the lock file does not tell what for; none when name or version is empty.
    fn new(name: &str, version: &str) -> Option<Self> {
        let named = !name.is_empty() && !version.is_empty();
        named.then(|| Self { name: name.to_owned(), version: version.to_owned(), scope: Scope::Unknown })
    }

    fn with_scope(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }
}

/// Lines for tests: `name version scope`.
#[cfg(test)]
fn lines(found: &(Vec<LockedPackage>, Vec<super::Problem>)) -> Vec<String> {
    let packages = found.0.iter().map(|it| format!("{} {} {:?}", it.name, it.version, it.scope));
    packages.chain(found.1.iter().map(ToString::to_string)).collect()
}
