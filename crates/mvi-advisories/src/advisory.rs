//! The one model that every feed is read into.

use serde::{Deserialize, Serialize};

use crate::osv::Range;

/// An advisory of one source.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Advisory {
    /// Its id, as its source has it: `CVE-…`, `GHSA-…`, `DEBIAN-CVE-…`.
    pub id: String,
    /// Other ids of the same thing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Ids of what it bundles; a DSA has many. They are not aliases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upstream: Vec<String>,
    /// Since when it counts no more, as its source writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<String>,
    /// When its source changed it last, as the source writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// A line about it; at most 300 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Addresses with more about it; the first eight.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// CVSS vectors, as its source writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vectors: Vec<String>,
    /// The source's word on how bad it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// `unmaintained`, `unsound`, `notice`: not a vulnerability, but worth telling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub informational: Option<String>,
    /// What is affected, as far as it is of ecosystems whose packages are found in images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
}

/// What an advisory says of one package in one place.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Entry {
    /// The name of its [`crate::Ecosystem`].
    pub ecosystem: String,
    /// The release it is about; none means every release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// What one must have beside, as `Pro` of Ubuntu.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The package's name, folded by its ecosystem.
    pub name: String,
    /// Module streams it is about, `name:stream` each; empty where it is about packages outside of modules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<String>,
    /// What its source means to do about it.
    #[serde(default)]
    pub state: State,
    /// The source's word on how bad it is for this package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub word: Option<String>,
    /// Ranges of versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<Range>,
    /// Versions one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
}

/// What a source says about a package beside its versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Affected; a fix is out or not decided against.
    #[default]
    Affected,
    /// Affected, and not worth an advisory of its own: Debian's no-dsa.
    NoAdvisory,
    /// Affected, and to be fixed some time: Debian's postponed, Red Hat's fix deferred.
    FixDeferred,
    /// Affected, and to stay so: Debian's ignored, Red Hat's will not fix.
    WillNotFix,
    /// Affected, and out of support.
    EndOfLife,
    /// Being looked into: Debian's undetermined, Red Hat's under investigation.
    Undetermined,
    /// Looked at and not affected, whatever ranges elsewhere say.
    NotAffected,
}

impl State {
    /// Every state, in the order of the numbers that an index has for them.
    pub const ALL: [Self; 7] = [
        Self::Affected,
        Self::NoAdvisory,
        Self::FixDeferred,
        Self::WillNotFix,
        Self::EndOfLife,
        Self::Undetermined,
        Self::NotAffected,
    ];

    /// Its name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Affected => "affected",
            Self::NoAdvisory => "no-advisory",
            Self::FixDeferred => "fix-deferred",
            Self::WillNotFix => "will-not-fix",
            Self::EndOfLife => "end-of-life",
            Self::Undetermined => "undetermined",
            Self::NotAffected => "not-affected",
        }
    }
}

impl Advisory {
    /// Everything it is called, and no more: its id, its aliases, and, for a distribution's record on one vulnerability
    /// of its upstream, that vulnerability.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let own = self
            .upstream
            .iter()
            .filter(|upstream| self.id.strip_suffix(upstream.as_str()).is_some_and(|before| before.ends_with('-')));
        std::iter::once(&self.id).chain(&self.aliases).chain(own).map(String::as_str)
    }

    /// Gives back the room that reading a list of unknown length took on top; hundreds of thousands of them are held.
    pub(crate) fn shrink(&mut self) {
        for entry in &mut self.entries {
            entry.ranges.iter_mut().for_each(|range| range.events.shrink_to_fit());
            entry.ranges.shrink_to_fit();
            entry.versions.shrink_to_fit();
        }
        self.entries.shrink_to_fit();
        self.references.shrink_to_fit();
        self.upstream.shrink_to_fit();
        self.aliases.shrink_to_fit();
    }

    /// The CVEs it is or bundles.
    pub fn cves(&self) -> impl Iterator<Item = &str> {
        let bundled = self.upstream.iter().map(|id| match id.find("CVE-") {
            // `UBUNTU-CVE-…` in a USN.
            Some(start) => &id[start..],
            None => id.as_str(),
        });
        self.names().chain(bundled).filter(|name| name.starts_with("CVE-"))
    }
}

/// The text up to a length in characters, in one line.
pub(crate) fn line(text: &str, most: usize) -> String {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    first.chars().take(most).collect()
}
