//! OCI image layouts: index, manifests, configs, every digest and size on the way checked (OCI image-spec 1.1).

use std::collections::BTreeMap;

use super::archive::missing;
use super::docker::diff_ids;
use super::documents::{Config, Descriptor, Index, Manifest, Shape};
use super::members::{LayerSource, Members};
use super::open::{OpenOptions, document};
use super::platform::Platform;
use crate::digest::Digest;
use crate::error::{ImageError, Object};
use crate::image::{Documents, Image, Layer, join_history};
use crate::limits::INDEX_DEPTH;

const REF_NAME: &str = "org.opencontainers.image.ref.name";
const CONTAINERD_NAME: &str = "io.containerd.image.name";
const ATTESTATION: &str = "vnd.docker.reference.type";

/// A manifest that is an image, with the name it was found under.
struct Found {
    descriptor: Descriptor,
    manifest: Manifest,
    bytes: Vec<u8>,
}

/// Opens the images of a layout: one for each name, or the one that `selector` names by tag or digest.
pub(super) fn open(
    members: &dyn Members,
    selector: Option<&str>,
    options: &OpenOptions<'_>,
) -> Result<Vec<Image>, ImageError> {
    let index = members
        .document("index.json", options.limits.document_bytes)?
        .ok_or_else(|| missing(Object::Index, "index.json"))?;
    let index: Index = document("image index", "index.json", &index)?;
    let names = by_name(index.manifests);
    let wanted = match selector {
        None => names,
        Some(selector) => select(names, selector, members)?,
    };
    if wanted.is_empty() {
        return Err(ImageError::NotAnImage { what: members.label(), why: "index.json lists no manifest".into() });
    }
    let mut images = Vec::new();
    for (name, descriptors) in wanted {
        images.extend(open_name(members, name.as_deref(), descriptors, options)?);
    }
    Ok(images)
}

type Named = BTreeMap<Option<String>, Vec<Descriptor>>;

fn by_name(descriptors: Vec<Descriptor>) -> Named {
    let mut names = Named::new();
    for descriptor in descriptors {
        let name = descriptor.annotations.get(REF_NAME).or(descriptor.annotations.get(CONTAINERD_NAME)).cloned();
        names.entry(name).or_default().push(descriptor);
    }
    names
}

fn select(names: Named, selector: &str, members: &dyn Members) -> Result<Named, ImageError> {
    let available = names.keys().flatten().take(20).cloned().collect::<Vec<_>>().join(", ");
    let mut found = Named::new();
    for (name, descriptors) in names {
        let by_name =
            name.as_deref().is_some_and(|name| name == selector || name.rsplit([':', '/']).next() == Some(selector));
        let descriptors: Vec<_> =
            descriptors.into_iter().filter(|descriptor| by_name || descriptor.digest == selector).collect();
        if !descriptors.is_empty() {
            found.insert(name, descriptors);
        }
    }
    if found.is_empty() {
        return Err(ImageError::NoSuchName { what: members.label(), wanted: selector.into(), available });
    }
    Ok(found)
}

/// Opens the images below `descriptors`, which share a name.
pub(super) fn open_name(
    members: &dyn Members,
    name: Option<&str>,
    descriptors: Vec<Descriptor>,
    options: &OpenOptions<'_>,
) -> Result<Vec<Image>, ImageError> {
    let mut flatten = Flatten { members, options, documents_left: 4096, found: Vec::new() };
    descriptors.into_iter().try_for_each(|descriptor| flatten.descend(descriptor, 0))?;
    let candidates = flatten.found;
    if candidates.is_empty() {
        let why = "it lists attestations or nothing, but no image".into();
        return Err(ImageError::NotAnImage { what: members.label(), why });
    }
    let platforms =
        candidates.iter().map(|(platform, _)| platform.as_ref().map_or("unnamed".into(), Platform::to_string));
    let available = platforms.collect::<Vec<_>>().join(", ");
    let chosen = options
        .platform
        .choose(candidates)
        .ok_or_else(|| ImageError::Platform { wanted: options.platform.wanted(), available })?;
    chosen.into_iter().map(|found| open_one(members, name, found, options)).collect()
}

/// Finds the manifests below a descriptor.
struct Flatten<'a> {
    members: &'a dyn Members,
    options: &'a OpenOptions<'a>,
    /// Documents that may still be read below one name: wide indexes of indexes would otherwise multiply.
    documents_left: usize,
    found: Vec<(Option<Platform>, Found)>,
}

impl Flatten<'_> {
    /// Descends into an index; where documents are fetched, the wanted platform is looked for first.
    fn descend_index(&mut self, manifests: Vec<Descriptor>, depth: usize) -> Result<(), ImageError> {
        let fits = |descriptor: &Descriptor| self.options.platform.is_fit(descriptor.platform.as_ref());
        let (first, rest): (Vec<_>, Vec<_>) =
            if self.members.is_remote() { manifests.into_iter().partition(fits) } else { (manifests, Vec::new()) };
        let before = self.found.len();
        first.into_iter().try_for_each(|below| self.descend(below, depth))?;
        if self.found.len() > before {
            return Ok(());
        }
        rest.into_iter().try_for_each(|below| self.descend(below, depth))
    }

    fn descend(&mut self, descriptor: Descriptor, depth: usize) -> Result<(), ImageError> {
        if depth > INDEX_DEPTH || self.documents_left == 0 {
            return Err(ImageError::IndexDepth(INDEX_DEPTH));
        }
        self.documents_left -= 1;
        let unknown = descriptor.platform.as_ref().is_some_and(Platform::is_unknown);
        if unknown || descriptor.annotations.contains_key(ATTESTATION) {
            return Ok(());
        }
        let bytes = match read_blob(self.members, &descriptor, Object::Manifest, self.options) {
            // A layout made for one platform may list others it does not hold.
            Err(ImageError::Missing { .. }) if descriptor.platform.is_some() && depth > 0 => return Ok(()),
            other => other?,
        };
        let shape: Shape = document("image manifest", &descriptor.digest, &bytes)?;
        if shape.manifests.is_some() {
            let index: Index = document("image index", &descriptor.digest, &bytes)?;
            return self.descend_index(index.manifests, depth + 1);
        }
        let manifest: Manifest = document("image manifest", &descriptor.digest, &bytes)?;
        self.found.push((descriptor.platform.clone(), Found { descriptor, manifest, bytes }));
        Ok(())
    }
}

fn open_one(
    members: &dyn Members,
    name: Option<&str>,
    found: Found,
    options: &OpenOptions<'_>,
) -> Result<Image, ImageError> {
    let Found { descriptor, manifest, bytes: stored } = found;
    let config_type = &manifest.config.media_type;
    if manifest.artifact_type.is_some() || !(config_type.is_empty() || config_type.contains("image")) {
        let kind = manifest.artifact_type.as_ref().unwrap_or(config_type);
        return Err(ImageError::NotAnImage {
            what: members.label(),
            why: format!("it holds an artifact of type {kind}"),
        });
    }
    let bytes = read_blob(members, &manifest.config, Object::Config, options)?;
    let config: Config = document("image config", &manifest.config.digest, &bytes)?;
    let diff_ids = diff_ids(&config, manifest.layers.len())?;
    let mut layers = Vec::new();
    for (number, (layer, diff_id)) in manifest.layers.iter().zip(diff_ids).enumerate() {
        layers.push(open_layer(members, number, layer, diff_id)?);
    }
    let mut image = Image::new(members.label(), config, layers);
    image.reference = name.map(str::to_owned);
    image.manifest_digest = descriptor.digest.parse().ok();
    image.config_digest = manifest.config.digest.parse().ok();
    image.annotations = manifest.annotations;
    image.documents = Documents { manifest: stored, config: bytes };
    join_history(&mut image);
    Ok(image)
}

/// A foreign layer may be kept elsewhere; any other has to be there.
fn open_layer(members: &dyn Members, number: usize, layer: &Descriptor, diff_id: Digest) -> Result<Layer, ImageError> {
    let digest = parse(&layer.digest, Object::Blob)?;
    let foreign = is_foreign(&layer.media_type);
    let source = match members.layer_of(layer, &digest)? {
        Some(source) => source,
        None if foreign => LayerSource::Absent,
        None => return Err(missing(Object::Blob, &layer.digest)),
    };
    if let Some(found) = source.length().filter(|found| *found != layer.size) {
        let what = format!("{number} ({digest})");
        return Err(ImageError::Size { object: Object::Blob, what, expected: layer.size, found });
    }
    Ok(Layer {
        source,
        diff_id: Some(diff_id),
        blob: Some(digest),
        stated_size: Some(layer.size),
        media_type: layer.media_type.clone(),
        instruction: None,
    })
}

/// OCI image-spec 1.1, `layer.md`, "Non-Distributable Layers"; docker's older word is foreign.
pub(super) fn is_foreign(media_type: &str) -> bool {
    media_type.contains("nondistributable") || media_type.contains("foreign")
}

fn parse(digest: &str, object: Object) -> Result<Digest, ImageError> {
    digest.parse().map_err(|source| ImageError::Digest { object, source })
}

/// Reads a document by its descriptor; size and digest must be right.
fn read_blob(
    members: &dyn Members,
    descriptor: &Descriptor,
    object: Object,
    options: &OpenOptions<'_>,
) -> Result<Vec<u8>, ImageError> {
    let digest = parse(&descriptor.digest, object)?;
    let limit = options.limits.document_bytes;
    let bytes = match object {
        Object::Index | Object::Manifest => members.manifest(&digest, limit),
        Object::Config | Object::Blob | Object::DiffId => members.config(&digest, limit),
    };
    let bytes = bytes?.ok_or_else(|| missing(object, &descriptor.digest))?;
    let what = || descriptor.digest.clone();
    if bytes.len() as u64 != descriptor.size {
        let found = bytes.len() as u64;
        return Err(ImageError::Size { object, what: what(), expected: descriptor.size, found });
    }
    let found = Digest::of(digest.algorithm(), &bytes);
    if found != digest {
        return Err(ImageError::Mismatch { object, what: what(), expected: Box::new(digest), found: Box::new(found) });
    }
    Ok(bytes)
}
