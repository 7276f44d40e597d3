//! Compose files (compose-spec): services with spans, `extends` within the file resolved, variables as far as they have
//! defaults.

mod interpolate;
mod read;

use crate::span::{LineIndex, Span};
use crate::yaml::{Stream, YamlProblem};

pub use interpolate::{Interpolated, interpolate};

/// A Compose file.
#[derive(Clone, Debug)]
pub struct Compose {
    stream: Stream,
    problems: Vec<YamlProblem>,
    /// Project name.
    pub name: Option<Scalar>,
    /// Services in the order of the file.
    pub services: Vec<Service>,
}

/// A text of the file with its variables filled in where they have defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// With defaults filled in; variables without one stay as they are written.
    pub text: String,
    /// Variables without a default, whose values only the environment knows.
    pub unknown: Vec<String>,
    /// Where it is.
    pub span: Span,
}

impl Scalar {
    /// The text, when no variable is missing in it.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        self.unknown.is_empty().then_some(self.text.as_str())
    }
}

/// A service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its key.
    pub name: String,
    /// Where the key is.
    pub name_span: Span,
    /// Where the service is.
    pub span: Span,
    /// The image it runs, or the name of what is built.
    pub image: Option<Scalar>,
    /// How its image is built.
    pub build: Option<Build>,
    /// Profiles that it starts with; it starts always when there are none.
    pub profiles: Vec<Scalar>,
    /// Its health check.
    pub healthcheck: Option<ComposeHealthcheck>,
    /// User.
    pub user: Option<Scalar>,
    /// Capabilities that are added.
    pub cap_add: Vec<Scalar>,
    /// Whether it has every right, and where that is said.
    pub privileged: Option<(bool, Span)>,
    /// `host`, `none`, `service:NAME`, …
    pub network_mode: Option<Scalar>,
    /// `host` or `service:NAME`.
    pub pid: Option<Scalar>,
    /// Services it waits for.
    pub depends_on: Vec<Scalar>,
    /// Most memory, `deploy.resources.limits.memory` or `mem_limit`.
    pub memory_limit: Option<Scalar>,
    /// Most processors, `deploy.resources.limits.cpus` or `cpus`.
    pub cpu_limit: Option<Scalar>,
    /// Sources of what is mounted, as written before the first `:`.
    pub mounts: Vec<Scalar>,
    /// Environment: name and value.
    pub environment: Vec<(String, Scalar)>,
    /// The files of services that it extends and that were not read.
    pub extends_files: Vec<Scalar>,
}

/// How a service's image is built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// Where it is.
    pub span: Span,
    /// Folder or URL; `.` when it is not stated.
    pub context: Option<Scalar>,
    /// Path from the context; `Dockerfile` when it is not stated.
    pub dockerfile: Option<Scalar>,
    /// A Dockerfile within the file.
    pub inline: Option<Scalar>,
    /// The stage; the last one when it is not stated.
    pub target: Option<Scalar>,
    /// Build arguments; those without a value come from the environment.
    pub args: Vec<(String, Option<Scalar>)>,
}

/// The health check of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposeHealthcheck {
    /// Where it is.
    pub span: Span,
    /// Whether it switches off that of the image.
    pub disabled: bool,
    /// The command: one text for a shell, or a list of words without `CMD` and `CMD-SHELL`.
    pub test: Vec<Scalar>,
}

impl Compose {
    /// Reads a file. Never fails.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        read::read(Stream::parse(bytes))
    }

    /// Whether a file of this name is one: `compose.yaml`, `docker-compose.override.yml`, …
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        let stem = lower.strip_suffix(".yaml").or_else(|| lower.strip_suffix(".yml"));
        stem.is_some_and(|stem| {
            let first = stem.split(['.', '-', '_']).next();
            first == Some("compose")
                || stem == "docker-compose"
                || stem.starts_with("docker-compose.")
                || stem.starts_with("docker-compose-")
                || stem.starts_with("docker-compose_")
        })
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.stream.text()
    }

    /// Turns offsets into lines and columns.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        self.stream.lines()
    }

    /// What could not be read or has no meaning.
    #[must_use]
    pub fn problems(&self) -> &[YamlProblem] {
        &self.problems
    }

    /// The service of this name.
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.name == name)
    }
}

impl Service {
    /// Whether it starts only when a profile is asked for that is not for production.
    #[must_use]
    pub fn is_aside(&self) -> bool {
        !self.profiles.is_empty() && self.profiles.iter().all(|profile| is_aside(&profile.text))
    }
}

/// Whether a target, a profile or a tag names what is for looking into things: `debug`, `1.4-debug`, `dbg`.
#[must_use]
pub fn is_debugging_word(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.split(['-', '_', '.', '+']).any(|part| matches!(part, "debug" | "debugger" | "dbg" | "troubleshoot"))
}

/// Whether a profile is not for production: one for debugging, developing or testing.
fn is_aside(profile: &str) -> bool {
    let lower = profile.to_ascii_lowercase();
    let aside = ["dev", "devel", "development", "local", "test", "tests", "testing", "tools"];
    is_debugging_word(profile) || lower.split(['-', '_', '.']).any(|part| aside.contains(&part))
}

#[cfg(test)]
mod tests;
