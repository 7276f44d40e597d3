//! Why a builder cannot be asked.

use std::io;
use std::path::PathBuf;

/// A build that did not come about.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No builder is here.
    #[error("there is no builder that works here: {tried}")]
    None {
        /// What was tried, each with what it said.
        tried: String,
    },
    /// The builder that was asked for is not here.
    #[error("the builder `{name}` does not work here: {why}")]
    Missing {
        /// Which.
        name: String,
        /// What it said.
        why: String,
    },
    /// A builder nobody knows.
    #[error("there is no builder `{name}`; known are {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// Their names.
        known: String,
    },
    /// A program cannot be started.
    #[error("cannot start `{program}`")]
    Start {
        /// Which.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the context or of the build's own folder.
    #[error("cannot copy `{path}`")]
    Copy {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A context that is too large to be copied.
    #[error("the context has more than {limit} bytes; measure a build of a smaller one, or write a .dockerignore")]
    TooLarge {
        /// The ceiling.
        limit: u64,
    },
    /// A file that cannot be touched.
    #[error("`{file}` cannot be the file that is touched: {why}")]
    Touch {
        /// Which.
        file: PathBuf,
        /// Why.
        why: String,
    },
}

impl BuildError {
    /// True when the user asked for something that cannot be.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Unknown { .. } | Self::TooLarge { .. } | Self::Touch { .. } => true,
            Self::None { .. } | Self::Missing { .. } | Self::Start { .. } | Self::Copy { .. } => false,
        }
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::None { .. } | Self::Missing { .. } => Some(
                "install buildah, podman or docker, start its service, or run as a user who may use it; `mvi pack` needs none",
            ),
            _ => None,
        }
    }
}
