//! The arguments of `mvi diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{ReadArgs, ReportArgs};

pub(crate) const EXAMPLES: &str = "\
Examples:
  mvi diff app:1.tar app:2.tar
  mvi diff docker://registry.example/app:1.4 docker://registry.example/app:1.5 --vulns --format markdown
  mvi diff sbom:old.cdx.json sbom:new.cdx.json --lock poetry.lock --fail-on unexpected";

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The build before: an image, or sbom:FILE for a bill of materials (CycloneDX, SPDX)
    #[arg(value_name = "OLD", value_hint = ValueHint::AnyPath)]
    pub(crate) old: String,
    /// The build after, named in the same ways
    #[arg(value_name = "NEW", value_hint = ValueHint::AnyPath)]
    pub(crate) new: String,
    /// A lock file that both builds went by: packages that came although it does not name them are findings. Without
    /// it the lock files inside the images are compared
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) lock: Vec<PathBuf>,
    /// Also compare what advisories say of the packages
    #[arg(long)]
    pub(crate) vulns: bool,
    /// The index of advisories, and ask it [default: $XDG_DATA_HOME/mvi/advisories.idx]
    #[arg(long, value_name = "FILE", env = "MVI_DB", value_hint = ValueHint::FilePath)]
    pub(crate) db: Option<PathBuf>,
    /// What makers say about vulnerabilities: OpenVEX, CSAF VEX or CycloneDX
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) vex: Vec<PathBuf>,
    /// Exit with 1 when there is any of this
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) fail_on: Vec<DiffLimit>,
    /// Exit with 1 when the image grew by more than this, in megabytes to transfer
    #[arg(long, value_name = "MB")]
    pub(crate) max_growth: Option<f64>,
    /// Days after which a feed is too old to be believed
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub(crate) max_age: u32,
    /// Judge as of this moment [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<jiff::Timestamp>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// What fails a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffLimit {
    /// A package that no lock file means to be there
    Unexpected,
    /// An advisory of severity HIGH or CRITICAL that the old image had not
    Vulns,
}
