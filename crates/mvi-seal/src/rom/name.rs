//! Names of ROMs: `ROM-GO-V13`, `ROM-GO-V13-R2`, `ROM-OVERRIDE-V13-001`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::SealError;

/// The class word that exceptions have for themselves.
const OVERRIDE: &str = "OVERRIDE";
const LONGEST: usize = 128;

/// A name that keeps the grammar `ROM-CLASS-V<n>[-R<n>]` or `ROM-OVERRIDE-V<n>-<nnn>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RomName {
    /// The template of a class.
    Template {
        /// `GO`, `PY-SERVICE`.
        class: String,
        /// Version of the standard.
        version: u32,
        /// 1 for the first seal, which the name leaves out.
        revision: u32,
    },
    /// An exception.
    Override {
        /// Version of the standard.
        version: u32,
        /// From 1.
        number: u32,
    },
}

impl RomName {
    /// The name of the next seal of the same class and version.
    #[must_use]
    pub fn next_revision(&self) -> Self {
        match self {
            Self::Template { class, version, revision } => {
                Self::Template { class: class.clone(), version: *version, revision: revision + 1 }
            }
            Self::Override { version, number } => Self::Override { version: *version, number: number + 1 },
        }
    }

    /// The next free exception of a version: one above the highest there is, so that no number is used again.
    #[must_use]
    pub fn next_override<'a>(version: u32, known: impl IntoIterator<Item = &'a Self>) -> Self {
        let numbers = known.into_iter().filter_map(|name| match name {
            Self::Override { version: its, number } if *its == version => Some(*number),
            Self::Override { .. } | Self::Template { .. } => None,
        });
        Self::Override { version, number: numbers.max().unwrap_or(0) + 1 }
    }

    /// True when both are seals of one class and version, or both exceptions of one version.
    #[must_use]
    pub fn is_same_line(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Template { class, version, .. }, Self::Template { class: other, version: its, .. }) => {
                class == other && version == its
            }
            (Self::Override { version, .. }, Self::Override { version: its, .. }) => version == its,
            (Self::Template { .. }, Self::Override { .. }) | (Self::Override { .. }, Self::Template { .. }) => false,
        }
    }
}

impl FromStr for RomName {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        parse(text).ok_or_else(|| SealError::Name(text.chars().take(LONGEST).collect()))
    }
}

fn parse(text: &str) -> Option<RomName> {
    if text.len() > LONGEST {
        return None;
    }
    let mut words: Vec<&str> = text.strip_prefix("ROM-")?.split('-').collect();
    let last = words.pop()?;
    if words.first() == Some(&OVERRIDE) {
        let version = number(words.get(1)?.strip_prefix('V')?)?;
        let three_digits = last.len() == 3 && last.bytes().all(|byte| byte.is_ascii_digit());
        let number = last.parse().ok().filter(|number| *number > 0)?;
        return (words.len() == 2 && three_digits).then_some(RomName::Override { version, number });
    }
    let (revision, version) = match last.strip_prefix('R').and_then(number) {
        // `-R1` is the name without it.
        Some(revision) if words.len() >= 2 => (Some(revision).filter(|revision| *revision > 1)?, words.pop()?),
        Some(_) | None => (1, last),
    };
    let version = number(version.strip_prefix('V')?)?;
    let is_word =
        |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let sound = !words.is_empty() && words.iter().all(is_word) && words != [OVERRIDE];
    sound.then(|| RomName::Template { class: words.join("-"), version, revision })
}

/// A number without leading zeros.
fn number(text: &str) -> Option<u32> {
    let sound = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if sound { text.parse().ok() } else { None }
}

impl fmt::Display for RomName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template { class, version, revision: 1 } => write!(out, "ROM-{class}-V{version}"),
            Self::Template { class, version, revision } => write!(out, "ROM-{class}-V{version}-R{revision}"),
            Self::Override { version, number } => write!(out, "ROM-OVERRIDE-V{version}-{number:03}"),
        }
    }
}

impl TryFrom<String> for RomName {
    type Error = SealError;

    fn try_from(text: String) -> Result<Self, SealError> {
        text.parse()
    }
}

impl From<RomName> for String {
    fn from(name: RomName) -> Self {
        name.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_keep_the_grammar() {
        for name in
            ["ROM-GO-V13", "ROM-PY-SERVICE-V13", "ROM-GO-V13-R2", "ROM-OVERRIDE-V13-001", "ROM-R2-V1", "ROM-V2-V1"]
        {
            assert_eq!(name.parse::<RomName>().map(|name| name.to_string()).unwrap(), name);
        }
        let bad = [
            "",
            "ROM-",
            "ROM-V13",
            "ROM-go-V13",
            "ROM-GO-13",
            "ROM-GO-V13-R1",
            "ROM-GO-V013",
            "ROM-GO-V13-R02",
            "ROM-OVERRIDE-V13",
            "ROM-OVERRIDE-V13-1",
            "ROM-OVERRIDE-V13-000",
            "ROM-OVERRIDE-V13-0001",
            "ROM--V1",
            "ROM-GO-V99999999999",
            "ROM-OVERRIDE-V13-R2",
            "rom-GO-V13",
        ];
        for name in bad {
            assert_eq!(name.parse::<RomName>().unwrap_err().code(), "E-ROM-NAME", "{name}");
        }
    }

    #[test]
    fn exceptions_are_numbered_on_and_never_again() {
        let known: Vec<RomName> =
            ["ROM-OVERRIDE-V13-001", "ROM-OVERRIDE-V13-007", "ROM-OVERRIDE-V14-002", "ROM-GO-V13"]
                .iter()
                .map(|name| name.parse().unwrap())
                .collect();
        assert_eq!(RomName::next_override(13, &known).to_string(), "ROM-OVERRIDE-V13-008");
        assert_eq!(RomName::next_override(14, &known).to_string(), "ROM-OVERRIDE-V14-003");
        assert_eq!(RomName::next_override(15, &known).to_string(), "ROM-OVERRIDE-V15-001");
    }

    proptest! {
        #[test]
        fn any_text_is_a_name_or_refused(text in "(ROM-)?[A-Z0-9R V-]{0,20}") {
            if let Ok(name) = text.parse::<RomName>() {
                prop_assert_eq!(name.to_string(), text);
            }
        }
    }
}
