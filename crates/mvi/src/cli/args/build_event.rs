//! The arguments of `mvi build-event`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::fleet::StoreArgs;
use super::{ReadArgs, ReportArgs};

pub(crate) const EXAMPLES: &str = "\
Examples:
  docker build -t team/app:1.1 . && mvi build-event docker-daemon:team/app:1.1 --format markdown
  mvi build-event oci:image:1.1 --name team/app:1.1 --before oci:image:1.0 --db advisories.idx
  mvi build-event app.tar --probe probe.json --school E.coli --nodes 350

Exits with 1 when a gate that the school lets fail a build fails; --strict counts what is only reported,
and what could not be compared.";

#[derive(Debug, Args)]
pub(crate) struct BuildEventArgs {
    /// The image that was built
    #[arg(value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) image: String,
    /// Its name in the fleet [default: the name it has where it is]
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) name: Option<String>,
    /// The organism whose next ring it is
    #[arg(long, value_name = "GID")]
    pub(crate) gid: Option<String>,
    /// Its direct base [default: by its layers, then by annotations and labels]
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) base: Option<String>,
    /// Its use class, a row of the standard [default: from what it runs]
    #[arg(long, value_name = "ROW")]
    pub(crate) class: Option<String>,
    /// The image before, for what changed file by file [default: what the fleet remembers of it]
    #[arg(long, value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) before: Option<String>,
    /// What running it showed: the JSON of mvi probe, or an object with startup_ms and mem_mb
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) probe: Option<PathBuf>,
    /// The builder's record, to be kept with it: the JSON of mvi build, or any other
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) build: Option<PathBuf>,
    /// Count what this index of advisories says of it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) db: Option<PathBuf>,
    /// The school whose gates count [default: the organism's, else by what it runs]
    #[arg(long, value_name = "SCHOOL")]
    pub(crate) school: Option<String>,
    /// Nodes that pull it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) nodes: u32,
    /// Services that run it [default: those the fleet knows]
    #[arg(long, value_name = "N")]
    pub(crate) services: Option<u64>,
    /// Gates that are only reported, or have nothing to compare, fail too
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}
