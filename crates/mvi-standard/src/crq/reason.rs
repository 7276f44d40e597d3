//! Why an image needs the GNU C library: codes that can be checked against facts, and what the check found.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::id::IdError;
use crate::feasibility::{ReasonFacts, is_gnu_loader};
use crate::wheel::WheelStanding;

/// A reason with its code. Image Standard V13, `glibc_reason`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GlibcReason {
    /// `no-musl-wheel:<package>[==<version>]`: the package can be had as manylinux wheels only.
    NoMuslWheel {
        /// Package.
        package: String,
        /// Version, where only one is meant.
        version: Option<String>,
    },
    /// `elf-interp:<path>`: that executable asks for the GNU loader.
    ElfInterp(String),
    /// `dlopen-glibc:<library>`: a library that is loaded at run time needs it.
    DlopenGlibc(String),
    /// `vendor-binary:<path>`: an executable from someone else.
    VendorBinary(String),
    /// `nss-locale`: name service or locales.
    NssLocale,
    /// `measured-regression:<dimension,%>`: musl is slower or larger.
    MeasuredRegression(String),
    /// `not-libc:<why>`: the reason is another one.
    NotLibc(String),
}

/// A reason with what a check against facts found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The code.
    pub code: GlibcReason,
    /// What was found.
    #[serde(default)]
    pub proof: Proof,
    /// The fact behind it.
    #[serde(default)]
    pub detail: String,
}

/// What a check of a reason found. Unverified is not a pass: approvers see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// A fact shows it.
    Verified,
    /// A fact shows the opposite.
    Refuted,
    /// No fact decides it, or the code cannot be checked by a machine.
    #[default]
    Unverified,
}

/// Checks a reason against facts about the image and its lock file.
pub fn verify(code: &GlibcReason, facts: &ReasonFacts) -> Reason {
    let (proof, detail) = match code {
        GlibcReason::NoMuslWheel { package, version } => wheel(package, version.as_deref(), facts),
        GlibcReason::ElfInterp(path) => loader(path, facts),
        GlibcReason::DlopenGlibc(library) => opened(library, facts),
        GlibcReason::VendorBinary(_)
        | GlibcReason::NssLocale
        | GlibcReason::MeasuredRegression(_)
        | GlibcReason::NotLibc(_) => (Proof::Unverified, "no machine can check this code".to_owned()),
    };
    Reason { code: code.clone(), proof, detail }
}

fn wheel(package: &str, version: Option<&str>, facts: &ReasonFacts) -> (Proof, String) {
    let Some(wheels) = &facts.wheels else { return (Proof::Unverified, "no lock file was given".to_owned()) };
    let Some(wheel) = wheels.iter().find(|wheel| wheel.is(package, version)) else {
        return (Proof::Refuted, "the lock file does not hold it".to_owned());
    };
    let tags = wheel.tags.join(", ");
    match wheel.standing() {
        WheelStanding::GlibcOnly => (Proof::Verified, format!("{} {} has {tags}", wheel.name, wheel.version)),
        WheelStanding::Musl => (Proof::Refuted, format!("{} {} runs on musl: {tags}", wheel.name, wheel.version)),
        WheelStanding::Unknown => {
            (Proof::Unverified, "no wheel for Linux is known, so it may build from source".to_owned())
        }
    }
}

fn loader(path: &str, facts: &ReasonFacts) -> (Proof, String) {
    let Some(executables) = &facts.interpreters else {
        return (Proof::Unverified, "the image's executables were not read".to_owned());
    };
    let wanted = path.trim_start_matches('/');
    match executables.iter().find(|(path, _)| path.trim_start_matches('/') == wanted) {
        None => (Proof::Refuted, "the image has no such executable".to_owned()),
        Some((_, None)) => (Proof::Refuted, "it is static and asks for no loader".to_owned()),
        Some((_, Some(loader))) if is_gnu_loader(loader) => (Proof::Verified, format!("it asks for `{loader}`")),
        Some((_, Some(loader))) => (Proof::Refuted, format!("it asks for `{loader}`")),
    }
}

fn opened(library: &str, facts: &ReasonFacts) -> (Proof, String) {
    let Some(libraries) = &facts.libraries else {
        return (Proof::Unverified, "the image's libraries were not read".to_owned());
    };
    // What is opened at run time may come from elsewhere, so a library that is not there refutes nothing.
    let Some(needs) = libraries.get(library) else {
        return (Proof::Unverified, "the image has no such library".to_owned());
    };
    let of = |prefix: &str| needs.iter().find(|name| name.starts_with(prefix));
    match (of("libc.so.6"), of("libc.musl")) {
        (Some(name), _) => (Proof::Verified, format!("it needs `{name}`")),
        (None, Some(name)) => (Proof::Refuted, format!("it needs `{name}`")),
        (None, None) => (Proof::Unverified, "it names no C library".to_owned()),
    }
}

impl FromStr for GlibcReason {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (code, rest) = text.split_once(':').unwrap_or((text, ""));
        let given = rest.trim();
        let owned = || (!given.is_empty()).then(|| given.to_owned());
        let parsed = match code {
            "no-musl-wheel" => owned().map(|_| match given.split_once("==") {
                Some((package, version)) => {
                    Self::NoMuslWheel { package: package.to_owned(), version: Some(version.to_owned()) }
                }
                None => Self::NoMuslWheel { package: given.to_owned(), version: None },
            }),
            "elf-interp" => owned().map(Self::ElfInterp),
            "dlopen-glibc" => owned().map(Self::DlopenGlibc),
            "vendor-binary" => owned().map(Self::VendorBinary),
            "nss-locale" => given.is_empty().then_some(Self::NssLocale),
            "measured-regression" => owned().map(Self::MeasuredRegression),
            "not-libc" => owned().map(Self::NotLibc),
            _ => None,
        };
        parsed.ok_or_else(|| IdError { text: text.to_owned(), form: FORMS })
    }
}

impl fmt::Display for GlibcReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMuslWheel { package, version: Some(version) } => {
                write!(formatter, "no-musl-wheel:{package}=={version}")
            }
            Self::NoMuslWheel { package, version: None } => write!(formatter, "no-musl-wheel:{package}"),
            Self::ElfInterp(path) => write!(formatter, "elf-interp:{path}"),
            Self::DlopenGlibc(library) => write!(formatter, "dlopen-glibc:{library}"),
            Self::VendorBinary(path) => write!(formatter, "vendor-binary:{path}"),
            Self::NssLocale => formatter.write_str("nss-locale"),
            Self::MeasuredRegression(what) => write!(formatter, "measured-regression:{what}"),
            Self::NotLibc(why) => write!(formatter, "not-libc:{why}"),
        }
    }
}

impl Serialize for GlibcReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GlibcReason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

const FORMS: &str = "no-musl-wheel:NAME==VERSION, elf-interp:PATH, dlopen-glibc:LIBRARY, vendor-binary:PATH, nss-locale, \
                     measured-regression:DIMENSION,% or not-libc:WHY";
