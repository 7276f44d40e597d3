//! What runs containers on this machine.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::ProbeError;
use super::wait;
use crate::program::search;

/// How long a runtime may take to tell its version.
const PATIENCE: Duration = Duration::from_secs(20);

/// Kinds of runtimes, the one that measures best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// runc, on a bundle of ours.
    Runc,
    /// crun, the same way.
    Crun,
    /// podman, with a root file system of ours.
    Podman,
    /// A Docker service, which imports one.
    Docker,
}

impl Kind {
    /// The name of its program.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Runc => "runc",
            Self::Crun => "crun",
            Self::Podman => "podman",
            Self::Docker => "docker",
        }
    }

    /// True for those that only root may use here: their containers need cgroups and name spaces of their own.
    pub(super) fn needs_root(self) -> bool {
        match self {
            Self::Runc | Self::Crun => true,
            Self::Podman | Self::Docker => false,
        }
    }
}

/// A program and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// What it is.
    pub kind: Kind,
    /// Where it is.
    pub path: PathBuf,
}

/// A runtime that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    /// Its program.
    pub program: Program,
    /// Its version, as it says.
    pub version: String,
}

/// The runtimes that are there and answer, best first; `wanted` and no other where it is stated. `path` is a list of
/// folders to search.
///
/// # Errors
/// None at all, with what was tried.
pub fn find(wanted: Option<Kind>, path: &OsStr) -> Result<Vec<Runtime>, ProbeError> {
    let kinds: Vec<Kind> = match wanted {
        Some(kind) => vec![kind],
        None => vec![Kind::Runc, Kind::Crun, Kind::Podman, Kind::Docker],
    };
    let is_root = rustix::process::geteuid().is_root();
    let (mut found, mut tried, mut rights) = (Vec::new(), Vec::new(), None);
    for kind in kinds {
        let Some(place) = search(kind.name(), path) else {
            tried.push(format!("{} is not installed", kind.name()));
            continue;
        };
        if kind.needs_root() && !is_root {
            rights = Some(kind);
            tried.push(format!("{} needs root", kind.name()));
            continue;
        }
        match version(kind, &place) {
            Ok(version) => found.push(Runtime { program: Program { kind, path: place }, version }),
            Err(why) => tried.push(format!("{} does not answer ({why})", kind.name())),
        }
    }
    match (found.is_empty(), rights) {
        (false, _) => Ok(found),
        (true, Some(kind)) if wanted.is_some() => Err(ProbeError::Rights { runtime: kind.name().to_owned() }),
        (true, _) => Err(ProbeError::NoRuntime(format!("{}; install runc, podman or docker", tried.join(", ")))),
    }
}

/// What a runtime says of itself; a service has to answer, too.
fn version(kind: Kind, path: &PathBuf) -> Result<String, String> {
    let mut command = Command::new(path);
    match kind {
        Kind::Runc | Kind::Crun | Kind::Podman => command.arg("--version"),
        Kind::Docker => command.args(["version", "--format", "docker version {{.Server.Version}}"]),
    };
    let said = wait::said(&mut command, PATIENCE).map_err(|error| error.to_string())?;
    let first = said.lines().next().unwrap_or_default().trim();
    let version = first.split_whitespace().skip_while(|word| *word != "version").nth(1).unwrap_or(first);
    Ok(version.to_owned())
}
