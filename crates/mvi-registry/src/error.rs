//! Why something elsewhere could not be had. Each kind has a stable code, `E-…`.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use mvi_image::{ImageError, StoreError};

/// An image, artifact or list that a registry, service or storage did not give.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// A reference that cannot be one.
    #[error("`{text}` is no image reference: {why}")]
    Reference {
        /// What was written.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// An address of a document that cannot be one.
    #[error("`{text}` is no http or https address, or names a user")]
    Address {
        /// What was written.
        text: String,
    },
    /// What was fetched cannot be put by.
    #[error("cannot put {what} by")]
    Write {
        /// What was fetched.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// No answer: no such host, no connection, a connection that broke or stayed silent too long.
    #[error("`{host}` does not answer after {attempts} attempts")]
    Unreachable {
        /// The host.
        host: String,
        /// How often it was tried.
        attempts: u32,
        /// What the network said.
        source: io::Error,
    },
    /// A certificate that is not trusted, or a server that does not speak TLS.
    #[error("no trusted connection to `{host}`: {why}")]
    Tls {
        /// The host.
        host: String,
        /// What is wrong.
        why: String,
    },
    /// A file of certificates or keys that cannot be used.
    #[error("cannot use the certificate file `{path}`: {why}")]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Nobody is let in without the right credentials.
    #[error("`{host}` asks for credentials: {why}")]
    Unauthorized {
        /// The host.
        host: String,
        /// Whether there were any, and what the registry said to them.
        why: String,
    },
    /// The credentials are right and do not allow this.
    #[error("{what} is forbidden: {message}")]
    Denied {
        /// What was asked for.
        what: String,
        /// What the registry said.
        message: String,
    },
    /// There is no such thing.
    #[error("there is no {what}: {message}")]
    NotFound {
        /// What was asked for.
        what: String,
        /// What was said about it.
        message: String,
    },
    /// Too many requests, and the pause asked for is longer than we wait.
    #[error("`{host}` has had enough requests: {message}")]
    RateLimit {
        /// The host.
        host: String,
        /// How long it wants to be left alone, if it says.
        wait: Option<Duration>,
        /// What it said.
        message: String,
    },
    /// An answer of an error kind without a meaning of its own.
    #[error("{what} failed with status {status}: {message}")]
    Status {
        /// What was asked for.
        what: String,
        /// HTTP status.
        status: u16,
        /// What the server said.
        message: String,
    },
    /// An answer that makes no sense.
    #[error("the answer to {what} makes no sense: {why}")]
    Answer {
        /// What was asked for.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// A redirect that is not followed.
    #[error("a redirect of `{host}` is not followed: {why}")]
    Redirect {
        /// The host that was asked first.
        host: String,
        /// Why not.
        why: String,
    },
    /// A document larger than any real one.
    #[error("{what} has more than {limit} bytes")]
    TooLarge {
        /// Its name.
        what: String,
        /// Ceiling in bytes.
        limit: u64,
    },
    /// A manifest of docker's first schema, which names no config and no checked layers.
    #[error("{what} is a docker schema 1 manifest, a format that was given up in 2017")]
    Schema1 {
        /// The image.
        what: String,
    },
    /// Credentials that are kept in a way we cannot read.
    #[error("cannot read credentials from {what}: {why}")]
    Credentials {
        /// The file or helper.
        what: String,
        /// What is wrong.
        why: String,
    },
    /// A Docker or Podman service that cannot be reached.
    #[error("cannot reach a Docker or Podman service at `{socket}`")]
    Socket {
        /// The socket.
        socket: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A container storage that cannot be read.
    #[error("cannot read the container storage at `{path}`: {why}")]
    Storage {
        /// File or folder.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// What was given is no sound image.
    #[error(transparent)]
    Image(#[from] ImageError),
}

impl RegistryError {
    /// The stable code of the kind.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Reference { .. } => "E-REFERENCE",
            Self::Address { .. } => "E-ADDRESS",
            Self::Write { .. } => "E-WRITE",
            Self::Unreachable { .. } => "E-UNREACHABLE",
            Self::Tls { .. } => "E-TLS",
            Self::Certificate { .. } => "E-CERTIFICATE",
            Self::Unauthorized { .. } => "E-UNAUTHORIZED",
            Self::Denied { .. } => "E-DENIED",
            Self::NotFound { .. } => "E-NOT-FOUND",
            Self::RateLimit { .. } => "E-RATE-LIMIT",
            Self::Status { .. } | Self::Answer { .. } => "E-REGISTRY",
            Self::Redirect { .. } => "E-REDIRECT",
            Self::TooLarge { .. } => "E-TOO-LARGE",
            Self::Schema1 { .. } => "E-SCHEMA1",
            Self::Credentials { .. } => "E-CREDENTIALS",
            Self::Socket { .. } => "E-NO-SERVICE",
            Self::Storage { .. } => "E-STORAGE",
            Self::Image(error) => error.code(),
        }
    }

    /// True when the user asked for something that cannot be, rather than the place being at fault.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Reference { .. } | Self::Address { .. } | Self::Certificate { .. } | Self::NotFound { .. } => true,
            Self::Image(error) => error.is_usage(),
            _ => false,
        }
    }

    /// True when the same request may well succeed elsewhere: at another mirror, or at the registry itself.
    pub(crate) fn is_of_endpoint(&self) -> bool {
        !matches!(self, Self::Reference { .. } | Self::Certificate { .. } | Self::Credentials { .. })
    }
}

impl From<RegistryError> for StoreError {
    fn from(error: RegistryError) -> Self {
        let (code, usage) = (error.code(), error.is_usage());
        let error = Self::new(code, error);
        if usage { error.usage() } else { error }
    }
}

impl From<RegistryError> for ImageError {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Image(error) => error,
            other => Self::Store(other.into()),
        }
    }
}
