//! Base images as `FROM` names them: what they are pinned to, and which package manager they bring.

use std::collections::BTreeMap;

use super::request::TemplateError;

/// What kind of system a base is, as far as a template must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// busybox and apk.
    Alpine,
    /// apt; neither wget nor curl.
    Debian,
    /// Neither a shell nor packages.
    Scratch,
}

/// A base image of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseImage {
    /// As it stands in `FROM`: `alpine:3.21.8@sha256:…`.
    pub reference: String,
    /// What it brings.
    pub family: Family,
}

impl BaseImage {
    /// The base of this reference; its family follows from repository and tag.
    ///
    /// # Errors
    /// A text that is no reference.
    pub fn new(reference: &str) -> Result<Self, TemplateError> {
        let (name, digest) = reference.split_once('@').map_or((reference, None), |(name, digest)| (name, Some(digest)));
        let ordinary = |text: &str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/:".contains(&byte))
        };
        let is_digest = |digest: &str| {
            let hex = digest.strip_prefix("sha256:").unwrap_or_default();
            hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        if !ordinary(name) || name.starts_with(['-', '/', ':', '.']) || !digest.is_none_or(is_digest) {
            return Err(TemplateError::Reference { reference: reference.to_owned() });
        }
        Ok(Self { reference: reference.to_owned(), family: family(name) })
    }

    /// The base of this reference, as `pins` have it: a digest is appended, another reference takes its place.
    ///
    /// # Errors
    /// A text that is no reference, or a pin that is neither.
    pub fn pinned(reference: &str, pins: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        match pins.get(reference) {
            None => Self::new(reference),
            Some(pin) if pin.starts_with("sha256:") => {
                let name = reference.split_once('@').map_or(reference, |(name, _)| name);
                Self::new(&format!("{name}@{pin}"))
            }
            Some(pin) => Self::new(pin),
        }
    }

    /// Without its digest.
    #[must_use]
    pub fn name(&self) -> &str {
        self.reference.split_once('@').map_or(&self.reference, |(name, _)| name)
    }

    /// The digest it is pinned to.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.reference.split_once('@').map(|(_, digest)| digest)
    }

    /// Whether it always means the same image, or at least the same patch release: a digest, or a tag with three
    /// numbers.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        let tag = tag(self.name());
        let version = tag.trim_start_matches('v').split('-').next().unwrap_or_default();
        let numbers = version.split('.').filter(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        self.digest().is_some() || numbers.count() >= 3
    }
}

/// The part behind the repository; empty when there is none.
fn tag(name: &str) -> &str {
    let last = name.rsplit('/').next().unwrap_or_default();
    last.split_once(':').map_or("", |(_, tag)| tag)
}

fn family(name: &str) -> Family {
    let last = name.rsplit('/').next().unwrap_or_default();
    let repository = last.split(':').next().unwrap_or_default();
    if repository == "scratch" || repository == "coredns" || name.contains("distroless") {
        Family::Scratch
    } else if repository.contains("alpine") || repository == "busybox" || tag(name).contains("alpine") {
        Family::Alpine
    } else {
        Family::Debian
    }
}
