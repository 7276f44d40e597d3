//! The arguments of `mvi spiral`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::fleet::StoreArgs;
use super::probe::RuntimeChoice;
use super::seal::PasswordArgs;
use super::{ReadArgs, ReportArgs};

pub(crate) const EXAMPLES: &str = "\
Examples:
  mvi spiral run . --class python-service --bases python:3.12-alpine=oci:alpine python:3.12-slim=oci:slim
  mvi spiral run api --until predicted --store sqlite:fleet.db
  mvi spiral run api --key ada.key --db advisories.idx --owner ADA -- --isolation chroot
  mvi spiral status api
  mvi spiral log api

Exit codes: 0 it is where it should be, 1 a guard does not hold, 2 wrong use, 3 could not be read, built or run.";

#[derive(Debug, Args)]
pub(crate) struct SpiralArgs {
    #[command(subcommand)]
    pub(crate) verb: SpiralVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SpiralVerb {
    /// Write candidates, build and run each, record them, decide, seal and register the winner; goes on where it was ended
    #[command(after_help = RUN_EXAMPLES)]
    Run(Box<RunArgs>),
    /// Show how far it is, and what was found out
    #[command(after_help = "Examples:\n  mvi spiral status api\n  mvi spiral status api --format json")]
    Status(ShowArgs),
    /// List what was done, line by line
    #[command(after_help = "Examples:\n  mvi spiral log api\n  mvi spiral log api --format json")]
    Log(ShowArgs),
}

const RUN_EXAMPLES: &str = "\
Examples:
  mvi spiral run api --bases python:3.12-alpine=oci:alpine python:3.12-slim=docker-archive:slim.tar
  mvi spiral run api --until measured --runs 20 --ready http:8080/health
  mvi spiral run api --key ada.key --db advisories.idx --school LAB --vsm S3 --sostle L1
  mvi spiral run api --image golang:1.22=oci:golang -- --isolation chroot

A base is oci:DIR, oci-archive:FILE, docker-archive:FILE, dir:ROOTFS, or an image of a service or storage; what is not
named is looked for in containers-storage and in docker. States: probed, measured, ingested, predicted, sealed, registered.
What is made lies in DIR/.mvi/spiral.

Exit codes: 0 it is where it should be, 1 a guard does not hold, 2 wrong use, 3 could not be read, built or run.";

/// What is shown.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The folder of the service
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(crate) source: PathBuf,
    /// The spiral's own folder [default: DIR/.mvi/spiral]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) work: Option<PathBuf>,
    /// The standard whose dimensions count: V13 or a file
    #[arg(long, value_name = "FILE", env = "MVI_STANDARD", value_hint = ValueHint::FilePath)]
    pub(crate) standard: Option<String>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

/// What is spun.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The folder of the service
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(crate) source: PathBuf,
    #[arg(long, short, value_name = "NAME", help = "What it is called: REPOSITORY[:TAG] [default: the folder's name]")]
    pub(crate) name: Option<String>,
    /// Row of the standard [default: by its base, then by its files]
    #[arg(long, value_name = "ROW")]
    pub(crate) class: Option<String>,
    /// Bases and where they are; may repeat
    #[arg(long, visible_alias = "base", value_name = "NAME=SOURCE", num_args = 1.., value_parser = pair)]
    pub(crate) bases: Vec<(String, String)>,
    /// Other images that stages start from, and where they are; may repeat
    #[arg(long, value_name = "NAME=SOURCE", value_parser = pair)]
    pub(crate) image: Vec<(String, String)>,
    /// The Dockerfile, in DIR [default: DIR's; where there is none, the template of the class]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,
    /// The stage that runs [default: the last]
    #[arg(long, value_name = "STAGE")]
    pub(crate) target: Option<String>,
    /// A build argument; may repeat
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) build_arg: Vec<String>,
    /// The last state to be reached
    #[arg(long, value_enum, default_value_t = UntilArg::Registered)]
    pub(crate) until: UntilArg,
    /// Begin a new cycle: what was done before does not count
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Time of everything that is built, seconds since 1970 [default: when the cycle was begun]
    #[arg(long, value_name = "SECONDS", env = "SOURCE_DATE_EPOCH")]
    pub(crate) epoch: Option<u64>,
    /// Which builder: auto, or one that `mvi build --list` names
    #[arg(long, value_name = "NAME", default_value = "auto", env = "MVI_BUILDER")]
    pub(crate) builder: String,
    /// Stop a build that takes longer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..=604_800))]
    pub(crate) timeout: u64,
    /// What runs candidates
    #[arg(long, value_enum, default_value_t = RuntimeChoice::Auto, env = "MVI_RUNTIME")]
    pub(crate) runtime: RuntimeChoice,
    /// How often each candidate is run; an interval needs 6
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) runs: u32,
    /// When a candidate is ready, as `mvi probe` has it [default: as the image suggests]
    #[arg(long, value_name = "SIGN")]
    pub(crate) ready: Option<String>,
    /// Seconds until it has to be ready
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0)]
    pub(crate) patience: f64,
    /// Milliseconds after it is ready until its memory is looked at
    #[arg(long, value_name = "MS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(0..=3_600_000))]
    pub(crate) settle: u64,
    /// An index of advisories, for cve_count
    #[arg(long, value_name = "FILE", env = "MVI_DB", value_hint = ValueHint::FilePath)]
    pub(crate) db: Option<PathBuf>,
    /// Builds to learn from beside the fleet's, as CSV; may repeat
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) history: Vec<PathBuf>,
    /// The private key that seals
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) key: Option<PathBuf>,
    /// Folder of sealed ROMs [default: mvi.toml, then $XDG_DATA_HOME/mvi/rom]
    #[arg(long, value_name = "DIR", env = "MVI_ROM_DIR", value_hint = ValueHint::DirPath)]
    pub(crate) rom_folder: Option<PathBuf>,
    /// Who answers for it [default: who answers for its base]
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: Option<String>,
    /// Its rebuild profile [default: by verdict and runtime]
    #[arg(long, value_name = "SCHOOL")]
    pub(crate) school: Option<String>,
    /// Its operating role [default: by runtime]
    #[arg(long, value_name = "ROLE")]
    pub(crate) vsm: Option<String>,
    /// Exposure levels: L1 or L0-L2; one level alone is held against bases [default: those of its base]
    #[arg(long, value_name = "LEVELS")]
    pub(crate) sostle: Option<String>,
    /// The spiral's own folder [default: DIR/.mvi/spiral]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) work: Option<PathBuf>,
    /// Show every line of the builder
    #[arg(long, short)]
    pub(crate) verbose: bool,
    /// Options for the builder
    #[arg(last = true, value_name = "OPTION")]
    pub(crate) more: Vec<String>,
    #[command(flatten)]
    pub(crate) password: PasswordArgs,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// The states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UntilArg {
    /// Candidates are written
    Probed,
    /// Each was built and run
    Measured,
    /// Each build is in the fleet
    Ingested,
    /// It is decided
    Predicted,
    /// The winner is sealed
    Sealed,
    /// The winner is an organism
    Registered,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, place)) if !name.is_empty() && !place.is_empty() => Ok((name.to_owned(), place.to_owned())),
        _ => Err("write NAME=SOURCE, such as python:3.12-alpine=oci:DIR".to_owned()),
    }
}
