//! Organisms as they are registered and retired.

use std::collections::BTreeMap;

use mvi_image::Digest;
use mvi_standard::Verdict;
use serde::{Deserialize, Serialize};

/// An organism: what stays the same while its images are built anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrganismFacts {
    /// `GID-IMG-NAME-NNN`; immutable, unique, never used again.
    pub gid: String,
    /// The canonical reference of its line, such as `alpine:3.21`.
    pub reference: String,
    /// Whether others are built on it, or it serves.
    pub role: Role,
    /// Digest of the first image, by platform.
    pub digests: BTreeMap<String, Digest>,
    /// Its status at registration.
    pub status: Verdict,
    /// Whether it was registered before all was measured; its status stays REVIEW.
    #[serde(default)]
    pub provisional: bool,
    /// What was measured, by the standard's ids of dimensions.
    #[serde(default)]
    pub dimensions: BTreeMap<String, f64>,
    /// The rebuild profile, such as `Methanogen`.
    pub school: String,
    /// Who answers for it.
    pub owner: String,
    /// Operating role, such as `S3`.
    pub vsm: String,
    /// Exposure classes it may have.
    pub sostle: SostleRange,
    /// Belt segment, where one was worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<u8>,
    /// The change request that permits it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crq: Option<String>,
}

/// What an organism is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Others are built on it.
    Base,
    /// It serves.
    Service,
}

impl Role {
    /// The word that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Service => "service",
        }
    }
}

/// Exposure classes from `min` to `max`, such as `L0` to `L2`; the same twice for a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SostleRange {
    /// The lowest.
    pub min: String,
    /// The highest.
    pub max: String,
}

/// The end of an organism. Its GID stays taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retirement {
    /// Which organism.
    pub gid: String,
    /// Why.
    pub reason: String,
}
