//! The arguments of `mvi check`.

use clap::{Args, ValueEnum, ValueHint};

use super::{Format, ReadArgs};

pub(crate) const EXAMPLES: &str = "\
Examples:
  mvi check app.tar
  mvi check docker://registry.example/app:1.4 --fail-on warning
  mvi check app.tar --format sarif > check.sarif
  mvi check app.tar --ignore CIS-DI-0006 --ignore CIS-DI-0008

Waivers are in mvi.toml; none is for ever:
  [[waiver]]
  id = \"CIS-DI-0010\"
  path = \"etc/ssl/private/ssl-cert-snakeoil.key\"
  until = 2027-01-31
  reason = \"nothing trusts it\"";

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The image
    #[arg(value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) image: String,
    /// Exit with 1 when something as bad as this or worse is found
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = CheckLevel::Error)]
    pub(crate) fail_on: CheckLevel,
    /// Checkpoints that are left out, by code
    #[arg(long, value_name = "CODE")]
    pub(crate) ignore: Vec<String>,
    /// Judge waivers as of this moment [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<jiff::Timestamp>,
    /// How to show the report
    #[arg(long, short, value_enum, default_value_t = CheckFormat::Text)]
    pub(crate) format: CheckFormat,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckLevel {
    /// Wrong
    Error,
    /// Worth changing
    Warning,
    /// Worth knowing
    Info,
    /// Nothing fails
    Never,
}

/// How findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For pull requests
    Markdown,
    /// For code scanning: SARIF 2.1.0
    Sarif,
}

impl CheckFormat {
    /// The format that all reports have; none for what only findings have.
    pub(crate) fn usual(self) -> Option<Format> {
        match self {
            Self::Text => Some(Format::Text),
            Self::Json => Some(Format::Json),
            Self::Markdown => Some(Format::Markdown),
            Self::Sarif => None,
        }
    }
}
