//! What running an image showed, as plain data.

use mvi_probe::run::{Run, Verdict};
use mvi_probe::stats::{Difference, Drift, Summary};
use serde::Serialize;

use super::{ImageIdentity, Megabytes, Tool};

/// The report of `mvi probe`. JSON Schema: `schema/mvi-probe-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct ProbeReport {
    /// `mvi-probe/1`.
    pub schema: &'static str,
    /// The program.
    pub tool: Tool,
    /// What ran the containers.
    pub runtime: RuntimeNote,
    /// The level of isolation of the runs that count: `strict` or `relaxed`.
    pub isolation: &'static str,
    /// What happened at the strict level, where it would not do.
    pub relaxed_because: Option<String>,
    /// Ceilings of a container.
    pub limits: ProbeLimits,
    /// Runs before those that count.
    pub warm_up: usize,
    /// Time after an image is ready until its memory is looked at, ms.
    pub settle_ms: u64,
    /// A program that ends at once, run between the others: what the runtime takes by itself.
    pub floor: Option<Floor>,
    /// The image, or both.
    pub images: Vec<ProbedImage>,
    /// The first image minus the second, where there are two.
    pub comparison: Option<Comparison>,
}

impl ProbeReport {
    /// True when every image got ready in every run that counts.
    pub(crate) fn all_ready(&self) -> bool {
        self.images.iter().all(|image| image.failure.is_none() && image.failed_runs == 0)
    }
}

/// What ran containers.
#[derive(Debug, Serialize)]
pub(crate) struct RuntimeNote {
    /// `runc`, `crun`, `podman` or `docker`.
    pub name: &'static str,
    /// As it says itself.
    pub version: String,
    /// The program.
    pub path: String,
}

/// Ceilings of a container.
#[derive(Debug, Serialize)]
pub(crate) struct ProbeLimits {
    /// Memory, swap included, MB.
    pub memory_mb: u64,
    /// Processes and threads.
    pub pids: u32,
    /// Processors; none for all.
    pub cpus: Option<f64>,
    /// Time until it has to be ready, s.
    pub seconds: f64,
}

/// A program that ends at once.
#[derive(Debug, Serialize)]
pub(crate) struct Floor {
    /// Making its container, ms.
    pub create_ms: Summary,
    /// From asking for its start until it had ended, ms.
    pub startup_ms: Summary,
    /// Processor time in its container from then on, ms.
    pub cpu_ms: Option<Summary>,
    /// Peak memory of its container, MB.
    pub peak_mb: Option<Summary>,
}

/// An image that was run.
#[derive(Debug, Serialize)]
pub(crate) struct ProbedImage {
    /// Which.
    pub image: ImageIdentity,
    /// What was run.
    pub command: Vec<String>,
    /// As whom, as the image has it.
    pub user: String,
    /// When it counts as ready.
    pub ready: String,
    /// True when the user said so, false when the image suggests it.
    pub ready_stated: bool,
    /// Files that were not unpacked: device nodes, sparse files.
    pub left_out: usize,
    /// Why there is nothing to measure.
    pub failure: Option<Failure>,
    /// Runs that count and did not get ready; they are in no number.
    pub failed_runs: usize,
    /// What was measured.
    pub measures: Option<Measured>,
    /// Every run that counts, in order.
    pub runs: Vec<Run>,
    /// Which files one more run opened, where that was asked.
    pub files: Option<Opened>,
}

/// Files of an image that a run opened until it was ready and had settled.
#[derive(Debug, Serialize)]
pub(crate) struct Opened {
    /// True when that run got ready, too.
    pub ready: bool,
    /// False where more was opened than could be told.
    pub complete: bool,
    /// Folders in which nothing is seen, as they lie under file systems of the container's own.
    pub unseen: Vec<String>,
    /// Files in the image.
    pub image_files: u64,
    /// Their size, MB.
    pub image_mb: Megabytes,
    /// That of the opened ones, MB.
    pub opened_mb: Megabytes,
    /// The opened ones, by path.
    pub files: Vec<OpenedFile>,
}

/// A file that was opened.
#[derive(Debug, Serialize)]
pub(crate) struct OpenedFile {
    /// Its path, links followed; bytes that are no text are escaped.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// True where it was opened to be run.
    pub executed: bool,
}

/// A run that did not get ready.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    /// How it went.
    pub verdict: Verdict,
    /// At which level of isolation, where it was a run that does not count.
    pub isolation: Option<&'static str>,
    /// Processes killed as the memory was full.
    pub oom_kills: u64,
    /// Times it was refused another process.
    pub refused_processes: u64,
    /// Bytes it wrote.
    pub output_bytes: u64,
    /// The last lines among them.
    pub last_lines: Vec<String>,
}

/// What was measured of an image.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    /// From asking for the start until it was ready, ms.
    pub startup_ms: Measure,
    /// Making its container, ms: the runtime's work, and not in `startup_ms`.
    pub create_ms: Option<Measure>,
    /// Processor time from the start until it was ready, ms.
    pub cpu_ms: Option<Measure>,
    /// Most memory at once, MB.
    pub peak_mb: Option<Measure>,
    /// True when that counts what the runtime did in the group before the start, too.
    pub peak_includes_runtime: bool,
    /// Memory a while after it was ready, MB.
    pub steady_mb: Option<Measure>,
    /// The anonymous memory among that, MB.
    pub steady_anonymous_mb: Option<Measure>,
}

/// One thing that was measured in every run.
#[derive(Debug, Serialize)]
pub(crate) struct Measure {
    /// Median, interval, what stands out, and every number.
    #[serde(flatten)]
    pub summary: Summary,
    /// A trend from the first run to the last.
    pub drift: Option<Drift>,
}

/// Two images, the first minus the second.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    /// Start-up, ms.
    pub startup_ms: Option<Difference>,
    /// Processor time until ready, ms.
    pub cpu_ms: Option<Difference>,
    /// Peak memory, MB.
    pub peak_mb: Option<Difference>,
    /// Memory at rest, MB.
    pub steady_mb: Option<Difference>,
}

/// What can be measured in a run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Metric {
    /// From the start until ready, ms.
    Startup,
    /// Making the container, ms.
    Create,
    /// Processor time until ready, ms.
    Cpu,
    /// Peak memory, MB.
    Peak,
    /// Memory at rest, MB.
    Steady,
    /// Anonymous memory at rest, MB.
    SteadyAnonymous,
}

impl Metric {
    /// Its value in a run; none of runs that did not get ready.
    pub(crate) fn of(self, run: &Run) -> Option<f64> {
        if run.verdict != Verdict::Ready {
            return None;
        }
        match self {
            Self::Startup => run.startup_ms,
            Self::Create => Some(run.create_ms),
            Self::Cpu => run.cpu_ms,
            Self::Peak => run.peak_mb,
            Self::Steady => run.steady_mb,
            Self::SteadyAnonymous => run.steady_anonymous_mb,
        }
    }
}

/// How a run went, in words.
pub(crate) fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Ready => "it got ready".into(),
        Verdict::Ended(ended) => match ended.code {
            Some(code @ 129..=192) => format!("it was ended by signal {} before it was ready", code - 128),
            Some(code) => format!("it ended with exit code {code} before it was ready"),
            None => "it ended before it was ready".into(),
        },
        Verdict::TimedOut => "it was not ready when its time was up".into(),
        Verdict::NotStarted { message } => format!("it could not be started: {message}"),
    }
}
