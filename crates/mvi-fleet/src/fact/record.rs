//! Records that other parts of the product write and the fleet keeps whole: builds, change requests, seals, standards.

use jiff::Timestamp;
use mvi_image::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A build, in the builder's words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuildFacts {
    /// The image that came out.
    pub digest: Digest,
    /// The builder's record.
    pub record: Value,
}

/// A change request in one state. Which moves are allowed is the standard's business, not the memory's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CrqFacts {
    /// `CRQ-<year>-<number>`.
    pub id: String,
    /// Raised by one with every change; an older one is refused.
    pub revision: u64,
    /// The state's word, such as `ACTIVE`.
    pub state: String,
    /// What it is about: a reference, a digest, a repository, `namespace/name`.
    pub subject: String,
    /// When it has to be looked at again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_due: Option<Timestamp>,
    /// The whole record.
    pub document: Value,
}

/// What was found out about every base of a service, and which was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionFacts {
    /// Its key, such as `DEC-0f3a…`.
    pub id: String,
    /// The service, a repository.
    pub service: String,
    /// The base that was in use or asked for.
    pub requested: String,
    /// The base that was taken; nothing where none could be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<String>,
    /// sha256 of the canonical JSON (RFC 8785) of `document`.
    pub digest: Digest,
    /// The record, whole.
    pub document: Value,
    /// An envelope around the same bytes, where somebody sealed them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Value>,
}

/// A sealed template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RomFacts {
    /// Name with its version, such as `ROM-GO-V13`.
    pub name: String,
    /// The seal: digest of the canonical content.
    pub seal: Digest,
    /// The seal before, which this one follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Digest>,
    /// The organism it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<String>,
    /// The sealed record, whole.
    pub document: Value,
}

/// A standard that came into force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StandardFacts {
    /// Its identity.
    pub digest: Digest,
    /// Its name, such as `V13`.
    pub name: String,
}
