//! The ecosystems of OSV whose packages are found in images, as a table.

use mvi_inventory::parse::python_metadata::normalise_name;

use crate::order::Scheme;

/// An ecosystem as OSV names it (OSV schema 1.7, "Defined ecosystems").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ecosystem {
    /// OSV's name, without a release.
    pub name: &'static str,
    /// Type of its package URLs.
    pub purl_type: &'static str,
    /// Namespace of its package URLs, where it is a distribution.
    pub namespace: Option<&'static str>,
    /// How its versions are ordered.
    pub scheme: Scheme,
    /// What of a release counts.
    pub release: Release,
}

/// What names a release of a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// There are none.
    None,
    /// The first number: `12`.
    Major,
    /// The first two numbers: `3.18`, `22.04`.
    Minor,
}

/// Every ecosystem. New ones go to the end or anywhere: an index names them by their names.
pub const ECOSYSTEMS: &[Ecosystem] = &[
    of("AlmaLinux", "rpm", Some("almalinux"), Scheme::Rpm, Release::Major),
    of("Alpine", "apk", Some("alpine"), Scheme::Apk, Release::Minor),
    of("CRAN", "cran", None, Scheme::Numeric, Release::None),
    of("Chainguard", "apk", Some("chainguard"), Scheme::Apk, Release::None),
    of("Debian", "deb", Some("debian"), Scheme::Deb, Release::Major),
    of("Go", "golang", None, Scheme::Semantic, Release::None),
    of("Hackage", "hackage", None, Scheme::Numeric, Release::None),
    of("Hex", "hex", None, Scheme::Semantic, Release::None),
    of("Mageia", "rpm", Some("mageia"), Scheme::Rpm, Release::Major),
    of("Maven", "maven", None, Scheme::Maven, Release::None),
    of("NuGet", "nuget", None, Scheme::Nuget, Release::None),
    of("Packagist", "composer", None, Scheme::Packagist, Release::None),
    of("Pub", "pub", None, Scheme::Pub, Release::None),
    of("PyPI", "pypi", None, Scheme::Pypi, Release::None),
    of("Red Hat", "rpm", Some("redhat"), Scheme::Rpm, Release::Major),
    of("Rocky Linux", "rpm", Some("rocky"), Scheme::Rpm, Release::Major),
    of("RubyGems", "gem", None, Scheme::Gem, Release::None),
    of("Ubuntu", "deb", Some("ubuntu"), Scheme::Deb, Release::Minor),
    of("Wolfi", "apk", Some("wolfi"), Scheme::Apk, Release::None),
    of("crates.io", "cargo", None, Scheme::Semantic, Release::None),
    of("npm", "npm", None, Scheme::Semantic, Release::None),
    of("openSUSE", "rpm", Some("opensuse"), Scheme::Rpm, Release::Minor),
];

const fn of(
    name: &'static str,
    purl_type: &'static str,
    namespace: Option<&'static str>,
    scheme: Scheme,
    release: Release,
) -> Ecosystem {
    Ecosystem { name, purl_type, namespace, scheme, release }
}

/// The ecosystem of OSV's word for it and the release that the word names: `Debian:12`, `Ubuntu:Pro:22.04:LTS`.
#[must_use]
pub fn ecosystem_of(word: &str) -> Option<(&'static Ecosystem, Option<String>)> {
    let mut parts = word.split(':');
    let name = parts.next()?;
    let ecosystem = ECOSYSTEMS.iter().find(|ecosystem| ecosystem.name == name)?;
    let release = parts.find_map(|part| ecosystem.release.of(part));
    Some((ecosystem, release))
}

impl Ecosystem {
    /// A package's name as records and packages both are found by: where the registry takes several spellings for one
    /// name, one of them. `name` is as OSV writes it.
    #[must_use]
    pub fn fold(&self, name: &str) -> String {
        match self.purl_type {
            "pypi" => normalise_name(name),
            "nuget" | "composer" | "hex" => name.to_lowercase(),
            // Cargo takes hyphens for underscores.
            "cargo" => name.to_lowercase().replace('_', "-"),
            _ => name.to_owned(),
        }
    }

    /// True when packages are filed under the source package they were built from.
    #[must_use]
    pub fn is_by_source(&self) -> bool {
        matches!(self.purl_type, "deb" | "apk")
    }

    /// The ecosystem by its exact name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ECOSYSTEMS.iter().find(|ecosystem| ecosystem.name == name)
    }
}

/// Where in an ecosystem an entry counts, as its word says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) ecosystem: &'static Ecosystem,
    /// The release; a word that is no number (`edge`) stays as it is, none means every release.
    pub(crate) release: Option<String>,
    /// What one must have bought or switched on beside: `Pro`, `Pro:FIPS`.
    pub(crate) channel: Option<String>,
}

/// Reads a word such as `Ubuntu:Pro:22.04:LTS`; nothing for ecosystems and product lines that no image here is of.
pub(crate) fn place_of(word: &str) -> Option<Place> {
    let (ecosystem, mut release) = ecosystem_of(word)?;
    let mut parts: Vec<&str> = word.split(':').skip(1).collect();
    if ecosystem.name == "Red Hat" && parts.first().is_some_and(|line| *line != "enterprise_linux") {
        // Extended support and products beside the system have versions of their own.
        return None;
    }
    if ecosystem.release != Release::None && release.is_none() {
        release = parts.first().map(|&word| word.to_owned());
    }
    parts.retain(|part| ["Pro", "FIPS", "FIPS-updates", "FIPS-preview", "Realtime", "Nvidia-BlueField"].contains(part));
    Some(Place { ecosystem, release, channel: (!parts.is_empty()).then(|| parts.join(":")) })
}

impl Release {
    /// What of a version of the distribution names its release; nothing for words without a number.
    pub(crate) fn of(self, text: &str) -> Option<String> {
        let text = text.rsplit(' ').next().unwrap_or_default();
        let numbers: Vec<&str> = text.trim_start_matches('v').split('.').collect();
        let wanted = match self {
            Self::None => return None,
            Self::Major => 1,
            Self::Minor => 2,
        };
        let numbers = numbers.get(..wanted)?;
        let sound = numbers.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        sound.then(|| numbers.join("."))
    }
}
