//! The tables that describe: registered images, belt, base sizes, runtimes, rule texts, mirrors and action words.

use serde::{Deserialize, Serialize};

use crate::verdict::{Action, RuleId, Verdict};

/// A registered image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gid {
    /// Key, `GID-IMG-ALPINE-001`.
    pub id: String,
    /// Reference or repository of the image.
    pub image: String,
    /// Segment of the belt.
    pub segment: u32,
    /// Who answers for it.
    pub owner: String,
    /// Standing as a base.
    pub status: Verdict,
    /// Rebuild profile.
    pub school: String,
    /// Operating role.
    pub vsm: Option<String>,
    /// Lowest exposure level that it may serve.
    pub sostle_min: Option<u8>,
    /// Highest exposure level that it may serve.
    pub sostle_max: Option<u8>,
}

/// An image that should be registered and is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GidGap {
    /// Reference or repository of the image.
    pub image: String,
    /// Id that it could get.
    pub suggested: String,
    /// Why it should be registered.
    pub why: String,
}

/// One of the segments of the belt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Number, 0 to 63.
    pub n: u32,
    /// Zone it lies in.
    pub zone: String,
    /// Name for people.
    pub label: String,
    /// Bases fixed to this segment.
    #[serde(default)]
    pub pins: Vec<String>,
}

/// How segments group into zones; both ends of a zone belong to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Belt {
    /// Number of segments.
    pub segments: u32,
    /// First and last segment of the floor.
    pub zone_floor: Vec<u32>,
    /// First and last segment of justified images.
    pub zone_justified: Vec<u32>,
    /// First and last segment of images under review.
    pub zone_review: Vec<u32>,
    /// Segment of bases to audit.
    pub seg_audit: u32,
    /// Segment of images to replace.
    pub seg_replace: u32,
    /// Segment of unmeasured images.
    pub seg_unmeasured: u32,
    /// Pressure that one segment spans.
    pub pressure_step: f64,
}

/// A published size of a base image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaseFact {
    /// Key, the measured reference.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Compressed size, MB.
    pub transfer_mb: f64,
    /// Uncompressed size, MB.
    pub unpacked_mb: Option<f64>,
    /// Packages in it.
    pub packages: Option<u32>,
    /// Row whose own base this measures.
    pub row_id: Option<String>,
    /// Day of the measurement, as written.
    pub as_of: String,
}

/// A runtime that can be recognised in an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeProfile {
    /// Key, `python`.
    pub id: String,
    /// Signs that it is there.
    pub detect: Vec<String>,
    /// What an image of this runtime cannot do without.
    pub mandatory: Vec<String>,
    /// What it needs under a condition.
    pub conditional: Vec<String>,
}

/// A verdict and its place in the order of severity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictSeverity {
    /// Key, `FLOOR`.
    pub id: Verdict,
    /// Place in the order, 0 the best.
    pub severity: u8,
}

/// A line of the decision table, in the standard's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictRule {
    /// Key, `R0` to `R9`.
    pub id: RuleId,
    /// Condition in words.
    pub when: String,
    /// Verdict when it holds.
    pub verdict: Verdict,
    /// Action when it holds, in words where it depends.
    pub action: String,
}

/// A rewrite rule for a pull-through cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirror {
    /// Prefix of the cache, `registry.corp/hub/`.
    pub from: String,
    /// What it stands for; empty for Docker Hub.
    pub to: String,
}

/// An action code and the words it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionCode {
    /// Key.
    pub id: Action,
    /// The standard's words for it.
    pub seed_words: Vec<String>,
}

/// A reason for a change request, in the standard's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerText {
    /// Key, `T1` to `T6`.
    pub id: String,
    /// The reason.
    pub text: String,
    /// Kind of change request.
    pub kind: String,
}

/// A declared parent of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineageRow {
    /// Base that the service is said to stand on.
    pub parent: String,
    /// Key, repository of the service.
    pub child: String,
    /// Declared size, MB.
    pub size_mb: f64,
    /// Whether the size is a rough one.
    #[serde(default)]
    pub approx: bool,
    /// Declared status, in the standard's words.
    pub status: String,
}
