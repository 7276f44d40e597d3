//! The arguments of `mvi crq`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use jiff::Timestamp;
use mvi_standard::crq::{CrqId, CrqKind, GlibcReason};

use super::seal::PasswordArgs;
use super::{ReadArgs, ShowFormat};

#[derive(Debug, Args)]
pub(crate) struct CrqArgs {
    #[command(subcommand)]
    pub(crate) verb: CrqVerb,
    /// Folder of change requests [default: mvi.toml, then $XDG_DATA_HOME/mvi/crq]
    #[arg(long, value_name = "DIR", env = "MVI_CRQ_DIR", value_hint = ValueHint::DirPath, global = true)]
    pub(crate) folder: Option<PathBuf>,
    /// The fleet's database [default: mvi.toml, then $XDG_DATA_HOME/mvi/fleet.db]
    #[arg(long, value_name = "FILE", env = "MVI_STORE", value_hint = ValueHint::FilePath, global = true)]
    pub(crate) store: Option<String>,
    /// Who acts [default: $USER]
    #[arg(long, value_name = "NAME", env = "MVI_ACTOR", global = true)]
    pub(crate) by: Option<String>,
    /// The moment to act at, or with list, show and check to look at; only looks may be ahead [default: now]
    #[arg(long, value_name = "TIME", global = true)]
    pub(crate) at: Option<Timestamp>,
    /// The standard: V13 or a file
    #[arg(long, value_name = "FILE", env = "MVI_STANDARD", value_hint = ValueHint::FilePath, global = true)]
    pub(crate) standard: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CrqVerb {
    /// Draft a change request
    #[command(after_help = "Examples:\n  mvi crq new justified-base sovereign-ingest --size 300 \\\n      \
        --base python:3.12-slim --reason no-musl-wheel:torch")]
    New {
        /// What kind of exception: banned-base, heavy, new-base, ban-override, justified-base, stateful-ha, gpu-singleton
        #[arg(value_parser = kind)]
        kind: CrqKind,
        /// The image it is about
        image: String,
        /// The one digest that is meant [default: all of the repository]
        #[arg(long)]
        digest: Option<String>,
        /// The workload, for stateful-ha and gpu-singleton: NAMESPACE/NAME
        #[arg(long, value_name = "NAMESPACE/NAME")]
        workload: Option<String>,
        /// Most replicas of the workload
        #[arg(long, value_name = "N", requires = "workload")]
        max_replicas: Option<u32>,
        #[command(flatten)]
        request: RequestArgs,
    },
    /// Write a draft, or a refuted request, anew
    #[command(after_help = "Examples:\n  mvi crq amend CRQ-2026-0001 --size 298.5")]
    Amend {
        /// The request
        id: CrqId,
        #[command(flatten)]
        request: RequestArgs,
    },
    /// Hand a draft in; its size and reasons are checked against the image and the lock file
    #[command(after_help = "Examples:\n  mvi crq file CRQ-2026-0001 --image app.tar --lock uv.lock")]
    File {
        /// The request
        id: CrqId,
        #[command(flatten)]
        proof: ProofArgs,
    },
    /// Take in the decision about other bases: hard rules decide what they can, the rest waits for trial builds
    #[command(
        visible_alias = "confirm",
        after_help = "Examples:\n  mvi crq decide CRQ-2026-0001 --lock uv.lock\n  \
        mvi crq decide CRQ-2026-0001 --record decision.json\n  \
        mvi crq confirm CRQ-2026-0001 --decision DEC-5f0c9b1e22aa"
    )]
    Decide {
        /// The request
        id: CrqId,
        #[command(flatten)]
        record: RecordArgs,
        #[command(flatten)]
        proof: ProofArgs,
    },
    /// Write a confirmed request into the fleet's log
    Log {
        /// The request
        id: CrqId,
    },
    /// Approve a logged request
    #[command(after_help = "Examples:\n  mvi crq approve CRQ-2026-0001 --by signe --as gid-owner\n  \
        mvi crq approve CRQ-2026-0001 --by signe --as gid-owner --key signe.key")]
    Approve {
        /// The request
        id: CrqId,
        #[command(flatten)]
        consent: ConsentArgs,
    },
    /// Reject a request
    Reject {
        /// The request
        id: CrqId,
        /// As what
        #[arg(long = "as", value_name = "ROLE")]
        role: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Note that the image's base is registered as justified
    Register {
        /// The request
        id: CrqId,
    },
    /// Seal the override record and put the request in force
    #[command(after_help = "Examples:\n  mvi crq activate CRQ-2026-0001 --key ada.key")]
    Activate {
        /// The request
        id: CrqId,
        /// The private key that seals
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        key: PathBuf,
        /// Folder of sealed ROMs [default: mvi.toml, then $XDG_DATA_HOME/mvi/rom]
        #[arg(long, value_name = "DIR", env = "MVI_ROM_DIR", value_hint = ValueHint::DirPath)]
        rom_folder: Option<PathBuf>,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Renew a request that is due, with a fresh measurement
    Renew {
        /// The request
        id: CrqId,
        #[command(flatten)]
        consent: ConsentArgs,
        #[command(flatten)]
        record: RecordArgs,
        #[command(flatten)]
        proof: ProofArgs,
    },
    /// End a request that is in force
    Revoke {
        /// The request
        id: CrqId,
        /// As what
        #[arg(long = "as", value_name = "ROLE")]
        role: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Take a request back, before it is in force
    Withdraw {
        /// The request
        id: CrqId,
    },
    /// End a request because another one in force takes its place
    Supersede {
        /// The request
        id: CrqId,
        /// The one that takes its place
        #[arg(long, value_name = "ID")]
        with: CrqId,
    },
    /// Take over the standard's list of justified images as requests that expire
    Grandfather,
    /// List change requests as they stand
    #[command(after_help = "Examples:\n  mvi crq list\n  mvi crq list --at 2026-12-10T10:00:00Z --format json")]
    List {
        /// How to show them
        #[arg(long, short, value_enum, default_value_t = ShowFormat::Text)]
        format: ShowFormat,
    },
    /// Show a change request: what it asks, what was proven, who approved, every state
    Show {
        /// The request
        id: CrqId,
        /// How to show it
        #[arg(long, short, value_enum, default_value_t = ShowFormat::Text)]
        format: ShowFormat,
    },
    /// Find requests that no image needs, and ids that no request has; exits with 1 when there are any
    #[command(after_help = "Examples:\n  mvi crq check --image app:1.0 --image db:2 --refers CRQ-2026-0001")]
    Check {
        /// An image of the fleet; may repeat
        #[arg(long, value_name = "NAME")]
        image: Vec<String>,
        /// An id that something refers to; may repeat
        #[arg(long, value_name = "ID")]
        refers: Vec<CrqId>,
        /// How to show them
        #[arg(long, short, value_enum, default_value_t = ShowFormat::Text)]
        format: ShowFormat,
    },
}

/// Who agrees as what, and with which key.
#[derive(Debug, Args)]
pub(crate) struct ConsentArgs {
    /// As what: gid-owner, service-owner, S3-control, S5-policy
    #[arg(long = "as", value_name = "ROLE")]
    pub(crate) role: String,
    /// The approver's private key, where mvi.toml names its public half
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) password: PasswordArgs,
}

/// What was found out about other bases.
#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// A decision record with trial builds and measurements
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) record: Option<PathBuf>,
    /// A decision of a spiral, in the fleet's log; mvi fleet decisions lists them
    #[arg(long, value_name = "ID", conflicts_with = "record")]
    pub(crate) decision: Option<String>,
}

/// What is asked for.
#[derive(Debug, Clone, Args)]
pub(crate) struct RequestArgs {
    /// Size of the image as the standard counts it, MB
    #[arg(long, value_name = "MB")]
    pub(crate) size: Option<f64>,
    /// The base that is asked for
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) base: Option<String>,
    /// Condition under which the image would run, such as isolated
    #[arg(long, value_name = "TEXT")]
    pub(crate) constraint: Option<String>,
    /// Why: no-musl-wheel:PKG[==VER], elf-interp:PATH, dlopen-glibc:LIB, vendor-binary:PATH, nss-locale,
    /// measured-regression:DIMENSION,%, not-libc:WHY; may repeat
    #[arg(long, value_name = "CODE")]
    pub(crate) reason: Vec<GlibcReason>,
}

/// What size and reasons are checked against.
#[derive(Debug, Args)]
pub(crate) struct ProofArgs {
    /// The image: its size and executables are read
    #[arg(long, value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) image: Option<String>,
    /// The lock file whose wheels count: uv.lock, poetry.lock, pdm.lock
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) lock: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

fn kind(text: &str) -> Result<CrqKind, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|_| {
        "one of banned-base, heavy, new-base, ban-override, justified-base, stateful-ha, gpu-singleton".to_owned()
    })
}
