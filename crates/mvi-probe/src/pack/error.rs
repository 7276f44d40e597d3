//! Why an image cannot be packed.

use std::io;
use std::path::PathBuf;

use mvi_image::{Digest, ImageError};

use super::printable_path;

/// An image that was not packed; nothing of it is left behind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// A place, target or setting that the user wrote and that cannot be one.
    #[error("`{text}` is no {what}: {why}")]
    Written {
        /// What was written.
        text: String,
        /// What it should be.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A file that is to be packed cannot be read.
    #[error("cannot read `{}`", printable_path(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file was there when the folder was listed, and is not any more.
    #[error("`{}` went away while it was packed; pack again when nothing writes there", printable_path(path))]
    Vanished {
        /// The file.
        path: PathBuf,
    },
    /// A file that is not what it was.
    #[error("`{}` changed while it was packed ({what}); pack again when nothing writes there", printable_path(path))]
    Changed {
        /// The file.
        path: PathBuf,
        /// What is different.
        what: &'static str,
    },
    /// Something that no layer can hold.
    #[error("`{}` cannot be packed: {why}", printable_path(path))]
    Unfit {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// Two sources that want different things at one path.
    #[error("two sources disagree about /{path}: {why}")]
    Clash {
        /// The path in the image.
        path: String,
        /// How.
        why: &'static str,
    },
    /// A program for another processor than the image's.
    #[error("/{path} is a program for {found}, and the image is for {wanted}; name the right --platform")]
    Platform {
        /// The program, in the image.
        path: String,
        /// What its header says.
        found: String,
        /// The image's platform.
        wanted: String,
    },
    /// More than a limit allows.
    #[error("{what} exceeds the limit of {limit} ({option} raises it)")]
    Limit {
        /// What there is too much of.
        what: String,
        /// The ceiling.
        limit: u64,
        /// The command-line option.
        option: &'static str,
    },
    /// The image cannot be written.
    #[error("cannot write `{}`", printable_path(path))]
    Write {
        /// File or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The destination is something else.
    #[error("`{}` is in the way: {why}", printable_path(path))]
    InTheWay {
        /// The destination.
        path: PathBuf,
        /// What it is.
        why: String,
    },
    /// A layer of another image that is not what its digest says.
    #[error("layer {expected} of the base is damaged or was altered: its digest is {found}")]
    Damaged {
        /// What it should be.
        expected: Box<Digest>,
        /// What it is.
        found: Box<Digest>,
    },
    /// A document of another image that cannot be understood.
    #[error("the configuration of `{what}` cannot be understood")]
    Document {
        /// The image.
        what: String,
        /// Line and column.
        source: serde_json::Error,
    },
    /// Another image cannot be read.
    #[error(transparent)]
    Image(#[from] ImageError),
}

impl PackError {
    /// True when the user asked for something that cannot be.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Written { .. } | Self::Clash { .. } | Self::Platform { .. } => true,
            Self::Unfit { .. } | Self::Limit { .. } | Self::InTheWay { .. } => true,
            Self::Image(error) => error.is_usage(),
            Self::Read { .. } | Self::Vanished { .. } | Self::Changed { .. } => false,
            Self::Write { .. } | Self::Damaged { .. } | Self::Document { .. } => false,
        }
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Write { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                Some("the disk is full; make room or pack to another place")
            }
            Self::Read { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                Some("run as a user who may read it, or leave it out")
            }
            Self::InTheWay { .. } => Some("name a place that does not exist yet, or an OCI layout to add the image to"),
            _ => None,
        }
    }

    pub(super) fn written(text: impl Into<String>, what: &'static str, why: impl Into<String>) -> Self {
        Self::Written { text: text.into(), what, why: why.into() }
    }

    /// An error of reading a file: a missing one was there a moment ago.
    pub(super) fn read(path: &std::path::Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Self::Vanished { path: path.into() },
            _ => Self::Read { path: path.into(), source },
        }
    }
}
