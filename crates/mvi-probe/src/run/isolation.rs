//! What a container may do: two levels, and limits.

use std::time::Duration;

/// How much a container is kept from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A root that cannot be written but for temporary folders and volumes, and no capability at all.
    Strict,
    /// A root of its own for every run that can be written, and the capabilities that Docker gives, without those for
    /// raw sockets, devices and the audit log.
    Relaxed,
}

impl Level {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Relaxed => "relaxed",
        }
    }
}

/// Which level is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// Strict, and relaxed where the image does not get ready so.
    Auto,
    /// This and no other.
    Only(Level),
}

impl Isolation {
    /// The levels to try, in order.
    pub(super) fn levels(self) -> &'static [Level] {
        match self {
            Self::Auto => &[Level::Strict, Level::Relaxed],
            Self::Only(Level::Strict) => &[Level::Strict],
            Self::Only(Level::Relaxed) => &[Level::Relaxed],
        }
    }
}

/// Ceilings of one container.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Bytes of memory, swap included.
    pub memory_bytes: u64,
    /// Processes and threads.
    pub pids: u32,
    /// Processors; `None` for all there are.
    pub cpus: Option<f64>,
    /// Time until it has to be ready.
    pub patience: Duration,
}
