//! What can go wrong between the fleet's memory and its judge.

use mvi_fleet::FleetError;
use mvi_standard::fleet_file::FleetFileError;
use mvi_standard::gid::GidError;
use mvi_standard::solvency::TallyError;

use super::scan::{JournalError, SourceError};

/// Why something that was asked of the fleet was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FleetFailure {
    /// The memory.
    #[error(transparent)]
    Store(#[from] FleetError),
    /// What was kept beside an image.
    #[error("what is kept about `{reference}` cannot be read; record or import it again")]
    Dossier {
        /// The image.
        reference: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A fleet file.
    #[error(transparent)]
    File(#[from] FleetFileError),
    /// An id.
    #[error(transparent)]
    Gid(#[from] GidError),
    /// The weights.
    #[error("the weights of the fleet cannot be summed up")]
    Tally(#[from] TallyError),
    /// The journal of a scan.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What was to be scanned.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Something was asked for in a way that cannot be answered.
    #[error("{0}")]
    Usage(String),
}

impl FleetFailure {
    /// True when it was asked for in a way that cannot be answered.
    #[must_use]
    pub(crate) fn is_usage(&self) -> bool {
        match self {
            Self::Store(error) => is_usage(error),
            Self::Gid(_) | Self::Usage(_) => true,
            Self::Dossier { .. } | Self::File(_) => false,
            Self::Journal(error) => matches!(error, JournalError::Nothing),
            Self::Source(error) => matches!(error, SourceError::Nothing { .. } | SourceError::Nested { .. }),
            Self::Tally(_) => false,
        }
    }
}

/// True for errors that another order, and not another machine, avoids.
pub(crate) fn is_usage(error: &FleetError) -> bool {
    matches!(
        error,
        FleetError::Unknown { .. }
            | FleetError::Refused { .. }
            | FleetError::Conflict { .. }
            | FleetError::Exists { .. }
    )
}
