//! The arguments of `mvi vulns`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use mvi_advisories::Level;

use super::{Format, ReadArgs};
use crate::render::vulns::{JUNIT, OPENVEX, SARIF, VulnsWriter};

pub(crate) const EXAMPLES: &str = "\
Examples:
  mvi db import osv/ secdb/ && mvi vulns app.tar
  mvi vulns docker://registry.example/app:1.4 --fail-on high --fixable
  mvi vulns sbom:app.cdx.json
  mvi vulns lock:Cargo.lock --fail-on high     lock:FOLDER reads every lock file below it
  mvi vulns app.tar --base-layers 4 --format json | jq '.findings[] | select(.origin == \"application\")'

What the entry point reaches is told from what only lies there; the closure is that of mvi needs:
  mvi vulns app.tar --reached --fail-on high --fail-on-reached

Which base to move to, the one that leaves the least first:
  mvi vulns app.tar --old-base base-1.tar --base-image base-2.tar --base-image docker://registry.example/base:3

What somebody says about a finding is read from VEX documents, and written by --format openvex:
  mvi vulns app.tar --vex statements.openvex.json

Waivers are in mvi.toml; none is for ever:
  [[waiver]]
  id = \"CVE-2026-1234\"
  package = \"curl\"
  until = 2027-01-31
  reason = \"the flaw is in a protocol that the image does not build\"";

#[derive(Debug, Args)]
pub(crate) struct VulnsArgs {
    /// The image; sbom:FILE is a bill of materials, lock:PATH a lock file or a folder with some
    #[arg(value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) image: String,
    /// The index of advisories [default: $XDG_DATA_HOME/mvi/advisories.idx]
    #[arg(long, value_name = "FILE", env = "MVI_DB", value_hint = ValueHint::FilePath)]
    pub(crate) db: Option<PathBuf>,
    /// What makers say about vulnerabilities: OpenVEX, CSAF VEX or CycloneDX
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) vex: Vec<PathBuf>,
    /// Exit with 1 when something as bad as this or worse is found
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) fail_on: Option<LevelArg>,
    /// Only what is as bad as this or worse
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) min: Option<LevelArg>,
    /// Only what a fixed version is known for
    #[arg(long)]
    pub(crate) fixable: bool,
    /// Only what the entry point reaches or may reach, or of which nobody can tell; the rest is counted
    #[arg(long)]
    pub(crate) reached: bool,
    /// Let --fail-on pass over what is known not to be reached
    #[arg(long, requires = "fail_on")]
    pub(crate) fail_on_reached: bool,
    /// Do not find out what is reached: less to read
    #[arg(long, conflicts_with_all = ["reached", "fail_on_reached"])]
    pub(crate) no_needs: bool,
    /// The standard whose tables tell tools for debugging from the rest: V13 or a file
    #[arg(long, value_name = "FILE", env = "MVI_STANDARD", value_hint = ValueHint::FilePath)]
    pub(crate) standard: Option<String>,
    /// Take what nobody rated for as bad as this
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub(crate) unknown_as: Option<LevelArg>,
    /// Days after which a feed is too old to be believed
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub(crate) max_age: u32,
    /// How many of the first layers are the base's, to tell its packages from the application's
    #[arg(long, value_name = "N")]
    pub(crate) base_layers: Option<u32>,
    /// The base that the image was built on: its layers are known by their digests
    #[arg(long, value_name = "IMAGE", conflicts_with = "base_layers", value_hint = ValueHint::AnyPath)]
    pub(crate) old_base: Option<String>,
    /// Say what another base would change; given several times, the best comes first
    #[arg(long, value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) base_image: Vec<String>,
    /// Know bases by their layers from this fleet [default: the usual one, with --base-image]
    #[arg(long, value_name = "sqlite:FILE", env = "MVI_STORE", value_hint = ValueHint::FilePath)]
    pub(crate) store: Option<String>,
    /// Judge as of this moment [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<jiff::Timestamp>,
    /// How to show the report
    #[arg(long, short, value_enum, default_value_t = VulnsFormat::Text, env = "MVI_FORMAT")]
    pub(crate) format: VulnsFormat,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// How findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VulnsFormat {
    /// For people
    Text,
    /// For programs: stable, with a JSON Schema
    Json,
    /// For pull requests
    Markdown,
    /// For code scanning: SARIF 2.1.0
    Sarif,
    /// For CI servers
    Junit,
    /// For those who use the image: OpenVEX 0.2.0
    Openvex,
}

impl VulnsFormat {
    /// The format that all reports have, or who writes one that only findings have.
    pub(crate) fn writer(self) -> Result<Format, VulnsWriter> {
        match self {
            Self::Text => Ok(Format::Text),
            Self::Json => Ok(Format::Json),
            Self::Markdown => Ok(Format::Markdown),
            Self::Sarif => Err(SARIF),
            Self::Junit => Err(JUNIT),
            Self::Openvex => Err(OPENVEX),
        }
    }
}

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LevelArg {
    /// CVSS 9.0 and above
    Critical,
    /// CVSS 7.0 and above
    High,
    /// CVSS 4.0 and above
    Medium,
    /// CVSS above 0
    Low,
    /// Anything
    Negligible,
}

impl LevelArg {
    /// The level.
    pub(crate) fn level(self) -> Level {
        match self {
            Self::Critical => Level::Critical,
            Self::High => Level::High,
            Self::Medium => Level::Medium,
            Self::Low => Level::Low,
            Self::Negligible => Level::Negligible,
        }
    }
}
