//! Change requests as files, one TOML document each, so that a repository can keep and review them.

use serde_json::Value;
use thiserror::Error;

use super::record::{Crq, State};
use crate::load::{LoadError, Violation, list, parse, schema};

/// The JSON Schema (2020-12) of a change request's file.
pub const CRQ_SCHEMA_JSON: &str = include_str!("../../data/crq.schema.json");

/// Why a file is no change request.
#[derive(Debug, Error)]
pub enum CrqFileError {
    /// It is not TOML; the source says where.
    #[error("the change request `{file}` cannot be read")]
    Document {
        /// Name of the file.
        file: String,
        /// What is wrong with it.
        source: LoadError,
    },
    /// It does not follow the schema, or its history cannot have happened.
    #[error("the change request `{file}` is not a valid one:{}", list(violations))]
    Invalid {
        /// Name of the file.
        file: String,
        /// What is wrong; never empty.
        violations: Vec<Violation>,
    },
    /// A value passed the schema and still cannot be used.
    #[error("a value of the change request `{file}` cannot be used")]
    Shape {
        /// Name of the file.
        file: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// It cannot be written as TOML.
    #[error("the change request `{id}` cannot be written")]
    Write {
        /// Its id.
        id: String,
        /// What stood in the way.
        source: toml::ser::Error,
    },
}

/// Reads a change request from the bytes of its file; `file` is its name, for messages.
///
/// # Errors
///
/// [`CrqFileError`]: bytes that are not TOML, every breach of the schema, and a history that no events can have made:
/// a file written by hand cannot put a request in force without approvals and a sealed record.
pub fn read_crq(file: &str, toml: &[u8]) -> Result<Crq, CrqFileError> {
    let name = || file.to_owned();
    let document = parse::document(file, toml).map_err(|source| CrqFileError::Document { file: name(), source })?;
    let value = Value::Object(document);
    schema::check(CRQ_SCHEMA_JSON, &value).map_err(|error| match error {
        LoadError::Invalid { violations } => CrqFileError::Invalid { file: name(), violations },
        source => CrqFileError::Document { file: name(), source },
    })?;
    let crq: Crq = serde_json::from_value(value).map_err(|source| CrqFileError::Shape { file: name(), source })?;
    let violations = impossible(&crq);
    if violations.is_empty() { Ok(crq) } else { Err(CrqFileError::Invalid { file: name(), violations }) }
}

/// A change request as the text of its file; reading it gives the same request.
///
/// # Errors
///
/// [`CrqFileError::Write`] for values that TOML cannot hold.
pub fn write_crq(crq: &Crq) -> Result<String, CrqFileError> {
    toml::to_string(crq).map_err(|source| CrqFileError::Write { id: crq.id.to_string(), source })
}

/// What in a record cannot have come about by events.
fn impossible(crq: &Crq) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut wrong = |path: &str, message: String| violations.push(Violation { path: path.to_owned(), message });
    match crq.history.first().map(|entry| entry.state) {
        Some(State::Draft) => {}
        Some(State::Grandfathered) if crq.imported_from.is_some() => {}
        Some(_) | None => wrong("history", "begins neither with DRAFT nor with an import".to_owned()),
    }
    for pair in crq.history.windows(2) {
        let [before, after] = pair else { continue };
        if !before.state.next().contains(&after.state) {
            wrong("history", format!("goes from {:?} to {:?}, which nothing does", before.state, after.state));
        }
        if after.at < before.at {
            wrong("history", format!("goes back from {} to {}", before.at, after.at));
        }
    }
    if crq.history.last().map(|entry| entry.state) != Some(crq.state) {
        wrong("state", format!("is {:?}, and the history ends otherwise", crq.state));
    }
    if crq.approvals.iter().any(|approval| approval.by == crq.requester) {
        wrong("approval", format!("is by the requester `{}`", crq.requester));
    }
    let was_active = crq.history.iter().any(|entry| entry.state == State::Active);
    let renewed = crq.imported_from.is_some();
    if was_active && !renewed && (crq.approvals.is_empty() || crq.approved_at.is_none()) {
        wrong("approval", "is missing, and the request was in force".to_owned());
    }
    if was_active && (crq.rom.is_none() || crq.cap_mb.is_none() || crq.review_due.is_none()) {
        wrong("rom", "is missing, or `cap_mb` or `review_due`, and the request was in force".to_owned());
    }
    violations
}
