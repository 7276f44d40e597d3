//! The JSON documents of images: OCI image-spec 1.1 (`image-index.md`, `manifest.md`, `config.md`) and the
//! `manifest.json` of docker archives (moby image-spec v1.2). Null and missing are the same, unknown keys are passed over.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use super::platform::Platform;

/// An index of manifests.
#[derive(Debug, Deserialize)]
pub(super) struct Index {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) manifests: Vec<Descriptor>,
}

/// A reference to a blob.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Descriptor {
    #[serde(rename = "mediaType", default, deserialize_with = "or_default")]
    pub(super) media_type: String,
    pub(super) digest: String,
    pub(super) size: u64,
    #[serde(default)]
    pub(super) platform: Option<Platform>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) annotations: BTreeMap<String, String>,
}

/// An image manifest.
#[derive(Debug, Deserialize)]
pub(super) struct Manifest {
    #[serde(rename = "artifactType", default)]
    pub(super) artifact_type: Option<String>,
    pub(super) config: Descriptor,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) layers: Vec<Descriptor>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) annotations: BTreeMap<String, String>,
}

/// An index or a manifest, whichever the document turns out to be.
#[derive(Debug, Deserialize)]
pub(super) struct Shape {
    #[serde(default)]
    pub(super) manifests: Option<serde::de::IgnoredAny>,
}

/// One image of a docker archive's `manifest.json`.
#[derive(Debug, Deserialize)]
pub(super) struct DockerImage {
    #[serde(rename = "Config")]
    pub(super) config: String,
    #[serde(rename = "RepoTags", default, deserialize_with = "or_default")]
    pub(super) repo_tags: Vec<String>,
    #[serde(rename = "Layers", default, deserialize_with = "or_default")]
    pub(super) layers: Vec<String>,
}

/// An image configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Processor architecture in Go's words, such as `amd64`.
    #[serde(deserialize_with = "or_default")]
    pub architecture: String,
    /// Operating system, such as `linux`.
    #[serde(deserialize_with = "or_default")]
    pub os: String,
    /// Variant of the architecture, such as `v8`.
    pub variant: Option<String>,
    /// When it was built, as written.
    pub created: Option<String>,
    /// What a container of it runs.
    #[serde(deserialize_with = "or_default")]
    pub config: RuntimeConfig,
    /// The layers' diff ids.
    #[serde(deserialize_with = "or_default")]
    pub rootfs: RootFs,
    /// How each layer came to be, oldest first.
    #[serde(deserialize_with = "or_default")]
    pub history: Vec<HistoryEntry>,
}

/// `rootfs` of a configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RootFs {
    /// Digests of the uncompressed layers, base first.
    #[serde(default, deserialize_with = "or_default")]
    pub diff_ids: Vec<String>,
}

/// `config` of a configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RuntimeConfig {
    /// User and group the process runs as.
    #[serde(deserialize_with = "or_default")]
    pub user: String,
    /// `NAME=value` pairs.
    #[serde(deserialize_with = "or_default")]
    pub env: Vec<String>,
    /// Command and arguments that are always run.
    #[serde(deserialize_with = "or_default")]
    pub entrypoint: Vec<String>,
    /// Default arguments, or the command when there is no entrypoint.
    #[serde(deserialize_with = "or_default")]
    pub cmd: Vec<String>,
    /// Folder the process starts in.
    #[serde(deserialize_with = "or_default")]
    pub working_dir: String,
    /// Labels.
    #[serde(deserialize_with = "or_default")]
    pub labels: BTreeMap<String, String>,
    /// Paths that are declared as volumes; the values say nothing.
    #[serde(deserialize_with = "or_nothing")]
    pub volumes: BTreeMap<String, serde_json::Value>,
    /// Ports it says it listens on, as `80/tcp`; the values say nothing.
    #[serde(deserialize_with = "or_nothing", skip_serializing_if = "BTreeMap::is_empty")]
    pub exposed_ports: BTreeMap<String, serde_json::Value>,
    /// How its health is asked, as Docker has it; OCI's configuration has no place for that.
    #[serde(deserialize_with = "or_nothing")]
    pub healthcheck: Option<Healthcheck>,
}

/// How the health of a service is asked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Healthcheck {
    /// `CMD`, `CMD-SHELL` or `NONE`, and the command behind it; empty where the base's is inherited.
    #[serde(deserialize_with = "or_default")]
    pub test: Vec<String>,
}

/// One step of the build.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HistoryEntry {
    /// When, as written.
    pub created: Option<String>,
    /// The instruction that made it.
    pub created_by: Option<String>,
    /// A remark of the builder.
    pub comment: Option<String>,
    /// True when the step made no layer.
    #[serde(deserialize_with = "or_default")]
    pub empty_layer: bool,
}

/// What stands beside the layers may have any shape: it is nothing then.
fn or_nothing<'de, D: Deserializer<'de>, T: Default + DeserializeOwned>(input: D) -> Result<T, D::Error> {
    Ok(T::deserialize(serde_json::Value::deserialize(input)?).unwrap_or_default())
}

fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(input: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(input)?.unwrap_or_default())
}
