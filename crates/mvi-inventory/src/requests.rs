//! Which packages somebody asked for above a base, by name.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::package::Ecosystem;

/// The packages of one package manager that may have been asked for, and since when they have been there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    /// The package manager.
    pub ecosystem: Ecosystem,
    /// How far `names` can be trusted.
    pub memory: Memory,
    /// Every name, with the layers after which it was installed or asked for, base first.
    pub names: BTreeMap<String, Vec<Presence>>,
}

/// What an image remembers of the packages it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Memory {
    /// The names were asked for, virtual packages replaced by what they stand for.
    Kept,
    /// The package manager did not write down what was asked for: the names are all installed packages.
    #[default]
    None,
    /// The package database was deleted or not read: the names are those it last had.
    Lost,
}

/// Layers after which something was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// The first of them, base layer 0.
    pub from: u32,
    /// The first after which it was gone; none when it stayed.
    pub until: Option<u32>,
}

/// The packages asked for above a base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestedAbove {
    /// These, by name.
    Known(BTreeSet<String>),
    /// Some of these: the image does not say which of them came as dependencies.
    AtMost(BTreeSet<String>),
}

/// Follows what a package manager held from layer to layer.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    present: BTreeMap<String, Vec<Presence>>,
    memory: Memory,
    candidates: BTreeSet<String>,
}

impl RequestLog {
    /// Takes down what was installed, and what was asked for where that is known, after `layer`.
    pub(crate) fn after(&mut self, layer: u32, installed: &BTreeSet<&str>, asked: Option<&BTreeSet<&str>>) {
        let is_here = |name: &str| installed.contains(name) || asked.is_some_and(|asked| asked.contains(name));
        for (name, presences) in &mut self.present {
            if let Some(open) = presences.last_mut().filter(|last| last.until.is_none() && !is_here(name)) {
                open.until = Some(layer);
            }
        }
        for name in installed.iter().chain(asked.into_iter().flatten()) {
            let presences = match self.present.get_mut(*name) {
                Some(presences) => presences,
                None => self.present.entry((*name).to_owned()).or_default(),
            };
            if presences.last().is_none_or(|last| last.until.is_some()) {
                presences.push(Presence { from: layer, until: None });
            }
        }
        self.memory = if asked.is_some() { Memory::Kept } else { Memory::None };
        self.candidates = asked.unwrap_or(installed).iter().map(|name| (*name).to_owned()).collect();
    }

    /// Takes down that a layer left no package database to read.
    pub(crate) fn lost(&mut self) {
        self.memory = Memory::Lost;
    }

    /// What is known after the last layer.
    pub(crate) fn finish(mut self, ecosystem: Ecosystem) -> Requests {
        self.present.retain(|name, _| self.candidates.contains(name));
        Requests { ecosystem, memory: self.memory, names: self.present }
    }
}

/// The packages that are asked for in the image, and neither asked for nor installed after its first `base_layers`
/// layers: `asked(image) − asked(base) − installed(base)`. With `base_layers` 0 the base is empty.
pub(crate) fn requested_above(requests: &[Requests], base_layers: u32) -> RequestedAbove {
    let in_base =
        |presence: &Presence| presence.from < base_layers && presence.until.is_none_or(|until| until >= base_layers);
    let mut above = BTreeSet::new();
    let mut known = true;
    for requests in requests {
        let names = requests.names.iter().filter(|(_, presences)| !presences.iter().any(in_base));
        let before = above.len();
        above.extend(names.map(|(name, _)| name.clone()));
        known &= match requests.memory {
            Memory::Kept => true,
            Memory::None => above.len() == before,
            Memory::Lost => false,
        };
    }
    if known { RequestedAbove::Known(above) } else { RequestedAbove::AtMost(above) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &str) -> BTreeSet<&str> {
        names.split_whitespace().collect()
    }

    /// States are (layer, installed, asked), with `?` for asked when unknown.
    fn check(states: &[(u32, &str, &str)], base_layers: u32, expected: &str) {
        let mut log = RequestLog::default();
        for (layer, installed, asked) in states {
            log.after(*layer, &set(installed), (*asked != "?").then(|| set(asked)).as_ref());
        }
        let found = match requested_above(&[log.finish(Ecosystem::Apk)], base_layers) {
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
        assert_eq!(requested_above(&[], 1), RequestedAbove::Known(BTreeSet::new()));
    }

    #[test]
    fn a_package_that_the_base_had_lost_counts() {
        let states = [(0, "musl curl", "musl"), (1, "musl", "musl"), (2, "musl curl", "musl curl")];
        check(&states, 1, "{}");
        check(&states, 2, "{\"curl\"}");
        check(&states, 3, "{}");
    }
}
