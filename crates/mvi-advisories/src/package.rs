//! What advisories need to know of a package that is there.

use std::str::FromStr as _;

use packageurl::PackageUrl;

use crate::ecosystem::{ECOSYSTEMS, Ecosystem, Release};

/// A package as advisories name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coordinates {
    /// Where it comes from.
    pub ecosystem: &'static Ecosystem,
    /// The distribution's release, where it is known: `12`, `3.18`.
    pub release: Option<String>,
    /// Its name; for distributions that of its source package.
    pub name: String,
    /// Its version; for Debian that of its source package, for rpm with its epoch.
    pub version: String,
    /// The module stream it was built in, `name:stream` of rpm's MODULARITYLABEL.
    pub module: Option<String>,
}

impl Coordinates {
    /// Of a package URL and the source package it was built from, as `name` or `name@version`, where that has another
    /// name or version. Nothing for kinds of packages that no advisory here is about, and for URLs without a version.
    #[must_use]
    pub fn of(purl: &str, source: Option<&str>) -> Option<Self> {
        let url = PackageUrl::from_str(purl).ok()?;
        let suits = |ecosystem: &&Ecosystem| {
            ecosystem.purl_type == url.ty()
                && ecosystem.namespace.is_none_or(|namespace| url.namespace().is_some_and(|found| found == namespace))
        };
        let ecosystem = ECOSYSTEMS.iter().find(suits)?;
        let plain = match (ecosystem.namespace, url.namespace()) {
            (None, Some(scope)) if ecosystem.purl_type == "maven" => format!("{scope}:{}", url.name()),
            (None, Some(scope)) => format!("{scope}/{}", url.name()),
            _ => url.name().to_owned(),
        };
        let source = source.filter(|_| ecosystem.is_by_source());
        let (name, version) = match source.map(|source| source.split_once('@').unwrap_or((source, ""))) {
            Some((name, "")) => (name.to_owned(), url.version()?.to_owned()),
            Some((name, version)) => (name.to_owned(), version.to_owned()),
            None => (plain, url.version()?.to_owned()),
        };
        let qualifier = |name: &str| url.qualifiers().get(name).map(|value| value.to_string());
        let distro = qualifier("distro").map(|distro| distro.rsplit('-').next().unwrap_or_default().to_owned());
        let epoch = qualifier("epoch").filter(|epoch| ecosystem.purl_type == "rpm" && epoch != "0");
        let version = epoch.map_or_else(|| version.clone(), |epoch| format!("{epoch}:{version}"));
        let version = if name == "stdlib" && ecosystem.name == "Go" { compiler(&version) } else { version };
        Some(Self {
            ecosystem,
            release: distro.and_then(|distro| ecosystem.release.of(&distro).or_else(|| rolling(ecosystem, distro))),
            name,
            version,
            module: qualifier("rpmmod").map(|module| stream(&module)),
        })
    }

    /// What records on it are found by; see [`key`].
    #[must_use]
    pub fn key(&self) -> String {
        key(self.ecosystem, &self.name)
    }
}

/// What records on a package and the package itself have in common: `deb/openssl`, `pypi/typing-extensions`.
#[must_use]
pub fn key(ecosystem: &Ecosystem, name: &str) -> String {
    format!("{}/{}", ecosystem.purl_type, ecosystem.fold(name))
}

/// A release that has a word and no number, as `edge` is.
fn rolling(ecosystem: &Ecosystem, word: String) -> Option<String> {
    (ecosystem.release != Release::None && word == "edge").then_some(word)
}

/// `name:stream` of a label, or the whole where it has no more parts.
pub(crate) fn stream(label: &str) -> String {
    label.split(':').take(2).collect::<Vec<_>>().join(":")
}

/// The version of Go's compiler as a semantic version: `go1.21rc2` is 1.21.0-rc.2.
fn compiler(version: &str) -> String {
    let version = version.trim_start_matches("go");
    let start =
        version.find(|letter: char| letter.is_ascii_alphabetic()).filter(|start| !version[..*start].contains('-'));
    let Some((numbers, word)) = start.map(|start| version.split_at(start)) else { return version.to_owned() };
    let word = word.split_at(word.find(|letter: char| letter.is_ascii_digit()).unwrap_or(word.len()));
    match (word, numbers.matches('.').count()) {
        ((name @ ("rc" | "beta"), number), 1) => format!("{numbers}.0-{name}.{number}"),
        _ => version.to_owned(),
    }
}
