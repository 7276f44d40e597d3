//! What names an image in a registry: host, repository, tag or digest, with docker.io's defaults.

use std::fmt;
use std::str::FromStr;

use mvi_image::Digest;

use crate::error::RegistryError;

/// The registry that names without a host belong to.
const DOCKER_HUB: &str = "docker.io";
/// The host that answers for Docker Hub (distribution, `reference/normalize.go` and docker's registry defaults).
const DOCKER_HUB_API: &str = "registry-1.docker.io";

/// `HOST[:PORT]/NAME[:TAG][@DIGEST]`, complete: a name without a host is Docker Hub's, one without a slash there is in
/// `library/`, and without tag and digest it is `latest`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// Host, with its port if it has one.
    pub host: String,
    /// Repository, such as `library/alpine`.
    pub repository: String,
    /// Tag; `None` when there is a digest alone.
    pub tag: Option<String>,
    /// Digest; it wins over the tag.
    pub digest: Option<Digest>,
}

impl Reference {
    /// The repository `NAME` at `HOST`, or one with defaults as in [`Reference::from_str`], without tag or digest.
    ///
    /// # Errors
    /// `E-REFERENCE` for what is no repository.
    pub fn repository(text: &str) -> Result<Self, RegistryError> {
        let mut reference: Self = text.parse()?;
        if reference.digest.is_some() || text.rsplit('/').next().is_some_and(|last| last.contains(':')) {
            return Err(bad(text, "a repository has neither tag nor digest"));
        }
        reference.tag = None;
        Ok(reference)
    }

    /// The same repository at a digest.
    #[must_use]
    pub fn at(&self, digest: Digest) -> Self {
        Self { tag: None, digest: Some(digest), ..self.clone() }
    }

    /// The same repository at a tag.
    #[must_use]
    pub fn tagged(&self, tag: &str) -> Self {
        Self { tag: Some(tag.to_owned()), digest: None, ..self.clone() }
    }

    /// Tag or digest as the API wants it: the digest where there is one.
    #[must_use]
    pub fn selector(&self) -> String {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => digest.to_string(),
            (None, Some(tag)) => tag.clone(),
            (None, None) => "latest".to_owned(),
        }
    }

    /// `HOST/NAME`, without tag or digest.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.host, self.repository)
    }

    /// The host that answers for a registry's name.
    pub(crate) fn api_host(host: &str) -> &str {
        if host == DOCKER_HUB || host == "index.docker.io" { DOCKER_HUB_API } else { host }
    }
}

impl FromStr for Reference {
    type Err = RegistryError;

    /// Reads a reference; rules of names: OCI distribution-spec 1.1, "Pulling manifests", and docker's normalisation.
    fn from_str(text: &str) -> Result<Self, RegistryError> {
        let text = text.strip_prefix("docker://").unwrap_or(text);
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => {
                let digest =
                    digest.parse().map_err(|_| bad(text, "what follows the @ is no sha256 or sha512 digest"))?;
                (rest, Some(digest))
            }
            None => (text, None),
        };
        let (host, path) = match rest.split_once('/') {
            Some((host, path)) if is_host(host) => (host, path),
            _ => (DOCKER_HUB, rest),
        };
        let (path, tag) = match path.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
            _ => (path, None),
        };
        let host = if host == "index.docker.io" { DOCKER_HUB } else { host };
        let repository =
            if host == DOCKER_HUB && !path.contains('/') { format!("library/{path}") } else { path.to_owned() };
        if path.is_empty() || repository.len() > 255 || !repository.split('/').all(is_component) {
            return Err(bad(text, "a repository is lower-case words with . _ - between them, separated by /"));
        }
        if host.starts_with(['.', '-', ':'])
            || !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
        {
            return Err(bad(text, "the host has characters that no host has"));
        }
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(bad(text, "a tag is at most 128 letters, digits, and . _ - after the first"));
        }
        let tag = match (tag, &digest) {
            (None, None) => Some("latest".to_owned()),
            (tag, _) => tag.map(str::to_owned),
        };
        Ok(Self { host: host.to_ascii_lowercase(), repository, tag, digest })
    }
}

fn bad(text: &str, why: &'static str) -> RegistryError {
    RegistryError::Reference { text: text.chars().take(300).collect(), why }
}

/// Docker's rule: the first part is a host if it has a dot or a port, or is `localhost`.
fn is_host(text: &str) -> bool {
    text == "localhost" || text.contains(['.', ':'])
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*` of the distribution-spec.
fn is_component(text: &str) -> bool {
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    let separators = text.split(|character: char| character.is_ascii_alphanumeric());
    edge(text.bytes().next())
        && edge(text.bytes().last())
        && text.bytes().all(inner)
        && separators
            .into_iter()
            .all(|run| matches!(run, "" | "." | "_" | "__") || run.bytes().all(|byte| byte == b'-'))
}

fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.host, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(out, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(out, "@{digest}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = text.parse::<Reference>().map_or_else(|error| error.code().to_owned(), |found| found.to_string());
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn names_without_a_host_are_docker_hubs() {
        check("alpine", "docker.io/library/alpine:latest");
        check("docker://index.docker.io/alpine:3.21", "docker.io/library/alpine:3.21");
        check("team/app:1", "docker.io/team/app:1");
        check("localhost/app", "localhost/app:latest");
        check("localhost:5000/a/b:x", "localhost:5000/a/b:x");
        check("registry.corp/hub/ubuntu", "registry.corp/hub/ubuntu:latest");
    }

    #[test]
    fn a_digest_needs_no_tag_and_may_have_one() {
        let digest = format!("sha256:{}", "a".repeat(64));
        check(&format!("r.corp/app@{digest}"), &format!("r.corp/app@{digest}"));
        check(&format!("r.corp/app:1@{digest}"), &format!("r.corp/app:1@{digest}"));
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for text in [
            "",
            "App",
            "r.corp/a//b",
            "r.corp/../etc",
            "r.corp/a:",
            "r.corp/a@sha256:12",
            "r.corp/a b",
            "user:pw@host/a",
            "r.corp/a?x=y",
            "r.corp/a.-b",
            "r.corp/a___b",
            "A/a",
            "-y.z/a",
        ] {
            check(text, "E-REFERENCE");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_is_written_and_read_again(text in "[a-zA-Z0-9.:/@_-]{0,40}") {
            if let Ok(found) = text.parse::<Reference>() {
                proptest::prop_assert_eq!(found.to_string().parse::<Reference>().unwrap(), found);
            }
        }
    }

    #[test]
    fn a_repository_has_no_tag() {
        assert_eq!(Reference::repository("r.corp:5000/a").unwrap().to_string(), "r.corp:5000/a");
        assert!(Reference::repository("r.corp:5000/a:1").is_err());
    }
}
