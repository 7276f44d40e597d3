//! What advisories need to know of a package that is there.

use std::str::FromStr as _;

use mvi_inventory::parse::python_metadata::normalise_name;
use packageurl::PackageUrl;

use crate::ecosystem::{ECOSYSTEMS, Ecosystem};

/// A package as advisories name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coordinates {
    /// Where it comes from.
    pub ecosystem: &'static Ecosystem,
    /// The distribution's release, where it is known: `12`, `3.18`.
    pub release: Option<String>,
    /// Its name; for distributions that of its source package.
    pub name: String,
    /// Its version; for Debian that of its source package.
    pub version: String,
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
            (None, Some(scope)) => format!("{scope}/{}", url.name()),
            _ => url.name().to_owned(),
        };
        let (name, version) = match source.map(|source| source.split_once('@').unwrap_or((source, ""))) {
            Some((name, "")) => (name.to_owned(), url.version()?.to_owned()),
            Some((name, version)) => (name.to_owned(), version.to_owned()),
            None => (plain, url.version()?.to_owned()),
        };
        let distro = url.qualifiers().get("distro").map(|distro| distro.rsplit('-').next().unwrap_or_default());
        Some(Self { ecosystem, release: distro.and_then(|distro| ecosystem.release.of(distro)), name, version })
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
    match ecosystem.purl_type {
        "pypi" => format!("pypi/{}", normalise_name(name)),
        other => format!("{other}/{name}"),
    }
}
