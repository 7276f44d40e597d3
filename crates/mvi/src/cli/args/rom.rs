//! The arguments of `mvi rom`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::seal::PasswordArgs;
use super::{ReadArgs, ShowFormat};

#[derive(Debug, Args)]
pub(crate) struct RomArgs {
    #[command(subcommand)]
    pub(crate) verb: RomVerb,
    /// Folder of sealed ROMs [default: mvi.toml, then $XDG_DATA_HOME/mvi/rom]
    #[arg(long, value_name = "DIR", env = "MVI_ROM_DIR", value_hint = ValueHint::DirPath, global = true)]
    pub(crate) folder: Option<PathBuf>,
    /// Public key that may seal; may repeat [default: mvi.toml]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, global = true)]
    pub(crate) trust: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RomVerb {
    /// Seal the template of a row, as proven by an image that was built from it
    #[command(after_help = SEAL_EXAMPLES)]
    Seal(Box<SealArgs>),
    /// Verify sealed ROMs: form, signature, seal and chain; exits with 1 when something does not hold
    #[command(after_help = "Examples:\n  mvi rom verify\n  mvi rom verify ROM-GO-V13 --trust ada.key.pub")]
    Verify {
        /// The ROM [default: all, and the chain through them]
        name: Option<String>,
        /// How to show it
        #[arg(long, short, value_enum, default_value_t = ShowFormat::Text)]
        format: ShowFormat,
    },
    /// List sealed ROMs in the order they were sealed
    #[command(after_help = "Examples:\n  mvi rom list\n  mvi rom list --format json")]
    List {
        /// How to show them
        #[arg(long, short, value_enum, default_value_t = ShowFormat::Text)]
        format: ShowFormat,
    },
    /// Show what a ROM says; it is verified first
    #[command(after_help = "Examples:\n  mvi rom show ROM-GO-V13")]
    Show {
        /// The ROM
        name: String,
        /// How to show it
        #[arg(long, short, value_enum, default_value_t = ShowFormat::Text)]
        format: ShowFormat,
    },
    /// Write the Dockerfile of a ROM, its base pinned by digest; it is verified first
    #[command(after_help = "Examples:\n  mvi rom render ROM-GO-V13 > Dockerfile")]
    Render {
        /// The ROM
        name: String,
    },
    /// Put a ROM into a registry as an OCI artifact, and sign that as cosign does
    #[command(after_help = "Examples:\n  mvi rom push ROM-GO-V13 registry.corp/rom/go:v13\n  \
        mvi rom push ROM-GO-V13 registry.corp/app@sha256:… --about --key cosign.key\n\n\
        Verify the signature with: cosign verify --key cosign.pub --insecure-ignore-tlog=true REFERENCE")]
    Push(Box<PushArgs>),
    /// Fetch a ROM from a registry; it is verified before it is stored
    #[command(after_help = "Examples:\n  mvi rom pull registry.corp/rom/go:v13 --trust ada.key.pub")]
    Pull(Box<FetchArgs>),
}

/// What is fetched.
#[derive(Debug, Args)]
pub(crate) struct FetchArgs {
    /// Where it is: HOST/NAME:TAG or HOST/NAME@DIGEST
    pub(crate) reference: String,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

const SEAL_EXAMPLES: &str = "\
Examples:
  mvi rom seal go-static --image oci:build/winner --measured winner.toml --key ada.key
  mvi rom seal go-static --image app.tar --measured winner.toml --check

winner.toml says what reading an image cannot tell:
  cve_high_plus = 0
  build_cached_s = 12.4
  startup_ms = { value = 20.5, method = \"median of 5\", runs = [\"run-1\"] }
  mem_mb     = { value = 9.0, method = \"cgroup peak\", runs = [\"run-1\"] }
  cve_count  = { value = 0, method = \"database of 2026-11-01\" }
  rebuild    = { result = \"equal\", source_date_epoch = 1700000000 }
  [base_digests]
  \"linux/amd64\" = \"sha256:…\"";

/// What is sealed, and with what.
#[derive(Debug, Args)]
pub(crate) struct SealArgs {
    /// Row of the standard whose template is sealed
    #[arg(value_name = "ROW")]
    pub(crate) row: String,
    /// The winner: an image built from the template
    #[arg(long, value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) image: String,
    /// What was measured of the winner by building and running it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) measured: PathBuf,
    /// The private key that seals
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "check")]
    pub(crate) key: Option<PathBuf>,
    /// Only say what keeps it from being sealed
    #[arg(long)]
    pub(crate) check: bool,
    /// The winner's direct base [default: from annotations and labels, else the row's first base]
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) base: Option<String>,
    /// How many of the winner's first layers are the base's
    #[arg(long, value_name = "N")]
    pub(crate) base_layers: Option<u32>,
    /// The standard to seal under: V13 or a file
    #[arg(long, value_name = "FILE", env = "MVI_STANDARD", value_hint = ValueHint::FilePath)]
    pub(crate) standard: Option<String>,
    #[command(flatten)]
    pub(crate) password: PasswordArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// What is pushed where.
#[derive(Debug, Args)]
pub(crate) struct PushArgs {
    /// The ROM
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Where to: HOST/NAME:TAG, or with --about the image it is about
    #[arg(value_name = "REFERENCE")]
    pub(crate) reference: String,
    /// Attach the ROM to the image at REFERENCE, to be found among its referrers
    #[arg(long)]
    pub(crate) about: bool,
    /// Sign the artifact with this private key as well, as `cosign sign --key` does
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) password: PasswordArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}
