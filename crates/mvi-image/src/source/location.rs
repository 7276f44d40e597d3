//! What a user writes to name an image: `docker-archive:FILE[:NAME]`, `oci:DIR[:TAG|@DIGEST]`, a plain path, `-`.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::error::ImageError;

/// The kind of place an image is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `docker save`, podman, kaniko, jib, bazel; plain, gzip or zstd.
    DockerArchive,
    /// An OCI image layout in a folder.
    Oci,
    /// An OCI image layout in one tar file; plain, gzip or zstd.
    OciArchive,
    /// An unpacked root file system.
    RootFs,
    /// A path whose content tells.
    Detect,
    /// Standard input.
    Stdin,
    /// An image in a registry; opened by whoever speaks to registries.
    Docker,
    /// An image of a Docker or Podman service; opened by whoever speaks to one.
    DockerDaemon,
    /// An image in the storage that podman and buildah share; opened by whoever knows it.
    ContainersStorage,
}

/// Schemes of container tools that name an image; those we do not read are told apart from file names.
const SCHEMES: &[(&str, Option<Scheme>)] = &[
    ("docker-archive", Some(Scheme::DockerArchive)),
    ("oci-archive", Some(Scheme::OciArchive)),
    ("oci", Some(Scheme::Oci)),
    ("dir", Some(Scheme::RootFs)),
    ("docker", Some(Scheme::Docker)),
    ("docker-daemon", Some(Scheme::DockerDaemon)),
    ("containers-storage", Some(Scheme::ContainersStorage)),
    ("sbom", None),
];

impl Scheme {
    /// What stands before the colon; empty for a plain path and standard input.
    #[must_use]
    pub fn name(self) -> &'static str {
        SCHEMES.iter().find(|(_, scheme)| *scheme == Some(self)).map_or("", |(name, _)| name)
    }

    /// True for places that are not files: their whole text behind the colon is the [`Location::selector`].
    #[must_use]
    pub fn is_elsewhere(self) -> bool {
        match self {
            Self::Docker | Self::DockerDaemon | Self::ContainersStorage => true,
            Self::DockerArchive | Self::Oci | Self::OciArchive | Self::RootFs | Self::Detect | Self::Stdin => false,
        }
    }
}

/// A place, and what of it is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The kind of place.
    pub scheme: Scheme,
    /// File or folder; empty for standard input and places that are not files.
    pub path: PathBuf,
    /// Name, tag or digest of one image of several; for places that are not files, all that follows the scheme,
    /// without the `//` of `docker://`.
    pub selector: Option<String>,
    text: String,
}

impl Location {
    /// Reads what the user wrote. A colon may belong to a file name: the shortest path that exists wins.
    ///
    /// # Errors
    /// `E-REFERENCE` for an empty one, `E-SCHEME` for a place this program does not read from.
    pub fn parse(text: &str) -> Result<Self, ImageError> {
        if text.is_empty() {
            return Err(ImageError::Reference { text: text.into(), why: "it is empty" });
        }
        let location = |scheme, path: &str, selector: Option<&str>| Self {
            scheme,
            path: PathBuf::from(path),
            selector: selector.map(str::to_owned),
            text: text.to_owned(),
        };
        if text == "-" {
            return Ok(location(Scheme::Stdin, "", None));
        }
        for (name, scheme) in SCHEMES {
            let Some(rest) = text.strip_prefix(name).and_then(|rest| rest.strip_prefix(':')) else { continue };
            let Some(scheme) = *scheme else { return Err(ImageError::Scheme { scheme: (*name).to_owned() }) };
            if rest.is_empty() {
                return Err(ImageError::Reference { text: text.into(), why: "no path follows the colon" });
            }
            if scheme.is_elsewhere() {
                return elsewhere(scheme, text, rest).map(|name| location(scheme, "", Some(name)));
            }
            let (path, selector) = split(rest);
            return Ok(location(scheme, path, selector));
        }
        let (path, selector) = split(text);
        Ok(location(Scheme::Detect, path, selector))
    }
}

/// The name behind a scheme of a place that is not a file.
fn elsewhere<'t>(scheme: Scheme, text: &str, rest: &'t str) -> Result<&'t str, ImageError> {
    let bad = |why| ImageError::Reference { text: text.into(), why };
    let name = match scheme {
        Scheme::Docker => rest
            .strip_prefix("//")
            .ok_or_else(|| bad("an image in a registry is docker://HOST/NAME[:TAG|@DIGEST], with two slashes"))?,
        _ => rest,
    };
    if name.is_empty() || name.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return Err(bad("a name follows the colon, without spaces"));
    }
    Ok(name)
}

fn split(text: &str) -> (&str, Option<&str>) {
    if Path::new(text).exists() {
        return (text, None);
    }
    let cuts = text.char_indices().filter(|(_, character)| matches!(character, ':' | '@'));
    for (at, _) in cuts {
        let (path, selector) = (&text[..at], &text[at + 1..]);
        if !path.is_empty() && !selector.is_empty() && Path::new(path).exists() {
            return (path, Some(selector));
        }
    }
    (text, None)
}

impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}
