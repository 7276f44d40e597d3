//! Why a probe ends without a measurement.

use std::io;
use std::path::PathBuf;

use crate::unpack::UnpackError;

/// Why a probe ends without a measurement. What an image does wrong while it runs is no error but a
/// [`Verdict`](super::Verdict).
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The image cannot be unpacked.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// The image says nothing about what to run.
    #[error("`{image}` names no command; give one behind `--`")]
    NoCommand {
        /// The image.
        image: String,
    },
    /// The image is for another processor or system.
    #[error("`{image}` is for {platform}, this machine is {host}")]
    Foreign {
        /// The image.
        image: String,
        /// What it is for.
        platform: String,
        /// What this is.
        host: String,
    },
    /// Nothing that runs containers is there, or not what was asked for.
    #[error("no container runtime: {0}")]
    NoRuntime(String),
    /// The runtime needs rights that are not there.
    #[error("{runtime} needs root here; run as root, or use --runtime podman or docker")]
    Rights {
        /// Its name.
        runtime: String,
    },
    /// Which files are opened cannot be told with this runtime.
    #[error("which files are opened can be told with runc and crun, not with {runtime} (--files)")]
    Unwatched {
        /// Its name.
        runtime: &'static str,
    },
    /// A command of the runtime failed.
    #[error("`{what}` failed: {message}")]
    Runtime {
        /// Such as `runc create`.
        what: String,
        /// What it said.
        message: String,
    },
    /// A command of the runtime did not come back.
    #[error("`{what}` did not end within {seconds} s and was stopped")]
    Hangs {
        /// Such as `runc create`.
        what: String,
        /// How long it had.
        seconds: u64,
    },
    /// Something the probe needs of the system.
    #[error("cannot {what}")]
    System {
        /// Such as `write PATH`.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// A folder that cannot be part of a mount's options.
    #[error("`{0}` has a character that an overlay mount cannot take (`,`, `:` or a backslash); set TMPDIR elsewhere")]
    Path(PathBuf),
    /// Something was left behind that could not be taken away.
    #[error("could not clean up: {0}")]
    Left(String),
}

impl ProbeError {
    /// For `map_err`: what could not be done, and why.
    pub(crate) fn system<E: Into<io::Error>>(what: impl Into<String>) -> impl FnOnce(E) -> Self {
        let what = what.into();
        move |source| Self::System { what, source: source.into() }
    }
}
