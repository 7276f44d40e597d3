//! Node packages that pnpm locked: `pnpm-lock.yaml`, versions 5 to 9. Only the lines that pnpm itself writes are read.

use super::LockedPackage;
use crate::package::Scope;
use crate::parse::problem::Problem;

/// The keys under `packages`: `/a/1.0.0` (5), `/a@1.0.0` (6), `a@1.0.0` (9), each with peers in brackets or behind `_`. Before
/// version 9 `dev` tells what for.
pub fn parse_pnpm_lock(bytes: &[u8]) -> (Vec<LockedPackage>, Vec<Problem>) {
    let text = String::from_utf8_lossy(bytes);
    let mut inside = false;
    let mut locked: Vec<LockedPackage> = Vec::new();
    let mut open = false;
    let mut separator = '@';
    for line in text.lines() {
        if !line.starts_with([' ', '#']) && !line.is_empty() {
            inside = line.trim_end() == "packages:";
            if line.starts_with("lockfileVersion: 5") {
                separator = '/';
            }
        } else if let Some(key) = line.strip_prefix("  ").filter(|rest| inside && !rest.starts_with(' ')) {
            let found =
                key.trim_end().strip_suffix(':').and_then(|key| package(key.trim_matches(['\'', '"']), separator));
            open = found.is_some();
            locked.extend(found);
        } else if let Some(last) = locked.last_mut().filter(|_| inside && open) {
            match line.trim_end() {
                "    dev: true" => last.scope = Scope::Development,
                "    dev: false" => last.scope = Scope::Production,
                _ => {}
            }
        }
    }
    locked.sort();
    locked.dedup();
    (locked, Vec::new())
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
        check(
            "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      x: 1\npackages:\n\n  '@s/a@1.0.0':\n    \
             resolution: {integrity: x}\n\n  b@2.0.0:\n    engines: {node: '>=0.10'}\n\nsnapshots:\n\n  c@1.0.0: {}\n",
            &["@s/a 1.0.0 Unknown", "b 2.0.0 Unknown"],
        );
    }
}
