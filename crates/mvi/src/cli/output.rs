//! Exit codes, error messages, and writing reports to standard output.

use std::fmt;
use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};
use mvi_fleet::FleetError;
use mvi_image::ImageError;
use mvi_seal::SealError;

use super::args::Format;
use crate::actions::audit::unreadable;
use crate::actions::fleet::is_usage;
use crate::render::{RENDERERS, Report, harmless};
use crate::report::Unreadable;
use crate::settings;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// All is well.
    Fine,
    /// Judged, and failed what was asked for.
    Failed,
    /// Wrong use.
    Usage,
    /// Something could not be read.
    Unreadable,
}

impl Exit {
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Unreadable => 3,
        }
    }
}

/// Why the program ends early.
#[derive(Debug)]
pub(super) enum Failure {
    /// An image.
    Image {
        /// What was asked for.
        source: String,
        /// What is wrong with it.
        error: ImageError,
    },
    /// A key, an envelope or a sealed record.
    Seal(SealError),
    /// The memory of the fleet.
    Fleet(FleetError),
    /// Anything else that could not be read or written.
    Other(anyhow::Error),
    /// Wrong use.
    Usage(String),
}

impl Failure {
    pub(super) fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    pub(super) fn image(source: impl fmt::Display, error: ImageError) -> Self {
        Self::Image { source: source.to_string(), error }
    }

    /// An error with what to do about it.
    pub(super) fn with_hint(error: &anyhow::Error, is_usage: bool, hint: Option<&str>) -> Self {
        match (is_usage, hint) {
            (true, None) => Self::Usage(format!("{error:#}")),
            (true, Some(hint)) => Self::Usage(format!("{error:#}; {hint}")),
            (false, None) => Self::Other(anyhow::Error::msg(format!("{error:#}"))),
            (false, Some(hint)) => Self::Other(anyhow::Error::msg(format!("{error:#}\n  next: {hint}"))),
        }
    }

    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Image { error, .. } if error.is_usage() => Exit::Usage,
            Self::Seal(error) if error.is_usage() => Exit::Usage,
            Self::Fleet(error) if is_usage(error) => Exit::Usage,
            Self::Image { .. } | Self::Seal(_) | Self::Fleet(_) | Self::Other(_) => Exit::Unreadable,
            Self::Usage(_) => Exit::Usage,
        }
    }

    pub(super) fn is_broken_pipe(&self) -> bool {
        if let Self::Fleet(FleetError::Export(error)) = self {
            return error.kind() == io::ErrorKind::BrokenPipe;
        }
        let Self::Other(error) = self else { return false };
        error.chain().any(|cause| {
            let direct =
                cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
            direct
                || cause
                    .downcast_ref::<serde_json::Error>()
                    .is_some_and(|error| error.io_error_kind() == Some(io::ErrorKind::BrokenPipe))
        })
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Other(error.into())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl From<FleetError> for Failure {
    fn from(error: FleetError) -> Self {
        Self::Fleet(error)
    }
}

impl From<SealError> for Failure {
    fn from(error: SealError) -> Self {
        Self::Seal(error)
    }
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image { source, error } => out.write_str(&complaint(&unreadable(source.clone(), error))),
            Self::Seal(error) => {
                write!(out, "{ERROR}error[{}]{ERROR:#} {}", error.code(), harmless(&error.to_string()))?;
                let cause = std::error::Error::source(error);
                cause.map_or(Ok(()), |cause| write!(out, ": {}", harmless(&cause.to_string())))
            }
            Self::Fleet(error) => {
                write!(out, "{ERROR}error:{ERROR:#} {}", harmless(&error.to_string()))?;
                let cause = std::error::Error::source(error);
                cause.map_or(Ok(()), |cause| write!(out, ": {}", harmless(&cause.to_string())))?;
                fleet_hint(error).map_or(Ok(()), |hint| write!(out, "\n  {HINT}next:{HINT:#} {hint}"))
            }
            Self::Other(error) => {
                let lines: Vec<_> = format!("{error:#}").lines().map(|line| harmless(line).into_owned()).collect();
                write!(out, "{ERROR}error:{ERROR:#} {}", lines.join("\n"))
            }
            Self::Usage(text) => write!(out, "{ERROR}error:{ERROR:#} {}", harmless(text)),
        }
    }
}

/// What is wrong with an image that cannot be read, and what to do about it.
pub(super) fn complaint(unreadable: &Unreadable) -> String {
    let Unreadable { source, code, message, .. } = unreadable;
    let complaint = format!("{ERROR}error[{code}]{ERROR:#} {}: {}", harmless(source), harmless(message));
    match hint(code) {
        Some(hint) => format!("{complaint}\n  {HINT}next:{HINT:#} {hint}"),
        None => complaint,
    }
}

fn hint(code: &str) -> Option<&'static str> {
    match code {
        "E-OPEN" => Some("check the path and its permissions; an image in a registry is docker://HOST/NAME"),
        "E-READ" => Some("check the disk, the mount or the pipe it comes from, then try again"),
        "E-NOT-AN-IMAGE" => Some("name the kind: docker-archive:FILE, oci:DIR, oci-archive:FILE or dir:ROOTFS"),
        "E-DIGEST-BLOB" | "E-DIGEST-CONFIG" | "E-DIGEST-MANIFEST" | "E-DIFF-ID" | "E-SIZE" => {
            Some("save or pull the image again; --no-verify reads layers without checking their digests")
        }
        "E-TAR" | "E-UNPACK" | "E-ARCHIVE" | "E-MISSING-LAYER" | "E-MISSING-CONFIG" => {
            Some("the file is damaged or incomplete: save the image again")
        }
        "E-SEVERAL" | "E-NO-SUCH-NAME" => Some("append the name: FILE:NAME or oci:DIR:TAG"),
        "E-LIMIT" | "E-TOO-LARGE" => {
            Some("real images stay far below the limits; raise them only for images you trust")
        }
        "E-ONCE" => Some("save the image to a file, or copy it to an OCI layout, and name that"),
        "E-SCHEME" => {
            Some("save the image to a file first: docker save -o FILE NAME, or skopeo copy … oci-archive:FILE")
        }
        "E-UNREACHABLE" => Some("check the host's name, the network and HTTPS_PROXY; --mirror FROM=TO looks elsewhere"),
        "E-TLS" => Some("--ca-file FILE trusts another certificate; --insecure=HOST speaks plain HTTP"),
        "E-UNAUTHORIZED" | "E-DENIED" => Some("log in with docker login or podman login, or name a file: --auth-file"),
        "E-NOT-FOUND" => Some("check the name and the tag; some registries say so where credentials are missing, too"),
        "E-RATE-LIMIT" => Some("try again later, log in for a higher limit, or use a mirror: --mirror FROM=TO"),
        "E-SCHEMA1" => Some("push the image again with a builder of this decade, or convert it with skopeo copy"),
        "E-NO-SERVICE" => {
            Some("start Docker or Podman, or name its socket: --host unix:///PATH; as root, or in its group")
        }
        "E-PLATFORM" => Some("--platform OS/ARCH chooses one, --platform all takes every one"),
        _ => None,
    }
}

fn fleet_hint(error: &FleetError) -> Option<&'static str> {
    match error {
        FleetError::Missing { .. } => {
            Some("mvi fleet import FILE, record IMAGE or scan SOURCE makes it; --store names another")
        }
        FleetError::Unknown { kind: "image", .. } => Some("mvi fleet list shows what the fleet knows"),
        FleetError::Projection { .. } => Some("mvi fleet rebuild"),
        FleetError::Damaged { .. } => Some("mvi fleet check says more; mvi fleet restore BACKUP"),
        _ => None,
    }
}

/// Writes a report to standard output; colour only where it is shown.
pub(super) fn show(report: &Report<'_>, format: Format) -> Result<(), Failure> {
    let name = format.name();
    let renderer = RENDERERS.iter().find(|renderer| renderer.name() == name);
    let renderer = renderer.ok_or_else(|| Failure::usage(format!("there is no format `{name}`")))?;
    let mut out = io::BufWriter::new(anstream::stdout().lock());
    renderer.render(report, settings::width(), &mut out)?;
    out.flush()?;
    Ok(())
}
