//! Node packages that Yarn locked: `yarn.lock`, of version 1 and of later ones. Only the lines that Yarn itself writes are
//! read.

use super::LockedPackage;
use crate::parse::problem::Problem;

/// The packages of the lock: an entry's first line names what was asked for, `version` below it what was found. Entries of
/// the project's own folders are left out.
pub fn parse_yarn_lock(bytes: &[u8]) -> (Vec<LockedPackage>, Vec<Problem>) {
    let text = String::from_utf8_lossy(bytes);
    let mut name = None;
    let mut locked: Vec<LockedPackage> = Vec::new();
    for line in text.lines() {
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        if !line.starts_with(' ') {
            name = line.trim_end().strip_suffix(':').and_then(name_in);
        } else if let (Some(found), Some(version)) = (name, line.strip_prefix("  version")) {
            let version = version.trim_start_matches(':').trim().trim_matches('"');
            locked.extend(LockedPackage::new(found, version));
            name = None;
        }
    }
    locked.sort();
    locked.dedup();
    (locked, Vec::new())
}

/// The package in `"@s/a@^1.0.0", "@s/a@npm:^1.1.0"`, of an alias the real one.
fn name_in(descriptors: &str) -> Option<&str> {
    let first = descriptors.trim_start_matches('"').split(['"', ',']).next()?;
    let split = |text: &'_ str| text.char_indices().skip(1).find(|(_, it)| *it == '@').map(|(at, _)| at);
    let at = split(first)?;
    let (name, range) = (&first[..at], &first[at + 1..]);
    if ["workspace:", "link:", "portal:"].iter().any(|kind| range.starts_with(kind)) {
        return None;
    }
    let real = range.strip_prefix("npm:").and_then(|real| Some(&real[..split(real)?]));
    Some(real.unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;

    fn check(lock: &str, expected: &[&str]) {
        assert_eq!(lines(&parse_yarn_lock(lock.as_bytes())), expected);
    }

    #[test]
    fn the_first_version_quotes_its_values() {
        check(
            "# yarn lockfile v1\n\n\n\"@s/a@^1.0.0\", \"@s/a@^1.1.0\":\n  version \"1.1.2\"\n  resolved \"https://h\"\n  \
             dependencies:\n    b \"^2\"\n\nb@^2:\n  version \"2.0.0\"\n\n\"c@npm:real@^1\":\n  version \"1.0.0\"\n",
            &["@s/a 1.1.2 Unknown", "b 2.0.0 Unknown", "real 1.0.0 Unknown"],
        );
    }

    #[test]
    fn later_ones_are_yaml() {
        check(
            "__metadata:\n  version: 8\n\n\"@s/a@npm:^1.0.0, @s/a@npm:^1.1.0\":\n  version: 1.1.2\n  resolution: \
             \"@s/a@npm:1.1.2\"\n\n\"app@workspace:.\":\n  version: 0.0.0-use.local\n",
            &["@s/a 1.1.2 Unknown"],
        );
    }
}
