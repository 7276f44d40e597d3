//! The spiral's own folder: a folder a cycle, with everything that is made in it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::entry::Candidate;

/// The folder of a cycle.
#[derive(Debug, Clone)]
pub(super) struct Place {
    root: PathBuf,
}

impl Place {
    /// The folder of a cycle, made where it is not there; what earlier cycles left that no record needs is gone then.
    ///
    /// # Errors
    /// A folder that cannot be made.
    pub(super) fn open(folder: &Path, id: &str) -> anyhow::Result<Self> {
        let root = folder.join(id);
        for name in ["logs", "dockerfiles", "bases", "images"] {
            let part = root.join(name);
            fs::create_dir_all(&part).with_context(|| format!("cannot make `{}`", part.display()))?;
        }
        for other in fs::read_dir(folder)?.flatten().map(|item| item.path()) {
            if other != root && other.join("logs").is_dir() {
                ["source", "source.growing", "bases", "images"].iter().for_each(|part| remove(&other.join(part)));
            }
        }
        Ok(Self { root })
    }

    /// The copy of the source.
    pub(super) fn source(&self) -> PathBuf {
        self.root.join("source")
    }

    /// A candidate's Dockerfile.
    pub(super) fn dockerfile(&self, number: usize) -> PathBuf {
        self.root.join(format!("dockerfiles/{number}.Dockerfile"))
    }

    /// A base as the builder starts from it.
    pub(super) fn archive(&self, number: usize) -> PathBuf {
        self.root.join(format!("bases/{number}.tar"))
    }

    /// Another image that stages start from.
    pub(super) fn other(&self, number: usize) -> PathBuf {
        self.root.join(format!("bases/other-{number}.tar"))
    }

    /// A candidate's Dockerfile as a builder gets it that knows its bases by names of its own.
    pub(super) fn local_dockerfile(&self, number: usize) -> PathBuf {
        self.root.join(format!("dockerfiles/{number}.local.Dockerfile"))
    }

    /// What the builder said.
    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.root.join(format!("logs/{name}.log"))
    }

    /// An image: an OCI layout.
    pub(super) fn image(&self, name: &str) -> PathBuf {
        self.root.join(format!("images/{name}"))
    }

    /// Takes away what nobody needs once all is done: everything but the winner's image, Dockerfiles and logs.
    pub(super) fn keep_winner(&self, winner: Option<&Candidate>) {
        ["source", "source.growing", "bases"].iter().for_each(|part| remove(&self.root.join(part)));
        let kept = winner.map(|winner| self.image(&winner.number.to_string()));
        for image in fs::read_dir(self.root.join("images")).into_iter().flatten().flatten() {
            if Some(image.path()) != kept {
                remove(&image.path());
            }
        }
    }
}

/// Removes a folder that may not be there; what stays takes room and nothing else.
fn remove(path: &Path) {
    let _ = fs::remove_dir_all(path);
}
