//! What refers to a manifest: by the registry's own list, or by the index that older registries keep under a tag.

use std::collections::BTreeMap;

use mvi_image::Digest;
use serde::{Deserialize, Serialize};
use ureq::http::Method;

use super::{Descriptor, push};
use crate::error::RegistryError;
use crate::http::Request;
use crate::images::Place;
use crate::reference::Reference;
use crate::registry::{MANIFEST_BYTES, Registry};

/// Media type of indexes.
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// How often an index is written again when others write it at the same time.
const ROUNDS: usize = 5;

/// Something that refers to a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrer {
    /// Digest of its manifest, which [`Registry::pull_artifact`] takes.
    pub digest: Digest,
    /// Media type of its manifest.
    pub media_type: String,
    /// What kind of artifact it is.
    pub artifact_type: Option<String>,
    /// Bytes of its manifest.
    pub bytes: u64,
    /// What is said about it.
    pub annotations: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Index {
    #[serde(rename = "schemaVersion", default)]
    schema_version: u32,
    #[serde(rename = "mediaType", default)]
    media_type: String,
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

impl Registry {
    /// What refers to a manifest, such as signatures and sealed records; all kinds, or one. Registries of before
    /// distribution-spec 1.1 are asked for the index under the digest's tag.
    ///
    /// # Errors
    /// Everything that keeps a registry from answering. That nothing refers to it is no error.
    pub fn referrers(
        &self,
        repository: &Reference,
        subject: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Vec<Referrer>, RegistryError> {
        let mut url = self.url(repository, &format!("referrers/{subject}"));
        if let Some(wanted) = artifact_type {
            url = url.query("artifactType", wanted);
        }
        let what = format!("what refers to {} in `{}`", subject.short(), repository.name());
        let place = Place { name: repository.clone() };
        let found = match self.pages(place.pull(), url, &what, |page: Index| page.manifests) {
            // 404 is what the specification asks for; older ones take it for a path of theirs and answer otherwise.
            Err(RegistryError::NotFound { .. } | RegistryError::Status { status: 400 | 405, .. }) => {
                self.tagged_index(repository, subject)?.manifests
            }
            other => other?,
        };
        // A registry may leave the choice to us.
        let wanted =
            found.into_iter().filter(|one| artifact_type.is_none() || one.artifact_type.as_deref() == artifact_type);
        Ok(wanted.map(Referrer::from).collect())
    }

    /// The index under the subject's tag; an empty one when there is none.
    fn tagged_index(&self, repository: &Reference, subject: &Digest) -> Result<Index, RegistryError> {
        let place = Place { name: repository.tagged(&tag(subject)) };
        match self.manifest(&place, MANIFEST_BYTES) {
            Ok(found) => serde_json::from_slice(&found.bytes).map_err(|error| RegistryError::Answer {
                what: format!("the index `{}`", place.name),
                why: error.to_string(),
            }),
            Err(RegistryError::NotFound { .. }) => {
                Ok(Index { schema_version: 2, media_type: INDEX.into(), manifests: Vec::new() })
            }
            Err(error) => Err(error),
        }
    }

    /// Adds a referrer to the index under its subject's tag, and looks whether it stayed there: registries know no
    /// conditions on writing, so two writers may overwrite each other. Looking again makes that unlikely, not impossible.
    pub(super) fn list_under_tag(
        &self,
        repository: &Reference,
        subject: &Digest,
        referrer: &Descriptor,
    ) -> Result<(), RegistryError> {
        let what = format!("listing an artifact under `{}:{}`", repository.name(), tag(subject));
        for _ in 0..ROUNDS {
            let mut index = self.tagged_index(repository, subject)?;
            if index.manifests.iter().any(|known| known.digest == referrer.digest) {
                return Ok(());
            }
            index.manifests.push(referrer.clone());
            (index.schema_version, index.media_type) = (2, INDEX.into());
            let bytes = serde_json::to_vec(&index)
                .map_err(|error| RegistryError::Answer { what: what.clone(), why: error.to_string() })?;
            let url = self.url(repository, &format!("manifests/{}", tag(subject)));
            let answer =
                self.session.send(push(repository), Request::new(Method::PUT, url, &what).body(&bytes, INDEX))?;
            if !answer.status().is_success() {
                return Err(answer.into_error(&what));
            }
        }
        let index = self.tagged_index(repository, subject)?;
        if index.manifests.iter().any(|known| known.digest == referrer.digest) {
            return Ok(());
        }
        Err(RegistryError::Answer { what, why: format!("it was overwritten {ROUNDS} times by others") })
    }
}

/// The tag that stands for a digest (distribution-spec 1.1, "Referrers Tag Schema").
fn tag(subject: &Digest) -> String {
    let hex: String = subject.hex().chars().take(64).collect();
    format!("{}-{hex}", subject.algorithm().name())
}

impl From<Descriptor> for Referrer {
    fn from(found: Descriptor) -> Self {
        Self {
            digest: found.digest,
            media_type: found.media_type,
            artifact_type: found.artifact_type,
            bytes: found.size,
            annotations: found.annotations,
        }
    }
}
