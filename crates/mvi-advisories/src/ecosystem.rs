//! The ecosystems of OSV whose packages are found in images, as a table.

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

/// Every ecosystem.
pub const ECOSYSTEMS: &[Ecosystem] = &[
    of("Alpine", "apk", Some("alpine"), Scheme::Apk, Release::Minor),
    of("Chainguard", "apk", Some("chainguard"), Scheme::Apk, Release::None),
    of("Debian", "deb", Some("debian"), Scheme::Deb, Release::Major),
    of("PyPI", "pypi", None, Scheme::Pypi, Release::None),
    of("RubyGems", "gem", None, Scheme::Gem, Release::None),
    of("Ubuntu", "deb", Some("ubuntu"), Scheme::Deb, Release::Minor),
    of("Wolfi", "apk", Some("wolfi"), Scheme::Apk, Release::None),
    of("npm", "npm", None, Scheme::Semantic, Release::None),
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

impl Release {
    /// What of a version of the distribution names its release; nothing for words without a number.
    pub(crate) fn of(self, text: &str) -> Option<String> {
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
