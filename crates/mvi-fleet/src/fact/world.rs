//! What happens around images: vulnerabilities that affect packages, services that run images.

use jiff::Timestamp;
use mvi_image::Digest;
use serde::{Deserialize, Serialize};

/// A vulnerability and the packages it affects. A later fact on the same id replaces the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VulnerabilityFacts {
    /// The id it is known by, such as `CVE-2024-3094`.
    pub id: String,
    /// Other ids of the same.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Package versions that are affected.
    pub affects: Vec<Affected>,
    /// What packages it is about, in words of whoever tells it: [`crate::Store::advisories_about`] finds it by them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    /// The record that `affects` was worked out from, to be asked again when packages come that were not known then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<serde_json::Value>,
}

/// An affected package version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// The package URL with its version.
    pub purl: String,
    /// The version that has it no more, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_in: Option<String>,
    /// Severity in the source's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
}

/// A service runs an image in a cluster. A later fact on the same service, cluster and image replaces the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFacts {
    /// `namespace/name`.
    pub service: String,
    /// The cluster.
    pub cluster: String,
    /// The image's digest; the fleet need not know the image.
    pub digest: Digest,
    /// How many pods.
    pub pods: u64,
    /// The nodes they are on, where that is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<String>,
    /// Since when.
    pub since: Timestamp,
    /// Until when; nothing while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}
