//! in-toto statements, version 1: who or what is spoken of, and what is said.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The `_type` of a statement: in-toto attestation specification, "Statement layer".
pub(crate) const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// The media type of a statement in an envelope.
pub(crate) const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// The predicate of a sealed ROM; a URI that names, and leads nowhere.
pub const PREDICATE_TYPE: &str = "urn:mvi:rom:1";

/// A statement about subjects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement<P> {
    /// `https://in-toto.io/Statement/v1`.
    #[serde(rename = "_type")]
    pub statement_type: String,
    /// What is spoken of; at least one.
    pub subject: Vec<Subject>,
    /// What kind of thing is said.
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What is said.
    pub predicate: P,
}

/// Something with a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its digests: algorithm to lower-case hex.
    pub digest: BTreeMap<String, String>,
}

impl Subject {
    /// A subject with one sha256, 64 hex digits.
    #[must_use]
    pub fn sha256(name: &str, hex: &str) -> Self {
        Self { name: name.to_owned(), digest: BTreeMap::from([("sha256".to_owned(), hex.to_owned())]) }
    }
}

impl<P> Statement<P> {
    /// A statement of the current version.
    #[must_use]
    pub fn new(subject: Vec<Subject>, predicate_type: &str, predicate: P) -> Self {
        let statement_type = STATEMENT_TYPE.to_owned();
        Self { statement_type, subject, predicate_type: predicate_type.to_owned(), predicate }
    }
}
