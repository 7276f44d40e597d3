//! Images made in memory: docker archives, and OCI layouts as folders or archives.

use std::collections::BTreeMap;
use std::path::Path;

use mvi_image::{Algorithm, Digest};

use crate::entry::{Entry, file, layer};

/// The members of a layout or archive by name, so that a test can spoil one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members(pub(crate) BTreeMap<String, Vec<u8>>);

/// What a config says.
#[derive(Clone, Debug)]
pub(crate) struct Config<'a> {
    pub(crate) architecture: &'a str,
    /// `created_by` of every layer; none leaves the history out.
    pub(crate) history: &'a [&'a str],
    /// The `config` object.
    pub(crate) runtime: &'a str,
}

impl Default for Config<'_> {
    fn default() -> Self {
        Self { architecture: "amd64", history: &[], runtime: "{}" }
    }
}

/// The sha256 digest of bytes.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Digest::of(Algorithm::Sha256, bytes).to_string()
}

fn quoted(texts: impl Iterator<Item = String>) -> String {
    texts.map(|text| format!("\"{text}\"")).collect::<Vec<_>>().join(",")
}

impl Config<'_> {
    /// The config document of these uncompressed layers.
    pub(crate) fn document(&self, layers: &[Vec<u8>]) -> Vec<u8> {
        let history = self.history.iter().map(|step| {
            let step = step.replace('\\', "\\\\").replace('"', "\\\"").replace('\u{1b}', "\\u001b");
            format!("{{\"created_by\":\"{step}\"}}")
        });
        format!(
            r#"{{"architecture":"{}","os":"linux","config":{},"rootfs":{{"type":"layers","diff_ids":[{}]}},"history":[{}]}}"#,
            self.architecture,
            self.runtime,
            quoted(layers.iter().map(|layer| digest(layer))),
            history.collect::<Vec<_>>().join(",")
        )
        .into_bytes()
    }
}

impl Members {
    /// The members of a docker archive with one image; `names` are its tags.
    pub(crate) fn docker(layers: &[Vec<u8>], names: &[&str], config: &Config<'_>) -> Self {
        let mut members = BTreeMap::new();
        let mut files = Vec::new();
        for (number, layer) in layers.iter().enumerate() {
            let name = format!("{number}/layer.tar");
            members.insert(name.clone(), layer.clone());
            files.push(name);
        }
        let document = config.document(layers);
        let config = format!("{}.json", &digest(&document)["sha256:".len()..]);
        let tags = quoted(names.iter().map(|name| name.replace('\u{1b}', "\\u001b")));
        let manifest =
            format!(r#"[{{"Config":"{config}","RepoTags":[{tags}],"Layers":[{}]}}]"#, quoted(files.into_iter()));
        members.insert(config, document);
        members.insert("manifest.json".into(), manifest.into_bytes());
        Self(members)
    }

    /// Adds a blob; returns the descriptor of it with these further members.
    pub(crate) fn blob(&mut self, bytes: &[u8], media_type: &str, more: &str) -> String {
        let digest = digest(bytes);
        self.0.insert(format!("blobs/sha256/{}", &digest["sha256:".len()..]), bytes.to_vec());
        format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{}{more}}}"#, bytes.len())
    }

    /// Adds an image; returns the bytes of its manifest. `packed` are the layers as stored, if not plain.
    pub(crate) fn image(&mut self, layers: &[Vec<u8>], packed: &[Vec<u8>], config: &Config<'_>) -> Vec<u8> {
        let config = self.blob(&config.document(layers), "application/vnd.oci.image.config.v1+json", "");
        let stored = if packed.is_empty() { layers } else { packed };
        let media_type = "application/vnd.oci.image.layer.v1.tar";
        let layers: Vec<_> = stored.iter().map(|layer| self.blob(layer, media_type, "")).collect();
        format!(r#"{{"schemaVersion":2,"config":{config},"layers":[{}]}}"#, layers.join(",")).into_bytes()
    }

    /// Adds a manifest or index; returns its descriptor.
    pub(crate) fn manifest(&mut self, document: &[u8], more: &str) -> String {
        self.blob(document, "application/vnd.oci.image.manifest.v1+json", more)
    }

    /// Writes `index.json` with these descriptors.
    pub(crate) fn index(mut self, descriptors: &[String]) -> Self {
        self.0.insert("index.json".into(), index(descriptors));
        self.0.insert("oci-layout".into(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec());
        self
    }

    /// An OCI layout with one image.
    pub(crate) fn oci(layers: &[Vec<u8>], packed: &[Vec<u8>], config: &Config<'_>) -> Self {
        let mut members = Self::default();
        let manifest = members.image(layers, packed, config);
        let descriptor = members.manifest(&manifest, "");
        members.index(&[descriptor])
    }

    /// Replaces text in the one member whose name ends with `name`.
    pub(crate) fn edit(mut self, name: &str, old: &str, new: &str) -> Self {
        for (found, bytes) in &mut self.0 {
            if found.ends_with(name) {
                let text = String::from_utf8(bytes.clone()).unwrap();
                assert!(text.contains(old), "{found} has no {old}: {text}");
                *bytes = text.replace(old, new).into_bytes();
                return self;
            }
        }
        panic!("there is no {name}");
    }

    /// Takes away the one member whose name ends with `name`.
    pub(crate) fn without(mut self, name: &str) -> Self {
        let count = self.0.len();
        self.0.retain(|found, _| !found.ends_with(name));
        assert_eq!(self.0.len() + 1, count, "{name} is not one member");
        self
    }

    /// The members as one tar archive.
    pub(crate) fn tar(&self) -> Vec<u8> {
        layer(&self.0.iter().map(|(name, bytes)| file(name, bytes)).collect::<Vec<Entry>>())
    }

    /// Writes the members into a folder.
    pub(crate) fn write(&self, folder: &Path) {
        for (name, bytes) in &self.0 {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}

/// An image index of these descriptors.
pub(crate) fn index(descriptors: &[String]) -> Vec<u8> {
    format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, descriptors.join(",")).into_bytes()
}
