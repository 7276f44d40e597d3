//! The arguments of `mvi audit`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::vulns::LevelArg;
use super::{ReadArgs, ReportArgs};

pub(crate) const EXAMPLES: &str = "\
Examples:
  docker save app | mvi audit -
  mvi audit app.tar --base python:3.12-alpine
  mvi audit oci:build/image:latest --format markdown >> \"$GITHUB_STEP_SUMMARY\"
  mvi audit app.tar --checks --db advisories.idx --fail-on gate --fail-on check
  mvi audit sbom:app.cdx.json --fail-on gate
  mvi audit images/*.tar --fail-on review --fail-on gate --quiet";

#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// The images; sbom:FILE for a bill of materials, which is judged by its packages
    #[arg(required = true, value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) images: Vec<String>,
    /// The standard to judge by: V13 or a file
    #[arg(long, value_name = "FILE", env = "MVI_STANDARD", value_hint = ValueHint::FilePath)]
    pub(crate) standard: Option<String>,
    /// The image's direct base, such as alpine:3.21 [default: from annotations and labels]
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) base: Option<String>,
    /// How many of the first layers are the base's
    #[arg(long, value_name = "N")]
    pub(crate) base_layers: Option<u32>,
    /// The image's use class, a row of the standard [default: from what it runs]
    #[arg(long, value_name = "ROW")]
    pub(crate) class: Option<String>,
    /// The image's name, for exceptions that name it [default: the name in the archive]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// What the image is for
    #[arg(long, value_enum, default_value_t = RoleArg::Service)]
    pub(crate) role: RoleArg,
    /// Folder of change requests whose exceptions count [default: mvi.toml]
    #[arg(long, value_name = "DIR", env = "MVI_CRQ_DIR", value_hint = ValueHint::DirPath)]
    pub(crate) crq: Option<PathBuf>,
    /// Judge as of this moment [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<jiff::Timestamp>,
    /// Know bases by their layers from this fleet [default: the usual one, where there is one]
    #[arg(long, value_name = "sqlite:FILE", env = "MVI_STORE", value_hint = ValueHint::FilePath)]
    pub(crate) store: Option<String>,
    /// Do without what the image needs to run: less to read, and neither `unneeded_mb` nor a floor estimate to judge by
    #[arg(long)]
    pub(crate) no_needs: bool,
    /// Also tell secrets, who it runs as, who may become root, what was left behind, as `mvi check` does, in the same pass
    #[arg(long)]
    pub(crate) checks: bool,
    /// The index of advisories, for the gate on vulnerabilities [default: the usual one, where there is one]
    #[arg(long, value_name = "FILE", env = "MVI_DB", value_hint = ValueHint::FilePath)]
    pub(crate) db: Option<PathBuf>,
    /// What makers say about vulnerabilities: OpenVEX, CSAF VEX or CycloneDX
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) vex: Vec<PathBuf>,
    /// Days after which a feed of advisories is too old to be believed
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub(crate) max_age: u32,
    /// Take advisories that nobody rated for as bad as this
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) unknown_as: Option<LevelArg>,
    /// Exit with 1 at this verdict or a worse one, or when a gate fails; may repeat
    #[arg(long, value_enum, value_name = "VERDICT", ignore_case = true)]
    pub(crate) fail_on: Vec<FailOn>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// What an image is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleArg {
    /// It runs
    Service,
    /// Others are built on it
    Base,
}

/// What makes an audit fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// JUSTIFIED or worse
    Justified,
    /// REVIEW or worse
    Review,
    /// AUDIT or worse
    Audit,
    /// REPLACE
    Replace,
    /// An acceptance gate fails
    Gate,
    /// An acceptance gate fails or has no data
    GateData,
    /// A check finds an error; needs --checks
    Check,
}
