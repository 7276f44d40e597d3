//! What a sealed ROM says.

use mvi_image::Digest;
use serde::{Deserialize, Serialize};

use super::name::RomName;

/// The content of a ROM; its seal is the sha256 of its canonical JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RomContent {
    /// Its name.
    pub name: RomName,
    /// Digest of the standard it was sealed under, `sha256:…`.
    pub standard: String,
    /// Row of the standard, for templates.
    pub row: Option<String>,
    /// Reference of the base.
    pub base: String,
    /// Digest of the base on every platform.
    pub base_digests: Vec<BaseDigest>,
    /// The template, for templates.
    pub template: Option<Template>,
    /// The exception it grants, for overrides.
    pub exception: Option<Override>,
    /// What the winner measured in the five dimensions.
    pub dimensions: Dimensions,
    /// Adelic pressure of the winner.
    pub pressure: Option<f64>,
    /// Content of the winner: the signed sum behind the pressure.
    pub content: Option<f64>,
    /// Coverage, 1 when all five dimensions were measured.
    pub coverage: f64,
    /// Id of the decision record that chose the winner.
    pub decision: Option<String>,
    /// The winner and those it was compared with.
    pub candidates: Vec<Candidate>,
    /// Digest of the builder's image.
    pub builder: Option<String>,
    /// Digest of the winner's SBOM.
    pub sbom: Option<String>,
    /// How two rebuilds compared; exceptions are not rebuilt.
    pub rebuild: Option<Rebuild>,
    /// Place in the folder's chain, from 1.
    pub sequence: u64,
    /// Seal of the record before it; none for the first.
    pub previous: Option<Digest>,
    /// When it was sealed, RFC 3339, UTC.
    pub sealed_at: jiff::Timestamp,
}

/// Digest of a base on one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseDigest {
    /// `linux/amd64`.
    pub platform: String,
    /// Manifest digest.
    pub digest: Digest,
}

/// A Dockerfile template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its text.
    pub text: String,
    /// sha256 of the text.
    pub digest: Digest,
}

impl Template {
    /// A template and its digest.
    #[must_use]
    pub fn new(text: String) -> Self {
        let digest = Digest::of(mvi_image::Algorithm::Sha256, text.as_bytes());
        Self { text, digest }
    }
}

/// What an exception allows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The CRQ that was approved, `CRQ-2026-0001`.
    pub crq: String,
    /// What it is for.
    pub subject: String,
    /// Largest size it covers, MB.
    pub cap_mb: Option<f64>,
    /// When it has to be renewed, RFC 3339, UTC.
    pub review_due: jiff::Timestamp,
}

/// The five dimensions; a missing one was not measured.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimensions {
    /// Decimal megabytes.
    pub size_mb: Option<Dimension>,
    /// Milliseconds from create to ready.
    pub startup_ms: Option<Dimension>,
    /// Decimal megabytes, peak.
    pub mem_mb: Option<Dimension>,
    /// Distinct advisories.
    pub cve_count: Option<Dimension>,
    /// Layers of the root file system.
    pub layer_count: Option<Dimension>,
}

impl Dimensions {
    /// All five, by the standard's ids.
    #[must_use]
    pub fn each(&self) -> [(&'static str, Option<&Dimension>); 5] {
        [
            ("size_mb", self.size_mb.as_ref()),
            ("startup_ms", self.startup_ms.as_ref()),
            ("mem_mb", self.mem_mb.as_ref()),
            ("cve_count", self.cve_count.as_ref()),
            ("layer_count", self.layer_count.as_ref()),
        ]
    }
}

/// One measurement and how it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// The value, in the unit the dimension's name says.
    pub value: f64,
    /// How it was measured.
    pub method: String,
    /// Runs it is from.
    #[serde(default)]
    pub runs: Vec<String>,
}

/// A base that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// Its reference.
    pub base: String,
    /// Pressure as measured on a real build; none when it was not built.
    pub measured_pressure: Option<f64>,
    /// True for the winner.
    pub chosen: bool,
}

/// How two builds of the same source compared, file by file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "result", deny_unknown_fields)]
pub enum Rebuild {
    /// Every file was the same.
    Equal {
        /// `SOURCE_DATE_EPOCH` of both builds, seconds since 1970.
        source_date_epoch: i64,
    },
    /// These paths differed.
    Different {
        /// Paths, sorted.
        paths: Vec<String>,
    },
}
