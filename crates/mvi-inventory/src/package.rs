//! A package as reports show it: who it is, where it came from, what it costs.

use serde::{Deserialize, Serialize};

use crate::parse::locks::LockedPackage;

/// Where a package comes from; decides how its name and version are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ecosystem {
    /// Arch and other users of pacman.
    Alpm,
    /// Alpine, Wolfi and other users of apk.
    Apk,
    /// Formulas of Homebrew.
    Brew,
    /// Crates of Rust.
    Cargo,
    /// PHP packages.
    Composer,
    /// Packages of Conda, whatever language they are written in.
    Conda,
    /// Perl distributions.
    Cpan,
    /// Packages of R.
    Cran,
    /// Debian, Ubuntu and other users of dpkg.
    Deb,
    /// Ruby gems.
    Gem,
    /// Go modules.
    Golang,
    /// Packages of Erlang and Elixir as lock files name them.
    Hex,
    /// Lua rocks.
    Luarocks,
    /// Java artifacts.
    Maven,
    /// Store paths of Nix.
    Nix,
    /// Node packages.
    Npm,
    /// .NET packages.
    Nuget,
    /// Applications of Erlang/OTP, those of Elixir among them.
    Otp,
    /// Python distributions.
    Pypi,
    /// Red Hat, Fedora, openSUSE and other users of rpm.
    Rpm,
    /// Programs that no package brought. The last one: which of them count is known once all others are.
    Generic,
}

impl Ecosystem {
    /// The purl type, which is also the name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alpm => "alpm",
            Self::Apk => "apk",
            Self::Brew => "brew",
            Self::Cargo => "cargo",
            Self::Composer => "composer",
            Self::Conda => "conda",
            Self::Cpan => "cpan",
            Self::Cran => "cran",
            Self::Deb => "deb",
            Self::Gem => "gem",
            Self::Golang => "golang",
            Self::Hex => "hex",
            Self::Luarocks => "luarocks",
            Self::Maven => "maven",
            Self::Nix => "nix",
            Self::Npm => "npm",
            Self::Nuget => "nuget",
            Self::Otp => "otp",
            Self::Pypi => "pypi",
            Self::Rpm => "rpm",
            Self::Generic => "generic",
        }
    }

    /// True when the distribution's package manager installs it, false for those of a language.
    #[must_use]
    pub fn is_system(self) -> bool {
        match self {
            Self::Alpm | Self::Apk | Self::Deb | Self::Rpm => true,
            Self::Brew
            | Self::Cargo
            | Self::Composer
            | Self::Conda
            | Self::Cpan
            | Self::Cran
            | Self::Gem
            | Self::Golang
            | Self::Hex
            | Self::Luarocks
            | Self::Maven
            | Self::Nix
            | Self::Npm
            | Self::Nuget
            | Self::Otp
            | Self::Pypi
            | Self::Generic => false,
        }
    }

    /// True for packages of a programming language, false for those of distributions and of collections.
    #[must_use]
    pub fn is_of_language(self) -> bool {
        let is_of_collection = matches!(self, Self::Brew | Self::Conda | Self::Nix | Self::Generic);
        !self.is_system() && !is_of_collection
    }

    /// Who comes first where two list the same file: distributions, then collections that bring packages of languages
    /// along, then those languages.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Alpm | Self::Apk | Self::Deb | Self::Rpm => 0,
            Self::Brew | Self::Conda | Self::Nix => 1,
            Self::Cargo
            | Self::Composer
            | Self::Cpan
            | Self::Cran
            | Self::Gem
            | Self::Golang
            | Self::Hex
            | Self::Luarocks
            | Self::Maven
            | Self::Npm
            | Self::Nuget
            | Self::Otp
            | Self::Pypi
            | Self::Generic => 2,
        }
    }
}

/// One package of an image. Layers are counted from the base, which is 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its kind.
    pub ecosystem: Ecosystem,
    /// Its name: normalised for Python (PEP 503), with its scope for Node, as `vendor/name` for PHP and `group:artifact`
    /// for Java.
    pub name: String,
    /// Its version, as the record spells it.
    pub version: String,
    /// Architecture, for packages of a distribution.
    pub architecture: Option<String>,
    /// What it was built from, for packages of a distribution; distributions file advisories under this name.
    pub source: Option<Source>,
    /// Package URL: ECMA-427.
    pub purl: String,
    /// Printable path of the database or file that says the package is there.
    pub record: String,
    /// First layer since which the package has been there without interruption, whatever its version.
    pub introduced: u32,
    /// Last layer that changed its record or shipped one of its visible files.
    pub touched: u32,
    /// Bytes of its visible files, each content counted once. For a hidden package: bytes of its files that the layer
    /// which removed it hid, and that still travel.
    pub installed_bytes: u64,
    /// Bytes that its builder says it takes, where the record tells.
    pub declared_bytes: Option<u64>,
    /// Its visible files and links; for a hidden package, those that went with it.
    pub files: u64,
    /// Whether somebody asked for it.
    pub requested: Requested,
    /// Marked as needed for the system to work at all (deb only).
    pub essential: bool,
    /// The package of the distribution or of Conda that ships this language package, as an index into the inventory's
    /// packages.
    pub also_owned_by: Option<usize>,
    /// How it is known that it is there.
    pub evidence: Evidence,
    /// What a lock file of the image means it for; none where no lock file names it in this version.
    pub locked: Option<Scope>,
    /// Its licences, as the record spells them.
    pub licences: Vec<String>,
    /// Who made or maintains it, as the record says: Debian's and Alpine's maintainer, rpm's vendor, the author in
    /// records of languages.
    pub supplier: Option<String>,
    /// What it needs to run, by name, in the order of its record and each once. Where the image has what is needed it is
    /// the name of the package that has it, of alternatives the first; otherwise the name as the record has it.
    pub depends: Vec<String>,
    /// Set for packages that are gone from the image but still travel in a lower layer.
    pub hidden: Option<Hidden>,
}

impl Package {
    /// One of which nothing but this is known.
    pub(crate) fn bare(ecosystem: Ecosystem, (name, version): (String, String), evidence: Evidence) -> Self {
        Self {
            ecosystem,
            name,
            version,
            architecture: None,
            source: None,
            purl: String::new(),
            record: String::new(),
            introduced: 0,
            touched: 0,
            installed_bytes: 0,
            declared_bytes: None,
            files: 0,
            requested: Requested::Unknown,
            essential: false,
            also_owned_by: None,
            evidence,
            locked: None,
            licences: Vec::new(),
            supplier: None,
            depends: Vec::new(),
            hidden: None,
        }
    }

    /// One that a lock file names, with nothing but that known of it.
    pub(crate) fn locked(ecosystem: Ecosystem, locked: LockedPackage, purl: String, record: &str) -> Self {
        let bare = Self::bare(ecosystem, (locked.name, locked.version), Evidence::Lock);
        Self { purl, record: record.to_owned(), locked: Some(locked.scope), ..bare }
    }
}

/// The source package that a binary package was built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Debian's `Source`, Alpine's origin, the name in rpm's `SOURCERPM`.
    pub name: String,
    /// Its version, which for Debian may differ from the binary's; Alpine's is always the same, rpm's has no epoch.
    pub version: String,
}

/// Whether a package was asked for or came as a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requested {
    /// Somebody named it: apk's world, or not marked automatic by apt.
    Yes,
    /// Another package needs it.
    No,
    /// The package manager's memory of it is missing, or this ecosystem keeps none.
    Unknown,
}

/// How it is known that a package is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// What its package manager wrote down when it put it there.
    Record,
    /// The path of its folder alone.
    Path,
    /// A lock file names it: somebody meant it to be there. Nothing shows that it is.
    Lock,
    /// A bill of materials in the image names it, and no record of the image does.
    Document,
}

/// What a lock file means a package for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The program needs it to run.
    Production,
    /// The lock file does not tell what for.
    Unknown,
    /// Only building or testing needs it.
    Development,
}

/// How a package left the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// The layer that removed or replaced it.
    pub removed_in_layer: u32,
    /// The version that took its place; none when it was removed.
    pub replaced_by: Option<String>,
}

/// A package that dpkg remembers without having it installed whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    /// Its name.
    pub name: String,
    /// Its version; empty where dpkg keeps none.
    pub version: String,
    /// Its architecture; empty where the record names none.
    pub architecture: String,
    /// How far dpkg came with it.
    pub state: crate::parse::dpkg_status::DpkgState,
}
