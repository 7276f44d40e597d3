//! What ingestion takes: an image, its chain of layers, what the layers hold, and who said where it comes from.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mvi_image::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Fault, Result};

/// One platform's image as it was measured. Everything that was not measured is absent, never zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImageFacts {
    /// Digest of the platform's manifest: the identity of the image.
    pub digest: Digest,
    /// The canonical reference, such as `registry.example/team/app:1.2`.
    pub reference: String,
    /// The reference without tag and digest.
    pub repository: String,
    /// The tag, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// `os/architecture[/variant]`.
    pub platform: String,
    /// The layers, base first.
    pub layers: Vec<LayerOfImage>,
    /// Sizes of the whole image.
    #[serde(default)]
    pub sizes: Sizes,
    /// Measured dimensions by the standard's ids, such as `size_mb`; what was not measured is not there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, f64>,
    /// The runtime, such as `python`, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime: Option<String>,
    /// The C library: `musl`, `glibc` or `none`, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub libc: Option<String>,
    /// When the image was built, as its config says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// The organism whose next ring this is, as a GID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organism: Option<String>,
    /// Whether the image counts in the fleet's score.
    #[serde(default)]
    pub scope: Scope,
    /// What is declared about its base, strongest evidence first or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bases: Vec<BaseClaim>,
    /// What a judge needs beside the above, in the words of whoever recorded the image; kept whole and given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Value>,
}

/// Someone's claim on the base of the image it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseClaim {
    /// The base: an image digest, a GID or a reference.
    pub parent: String,
    /// Who says so.
    pub evidence: Evidence,
}

/// Whether an image counts in the fleet's score.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// It is audited and counts.
    #[default]
    Audited,
    /// It is known for its lineage alone.
    LineageOnly,
}

/// Sizes of an image in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    /// Distinct compressed layers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<u64>,
    /// Uncompressed layers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpacked: Option<u64>,
    /// The merged file system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<u64>,
    /// `unpacked − effective`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wasted: Option<u64>,
}

/// A layer in its place in an image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerOfImage {
    /// Digest of the uncompressed tar.
    pub diff_id: Digest,
    /// Bytes of the stored blob.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<u64>,
    /// Bytes of the uncompressed tar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpacked: Option<u64>,
    /// The instruction that made it, as the image's history has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// What the layer holds, where it was looked into; becomes an event of its own when it is news.
    #[serde(skip)]
    pub contents: Option<Contents>,
}

/// What a layer brings and takes away. Fields stand in the order of RFC 8785, so that serde's own writer gives
/// canonical bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Bytes of all files that it ships.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Digest of the layer's uncompressed tar.
    pub diff_id: Digest,
    /// Bytes of files that it ships below folders that somebody may ask about, by folder.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub folders: BTreeMap<String, u64>,
    /// Packages that are there from this layer on: installed, or changed to this version.
    pub provides: Vec<Provided>,
    /// Package URLs that are gone from this layer on, as the lower layer provided them.
    pub removes: Vec<String>,
}

/// A package that a layer provides.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Provided {
    /// Bytes that it takes, installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Names of packages that it needs, as its package manager writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Where it was found, such as `var/lib/dpkg/status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The package URL with its version.
    pub purl: String,
    /// What it was built from, `name` or `name@version`, where that has another name or version: distributions file
    /// advisories under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Contents {
    /// Canonical JSON; a tenth of the general writer's time, which matters as every layer of every image passes here.
    pub(crate) fn encode(&self) -> Result<String> {
        let refused = |reason: String| Fault::refused(self.diff_id.to_string(), reason);
        // About what it will be, as growing costs a third of the writing.
        let mut bytes = Vec::with_capacity(128 + 96 * (self.provides.len() + self.removes.len()));
        serde_json::to_writer(&mut bytes, self).map_err(|error| refused(error.to_string()))?;
        String::from_utf8(bytes).map_err(|error| refused(error.to_string()))
    }
}

/// Someone's word on where an image comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lineage {
    /// The image: a digest, a GID or a reference.
    pub child: String,
    /// What it is built on: a digest, a GID or a reference.
    pub parent: String,
    /// Who says so.
    pub evidence: Evidence,
}

/// How lineage is known, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// The base's layers are a proper prefix of the image's.
    Layers,
    /// Materials of a SLSA provenance.
    Slsa,
    /// The labels `org.opencontainers.image.base.{digest,name}`.
    Label,
    /// `FROM` of a Dockerfile.
    Dockerfile,
    /// Somebody said so.
    Declared,
}

impl Evidence {
    /// All kinds, strongest first.
    pub const ALL: [Self; 5] = [Self::Layers, Self::Slsa, Self::Label, Self::Dockerfile, Self::Declared];

    /// The word that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Layers => "layers",
            Self::Slsa => "slsa",
            Self::Label => "label",
            Self::Dockerfile => "dockerfile",
            Self::Declared => "declared",
        }
    }

    pub(crate) fn of_code(code: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|evidence| evidence.code() == code);
        known.ok_or_else(|| Fault::projection(format!("`{code}` stands where an evidence should")))
    }
}

#[cfg(test)]
mod tests {
    use mvi_image::Algorithm;

    use super::*;
    use crate::fact::canonical;

    #[test]
    fn the_fast_writer_of_contents_writes_canonical_json() {
        let contents = Contents {
            bytes: Some(7),
            diff_id: Digest::of(Algorithm::Sha256, b"layer"),
            folders: [("usr/share/doc/".to_owned(), 3)].into(),
            provides: vec![
                Provided {
                    bytes: Some(1),
                    needs: vec!["musl".into()],
                    path: Some("a/\u{7}\u{1f}\"\\é\u{2028}".into()),
                    purl: "pkg:apk/alpine/zlib@1.3".into(),
                    source: None,
                },
                Provided {
                    purl: "pkg:deb/debian/tar@1.34".into(),
                    source: Some("gnu-tar@1".into()),
                    ..Provided::default()
                },
            ],
            removes: vec!["pkg:pypi/x@1".into()],
        };
        assert_eq!(contents.encode().unwrap(), canonical(&contents).unwrap());
    }
}
