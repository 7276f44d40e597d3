//! What is kept of a run.

use serde::Serialize;

use super::output::Tail;

/// How a run went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Verdict {
    /// It became ready.
    Ready,
    /// It ended before it was ready, or with another code than it should.
    Ended(Ended),
    /// It ran until its time was up.
    TimedOut,
    /// The runtime could not start what it is asked to run.
    NotStarted {
        /// What the runtime said.
        message: String,
    },
}

/// How a container ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// Its exit code, or 128 and the number of the signal that ended it; `None` where nobody could say.
    pub code: Option<i32>,
}

/// What one run measured. Times are wall time in ms, memory is in MB of 10⁶ bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// How it went.
    pub verdict: Verdict,
    /// From asking the runtime for the container until it was there, its program not yet started.
    pub create_ms: f64,
    /// From asking for its start until it was ready.
    pub startup_ms: Option<f64>,
    /// Processor time the container used between these.
    pub cpu_ms: Option<f64>,
    /// The most that was charged to it at once, files it was the first to read included.
    pub peak_mb: Option<f64>,
    /// True when the peak also counts what the runtime did in its group before the start.
    pub peak_includes_runtime: bool,
    /// What was charged to it a while after it was ready; `None` for those that end.
    pub steady_mb: Option<f64>,
    /// The anonymous memory among that.
    pub steady_anonymous_mb: Option<f64>,
    /// Its processes then.
    pub processes: Option<usize>,
    /// Processes that the kernel killed as it reached its memory limit.
    pub oom_kills: u64,
    /// Times it was refused another process.
    pub refused_processes: u64,
    /// Bytes it wrote to its standard output and error.
    pub output_bytes: u64,
    /// The last of what it wrote.
    #[serde(skip)]
    pub tail: Tail,
}

impl Run {
    /// One of which only that is known.
    pub(super) fn blank(verdict: Verdict) -> Self {
        Self {
            verdict,
            create_ms: 0.0,
            startup_ms: None,
            cpu_ms: None,
            peak_mb: None,
            peak_includes_runtime: false,
            steady_mb: None,
            steady_anonymous_mb: None,
            processes: None,
            oom_kills: 0,
            refused_processes: 0,
            output_bytes: 0,
            tail: Tail::default(),
        }
    }
}
