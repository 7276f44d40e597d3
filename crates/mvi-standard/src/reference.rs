//! Image references in one normal form, so that two spellings of one image compare equal; no registry is asked.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

use crate::standard::Mirror;

/// An image reference in normal form: no Docker Hub prefix, and a tag unless only a digest is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Reference {
    /// Repository, with its registry unless that is Docker Hub: `alpine`, `localhost:5000/shop/api`.
    pub repository: String,
    /// Tag; nothing for `scratch` and for a reference that gives a digest and no tag.
    pub tag: Option<String>,
    /// Digest as written, `sha256:…`.
    pub digest: Option<String>,
}

/// Why a text is not a usable image reference.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReferenceError {
    /// There is no text at all.
    #[error("the image reference is empty")]
    Empty,
    /// A build argument in it was never given a value.
    #[error("the image reference `{text}` has a build argument without a value")]
    UnresolvedArgument {
        /// The reference as written.
        text: String,
    },
    /// A part is missing or holds what no reference can.
    #[error("`{text}` is not an image reference: {why}")]
    Malformed {
        /// The reference as written.
        text: String,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl Reference {
    /// The normal form of a reference, after Image Standard V13, reference normalisation.
    ///
    /// In order: the rewrite rules of pull-through caches, `docker.io/` and its aliases, `library/`, and `latest` for
    /// a missing tag. A colon before the last slash is a registry's port. Letter case is kept. Normalising twice
    /// changes nothing, given mirrors that shorten what they match.
    ///
    /// # Errors
    ///
    /// [`ReferenceError`] for an empty text, a `$ARGUMENT` that is left, and a missing or malformed part.
    pub fn normalise(text: &str, mirrors: &[Mirror]) -> Result<Self, ReferenceError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ReferenceError::Empty);
        }
        if text.contains('$') {
            return Err(ReferenceError::UnresolvedArgument { text: text.to_owned() });
        }
        Self::parse(&canonical_name(text, mirrors)).map_err(|why| malformed(text, why))
    }

    /// The tag to match patterns against; empty for `scratch`, nothing when only a digest is known.
    pub fn match_tag(&self) -> Option<&str> {
        match (&self.tag, &self.digest) {
            (Some(tag), _) => Some(tag),
            (None, None) => Some(""),
            (None, Some(_)) => None,
        }
    }

    fn parse(name: &str) -> Result<Self, &'static str> {
        let (name, digest) = match name.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (name, None),
        };
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err("its digest is not `algorithm:hex`");
        }
        let (repository, tag) = split_tag(name);
        if repository.is_empty() || repository.split('/').any(str::is_empty) {
            return Err("its repository has an empty part");
        }
        if name.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
            return Err("it holds a blank");
        }
        let tag = match tag {
            Some("") => return Err("its tag is empty"),
            Some(tag) => Some(tag.to_owned()),
            None if digest.is_some() || repository == SCRATCH => None,
            None => Some("latest".to_owned()),
        };
        Ok(Self { repository: repository.to_owned(), tag, digest: digest.map(str::to_owned) })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.repository)?;
        if let Some(tag) = &self.tag {
            write!(formatter, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(formatter, "@{digest}")?;
        }
        Ok(())
    }
}

/// The name of the empty base image.
pub const SCRATCH: &str = "scratch";

/// A name with the mirrors' rewrites done and Docker Hub's prefixes gone; tag and digest stay as they are.
pub(crate) fn canonical_name(text: &str, mirrors: &[Mirror]) -> String {
    let mut name = text.to_owned();
    for _ in 0..MIRROR_HOPS {
        let rewritten = mirrors.iter().find_map(|mirror| rewrite(&name, mirror));
        let next = without_hub(rewritten.as_deref().unwrap_or(&name)).to_owned();
        if next == name {
            break;
        }
        name = next;
    }
    name
}

/// Splits a name into repository and tag, at the last colon behind the last slash.
pub(crate) fn split_tag(name: &str) -> (&str, Option<&str>) {
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    match name[last..].rfind(':') {
        Some(colon) => (&name[..last + colon], Some(&name[last + colon + 1..])),
        None => (name, None),
    }
}

fn rewrite(name: &str, mirror: &Mirror) -> Option<String> {
    if mirror.from.is_empty() {
        return None;
    }
    let rest = name.strip_prefix(mirror.from.as_str())?;
    // `registry.corp/hub` must not take `registry.corp/hubble/x` for its own.
    let whole_part = mirror.from.ends_with('/') || rest.is_empty() || rest.starts_with(['/', ':', '@']);
    whole_part.then(|| format!("{}{rest}", mirror.to).trim_start_matches('/').to_owned())
}

fn without_hub(name: &str) -> &str {
    let mut name = name;
    while let Some(rest) = HUB_PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)) {
        name = rest;
    }
    name
}

fn is_digest(text: &str) -> bool {
    text.split_once(':').is_some_and(|(algorithm, hex)| {
        !algorithm.is_empty() && !hex.is_empty() && hex.chars().all(|digit| digit.is_ascii_hexdigit())
    })
}

fn malformed(text: &str, why: &'static str) -> ReferenceError {
    ReferenceError::Malformed { text: text.to_owned(), why }
}

/// Docker Hub under its names, and the namespace of its official images.
const HUB_PREFIXES: &[&str] = &["docker.io/", "index.docker.io/", "registry-1.docker.io/", "library/"];

/// A mirror may lead to another mirror; more hops than this are a loop.
const MIRROR_HOPS: usize = 8;

#[cfg(test)]
mod tests;
