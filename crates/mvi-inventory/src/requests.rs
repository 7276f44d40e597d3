//! Which packages somebody asked for above a base, by name.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::package::Ecosystem;

/// What a package manager held after one layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// The package manager.
    pub ecosystem: Ecosystem,
    /// The layer, base layer 0.
    pub layer: u32,
    /// Names of installed packages.
    pub installed: BTreeSet<String>,
    /// Names of those that were asked for, virtual packages replaced by what they stand for; none when unknown.
    pub asked: Option<BTreeSet<String>>,
}

/// The packages asked for above a base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestedAbove {
    /// These, by name.
    Known(BTreeSet<String>),
    /// Some of these: the image does not say which of them came as dependencies.
    AtMost(BTreeSet<String>),
}

/// The packages that are asked for in the image, and neither asked for nor installed after its first `base_layers`
/// layers: `asked(image) − asked(base) − installed(base)`.
///
/// `snapshots` are ordered by layer within an ecosystem; with `base_layers` 0 the base is empty.
pub(crate) fn requested_above(snapshots: &[Snapshot], base_layers: u32) -> RequestedAbove {
    let mut names = BTreeSet::new();
    let mut known = true;
    for ecosystem in [Ecosystem::Apk, Ecosystem::Deb] {
        let states = || snapshots.iter().filter(|snapshot| snapshot.ecosystem == ecosystem);
        let Some(image) = states().next_back() else { continue };
        let base = states().rfind(|snapshot| snapshot.layer < base_layers);
        let in_base = |name: &&String| {
            base.is_some_and(|base| {
                base.installed.contains(*name) || base.asked.as_ref().is_some_and(|asked| asked.contains(*name))
            })
        };
        let candidates = image.asked.as_ref().unwrap_or(&image.installed);
        let above: Vec<String> = candidates.iter().filter(|name| !in_base(name)).cloned().collect();
        known &= image.asked.is_some() || above.is_empty();
        names.extend(above);
    }
    if known { RequestedAbove::Known(names) } else { RequestedAbove::AtMost(names) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &str) -> BTreeSet<String> {
        names.split_whitespace().map(str::to_owned).collect()
    }

    /// States are (layer, installed, asked), with `?` for asked when unknown.
    fn check(states: &[(u32, &str, &str)], base_layers: u32, expected: &str) {
        let snapshots: Vec<Snapshot> = states
            .iter()
            .map(|(layer, installed, asked)| Snapshot {
                ecosystem: Ecosystem::Apk,
                layer: *layer,
                installed: set(installed),
                asked: (*asked != "?").then(|| set(asked)),
            })
            .collect();
        let found = match requested_above(&snapshots, base_layers) {
            RequestedAbove::Known(names) => format!("{names:?}"),
            RequestedAbove::AtMost(names) => format!("at most {names:?}"),
        };
        assert_eq!(found, expected);
    }

    const BASE: (u32, &str, &str) = (0, "musl libssl3 libcrypto3", "musl");

    #[test]
    fn what_the_base_already_has_does_not_count() {
        check(
            &[BASE, (1, "musl libssl3 libcrypto3 ca tz dep", "musl libssl3 libcrypto3 ca tz")],
            1,
            "{\"ca\", \"tz\"}",
        );
    }

    #[test]
    fn without_a_base_everything_counts() {
        check(&[BASE], 0, "{\"musl\"}");
    }

    #[test]
    fn a_package_asked_for_and_removed_does_not_count() {
        check(&[BASE, (1, "musl gcc", "musl gcc"), (2, "musl", "musl")], 1, "{}");
    }

    #[test]
    fn without_a_memory_of_requests_there_is_only_a_bound() {
        check(&[BASE, (1, "musl dep app", "?")], 1, "at most {\"app\", \"dep\"}");
    }

    #[test]
    fn nothing_new_is_known_even_without_a_memory_of_requests() {
        check(&[BASE, (1, "musl", "?")], 1, "{}");
    }

    #[test]
    fn an_image_without_packages_asks_for_none() {
        check(&[], 1, "{}");
    }
}
