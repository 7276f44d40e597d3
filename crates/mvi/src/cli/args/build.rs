//! The arguments of `mvi build` and of the process that guards a builder.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{Format, ReadArgs};

pub(crate) const EXAMPLES: &str = "\
Examples:
  mvi build --list
  mvi build . -t team/app:1.0
  mvi build . -f docker/Dockerfile --builder buildah -o oci:image:1.0 -- --isolation chroot
  mvi build . --measure --touch src/main.rs
  mvi build . --dry-run

Runs the builder that is there and nothing else: `--dry-run` shows the command. With --measure the context
is copied, built once without a cache, and then rebuilt after a change of one source file in the copy, as
often as --rebuilds says; the median is held against the standard's AC-BUILD.";

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// The folder that is sent to the builder
    #[arg(value_name = "CONTEXT", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(crate) context: PathBuf,
    /// The Dockerfile [default: the context's]
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,
    /// Which builder: auto, buildah, podman, buildx, buildkit or docker
    #[arg(long, value_name = "NAME", default_value = "auto", env = "MVI_BUILDER")]
    pub(crate) builder: String,
    /// Where the image goes as well
    #[arg(help = "Also write the image: oci:DIR[:TAG], oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME]", long, short, value_name = "DEST", value_hint = ValueHint::AnyPath)]
    pub(crate) output: Option<OsString>,
    /// Its name in the builder's storage; may repeat
    #[arg(long, short, value_name = "NAME")]
    pub(crate) tag: Vec<String>,
    /// A build argument; may repeat
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) build_arg: Vec<String>,
    /// The stage to build
    #[arg(long, value_name = "STAGE")]
    pub(crate) target: Option<String>,
    /// Use nothing that was built before: the builder's own --no-cache
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Stop a build that takes longer, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..=604_800))]
    pub(crate) timeout: u64,
    /// Write the builder's whole log to a file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) log: Option<PathBuf>,
    /// Time cached rebuilds, in a copy of the context
    #[arg(long)]
    pub(crate) measure: bool,
    /// The source file that is changed before a rebuild, in the context [default: chosen from what is copied last]
    #[arg(long, value_name = "FILE", requires = "measure", value_hint = ValueHint::FilePath)]
    pub(crate) touch: Option<PathBuf>,
    /// How many rebuilds are timed
    #[arg(long, value_name = "N", default_value_t = 3, requires = "measure", value_parser = clap::value_parser!(u32).range(1..=99))]
    pub(crate) rebuilds: u32,
    /// The standard with the gate: V13 or a file
    #[arg(long, value_name = "FILE", env = "MVI_STANDARD", value_hint = ValueHint::FilePath)]
    pub(crate) standard: Option<String>,
    /// Show the command, and run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// List the builders, and which of them work here
    #[arg(long, exclusive = true)]
    pub(crate) list: bool,
    /// Options for the builder itself
    #[arg(last = true, value_name = "OPTION")]
    pub(crate) more: Vec<String>,
    /// How to show the report
    #[arg(long, value_enum, default_value_t = Format::Text, env = "MVI_FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// What the guard of a builder is told; written by this program alone.
#[derive(Debug, Args)]
pub(crate) struct GuardArgs {
    /// The builder
    pub(crate) builder: String,
    /// The build's folder
    pub(crate) folder: PathBuf,
    /// The process that asked
    pub(crate) parent: u32,
    /// Variables for the command
    pub(crate) variables: Vec<String>,
    /// The command
    #[arg(last = true, required = true)]
    pub(crate) command: Vec<OsString>,
}
