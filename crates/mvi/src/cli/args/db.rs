//! The arguments of `mvi db`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::ShowFormat;

pub(crate) const EXAMPLES: &str = "\
Examples:
  mvi db import osv/PyPI/all.zip osv/Debian/all.zip
  mvi db import secdb/v3.22/main.json known_exploited_vulnerabilities.json epss_scores-current.csv.gz
  mvi db import https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip && mvi db update
  mvi db status
  mvi db status --level 3";

const IMPORT_EXAMPLES: &str = "\
Examples:
  mvi db import all.zip
  mvi db import feeds/              every .json, .jsonl, .csv, .gz and .zip below it
  mvi db import --replace feeds/    forgets what was imported before

What a file is shows in its content: OSV records (one, a list, one a line, zip of an ecosystem), Alpine's secdb, Debian's
security tracker, Red Hat's CSAF and VEX, CISA's catalogue of exploited vulnerabilities, EPSS scores. A whole export
replaces what was known of its feed; single records replace records. Only addresses that are named are fetched; the index
remembers them for `mvi db update`.";

const UPDATE_EXAMPLES: &str = "\
Examples:
  mvi db update
  mvi db update --quiet --format json

Asks the addresses that feeds were imported from whether they changed, and reads those that did.";

/// How documents on the web are had.
#[derive(Debug, Args)]
pub(crate) struct WebArgs {
    /// Speak plain HTTP with this host, or with all; may repeat
    #[arg(long, value_name = "HOST[:PORT]", num_args = 0..=1, require_equals = true, default_missing_value = "*")]
    pub(crate) insecure: Vec<String>,
    /// Trust the certificates in this file beside the system's; may repeat
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ca_file: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DbArgs {
    #[command(subcommand)]
    pub(crate) verb: DbVerb,
    /// The index of advisories [default: $XDG_DATA_HOME/mvi/advisories.idx]
    #[arg(long, value_name = "FILE", env = "MVI_DB", value_hint = ValueHint::FilePath, global = true)]
    pub(crate) db: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DbVerb {
    /// Read feeds of advisories, from files, folders, archives and the web
    #[command(after_help = IMPORT_EXAMPLES)]
    Import(ImportArgs),
    /// Ask the addresses that feeds came from for what is new
    #[command(after_help = UPDATE_EXAMPLES)]
    Update(UpdateArgs),
    /// Show which feeds are there and how old they are
    #[command(
        after_help = "Examples:\n  mvi db status\n  mvi db status --level 2\n  mvi db status --max-age 30 --format json"
    )]
    Status(StatusArgs),
}

/// What taking in feeds is told, wherever they come from.
#[derive(Debug, Args)]
pub(crate) struct TakeArgs {
    /// No progress on standard error
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// How to show what came of it
    #[arg(long, short, value_enum, default_value_t = ShowFormat::Text)]
    pub(crate) format: ShowFormat,
    #[command(flatten)]
    pub(crate) web: WebArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// Files, folders and addresses
    #[arg(required = true, value_name = "PATH|URL", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    /// Start from nothing
    #[arg(long)]
    pub(crate) replace: bool,
    #[command(flatten)]
    pub(crate) take: TakeArgs,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    #[command(flatten)]
    pub(crate) take: TakeArgs,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Exit with 1 when a feed was imported more than so many days ago
    #[arg(long, value_name = "DAYS")]
    pub(crate) max_age: Option<u32>,
    /// Exit with 1 when a feed is too old for an image of this exposure level: SOSTLE, 0 to 4
    #[arg(long, value_name = "LEVEL", conflicts_with = "max_age")]
    pub(crate) level: Option<u8>,
    /// How to show it
    #[arg(long, short, value_enum, default_value_t = ShowFormat::Text)]
    pub(crate) format: ShowFormat,
}
