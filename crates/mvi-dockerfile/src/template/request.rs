//! What a template is rendered for: names, numbers and bases, checked before they reach any text.

use thiserror::Error;

use super::base::BaseImage;

/// What a template is rendered for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The service: lower case letters, digits and `-`, as Compose and Kubernetes have them.
    pub name: String,
    /// Repository of the image: `registry.example/team/portal`; the name where there is no other.
    pub image: Option<String>,
    /// Its version, a tag: `1.4.0`.
    pub version: String,
    /// Port it listens on; the class's own when missing.
    pub port: Option<u16>,
    /// What is built or started: a package of Go, `main:app`, `dist/server.js`, a jar, a release; the class's own when
    /// missing.
    pub entry: Option<String>,
    /// Where the source is, a URL.
    pub source: Option<String>,
    /// Whether dependencies must be compiled, so that the builder needs a compiler.
    pub native: bool,
    /// Packages of the debug stage, `strace` or `strace=6.12-r0`; the family's own when empty.
    pub tools: Vec<String>,
    /// Name of the sealed template: `ROM-GO-V13`.
    pub rom: Option<String>,
    /// The row's target in words: `12–20 MB`.
    pub target: Option<String>,
    /// The row of the standard, for the size gate.
    pub row: Option<String>,
    /// What it stands on.
    pub bases: Bases,
}

/// The base images of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bases {
    /// Of the stages that build.
    pub builder: BaseImage,
    /// Of what runs.
    pub runtime: BaseImage,
    /// Of the debug stage, where the runtime brings no shell.
    pub debug: BaseImage,
}

/// Why a template was not rendered.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateError {
    /// A base that `FROM` could not name.
    #[error("`{reference}` is no reference of an image: REPOSITORY[:TAG][@sha256:DIGEST]")]
    Reference {
        /// What was given.
        reference: String,
    },
    /// A value that would not mean what it should in one of the files.
    #[error("`{value}` cannot be the {what}: {rule}")]
    Value {
        /// `name`, `version`, …
        what: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        rule: &'static str,
    },
    /// A class that cannot stand on a base.
    #[error("{class} cannot run on `{reference}`: {why}")]
    Base {
        /// The class.
        class: &'static str,
        /// The base.
        reference: String,
        /// What is missing.
        why: &'static str,
    },
}

impl Request {
    /// Whether every value means the same in a Dockerfile, in YAML, in HCL and in a shell.
    ///
    /// # Errors
    /// The first value that does not.
    pub(super) fn check(&self) -> Result<(), TemplateError> {
        let lower = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let edges = |text: &str| !text.is_empty() && !text.starts_with('-') && !text.ends_with('-');
        check("name", &self.name, "lower case letters, digits and `-`, at most 63", |text| {
            lower(text) && edges(text) && text.len() <= 63
        })?;
        let rule = "letters, digits, `.`, `_` and `-`, at most 128, not beginning with `.` or `-`";
        check("version", &self.version, rule, |text| {
            let ordinary = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
            ordinary && !text.is_empty() && text.len() <= 128 && !text.starts_with(['.', '-'])
        })?;
        if let Some(image) = &self.image {
            check("image", image, "a repository in lower case, without a tag", |text| {
                let last = text.rsplit('/').next().unwrap_or_default();
                !last.contains([':', '@']) && BaseImage::new(text).is_ok() && *text == text.to_lowercase()
            })?;
        }
        if let Some(port) = self.port {
            check("port", &port.to_string(), "1024 to 65535, as it does not run as root", |_| port >= 1024)?;
        }
        if let Some(entry) = &self.entry {
            check("entry", entry, "letters, digits, `.`, `_`, `-`, `:` and `/`", |text| {
                let ordinary = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-:/".contains(&b));
                ordinary && !text.is_empty() && !text.starts_with('-') && !text.split('/').any(|part| part == "..")
            })?;
        }
        if let Some(source) = &self.source {
            check("source", source, "an http or https URL without spaces, quotes or `$`", |text| {
                let scheme = text.starts_with("https://") || text.starts_with("http://");
                scheme && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"'`$\\".contains(&b))
            })?;
        }
        for tool in &self.tools {
            check("tool", tool, "the name of a package, with `=VERSION` if wanted", |text| {
                let ordinary = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-+=:~".contains(&b));
                ordinary && text.starts_with(|first: char| first.is_ascii_alphanumeric())
            })?;
        }
        Ok(())
    }
}

fn check(
    what: &'static str,
    value: &str,
    rule: &'static str,
    holds: impl Fn(&str) -> bool,
) -> Result<(), TemplateError> {
    if holds(value) { Ok(()) } else { Err(TemplateError::Value { what, value: value.to_owned(), rule }) }
}
