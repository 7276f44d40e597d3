//! The arguments of `mvi predict`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::seal::PasswordArgs;
use super::{ReadArgs, ReportArgs};

pub(crate) const EXAMPLES: &str = "\
Examples:
  mvi predict service.toml
  mvi predict app.tar --history builds.csv
  mvi predict . --history builds.csv
  mvi predict service.toml --history builds.csv --save-model model.json
  mvi predict service.toml --model model.json --format json
  mvi predict service.toml --store sqlite:fleet.db
  mvi predict service.toml --model model.json --key ada.key --record decision.json
  mvi predict evaluate builds.csv

A service's file:
  name = \"api\"
  base = \"python:3.12-slim\"        the base in use
  [service]
  runtime = \"python\"
  dependencies = 31
  without_musl = 1                 dependencies that can be had for glibc only

Exit codes: 0 a base is proposed or stays, 1 no candidate can be had, 2 wrong use, 3 could not be read.";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct PredictArgs {
    #[command(subcommand)]
    pub(crate) verb: Option<PredictVerb>,
    /// The service: a TOML file with its features and the base in use, the folder of its source, or an image that shows them
    #[arg(value_name = "SERVICE.toml|DIR|IMAGE", required = true, value_hint = ValueHint::AnyPath)]
    pub(crate) service: Option<String>,
    /// The class of a source, a row of the standard [default: by its base, then by its files]
    #[arg(long, value_name = "ROW")]
    pub(crate) class: Option<String>,
    /// Builds to learn from, as CSV; may repeat
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "model")]
    pub(crate) history: Vec<PathBuf>,
    /// A model that was learnt before
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) model: Option<PathBuf>,
    /// Also learn from the images of this fleet that somebody read
    #[arg(long, value_name = "sqlite:FILE", env = "MVI_STORE", value_hint = ValueHint::FilePath)]
    pub(crate) store: Option<String>,
    /// Keep what was learnt in this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "model")]
    pub(crate) save_model: Option<PathBuf>,
    /// Seal the decision record with this private key; needs --record
    #[arg(long, value_name = "KEY", value_hint = ValueHint::FilePath, requires = "record")]
    pub(crate) key: Option<PathBuf>,
    /// Write the sealed decision record to this file: a DSSE envelope around the report
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "key")]
    pub(crate) record: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) password: PasswordArgs,
    #[command(flatten)]
    pub(crate) common: PredictCommon,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// What both verbs have.
#[derive(Debug, Args)]
pub(crate) struct PredictCommon {
    /// The standard whose bases and dimensions count: V13 or a file
    #[arg(long, value_name = "FILE", env = "MVI_STANDARD", value_hint = ValueHint::FilePath)]
    pub(crate) standard: Option<String>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PredictVerb {
    /// Learn from the older builds of a history and say what choices on the newer ones would have cost
    #[command(
        after_help = "Examples:\n  mvi predict evaluate builds.csv\n  mvi predict evaluate builds.csv --format json"
    )]
    Evaluate {
        /// Builds, as CSV; one line a build
        #[arg(required = true, value_name = "HISTORY", value_hint = ValueHint::FilePath)]
        histories: Vec<PathBuf>,
        /// Threads that learn; the result is the same for any number [default: processors]
        #[arg(long, short, value_name = "N", env = "MVI_JOBS")]
        jobs: Option<usize>,
        #[command(flatten)]
        common: PredictCommon,
    },
}
