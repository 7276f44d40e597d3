//! The records of a container storage: images, layers, and the names of their documents.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mvi_image::Digest;
use serde::Deserialize;

/// An image of `images.json`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct ImageRecord {
    pub(super) id: String,
    #[serde(default)]
    pub(super) digest: Option<Digest>,
    #[serde(default)]
    pub(super) names: Option<Vec<String>>,
    /// Id of the topmost layer; empty for an image without layers.
    #[serde(default)]
    pub(super) layer: String,
}

/// A layer of `layers.json`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct LayerRecord {
    pub(super) id: String,
    #[serde(default)]
    pub(super) parent: Option<String>,
    #[serde(rename = "diff-digest", default)]
    pub(super) diff_id: Option<Digest>,
    #[serde(rename = "diff-size", default)]
    pub(super) tar_bytes: Option<u64>,
    #[serde(rename = "compressed-diff-digest", default)]
    pub(super) blob: Option<Digest>,
    #[serde(rename = "compressed-size", default)]
    pub(super) blob_bytes: Option<u64>,
}

/// What is needed of an image's manifest.
#[derive(Debug, Deserialize)]
pub(super) struct Manifest {
    pub(super) config: ConfigDescriptor,
    #[serde(default)]
    pub(super) annotations: BTreeMap<String, String>,
}

/// The descriptor of a config.
#[derive(Debug, Deserialize)]
pub(super) struct ConfigDescriptor {
    pub(super) digest: Digest,
}

/// The file that a document of an image is kept in: its name, or that in base64 when it is more than a plain word.
pub(super) fn file_of(name: &str) -> String {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.');
    if is_plain && !name.starts_with('.') { name.to_owned() } else { format!("={}", STANDARD.encode(name)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_kept_under_plain_words_or_base64() {
        assert_eq!(file_of("manifest"), "manifest");
        assert_eq!(file_of("sha256:ab"), "=c2hhMjU2OmFi");
        assert_eq!(file_of("../x"), "=Li4veA==");
    }
}
