//! What an image relies on beside its objects, and musl does otherwise: name services and locales.

use std::collections::BTreeSet;

use mvi_inventory::kept_body;

use crate::judge::{Evidence, Subject, SubjectKind, Verdict};

/// Databases of which musl reads files alone, but for hosts: nsswitch.conf(5).
const DATABASES: [&str; 4] = ["passwd", "group", "shadow", "hosts"];
/// Services that musl stands in for, and those that distributions list without having them.
const HARMLESS: [&str; 5] = ["files", "compat", "dns", "db", "nis"];
/// Variables that choose a locale: locale(7).
const LOCALE: [&str; 3] = ["LC_ALL", "LC_COLLATE", "LANG"];
/// Services that are named in a sentence.
const MOST_SERVICES: usize = 16;

/// The subjects that are no object.
pub(crate) fn subjects(evidence: &Evidence<'_>) -> Vec<Subject> {
    [name_services(evidence), locale(evidence)].into_iter().flatten().collect()
}

fn name_services(evidence: &Evidence<'_>) -> Option<Subject> {
    let path = b"etc/nsswitch.conf";
    let text = String::from_utf8_lossy(kept_body(evidence.tree, path)?);
    let services = foreign_services(&text);
    if services.is_empty() {
        return None;
    }
    let layer = evidence.tree.find(path).map_or(0, |id| evidence.tree.node(id).layer());
    let named = services.into_iter().take(MOST_SERVICES).collect::<Vec<_>>().join(", ");
    Some(system(
        "name services",
        layer,
        format!("/etc/nsswitch.conf asks {named}; musl has no name service switch"),
        "files and DNS have to be enough; a daemon that speaks nscd's protocol may answer for people and groups",
    ))
}

/// Services beyond files and DNS that people, groups and hosts are asked of.
fn foreign_services(text: &str) -> BTreeSet<String> {
    let mut services = BTreeSet::new();
    for line in text.lines().map(|line| line.split('#').next().unwrap_or_default()) {
        let Some((database, rest)) = line.split_once(':') else { continue };
        if DATABASES.contains(&database.trim()) {
            let words = rest.split_whitespace().filter(|word| !word.starts_with('[') && !word.ends_with(']'));
            services
                .extend(words.filter(|word| !HARMLESS.contains(word)).map(|word| word.escape_default().to_string()));
        }
    }
    services
}

fn locale(evidence: &Evidence<'_>) -> Option<Subject> {
    let value = |name: &'static str| {
        let found = evidence.env.iter().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        found.filter(|value| !value.is_empty()).map(|value| (name, value))
    };
    let (name, value) = LOCALE.into_iter().find_map(value)?;
    let stem = value.split(['.', '@']).next().unwrap_or_default();
    if matches!(stem, "C" | "POSIX") {
        return None;
    }
    Some(system(
        "locale",
        0,
        format!("{name}={} is set; musl sorts and formats as C.UTF-8 does", value.escape_default()),
        "set C.UTF-8 where nothing relies on the locale's order, or sort and format with a library such as ICU",
    ))
}

fn system(name: &str, layer: u32, why: String, unblock: &str) -> Subject {
    Subject {
        kind: SubjectKind::System,
        name: name.to_owned(),
        version: None,
        ecosystem: None,
        verdict: Verdict::NeedsWork,
        layer,
        why,
        unblock: Some(unblock.to_owned()),
        objects: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        assert_eq!(foreign_services(text).into_iter().collect::<Vec<_>>(), expected, "{text}");
    }

    #[test]
    fn only_services_that_musl_cannot_stand_in_for_are_told() {
        check("passwd:  files\nhosts: files dns # ldap\nnetgroup: nis\n", &[]);
        check("passwd: files systemd\nhosts: files mymachines [!UNAVAIL=return] dns\n", &["mymachines", "systemd"]);
        check("group:sss\n\0\u{1b}[0m: x", &["sss"]);
    }
}
