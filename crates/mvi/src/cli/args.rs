//! The arguments. Their texts are the help, the man pages and the completions.

pub(super) mod audit;
pub(super) mod build;
pub(super) mod build_event;
pub(super) mod check;
pub(super) mod crq;
pub(super) mod db;
pub(super) mod diff;
pub(super) mod fleet;
pub(super) mod inventory;
mod later;
pub(super) mod lint;
pub(super) mod musl;
pub(super) mod needs;
pub(super) mod pack;
pub(super) mod predict;
pub(super) mod probe;
pub(super) mod pull;
pub(super) mod rom;
pub(super) mod sbom;
pub(super) mod seal;
pub(super) mod spiral;
pub(super) mod template;
pub(super) mod vulns;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use mvi_image::PlatformChoice;

use super::remote::RemoteArgs;
use later::Later;

/// Judges container images against a written image standard, and explains every megabyte.
#[derive(Debug, Parser)]
#[command(name = "mvi", version, max_term_width = 100, after_help = AFTER_HELP)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) verb: Verb,
}

const AFTER_HELP: &str = "\
Images are named as container tools name them:
  docker-archive:FILE[:NAME]   docker save, podman save, kaniko, jib; plain, gzip or zstd
  oci:DIR[:TAG|@DIGEST]        an OCI image layout
  oci-archive:FILE[:TAG]       an OCI image layout in a tar file
  dir:ROOTFS                   an unpacked root file system
  docker://HOST/NAME[:TAG|@DIGEST]   an image in a registry
  docker-daemon:NAME           an image of a Docker or Podman service
  containers-storage:NAME      an image of podman or buildah
  PATH                         any of these, recognised by content
  -                            an archive from standard input

Exit codes: 0 fine, 1 judged and failed, 2 wrong use, 3 could not be read.";

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Judge images: verdict, gates, where the megabytes are, what to do next
    #[command(after_help = audit::EXAMPLES)]
    Audit(Later<audit::AuditArgs>),
    /// List an image's layers, and what is shipped but hidden
    #[command(after_help = LAYERS_EXAMPLES)]
    Layers(Later<LayersArgs>),
    /// Explain a path: which layer and instruction brought it, which package owns it
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Later<ExplainArgs>),
    /// Write an image's bill of materials: CycloneDX or SPDX, with layers and instructions
    #[command(after_help = sbom::EXAMPLES)]
    Sbom(Later<sbom::SbomArgs>),
    /// List what advisories say of an image's packages, with layer, instruction and what to update
    #[command(after_help = vulns::EXAMPLES)]
    Vulns(Later<vulns::VulnsArgs>),
    /// Compare two builds: packages, bytes, layers, files, advisories, and why they differ
    #[command(after_help = diff::EXAMPLES)]
    Diff(Later<diff::DiffArgs>),
    /// Find what is unwise about an image: secrets, root, setuid programs, what was left behind
    #[command(after_help = check::EXAMPLES)]
    Check(Later<check::CheckArgs>),
    /// Say whether an image can move to musl, and what would get each part of it there
    #[command(after_help = musl::EXAMPLES)]
    Musl(Later<musl::MuslArgs>),
    /// Tell what an image needs to run, and what only lies in it
    #[command(after_help = needs::EXAMPLES)]
    Needs(Later<needs::NeedsArgs>),
    /// Render Dockerfiles that follow the standard, and what belongs beside them
    #[command(after_help = template::EXAMPLES)]
    Template(Later<template::TemplateArgs>),
    /// Lint Dockerfiles, Compose files and Kubernetes objects; repair Dockerfiles
    #[command(after_help = lint::EXAMPLES)]
    Lint(Later<lint::LintArgs>),
    /// Take stock of a repository's Dockerfiles: states, bases, who uses them, and how they could be one
    #[command(after_help = inventory::EXAMPLES)]
    Inventory(Later<inventory::InventoryArgs>),
    /// Serve an editor: findings in Dockerfiles while typing, with repairs
    #[command(after_help = "Examples:\n  mvi lsp\n  mvi lsp --ignore DL3008")]
    Lsp(Later<lint::LspArgs>),
    /// Pack files into an image: reproducible, for any platform, without a builder
    #[command(after_help = pack::EXAMPLES)]
    Pack(Later<pack::PackArgs>),
    /// Build a Dockerfile with the builder that is there, and time what is rebuilt
    #[command(after_help = build::EXAMPLES)]
    Build(Later<build::BuildArgs>),
    /// Record a build in the fleet, and hold it against the one before: gates, what changed, what it costs
    #[command(after_help = build_event::EXAMPLES)]
    BuildEvent(Later<build_event::BuildEventArgs>),
    /// Guards a builder; for mvi itself
    #[command(hide = true, name = super::build::GUARD)]
    GuardBuilder(Later<build::GuardArgs>),
    /// Show, check and compare image standards
    #[command(
        after_help = "Examples:\n  mvi standard show\n  mvi standard lint company.toml\n  mvi standard diff V13 company.toml"
    )]
    Standard(Later<StandardArgs>),
    /// Look after the layer memory
    #[command(after_help = "Examples:\n  mvi cache info\n  mvi cache prune --all")]
    Cache(Later<CacheArgs>),
    /// Read feeds of advisories into one index, and show how old they are
    #[command(after_help = db::EXAMPLES)]
    Db(Later<db::DbArgs>),
    /// Say which base is best for a service, from a history of builds, and when that is not to be trusted
    #[command(after_help = predict::EXAMPLES)]
    Predict(Later<predict::PredictArgs>),
    /// Run an image, isolated, and measure start-up, memory and processor time; or hold two images against each other
    #[command(after_help = probe::EXAMPLES)]
    Probe(Later<probe::ProbeArgs>),
    /// Waits for a probe to end and takes away what it made
    #[command(hide = true)]
    ProbeKeeper {
        /// Its folder
        folder: PathBuf,
    },
    /// Take a service from its source to a sealed ROM: build and run it on every base that can be, decide, seal, register
    #[command(after_help = spiral::EXAMPLES)]
    Spiral(Later<spiral::SpiralArgs>),
    /// Work out how long images take to reach the nodes of a cluster
    #[command(
        after_help = "Examples:\n  mvi pull app.tar --nodes 100 --egress 800\n  mvi pull new.tar --warm old.tar --nodes 20\n  mvi pull app.tar --nodes 100 --p2p 200 --slots 8 --format json\n  mvi pull app:2.tar --instead-of app:1.tar --nodes 350"
    )]
    Pull(Later<pull::PullArgs>),
    /// Ask for exceptions that expire, and decide about them
    #[command(
        after_help = "Examples:\n  mvi crq new heavy app --size 620 --reason not-libc:fonts\n  mvi crq list\n  mvi crq show CRQ-2026-0001"
    )]
    Crq(Later<crq::CrqArgs>),
    /// Seal golden templates that nobody can alter unnoticed, and verify them
    #[command(after_help = "Examples:\n  mvi rom list\n  mvi rom verify\n  mvi rom render ROM-GO-V13 > Dockerfile")]
    Rom(Later<rom::RomArgs>),
    /// Remember a whole fleet: score, belt, lineage, who runs what
    #[command(after_help = FLEET_EXAMPLES)]
    Fleet(Later<fleet::FleetArgs>),
    /// Make and show the keys that seal
    #[command(after_help = "Examples:\n  mvi key new ada.key\n  mvi key show ada.key.pub")]
    Key(Later<seal::KeyArgs>),
    /// Print a shell's completion script
    #[command(
        after_help = "Examples:\n  mvi completions bash > /etc/bash_completion.d/mvi\n  mvi completions fish > ~/.config/fish/completions/mvi.fish"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page of mvi, or of one of its verbs
    #[command(after_help = "Examples:\n  mvi man > mvi.1\n  mvi man audit > mvi-audit.1")]
    Man {
        /// The verb
        verb: Option<String>,
    },
}

const FLEET_EXAMPLES: &str = "\
Examples:
  mvi fleet import fleet.toml
  mvi fleet scan 'docker://registry.example/*'
  mvi fleet list --sort size
  mvi fleet solvency plan
  mvi fleet show GID-IMG-ALPINE-001";

const LAYERS_EXAMPLES: &str = "\
Examples:
  mvi layers app.tar
  mvi layers app.tar --largest 10
  mvi layers oci:build/image --files --format json";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  mvi explain app.tar /usr/bin/python3
  mvi explain app.tar /var/cache
  mvi explain app.tar /usr/lib/libpq.so.5 --needed-by
  mvi explain app.tar /app/.env      also finds what a later layer deleted";

/// How images are read; the same for every verb that reads one.
#[derive(Debug, Args)]
pub(super) struct ReadArgs {
    /// Platform of a multi-platform image: OS/ARCH[/VARIANT], or `all` [default: this machine's]
    #[arg(long, value_name = "PLATFORM", env = "MVI_PLATFORM")]
    pub(super) platform: Option<PlatformChoice>,
    /// Do not check digests; skips what nobody asks for
    #[arg(long)]
    pub(super) no_verify: bool,
    /// Neither use nor fill the layer memory
    #[arg(long)]
    pub(super) no_cache: bool,
    /// Folder of the layer memory [default: $XDG_CACHE_HOME/mvi]
    #[arg(long, value_name = "DIR", env = "MVI_CACHE_DIR", value_hint = ValueHint::DirPath)]
    pub(super) cache_dir: Option<PathBuf>,
    /// Largest the layer memory may grow, in MB
    #[arg(long, value_name = "MB", env = "MVI_CACHE_MB", default_value_t = 2000)]
    pub(super) cache_mb: u64,
    /// Layers read at the same time [default: processors]
    #[arg(long, short, value_name = "N", env = "MVI_JOBS")]
    pub(super) jobs: Option<usize>,
    /// Refuse layers that unpack to more bytes than this
    #[arg(long, value_name = "BYTES", env = "MVI_MAX_LAYER_BYTES")]
    pub(super) max_layer_bytes: Option<u64>,
    /// Refuse images with more files than this
    #[arg(long, value_name = "N", env = "MVI_MAX_FILES")]
    pub(super) max_files: Option<u64>,
    /// No progress bars, no text report; errors and the exit code remain
    #[arg(long, short)]
    pub(super) quiet: bool,
    #[command(flatten)]
    pub(super) remote: RemoteArgs,
}

/// How reports are shown; the same for every verb that has one to show.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// How to show the report
    #[arg(long, short, value_enum, default_value_t = Format::Text, env = "MVI_FORMAT")]
    pub(super) format: Format,
}

/// The formats of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs: stable, with a JSON Schema
    Json,
    /// For pull requests
    Markdown,
}

impl Format {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct LayersArgs {
    /// The image
    #[arg(value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(super) image: String,
    /// List the files of every layer
    #[arg(long, conflicts_with = "largest")]
    pub(super) files: bool,
    /// List the largest files of every layer, so many
    #[arg(long, value_name = "N")]
    pub(super) largest: Option<usize>,
    #[command(flatten)]
    pub(super) report: ReportArgs,
    #[command(flatten)]
    pub(super) read: ReadArgs,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The image
    #[arg(value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(super) image: String,
    /// The path inside it
    #[arg(value_name = "PATH")]
    pub(super) path: String,
    /// Also show the way from the entry point to it, or that nothing reaches it
    #[arg(long)]
    pub(super) needed_by: bool,
    #[command(flatten)]
    pub(super) report: ReportArgs,
    #[command(flatten)]
    pub(super) read: ReadArgs,
}

#[derive(Debug, Args)]
pub(super) struct StandardArgs {
    #[command(subcommand)]
    pub(super) verb: StandardVerb,
}

#[derive(Debug, Subcommand)]
pub(super) enum StandardVerb {
    /// Show a standard: its rows, bases, bans, gates and digest
    #[command(after_help = "Examples:\n  mvi standard show\n  mvi standard show company.toml --format json")]
    Show {
        /// V13 or a file [default: V13]
        standard: Option<String>,
        /// How to show it; json is the whole document
        #[arg(long, short, value_enum, default_value_t = ShowFormat::Text)]
        format: ShowFormat,
    },
    /// Check a standard: rows that cannot be met, bases past their end, floating tags
    #[command(after_help = "Examples:\n  mvi standard lint\n  mvi standard lint company.toml --on 2027-01-01")]
    Lint {
        /// V13 or a file [default: V13]
        standard: Option<String>,
        /// The day to check for [default: today]
        #[arg(long, value_name = "DATE")]
        on: Option<jiff::civil::Date>,
        /// How to show the findings
        #[arg(long, short, value_enum, default_value_t = ShowFormat::Text)]
        format: ShowFormat,
    },
    /// Compare two standards field by field, and what they make of a fleet; exits with 1 when they differ
    #[command(
        after_help = "Examples:\n  mvi standard diff V13 company.toml\n  mvi standard diff V13 V14-draft --fleet fleet.toml"
    )]
    Diff {
        /// V13, V14-draft or a file
        old: String,
        /// V13, V14-draft or a file
        new: String,
        /// List the images of this fleet whose verdict, segment or triggers would change
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        fleet: Option<PathBuf>,
        /// How to show the changes
        #[arg(long, short, value_enum, default_value_t = ShowFormat::Text)]
        format: ShowFormat,
    },
}

/// The formats of what is said about standards and the layer memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ShowFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

impl From<ShowFormat> for Format {
    fn from(format: ShowFormat) -> Self {
        match format {
            ShowFormat::Text => Self::Text,
            ShowFormat::Json => Self::Json,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct CacheArgs {
    #[command(subcommand)]
    pub(super) verb: CacheVerb,
    /// Folder of the layer memory [default: $XDG_CACHE_HOME/mvi]
    #[arg(long, value_name = "DIR", env = "MVI_CACHE_DIR", value_hint = ValueHint::DirPath, global = true)]
    pub(super) cache_dir: Option<PathBuf>,
    /// Largest the layer memory may grow, in MB
    #[arg(long, value_name = "MB", env = "MVI_CACHE_MB", default_value_t = 2000, global = true)]
    pub(super) cache_mb: u64,
}

#[derive(Debug, Subcommand)]
pub(super) enum CacheVerb {
    /// Show where the layer memory is and what it holds
    #[command(after_help = "Examples:\n  mvi cache info\n  mvi cache info --format json")]
    Info {
        /// How to show it
        #[arg(long, short, value_enum, default_value_t = ShowFormat::Text)]
        format: ShowFormat,
    },
    /// Forget the least recently used layers
    #[command(
        after_help = "Examples:\n  mvi cache prune          down to --cache-mb\n  mvi cache prune --all    everything"
    )]
    Prune {
        /// Forget everything
        #[arg(long)]
        all: bool,
    },
}
