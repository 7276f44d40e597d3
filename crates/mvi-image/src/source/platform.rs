//! Platforms of images, and which of them is wanted.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::ImageError;

/// `os/architecture[/variant]` in Go's words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Platform {
    /// Operating system.
    pub os: String,
    /// Processor architecture.
    pub architecture: String,
    /// Variant of the architecture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

impl Platform {
    /// The platform this program was built for; containers are Linux.
    #[must_use]
    pub fn host() -> Self {
        let architecture = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "386",
            "powerpc64" => "ppc64le",
            "riscv64" => "riscv64",
            other => other,
        };
        Self { os: "linux".into(), architecture: architecture.into(), variant: None }
    }

    /// True for attestations, which OCI indexes list beside images with an unknown platform.
    pub(super) fn is_unknown(&self) -> bool {
        self.os == "unknown" && self.architecture == "unknown"
    }

    /// True when an image of platform `self` is one of the kind `wanted`; without a variant any fits.
    fn fits(&self, wanted: &Self) -> bool {
        self.os == wanted.os
            && self.architecture == wanted.architecture
            && (wanted.variant.is_none() || self.variant == wanted.variant)
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(out, "/{variant}"),
            None => Ok(()),
        }
    }
}

/// Which platforms of a multi-platform image to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlatformChoice {
    /// This one, or the only one there is.
    Prefer(Platform),
    /// This one and no other.
    Exactly(Platform),
    /// Every one, each as an image of its own.
    All,
}

impl PlatformChoice {
    /// The candidates that are wanted; `None` when there are several and none fits.
    pub(super) fn choose<T>(&self, mut candidates: Vec<(Option<Platform>, T)>) -> Option<Vec<T>> {
        let wanted = match self {
            Self::All => return Some(candidates.into_iter().map(|(_, image)| image).collect()),
            Self::Prefer(wanted) | Self::Exactly(wanted) => wanted,
        };
        let fits = |platform: &Option<Platform>| platform.as_ref().is_some_and(|platform| platform.fits(wanted));
        if let Some(found) = candidates.iter().position(|(platform, _)| fits(platform)) {
            return Some(vec![candidates.swap_remove(found).1]);
        }
        let unnamed = candidates.iter().all(|(platform, _)| platform.is_none());
        let only = candidates.len() == 1 && (unnamed || matches!(self, Self::Prefer(_)));
        only.then(|| candidates.into_iter().map(|(_, image)| image).collect())
    }

    /// True when a manifest listed for `platform` is one that is wanted.
    pub(super) fn is_fit(&self, platform: Option<&Platform>) -> bool {
        match self {
            Self::All => true,
            Self::Prefer(wanted) | Self::Exactly(wanted) => platform.is_some_and(|platform| platform.fits(wanted)),
        }
    }

    pub(super) fn wanted(&self) -> String {
        match self {
            Self::Prefer(platform) | Self::Exactly(platform) => platform.to_string(),
            Self::All => "all".into(),
        }
    }
}

impl FromStr for PlatformChoice {
    type Err = ImageError;

    fn from_str(text: &str) -> Result<Self, ImageError> {
        if text == "all" {
            return Ok(Self::All);
        }
        let bad = || ImageError::Reference { text: text.into(), why: "a platform is OS/ARCH[/VARIANT], or `all`" };
        let mut parts = text.split('/');
        let (Some(os), Some(architecture)) = (parts.next(), parts.next()) else { return Err(bad()) };
        let variant = parts.next().map(str::to_owned);
        if os.is_empty() || architecture.is_empty() || parts.next().is_some() {
            return Err(bad());
        }
        Ok(Self::Exactly(Platform { os: os.into(), architecture: architecture.into(), variant }))
    }
}
