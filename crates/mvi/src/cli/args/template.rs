//! Arguments of `mvi template`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::ShowFormat;

pub(in crate::cli) const EXAMPLES: &str = "\
Examples:
  mvi template                                     lists the classes
  mvi template go --name relay > Dockerfile
  mvi template python-service --name loco-api -o . writes Dockerfile, compose.yaml, workflow, …
  mvi template node-portal --what compose
  mvi template go --base-digest alpine:3.21=sha256:…
  mvi template rust --lock bases.toml              [bases] with \"alpine:3.21\" = \"sha256:…\"

Bases are those of the standard. They are pinned by --base-digest, then by the lock, then to the patch release
that the standard measured; a registry alone knows digests, so none is guessed.

Exit codes: 0 rendered, 2 wrong use or a file that is there already, 3 could not be read or written.";

#[derive(Debug, Args)]
pub(in crate::cli) struct TemplateArgs {
    /// The class of service; without one, the classes are listed
    #[arg(value_name = "CLASS")]
    pub(in crate::cli) class: Option<String>,
    /// The service [default: the class]
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) name: Option<String>,
    /// Repository of its image: registry.example/team/name [default: the name]
    #[arg(long, value_name = "REPOSITORY")]
    pub(in crate::cli) image: Option<String>,
    /// Its version, a tag
    #[arg(long, value_name = "VERSION", default_value = "0.1.0")]
    pub(in crate::cli) version: String,
    /// Port it listens on [default: the class's own]
    #[arg(long, value_name = "PORT")]
    pub(in crate::cli) port: Option<u16>,
    /// What is built or started: a Go package, main:app, dist/server.js, a jar, a release
    #[arg(long, value_name = "ENTRY")]
    pub(in crate::cli) entry: Option<String>,
    /// Where its source is
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) source: Option<String>,
    /// Dependencies have to be compiled, so the builder needs a compiler
    #[arg(long)]
    pub(in crate::cli) native: bool,
    /// A package of the debug stage, with =VERSION if wanted; may repeat
    #[arg(long, value_name = "PACKAGE", value_delimiter = ',')]
    pub(in crate::cli) tool: Vec<String>,
    /// Pin a base; may repeat
    #[arg(long, value_name = "REFERENCE=sha256:DIGEST")]
    pub(in crate::cli) base_digest: Vec<String>,
    /// Pins of bases, a TOML file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) lock: Option<PathBuf>,
    /// Build on this base in place of the standard's
    #[arg(long, value_name = "REFERENCE")]
    pub(in crate::cli) builder_base: Option<String>,
    /// Run on this base in place of the standard's
    #[arg(long, value_name = "REFERENCE")]
    pub(in crate::cli) runtime_base: Option<String>,
    /// The standard whose bases count: V13 or a file
    #[arg(long, value_name = "FILE", env = "MVI_STANDARD", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) standard: Option<String>,
    /// Print this file
    #[arg(long, value_enum, value_name = "FILE", default_value_t = What::Dockerfile, conflicts_with = "output")]
    pub(in crate::cli) what: What,
    /// Write all files to this folder
    #[arg(long = "output", short, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Write over files that are there
    #[arg(long, requires = "output")]
    pub(in crate::cli) force: bool,
    /// How to show it; json is all files and notes
    #[arg(long, short, value_enum, default_value_t = ShowFormat::Text)]
    pub(in crate::cli) format: ShowFormat,
}

/// One of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum What {
    /// The Dockerfile
    Dockerfile,
    /// The Compose file, with three ways to look into the service
    Compose,
    /// The workflow of GitHub Actions, with its gates
    Ci,
    /// What builds do not see
    Dockerignore,
    /// The targets of docker buildx bake
    Bake,
    /// What the Dockerfile copies, if anything
    Extra,
}
