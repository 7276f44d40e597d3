//! The arguments of `mvi probe`.

use clap::{Args, ValueEnum, ValueHint};

use super::{ReadArgs, ReportArgs};

pub(crate) const EXAMPLES: &str = "\
Examples:
  mvi probe app.tar
  mvi probe app.tar --ready http:8080/health --runs 20
  mvi probe new.tar --vs old.tar             A B B A, and whether the difference is more than chance
  mvi probe app.tar --ready 'log:listening on' --env DEBUG=1
  mvi probe busybox.tar -- /bin/sh -c 'sleep 1'
  mvi probe app.tar --runtime podman --format json
  mvi probe app.tar --files                  which of its files it opens until it is ready

An image is ready when its HEALTHCHECK says so, else when its lowest exposed TCP port answers, else when it ends well;
--ready exit, exit=CODE, tcp:PORT, http:PORT/PATH[=STATUS], log:REGEX, health or running says otherwise.

Exit codes: 0 measured, 1 an image did not get ready, 2 wrong use, 3 could not be read or run.";

#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    /// The image
    #[arg(value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) image: String,
    /// Another image, run in turn with it and compared: the difference is the first minus this one
    #[arg(long, value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) vs: Option<String>,
    /// What to run in place of the image's entrypoint and command
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
    /// When it is ready [default: as the image suggests]
    #[arg(long, value_name = "SIGN")]
    pub(crate) ready: Option<String>,
    /// Set a variable of its environment; may repeat
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) env: Vec<String>,
    /// Runs that count; an interval needs 6, a comparison 8
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) runs: u32,
    /// Runs before them, which bring its files into memory
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) warm_up: u32,
    /// What runs it
    #[arg(long, value_enum, default_value_t = RuntimeChoice::Auto, env = "MVI_RUNTIME")]
    pub(crate) runtime: RuntimeChoice,
    /// What it may do; auto is strict, and relaxed where it does not get ready so
    #[arg(long, value_enum, default_value_t = IsolationChoice::Auto)]
    pub(crate) isolation: IsolationChoice,
    /// Seconds until it has to be ready
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    pub(crate) timeout: f64,
    /// Memory it may use, MB
    #[arg(long, value_name = "MB", default_value_t = 2000, value_parser = clap::value_parser!(u64).range(16..=10_000_000))]
    pub(crate) memory: u64,
    /// Processes and threads it may have
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(8..=1_000_000))]
    pub(crate) pids: u32,
    /// Processors it may use [default: all]
    #[arg(long, value_name = "N")]
    pub(crate) cpus: Option<f64>,
    /// Milliseconds after it is ready until its memory is looked at
    #[arg(long, value_name = "MS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(0..=3_600_000))]
    pub(crate) settle: u64,
    /// Run it once more and tell which of its files it opens; with runc and crun
    #[arg(long)]
    pub(crate) files: bool,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// The runtimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RuntimeChoice {
    /// The first of these that is there and works
    Auto,
    /// On a bundle, as root
    Runc,
    /// On a bundle, as root
    Crun,
    /// On a root file system
    Podman,
    /// A service, on an imported image
    Docker,
}

/// The levels of isolation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum IsolationChoice {
    /// The strictest at which it gets ready
    Auto,
    /// Read-only root, no capabilities
    Strict,
    /// A root of its own for every run, Docker's capabilities
    Relaxed,
}
