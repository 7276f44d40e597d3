//! Arguments of `mvi inventory`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::Format;

pub(in crate::cli) const EXAMPLES: &str = "\
Examples:
  mvi inventory
  mvi inventory services/ --format markdown > inventory.md
  mvi inventory --write Dockerfile.merged
  mvi inventory --write - --runtime node

States: ACTIVE production is built from it; CONSOLIDATE another one does the same; NEEDS UPDATE and DEPRECATED its
runtime is one or more releases behind the newest here; SPECIALIZED tests; KEEP developing; UNCLEAR nothing says.

Exit codes: 0 fine, 2 wrong use, 3 could not be read.";

#[derive(Debug, Args)]
pub(in crate::cli) struct InventoryArgs {
    /// The folder of the repository; what git ignores is left out
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(in crate::cli) folder: PathBuf,
    /// How to show it
    #[arg(long, short, value_enum, default_value_t = Format::Text, env = "MVI_FORMAT")]
    pub(in crate::cli) format: Format,
    /// Write the one Dockerfile that files of one runtime could be; - for standard output
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) write: Option<PathBuf>,
    /// Whose files, where there are plans for several runtimes
    #[arg(long, value_name = "NAME", requires = "write")]
    pub(in crate::cli) runtime: Option<String>,
    /// Write over a file that is there
    #[arg(long, requires = "write")]
    pub(in crate::cli) force: bool,
}
