//! The arguments of `mvi pack`.

use std::ffi::OsString;

use clap::{Args, ValueHint};

use super::{ReadArgs, ReportArgs};

pub(crate) const EXAMPLES: &str = "\
Examples:
  mvi pack ./app --entrypoint /app -o oci:image:1.0
  mvi pack rootfs -o docker-archive:app.tar:team/app:1.0
  mvi pack --layer deps:/opt/deps --add app.conf:/etc/app.conf:0644 ./app -o oci-archive:app.oci
  mvi pack ./app --base docker://registry.example/base:3 --entrypoint /app -o oci:image:1.0
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) mvi pack rootfs --compression zstd -o oci:image
  mvi pack --index oci:amd64 oci:arm64 -o oci:image:1.0

A layer of --layer lies below what is named alone or with --add, which is the last layer: what changes
most lies on top. A folder's content goes to the root, a file into it under its own name. Every time in
the image is SOURCE_DATE_EPOCH, else 0: the newest file's time would differ between checkouts.";

#[derive(Debug, Args)]
pub(crate) struct PackArgs {
    /// Files and folders for the last layer; with --index, images
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<OsString>,
    /// Where the image goes
    #[arg(help = "Where the image goes: oci:DIR[:TAG], oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME]", long, short, required = true, value_name = "DEST", value_hint = ValueHint::AnyPath)]
    pub(crate) output: OsString,
    /// Put images of several platforms under one index
    #[arg(long, conflicts_with_all = ["add", "layer", "base"])]
    pub(crate) index: bool,
    /// What else goes into the last layer; may repeat
    #[arg(help = "Something for the last layer: SRC:DST[:MODE[:UID:GID]]; may repeat", long, value_name = "SRC:DST", value_hint = ValueHint::AnyPath)]
    pub(crate) add: Vec<OsString>,
    /// What goes into layers of their own; may repeat
    #[arg(help = "A layer of its own below the last, of a folder or SRC:DST[:MODE[:UID:GID]]; may repeat, lowest first", long, value_name = "SRC[:DST]", value_hint = ValueHint::AnyPath)]
    pub(crate) layer: Vec<OsString>,
    /// The image whose layers lie below
    #[arg(long, value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    pub(crate) base: Option<String>,
    /// What the base is called in the annotations [default: its name where it is]
    #[arg(long, value_name = "REFERENCE", requires = "base")]
    pub(crate) base_name: Option<String>,
    /// How layers are stored
    #[arg(
        help = "How layers are stored: gzip[:1-9], zstd[:1-19] or none; docker archives have none",
        long,
        value_name = "HOW",
        default_value = "gzip"
    )]
    pub(crate) compression: String,
    /// The time of everything in the image, seconds since 1970
    #[arg(long, value_name = "SECONDS", env = "SOURCE_DATE_EPOCH")]
    pub(crate) epoch: Option<String>,
    /// Keep times of files that are before the epoch, for programs that compare them
    #[arg(long)]
    pub(crate) keep_times: bool,
    /// Who owns the files: UID:GID, or `keep`
    #[arg(long, value_name = "UID:GID", default_value = "0:0")]
    pub(crate) owner: String,
    #[command(flatten)]
    pub(crate) settings: SettingsArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
}

/// What a container of the image runs.
#[derive(Debug, Args)]
#[command(next_help_heading = "What it runs")]
pub(crate) struct SettingsArgs {
    /// What is always run: a program, or a JSON array
    #[arg(long, value_name = "COMMAND")]
    pub(crate) entrypoint: Option<String>,
    /// Its default arguments: one, or a JSON array
    #[arg(long, value_name = "ARGUMENTS")]
    pub(crate) cmd: Option<String>,
    /// A variable; may repeat
    #[arg(long, short, value_name = "NAME=VALUE")]
    pub(crate) env: Vec<String>,
    /// User and group it runs as
    #[arg(long, short, value_name = "USER[:GROUP]")]
    pub(crate) user: Option<String>,
    /// Folder it starts in
    #[arg(long, short, value_name = "DIR")]
    pub(crate) workdir: Option<String>,
    /// A port; may repeat
    #[arg(long, value_name = "PORT[/PROTOCOL]")]
    pub(crate) expose: Vec<String>,
    /// A path for a volume; may repeat
    #[arg(long, value_name = "PATH")]
    pub(crate) volume: Vec<String>,
    /// A label; may repeat
    #[arg(long, short, value_name = "NAME=VALUE")]
    pub(crate) label: Vec<String>,
    /// How its health is asked: a shell's line, a JSON array, or NONE
    #[arg(long, value_name = "COMMAND")]
    pub(crate) healthcheck: Option<String>,
    /// The signal that stops it
    #[arg(long, value_name = "SIGNAL")]
    pub(crate) stop_signal: Option<String>,
    /// An annotation of the manifest; may repeat
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) annotation: Vec<String>,
}
