//! The arguments of `mvi needs`.

use clap::{Args, ValueEnum, ValueHint};
use mvi_closure::Risk;

use super::{ReadArgs, ReportArgs};

pub(crate) const EXAMPLES: &str = "\
Examples:
  mvi needs app.tar
  mvi needs docker://registry.example/app:1.4 --base python:3.12-alpine --base-layers 4
  mvi needs app.tar --fail-on high --quiet
  mvi needs app.tar --format json | jq '.components[] | select(.decision == \"PROHIBIT\")'
  mvi explain app.tar /usr/lib/libssl.so.3 --needed-by      the way from the entry point to one file";

#[derive(Debug, Args)]
pub(crate) struct NeedsArgs {
    /// The image
    #[arg(value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) image: String,
    /// The standard whose tables say what is prohibited and mandatory: V13 or a file
    #[arg(long, value_name = "FILE", env = "MVI_STANDARD", value_hint = ValueHint::FilePath)]
    pub(crate) standard: Option<String>,
    /// The image's direct base, such as alpine:3.21 [default: from annotations and labels]
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) base: Option<String>,
    /// How many of the first layers are the base's; what a registered base brings is only a warning
    #[arg(long, value_name = "N")]
    pub(crate) base_layers: Option<u32>,
    /// The image's use class, a row of the standard, for the size of its floor base [default: from what it runs]
    #[arg(long, value_name = "ROW")]
    pub(crate) class: Option<String>,
    /// Exit with 1 when a fault or a prohibited thing of this risk or a higher one is there
    #[arg(long, value_enum, value_name = "RISK")]
    pub(crate) fail_on: Option<RiskArg>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RiskArg {
    /// It helps an attacker much, or the image does not run
    High,
    /// It helps an attacker
    Medium,
    /// Anything
    Low,
}

impl RiskArg {
    /// The risk.
    pub(crate) fn risk(self) -> Risk {
        match self {
            Self::High => Risk::High,
            Self::Medium => Risk::Medium,
            Self::Low => Risk::Low,
        }
    }
}
