//! What can be wrong with a standard's file.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

/// Why a standard could not be loaded; `file` is the name it was extended by, or `the standard` for the outermost.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The bytes are not text.
    #[error("{file} is not UTF-8 at line {line}, column {column}")]
    NotUtf8 {
        /// Which file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
    },
    /// The text is not TOML.
    #[error("{file} is not TOML at line {line}, column {column}: {message}")]
    Toml {
        /// Which file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What the parser met.
        message: String,
    },
    /// The extended standard was not found.
    #[error("{file} extends `{name}`, which cannot be had: {reason}")]
    Extends {
        /// Which file.
        file: String,
        /// The name it gives.
        name: String,
        /// What was tried.
        reason: String,
    },
    /// Standards extend each other.
    #[error("standards extend each other: {}", chain.join(" -> "))]
    Cycle {
        /// The names in order, the first again at the end.
        chain: Vec<String>,
    },
    /// Too many standards extend one another.
    #[error("more than {limit} standards extend one another")]
    TooDeep {
        /// How many are allowed.
        limit: usize,
    },
    /// Several things are wrong at once, each with its place.
    #[error("the standard does not follow its schema:{}", list(violations))]
    Invalid {
        /// What is wrong, in document order; never empty.
        violations: Vec<Violation>,
    },
    /// A value passed the schema and still cannot be used, such as a tag pattern that does not compile.
    #[error("a value of the standard cannot be used")]
    Shape {
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The canonical form could not be written.
    #[error("the standard has no canonical form")]
    Canonical {
        /// What stood in the way.
        source: serde_json::Error,
    },
    /// The embedded schema itself is broken; a test rules it out.
    #[error("the embedded schema cannot be used: {message}")]
    Schema {
        /// What is wrong with it.
        message: String,
    },
}

/// One thing that is wrong with a standard, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Table, key and field: `row:static-web.target_max_mb`; the file itself for the outermost table.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.path, self.message)
    }
}

pub(crate) fn list(violations: &[Violation]) -> String {
    violations.iter().map(|violation| format!("\n  {violation}")).collect()
}
