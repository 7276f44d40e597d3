//! Why something could not be sealed or verified.

use std::io;
use std::path::PathBuf;

/// Every way in which keys, envelopes and records fail.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A file or folder could not be read or written.
    #[error("cannot {what} `{path}`")]
    File {
        /// What was tried: `read`, `write`.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is no key.
    #[error("this is no key that can be read here: {0}")]
    Key(String),
    /// The key is encrypted and no password was given.
    #[error("the key is encrypted; it needs its password")]
    PasswordNeeded,
    /// The password does not open the key.
    #[error("the password does not open the key")]
    Password,
    /// The key's own settings ask for more work than is reasonable.
    #[error("the key asks for {0} to derive its password, more than is allowed")]
    KeyCost(String),
    /// The random bytes cannot be a key; happens once in 2^32 tries.
    #[error("these random bytes cannot be a key; draw others")]
    Entropy,
    /// An envelope that breaks its format.
    #[error("this is no DSSE envelope: {0}")]
    Envelope(String),
    /// None of the signatures is by a key that is trusted.
    #[error("no signature is by a trusted key: signed by {signed}, trusted {trusted}")]
    UnknownKey {
        /// Key ids of the signatures.
        signed: String,
        /// Key ids that are trusted.
        trusted: String,
    },
    /// A signature does not fit what was signed.
    #[error("the signature by key {0} does not fit: the record or the signature was altered")]
    Signature(String),
    /// What was signed is not what a record has to be.
    #[error("the signed statement is not a sealed record: {0}")]
    Statement(String),
    /// A record cannot be written as canonical JSON.
    #[error("cannot be written as canonical JSON (RFC 8785)")]
    Canonical(#[source] serde_json::Error),
    /// A name that breaks the grammar.
    #[error("`{0}` is no name of a ROM: ROM-CLASS-V13, ROM-CLASS-V13-R2 or ROM-OVERRIDE-V13-001")]
    Name(String),
    /// A record of that name exists and nothing may change it.
    #[error("{0} is sealed already; a ROM is never altered, seal a higher revision")]
    Exists(String),
    /// No record of that name.
    #[error("there is no {name} in `{folder}`")]
    Missing {
        /// The name.
        name: String,
        /// The folder of records.
        folder: PathBuf,
    },
}

impl SealError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "E-FILE",
            Self::Key(_) | Self::Entropy => "E-KEY",
            Self::PasswordNeeded | Self::Password => "E-PASSWORD",
            Self::KeyCost(_) => "E-KEY-COST",
            Self::Envelope(_) => "E-ENVELOPE",
            Self::UnknownKey { .. } => "E-KEY-UNKNOWN",
            Self::Signature(_) => "E-SIGNATURE",
            Self::Statement(_) => "E-STATEMENT",
            Self::Canonical(_) => "E-CANONICAL",
            Self::Name(_) => "E-ROM-NAME",
            Self::Exists(_) => "E-ROM-SEALED",
            Self::Missing { .. } => "E-ROM-MISSING",
        }
    }

    /// True when the user asked for something that cannot be, not when something is broken.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::PasswordNeeded | Self::Password | Self::Name(_) | Self::Exists(_) | Self::Missing { .. })
    }
}
