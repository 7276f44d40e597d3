//! Ids of change requests and of the override records that activate them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// The id of a change request, `CRQ-2026-0001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CrqId {
    /// Year in which it was drafted, four digits.
    pub year: u16,
    /// Number within the year, written with at least four digits.
    pub sequence: u32,
}

/// The id of a sealed override record, `ROM-OVERRIDE-V13-001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OverrideId {
    /// Version of the standard.
    pub version: u32,
    /// Number within the version, 1 to 999; numbers are never reused.
    pub number: u16,
}

/// Why a text is no such id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not an id; write it as {form}")]
pub struct IdError {
    /// The text.
    pub text: String,
    /// How such an id looks.
    pub form: &'static str,
}

impl FromStr for CrqId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let parsed = || {
            let (year, sequence) = text.strip_prefix("CRQ-")?.split_once('-')?;
            let proper = year.len() == 4 && (4..=9).contains(&sequence.len()) && digits(year) && digits(sequence);
            let id = proper.then_some(Self { year: year.parse().ok()?, sequence: sequence.parse().ok()? })?;
            // One spelling an id: no more zeros in front than four digits need.
            (id.to_string() == text).then_some(id)
        };
        parsed().ok_or_else(|| IdError { text: text.to_owned(), form: "CRQ-2026-0001" })
    }
}

impl fmt::Display for CrqId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CRQ-{:04}-{:04}", self.year, self.sequence)
    }
}

impl FromStr for OverrideId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let parsed = || {
            let (version, number) = text.strip_prefix("ROM-OVERRIDE-V")?.split_once('-')?;
            let proper = number.len() == 3 && (1..=9).contains(&version.len()) && digits(version) && digits(number);
            let id = proper.then_some(Self { version: version.parse().ok()?, number: number.parse().ok()? })?;
            (id.number > 0 && id.to_string() == text).then_some(id)
        };
        parsed().ok_or_else(|| IdError { text: text.to_owned(), form: "ROM-OVERRIDE-V13-001" })
    }
}

impl fmt::Display for OverrideId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ROM-OVERRIDE-V{}-{:03}", self.version, self.number)
    }
}

impl OverrideId {
    /// The next number of a version: one more than the highest ever given. Nothing after 999.
    pub fn next(version: u32, given: impl IntoIterator<Item = Self>) -> Option<Self> {
        let last = given.into_iter().filter(|id| id.version == version).map(|id| id.number).max().unwrap_or(0);
        (last < 999).then_some(Self { version, number: last + 1 })
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|digit| digit.is_ascii_digit())
}

/// Ids are written and read as their text.
macro_rules! as_text {
    ($id:ty) => {
        impl Serialize for $id {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $id {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

as_text!(CrqId);
as_text!(OverrideId);
