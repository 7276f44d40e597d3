//! Images made in memory, as blobs by digest, and as OCI layouts for skopeo to push.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use mvi_image::{Algorithm, Digest};

/// Blobs by digest, and the descriptor of what is on top.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    pub(crate) blobs: BTreeMap<String, Vec<u8>>,
    pub(crate) top: String,
}

/// The sha256 digest of bytes.
pub(crate) fn digest(bytes: &[u8]) -> Digest {
    Digest::of(Algorithm::Sha256, bytes)
}

/// A tar of files: name and content.
pub(crate) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_mode(0o644);
        header.set_size(content.len() as u64);
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

/// The bytes, gzipped.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Bytes that do not compress, the same for the same seed.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

impl Layout {
    /// An image of these layers, gzipped, for linux/amd64.
    pub(crate) fn new(layers: &[Vec<u8>]) -> Self {
        let mut layout = Self::default();
        let diff_ids: Vec<_> = layers.iter().map(|layer| format!("\"{}\"", digest(layer))).collect();
        let config = format!(
            r#"{{"architecture":"amd64","os":"linux","config":{{"Cmd":["/x"]}},"rootfs":{{"type":"layers","diff_ids":[{}]}}}}"#,
            diff_ids.join(",")
        );
        let config = layout.add(config.into_bytes(), "application/vnd.oci.image.config.v1+json");
        let layers: Vec<_> =
            layers.iter().map(|layer| layout.add(gzip(layer), "application/vnd.oci.image.layer.v1.tar+gzip")).collect();
        let manifest = format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{config},"layers":[{}]}}"#,
            layers.join(",")
        );
        layout.top = layout.add(manifest.into_bytes(), "application/vnd.oci.image.manifest.v1+json");
        layout
    }

    /// An image of one small layer.
    pub(crate) fn small() -> Self {
        Self::new(&[tar(&[("etc/os-release", b"ID=test\n"), ("app", b"hello")])])
    }

    /// Adds a blob; returns its descriptor.
    pub(crate) fn add(&mut self, bytes: Vec<u8>, media_type: &str) -> String {
        let digest = digest(&bytes).to_string();
        let descriptor = format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{}}}"#, bytes.len());
        self.blobs.insert(digest, bytes);
        descriptor
    }

    /// The digest of what is on top.
    pub(crate) fn top_digest(&self) -> String {
        let descriptor: serde_json::Value = serde_json::from_str(&self.top).unwrap();
        descriptor["digest"].as_str().unwrap().to_owned()
    }

    /// The bytes of what is on top.
    pub(crate) fn manifest(&self) -> Vec<u8> {
        self.blobs[&self.top_digest()].clone()
    }

    /// Digests of the layers, base first.
    pub(crate) fn layers(&self) -> Vec<String> {
        let manifest: serde_json::Value = serde_json::from_slice(&self.manifest()).unwrap();
        let layers = manifest["layers"].as_array().unwrap();
        layers.iter().map(|layer| layer["digest"].as_str().unwrap().to_owned()).collect()
    }

    /// Writes an OCI layout with the tag `image`.
    pub(crate) fn write(&self, folder: &Path) {
        std::fs::create_dir_all(folder.join("blobs/sha256")).unwrap();
        for (digest, bytes) in &self.blobs {
            std::fs::write(folder.join("blobs").join(digest.replace(':', "/")), bytes).unwrap();
        }
        let named = self.top.replacen('{', r#"{"annotations":{"org.opencontainers.image.ref.name":"image"},"#, 1);
        std::fs::write(folder.join("index.json"), format!(r#"{{"schemaVersion":2,"manifests":[{named}]}}"#)).unwrap();
        std::fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    }
}
