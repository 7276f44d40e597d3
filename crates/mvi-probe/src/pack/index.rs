//! Several images, each for a platform, under one index (OCI image-spec 1.1, `image-index.md`).

use std::collections::BTreeMap;

use mvi_image::{Digest, Image};
use serde_json::{Value, json};

use super::blob::Packing;
use super::error::PackError;
use super::output::{Form, Output, canonical};
use super::platform::PlatformFrom;
use super::staging::Staging;
use super::{Annotations, Packed, PackedImage, copy, document};

/// Puts images of different platforms under one index. Those that have a manifest keep it, and their digest.
///
/// # Errors
/// [`PackError`]; two images of one platform, and docker archives, which hold no index.
pub fn pack_index(images: &[Image], packing: Packing, output: &Output) -> Result<Packed, PackError> {
    if output.form == Form::Docker {
        let why = "a docker archive holds no index of platforms; write oci: or oci-archive:";
        return Err(PackError::written(output.location(), "destination", why));
    }
    output.check()?;
    let mut by_platform: BTreeMap<String, &Image> = BTreeMap::new();
    for image in images {
        let platform = image.platform().to_string();
        if let Some(other) = by_platform.insert(platform.clone(), image) {
            let why = format!("`{}` is for {platform} too; an index has one image a platform", other.source);
            return Err(PackError::written(&image.source, "image for this index", why));
        }
    }
    let staging = Staging::beside(&output.path)?;
    let (mut descriptors, mut packed) = (Vec::new(), Vec::new());
    // By platform, so that the order in which they are named makes no difference.
    for image in by_platform.values() {
        let (descriptor, image) = one(image, packing, &staging)?;
        descriptors.push(descriptor);
        packed.push(image);
    }
    let media_type = "application/vnd.oci.image.index.v1+json";
    let index = canonical(&json!({ "schemaVersion": 2, "mediaType": media_type, "manifests": descriptors }))?;
    let digest = staging.document(&index)?;
    output.publish(&staging, json!({ "mediaType": media_type, "digest": digest, "size": index.len() }))?;
    Ok(Packed { digest, images: packed, notes: Vec::new(), notes_left_out: 0 })
}

/// Writes an image anew in another form; with the digest it has, where it has a manifest and the form has one too.
///
/// # Errors
/// [`PackError`].
pub fn copy_image(image: &Image, packing: Packing, output: &Output) -> Result<Packed, PackError> {
    output.check()?;
    let staging = Staging::beside(&output.path)?;
    let (top, packed) = match output.form {
        Form::Layout | Form::Archive => one(image, packing, &staging)?,
        Form::Docker => {
            let packed = anew(image, Packing::Plain, &staging)?;
            document::docker(&packed, &staging, output)?;
            (Value::Null, packed)
        }
    };
    output.publish(&staging, top)?;
    let digest = packed.manifest_digest.clone().unwrap_or_else(|| packed.config_digest.clone());
    Ok(Packed { digest, images: vec![packed], notes: Vec::new(), notes_left_out: 0 })
}

fn one(image: &Image, packing: Packing, staging: &Staging) -> Result<(Value, PackedImage), PackError> {
    let (platform, platform_from) = (image.platform(), PlatformFrom::Image);
    if let Some((descriptor, layers)) = copy::whole(image, staging)? {
        let config_digest = digest_of(&image.documents.config);
        let manifest_digest = image.manifest_digest.clone();
        return Ok((descriptor, PackedImage { manifest_digest, config_digest, platform, platform_from, layers }));
    }
    let mut packed = anew(image, packing, staging)?;
    let annotations: Annotations = image.annotations.clone();
    let (descriptor, digest) = document::manifest(&packed, image.documents.config.len(), &annotations, staging)?;
    packed.manifest_digest = Some(digest);
    Ok((descriptor, packed))
}

/// Layers and configuration of an image whose manifest cannot be kept.
fn anew(image: &Image, packing: Packing, staging: &Staging) -> Result<PackedImage, PackError> {
    let (platform, platform_from) = (image.platform(), PlatformFrom::Image);
    let mut layers = Vec::new();
    for (index, layer) in image.layers.iter().enumerate() {
        let what = image.instruction(index).unwrap_or_default().to_owned();
        layers.push(copy::layer(layer, what, staging, copy::Keep::As(packing))?);
    }
    let config_digest = staging.document(&image.documents.config)?;
    Ok(PackedImage { manifest_digest: None, config_digest, platform, platform_from, layers })
}

fn digest_of(bytes: &[u8]) -> Digest {
    Digest::of(mvi_image::Algorithm::Sha256, bytes)
}
