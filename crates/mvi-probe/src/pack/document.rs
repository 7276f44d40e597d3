//! The documents of a packed image: configuration and manifest, or a docker archive's own.

use std::fs;

use mvi_image::Digest;
use serde_json::{Map, Value, json};

use super::error::PackError;
use super::output::{Form, Output, canonical};
use super::platform::Target;
use super::settings::Settings;
use super::staging::Staging;
use super::{Annotations, Base, Epoch, LayerFrom, Pack, PackedImage, PackedLayer};

/// OCI image-spec 1.1, `annotations.md`.
const BASE_NAME: &str = "org.opencontainers.image.base.name";
const BASE_DIGEST: &str = "org.opencontainers.image.base.digest";

/// Keys of old builders' configurations that tell of a container that was, not of the image.
const OF_A_CONTAINER: [&str; 4] = ["container", "container_config", "id", "parent"];

/// Everything that the documents are made of.
pub(super) struct Assembly<'a> {
    pub(super) pack: &'a Pack<'a>,
    pub(super) epoch: Epoch,
    pub(super) target: &'a Target,
    pub(super) layers: &'a [PackedLayer],
}

impl Assembly<'_> {
    /// Writes the documents and gives the descriptor of the manifest and what came out.
    pub(super) fn write(&self, staging: &Staging, output: &Output) -> Result<(Value, PackedImage), PackError> {
        let config = canonical(&self.config()?)?;
        let mut image = PackedImage {
            manifest_digest: None,
            config_digest: staging.document(&config)?,
            platform: self.target.platform.clone(),
            platform_from: self.target.from,
            layers: self.layers.to_vec(),
        };
        if output.form == Form::Docker {
            docker(&image, staging, output)?;
            return Ok((Value::Null, image));
        }
        let annotations = self.annotations()?;
        let (descriptor, digest) = manifest(&image, config.len(), &annotations, staging)?;
        image.manifest_digest = Some(digest);
        Ok((descriptor, image))
    }

    fn config(&self) -> Result<Value, PackError> {
        let mut document = match &self.pack.base {
            Some(base) => base_document(base)?,
            None => Map::new(),
        };
        let created = self.epoch.timestamp();
        let platform = &self.target.platform;
        let mut config = match document.remove("config") {
            Some(Value::Object(config)) => config,
            _ => Map::new(),
        };
        self.pack.settings.apply(&mut config)?;
        let mut history = match document.remove("history") {
            Some(Value::Array(history)) => history,
            _ => Vec::new(),
        };
        let packed = self.layers.iter().filter(|layer| layer.from == LayerFrom::Packed);
        history.extend(packed.map(|layer| json!({ "created": created, "created_by": layer.what })));
        let diff_ids: Vec<&Digest> = self.layers.iter().map(|layer| &layer.diff_id).collect();
        document.insert("architecture".into(), json!(platform.architecture));
        document.insert("os".into(), json!(platform.os));
        document.remove("variant");
        if let Some(variant) = &platform.variant {
            document.insert("variant".into(), json!(variant));
        }
        document.insert("created".into(), json!(created));
        document.insert("config".into(), Value::Object(config));
        document.insert("history".into(), Value::Array(history));
        document.insert("rootfs".into(), json!({ "type": "layers", "diff_ids": diff_ids }));
        Ok(Value::Object(document))
    }

    fn annotations(&self) -> Result<Annotations, PackError> {
        let mut annotations = Annotations::new();
        if let Some(base) = &self.pack.base {
            annotations.extend(base.name.map(|name| (BASE_NAME.into(), name.to_owned())));
            annotations
                .extend(base.image.manifest_digest.as_ref().map(|digest| (BASE_DIGEST.into(), digest.to_string())));
        }
        for pair in &self.pack.settings.annotations {
            let (name, value) = Settings::pair(pair, "annotation")?;
            annotations.insert(name.to_owned(), value.to_owned());
        }
        Ok(annotations)
    }
}

fn base_document(base: &Base<'_>) -> Result<Map<String, Value>, PackError> {
    let document = serde_json::from_slice(&base.image.documents.config);
    let mut document: Map<String, Value> =
        document.map_err(|source| PackError::Document { what: base.image.source.clone(), source })?;
    OF_A_CONTAINER.iter().for_each(|key| {
        document.remove(*key);
    });
    Ok(document)
}

/// Writes a manifest; gives its descriptor and digest.
pub(super) fn manifest(
    image: &PackedImage,
    config_bytes: usize,
    annotations: &Annotations,
    staging: &Staging,
) -> Result<(Value, Digest), PackError> {
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    let layer =
        |layer: &PackedLayer| json!({ "mediaType": layer.media_type, "digest": layer.digest, "size": layer.bytes });
    let mut document = json!({
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": image.config_digest,
            "size": config_bytes,
        },
        "layers": image.layers.iter().map(layer).collect::<Vec<_>>(),
    });
    if !annotations.is_empty() {
        document["annotations"] = json!(annotations);
    }
    let bytes = canonical(&document)?;
    let digest = staging.document(&bytes)?;
    let descriptor =
        json!({ "mediaType": media_type, "digest": digest, "size": bytes.len(), "platform": image.platform });
    Ok((descriptor, digest))
}

/// Names the pieces as docker archives do: `HEX.json`, `HEX.tar` and a list of images.
pub(super) fn docker(image: &PackedImage, staging: &Staging, output: &Output) -> Result<(), PackError> {
    let folder = staging.path("docker");
    let failed = |source| staging.failed(source);
    fs::create_dir(&folder).map_err(failed)?;
    let config = format!("{}.json", image.config_digest.hex());
    fs::rename(staging.blobs().join(image.config_digest.hex()), folder.join(&config)).map_err(failed)?;
    let mut layers = Vec::new();
    for layer in &image.layers {
        let name = format!("{}.tar", layer.digest.hex());
        // The same layer may be there twice.
        if !layers.contains(&name) {
            fs::rename(staging.blobs().join(layer.digest.hex()), folder.join(&name)).map_err(failed)?;
        }
        layers.push(name);
    }
    let tag = |name: &String| {
        let has_tag = name.rsplit('/').next().is_some_and(|last| last.contains(':'));
        if has_tag { name.clone() } else { format!("{name}:latest") }
    };
    let tags: Vec<String> = output.tag.iter().map(tag).collect();
    let list = json!([{ "Config": config, "RepoTags": tags, "Layers": layers }]);
    fs::write(folder.join("manifest.json"), canonical(&list)?).map_err(failed)
}
