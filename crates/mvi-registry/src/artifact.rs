//! Artifacts: small documents kept in a registry, mostly beside the image they are about, such as sealed records.
//!
//! OCI image-spec 1.1 `manifest.md` ("Guidelines for Artifact Usage") and distribution-spec 1.1 ("Listing Referrers").
//! Registries of before 1.1 get the list of referrers as an index under the tag `ALGORITHM-HEX`.

mod list;
mod upload;

use std::collections::BTreeMap;

use mvi_image::{Algorithm, Digest, Object};
use serde::{Deserialize, Serialize};
use ureq::http::Method;

pub use list::Referrer;

use crate::auth::{Access, Scope};
use crate::error::RegistryError;
use crate::http::Request;
use crate::images::Place;
use crate::reference::Reference;
use crate::registry::{FoundManifest, MANIFEST_BYTES, Registry, check_digest};

/// Media type of manifests.
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// Media type and content of a config that says nothing (image-spec, "Guidance for an Empty Descriptor").
const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";
const EMPTY: &[u8] = b"{}";
/// Bytes of one blob of an artifact, and of all of them together.
const BLOB_BYTES: u64 = 64 << 20;
const ARTIFACT_BYTES: u64 = 256 << 20;

/// A few documents under one manifest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Artifact {
    /// What kind of artifact it is: a media type; nothing is written where it is empty.
    pub artifact_type: String,
    /// The manifest it is about, in the same repository.
    pub subject: Option<Digest>,
    /// Its documents, in order.
    pub blobs: Vec<ArtifactBlob>,
    /// What is said about it.
    pub annotations: BTreeMap<String, String>,
}

/// One document of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtifactBlob {
    /// Its media type.
    pub media_type: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// What is said about it.
    pub annotations: BTreeMap<String, String>,
}

/// What became of a pushed artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Digest of its manifest.
    pub digest: Digest,
    /// How others find it by its subject; `None` when it has none.
    pub listed: Option<ListedBy>,
}

/// Who keeps the list of what refers to a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedBy {
    /// The registry itself, by its referrers API.
    Registry,
    /// An index under a tag made of the subject's digest, which we keep.
    Tag,
}

/// An artifact that was fetched, every digest checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// Digest of its manifest.
    pub digest: Digest,
    /// The manifest, byte for byte.
    pub manifest: Vec<u8>,
    /// What it holds.
    pub artifact: Artifact,
}

/// A descriptor (image-spec `descriptor.md`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Descriptor {
    #[serde(rename = "mediaType")]
    pub(crate) media_type: String,
    pub(crate) digest: Digest,
    pub(crate) size: u64,
    #[serde(rename = "artifactType", default, skip_serializing_if = "Option::is_none")]
    pub(crate) artifact_type: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) annotations: BTreeMap<String, String>,
}

impl Descriptor {
    fn of(media_type: &str, bytes: &[u8]) -> Self {
        let digest = Digest::of(Algorithm::Sha256, bytes);
        let (media_type, size) = (media_type.to_owned(), bytes.len() as u64);
        Self { media_type, digest, size, artifact_type: None, annotations: BTreeMap::new() }
    }
}

/// A manifest of an artifact; the order of its members is the order they are written in.
#[derive(Debug, Serialize, Deserialize)]
struct ArtifactManifest {
    #[serde(rename = "schemaVersion")]
    schema_version: u32,
    #[serde(rename = "mediaType", default)]
    media_type: String,
    #[serde(rename = "artifactType", default, skip_serializing_if = "Option::is_none")]
    artifact_type: Option<String>,
    config: Descriptor,
    #[serde(default)]
    layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<Descriptor>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

impl Registry {
    /// Puts an artifact into a repository, under the reference's tag if it has one. What is there already is not sent
    /// again; the same artifact has the same digest. With a subject it can be found by [`Registry::referrers`].
    ///
    /// # Errors
    /// `E-NOT-FOUND` when the subject is not in the repository; everything that keeps a registry from taking it.
    pub fn push_artifact(&self, repository: &Reference, artifact: &Artifact) -> Result<Pushed, RegistryError> {
        let subject = artifact.subject.as_ref().map(|subject| self.describe(repository, subject)).transpose()?;
        let config = Descriptor::of(EMPTY_TYPE, EMPTY);
        self.put_blob(repository, &config.digest, EMPTY)?;
        let mut layers = Vec::new();
        for blob in &artifact.blobs {
            let described = Descriptor::of(&blob.media_type, &blob.bytes);
            self.put_blob(repository, &described.digest, &blob.bytes)?;
            layers.push(Descriptor { annotations: blob.annotations.clone(), ..described });
        }
        if layers.is_empty() {
            // A manifest has at least one layer; the empty blob stands for none.
            layers.push(config.clone());
        }
        let manifest = ArtifactManifest {
            schema_version: 2,
            media_type: MANIFEST.into(),
            artifact_type: Some(artifact.artifact_type.clone()).filter(|kind| !kind.is_empty()),
            config,
            layers,
            subject: subject.clone(),
            annotations: artifact.annotations.clone(),
        };
        let what = format!("an artifact for `{}`", repository.name());
        let bytes = serde_json::to_vec(&manifest)
            .map_err(|error| RegistryError::Answer { what: what.clone(), why: error.to_string() })?;
        let described = Descriptor {
            artifact_type: Some(artifact.artifact_type.clone()).filter(|kind| !kind.is_empty()),
            annotations: artifact.annotations.clone(),
            ..Descriptor::of(MANIFEST, &bytes)
        };
        let digest = described.digest.clone();
        let selector = repository.tag.clone().unwrap_or_else(|| digest.to_string());
        let knows_subjects = self.put_manifest(repository, &selector, &bytes, MANIFEST)?;
        let listed = match subject {
            None => None,
            Some(_) if knows_subjects => Some(ListedBy::Registry),
            Some(subject) => {
                self.list_under_tag(repository, &subject.digest, &described)?;
                Some(ListedBy::Tag)
            }
        };
        Ok(Pushed { digest, listed })
    }

    /// Fetches an artifact by tag or digest; every blob is checked against its digest and size.
    ///
    /// # Errors
    /// What is no artifact, is larger than 256 MiB, is damaged, or cannot be had.
    pub fn pull_artifact(&self, reference: &Reference) -> Result<Pulled, RegistryError> {
        self.first_of(reference, |place| {
            let FoundManifest { bytes, digest, .. } = self.manifest(place, MANIFEST_BYTES)?;
            let what = format!("artifact `{}`", place.name);
            let senseless = |why: String| RegistryError::Answer { what: what.clone(), why };
            let manifest: ArtifactManifest =
                serde_json::from_slice(&bytes).map_err(|error| senseless(error.to_string()))?;
            let total = manifest.layers.iter().map(|layer| layer.size).fold(0, u64::saturating_add);
            if total > ARTIFACT_BYTES {
                return Err(RegistryError::TooLarge { what, limit: ARTIFACT_BYTES });
            }
            let mut blobs = Vec::new();
            for layer in &manifest.layers {
                if layer.media_type == EMPTY_TYPE && layer.digest == Digest::of(Algorithm::Sha256, EMPTY) {
                    continue;
                }
                let bytes = self.small_blob(place, &layer.digest, BLOB_BYTES.min(layer.size))?;
                if bytes.len() as u64 != layer.size {
                    return Err(senseless(format!("blob {} has another size than stated", layer.digest.short())));
                }
                let (media_type, annotations) = (layer.media_type.clone(), layer.annotations.clone());
                blobs.push(ArtifactBlob { media_type, bytes, annotations });
            }
            let artifact = Artifact {
                artifact_type: manifest.artifact_type.unwrap_or(manifest.config.media_type),
                subject: manifest.subject.map(|subject| subject.digest),
                blobs,
                annotations: manifest.annotations,
            };
            Ok(Pulled { digest, manifest: bytes, artifact })
        })
    }

    /// The descriptor of a manifest in a repository.
    fn describe(&self, repository: &Reference, digest: &Digest) -> Result<Descriptor, RegistryError> {
        let place = Place { name: repository.at(digest.clone()) };
        let found = self.manifest(&place, MANIFEST_BYTES)?;
        check_digest(Some(digest), &found.digest, Object::Manifest)?;
        Ok(Descriptor {
            media_type: found.media_type,
            digest: found.digest,
            size: found.bytes.len() as u64,
            artifact_type: None,
            annotations: BTreeMap::new(),
        })
    }

    /// Puts a manifest; true when the registry says it knows what a subject is (`OCI-Subject`).
    fn put_manifest(
        &self,
        repository: &Reference,
        selector: &str,
        bytes: &[u8],
        media_type: &str,
    ) -> Result<bool, RegistryError> {
        let what = format!("putting a manifest into `{}`", repository.name());
        let url = self.url(repository, &format!("manifests/{selector}"));
        let request = Request::new(Method::PUT, url, &what).body(bytes, media_type);
        let answer = self.session.send(push(repository), request)?;
        if !answer.status().is_success() {
            return Err(answer.into_error(&what));
        }
        Ok(answer.header("oci-subject").is_some())
    }
}

/// What is needed to write into a repository.
fn push(repository: &Reference) -> Scope<'_> {
    Scope { name: repository, access: Access::Push }
}
