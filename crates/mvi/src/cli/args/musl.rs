//! The arguments of `mvi musl`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{ReadArgs, ReportArgs};

pub(crate) const EXAMPLES: &str = "\
Examples:
  mvi musl app.tar
  mvi musl docker://registry.example/app:1.4 --fail-on blocked
  mvi musl app.tar --wheels uv.lock        wheels that a lock file, a list or an index page names
  mvi musl app.tar --wheels wheelhouse/    wheels in a folder
  mvi musl app.tar --format json | jq '.subjects[] | select(.verdict == \"blocked\")'

Exit codes: 0 safe (or better than --fail-on), 1 not, 2 wrong use, 3 could not be read.";

#[derive(Debug, Args)]
pub(crate) struct MuslArgs {
    /// The image
    #[arg(value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) image: String,
    /// Files of Python distributions that are to be had: a text that names them (lock file, list, index page), or a folder
    #[arg(long, value_name = "FILE|DIR", value_hint = ValueHint::AnyPath)]
    pub(crate) wheels: Vec<PathBuf>,
    /// Exit with 1 from this verdict on
    #[arg(long, value_enum, value_name = "VERDICT", default_value_t = MuslLimit::NeedsWork)]
    pub(crate) fail_on: MuslLimit,
    /// Tell what is safe, and every object, too
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// From which verdict on the program fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MuslLimit {
    /// What has to be had anew by a known way
    NeedsWork,
    /// What no known way leads to
    Blocked,
}
