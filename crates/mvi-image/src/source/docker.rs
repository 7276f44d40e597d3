//! Docker archives: `manifest.json` names config and layers (moby image-spec v1.2, "Combined Image JSON").

use super::archive::missing;
use super::documents::{Config, DockerImage};
use super::members::Members;
use super::open::{OpenOptions, document};
use crate::digest::{Algorithm, Digest};
use crate::error::{ImageError, Object};
use crate::image::{Image, Layer, join_history};

/// True when there is a `manifest.json`.
pub(super) fn is_docker(members: &dyn Members, options: &OpenOptions<'_>) -> Result<bool, ImageError> {
    Ok(members.document("manifest.json", options.limits.document_bytes)?.is_some())
}

/// Opens the images of the archive, or the one that `selector` names by tag, id or position.
pub(super) fn open(
    members: &dyn Members,
    selector: Option<&str>,
    options: &OpenOptions<'_>,
) -> Result<Vec<Image>, ImageError> {
    let limit = options.limits.document_bytes;
    let manifest =
        members.document("manifest.json", limit)?.ok_or_else(|| missing(Object::Manifest, "manifest.json"))?;
    let listed: Vec<DockerImage> = document("docker archive manifest", "manifest.json", &manifest)?;
    if listed.is_empty() {
        return Err(ImageError::NotAnImage { what: members.label(), why: "manifest.json lists no image".into() });
    }
    let wanted: Vec<&DockerImage> = match selector {
        None => listed.iter().collect(),
        Some(selector) => listed.iter().filter(|image| matches(image, selector)).collect(),
    };
    if wanted.is_empty() {
        let available = listed.iter().flat_map(|image| image.repo_tags.iter().take(20)).cloned().collect::<Vec<_>>();
        let wanted = selector.unwrap_or_default().to_owned();
        return Err(ImageError::NoSuchName { what: members.label(), wanted, available: available.join(", ") });
    }
    wanted.into_iter().map(|image| open_one(members, image, options)).collect()
}

fn matches(image: &DockerImage, selector: &str) -> bool {
    let same = |tag: &String| {
        tag == selector
            || tag.strip_suffix(":latest") == Some(selector)
            || tag.rsplit_once('/').map(|(_, name)| name) == Some(selector)
    };
    let id = config_digest(&image.config);
    image.repo_tags.iter().any(same)
        || id.is_some_and(|id| selector.len() >= 12 && (id.hex().starts_with(selector) || id.to_string() == selector))
}

/// The digest in a config's member name: `HEX.json`, `sha256:HEX` or `blobs/sha256/HEX`.
fn config_digest(name: &str) -> Option<Digest> {
    let name = name.strip_suffix(".json").unwrap_or(name);
    let hex = name.strip_prefix("blobs/sha256/").or(name.strip_prefix("sha256:")).unwrap_or(name);
    Digest::from_sha256_hex(hex)
}

fn open_one(members: &dyn Members, listed: &DockerImage, options: &OpenOptions<'_>) -> Result<Image, ImageError> {
    let bytes = members
        .document(&listed.config, options.limits.document_bytes)?
        .ok_or_else(|| missing(Object::Config, &listed.config))?;
    let found = Digest::of(Algorithm::Sha256, &bytes);
    if let Some(expected) = config_digest(&listed.config).filter(|expected| *expected != found) {
        let (expected, found) = (Box::new(expected), Box::new(found));
        return Err(ImageError::Mismatch { object: Object::Config, what: listed.config.clone(), expected, found });
    }
    let config: Config = document("image config", &listed.config, &bytes)?;
    let diff_ids = diff_ids(&config, listed.layers.len())?;
    let mut layers = Vec::new();
    for (name, diff_id) in listed.layers.iter().zip(diff_ids) {
        let source = members.layer(name)?.ok_or_else(|| missing(Object::Blob, name))?;
        let blob = name.strip_prefix("blobs/sha256/").and_then(Digest::from_sha256_hex);
        layers.push(Layer {
            source,
            diff_id: Some(diff_id),
            blob,
            stated_size: None,
            media_type: String::new(),
            instruction: None,
        });
    }
    let mut image = Image::new(members.label(), config, layers);
    image.reference = listed.repo_tags.first().cloned();
    image.config_digest = Some(found);
    image.documents.config = bytes;
    join_history(&mut image);
    Ok(image)
}

/// The config's diff ids, one for each of `layers`.
pub(super) fn diff_ids(config: &Config, layers: usize) -> Result<Vec<Digest>, ImageError> {
    let stated = &config.rootfs.diff_ids;
    if stated.len() != layers {
        return Err(ImageError::LayerCount { layers, diff_ids: stated.len() });
    }
    let parse = |text: &String| text.parse().map_err(|source| ImageError::Digest { object: Object::DiffId, source });
    stated.iter().map(parse).collect()
}
