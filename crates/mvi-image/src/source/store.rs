//! The seam to places that are not files: whoever implements [`BlobStore`] gets manifests, configs and layers read and
//! checked as those of any image, each layer streamed through the pass. No network code is here.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use super::documents::{Config, Descriptor};
use super::members::{Form, LayerSource, Members, RemoteLayer};
use super::oci::{is_foreign, open_name};
use super::open::{OpenOptions, document};
use crate::digest::Digest;
use crate::error::{ImageError, Object};
use crate::gap::{Gap, GapCode};
use crate::image::{Image, Layer, join_history};

/// A place that gives blobs by digest. What it gives is checked by the caller: size, digest, diff id.
pub trait BlobStore: fmt::Debug + Send + Sync {
    /// What to call it in messages, such as `registry.corp/team/app`.
    fn label(&self) -> String;

    /// A manifest or index, whole; `None` when there is none. More than `limit` bytes are never read.
    ///
    /// # Errors
    /// A place that does not answer, or answers something else.
    fn manifest(&self, digest: &Digest, limit: u64) -> Result<Option<Vec<u8>>, StoreError>;

    /// A config, whole; otherwise as [`Self::manifest`].
    ///
    /// # Errors
    /// As [`Self::manifest`].
    fn config(&self, digest: &Digest, limit: u64) -> Result<Option<Vec<u8>>, StoreError>;

    /// True when it has the blob; asked for foreign layers only, which may be kept elsewhere.
    ///
    /// # Errors
    /// As [`Self::manifest`].
    fn holds(&self, digest: &Digest) -> Result<bool, StoreError>;

    /// A layer from its first byte, said to have `size` bytes; `None` when there is none. Called from several threads
    /// at once. Errors while reading carry a [`StoreError`] ([`StoreError::into_io`]).
    ///
    /// # Errors
    /// As [`Self::manifest`].
    fn layer(&self, digest: &Digest, size: u64) -> Result<Option<Box<dyn Read + Send>>, StoreError>;
}

/// Why a [`BlobStore`] did not give something; carries its own error with code and kind.
#[derive(Debug)]
pub struct StoreError {
    code: &'static str,
    usage: bool,
    cause: Box<dyn std::error::Error + Send + Sync>,
}

impl StoreError {
    /// An error with its stable code, `E-…`.
    #[must_use]
    pub fn new(code: &'static str, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self { code, usage: false, cause: Box::new(cause) }
    }

    /// The same as the fault of whoever asked.
    #[must_use]
    pub fn usage(self) -> Self {
        Self { usage: true, ..self }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// True when something was asked for that cannot be.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        self.usage
    }

    /// The form in which it travels through readers.
    #[must_use]
    pub fn into_io(self) -> io::Error {
        io::Error::other(self)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(out)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.source()
    }
}

/// Where to begin in a store: a manifest or index that was found under a name.
#[derive(Debug, Clone)]
pub struct Top {
    /// Its digest.
    pub digest: Digest,
    /// Its bytes.
    pub size: u64,
    /// The name it was found under, as [`Image::reference`] will have it.
    pub name: Option<String>,
}

/// Opens the image at `top`: index, platform, manifest, config, each checked. No layer is read. Only the manifests of
/// the wanted platform are fetched.
///
/// # Errors
/// Every kind of [`ImageError`] but those of layers.
pub fn open_stored(store: &Arc<dyn BlobStore>, top: &Top, options: &OpenOptions<'_>) -> Result<Vec<Image>, ImageError> {
    let descriptor = Descriptor {
        media_type: String::new(),
        digest: top.digest.to_string(),
        size: top.size,
        platform: None,
        annotations: BTreeMap::new(),
    };
    open_name(&Fetched { store }, top.name.as_deref(), vec![descriptor], options)
}

/// An image whose layers a store gives as uncompressed tars, such as those made again from unpacked files.
#[derive(Debug)]
pub struct UnpackedImage<'a> {
    /// The name, as [`Image::reference`] will have it.
    pub name: Option<String>,
    /// Digest of the manifest, where there is one and it was checked.
    pub manifest_digest: Option<Digest>,
    /// Digest of the config, which the bytes must have.
    pub config_digest: Digest,
    /// The config document.
    pub config: &'a [u8],
    /// Annotations of the manifest.
    pub annotations: BTreeMap<String, String>,
    /// The layers, base first.
    pub layers: Vec<UnpackedLayer>,
}

/// A layer of an [`UnpackedImage`].
#[derive(Debug, Clone)]
pub struct UnpackedLayer {
    /// What [`BlobStore::layer`] is asked for; the layer's diff id.
    pub diff_id: Digest,
    /// Bytes of the tar, as the store states them; 0 when it does not say.
    pub tar_bytes: u64,
    /// Digest of the blob it came from; cannot be checked here.
    pub blob: Option<Digest>,
    /// Bytes of that blob.
    pub blob_bytes: Option<u64>,
    /// Why the tar cannot have its diff id, if it cannot; becomes a gap and its digest is not checked.
    pub unverifiable: Option<String>,
}

/// Opens an image of unpacked layers. No layer is read.
///
/// # Errors
/// A config that is not what its digest says, cannot be understood, or has other layers.
pub fn open_unpacked(store: &Arc<dyn BlobStore>, parts: UnpackedImage<'_>) -> Result<Image, ImageError> {
    let found = Digest::of(parts.config_digest.algorithm(), parts.config);
    let what = parts.config_digest.to_string();
    if found != parts.config_digest {
        let (expected, found) = (Box::new(parts.config_digest), Box::new(found));
        return Err(ImageError::Mismatch { object: Object::Config, what, expected, found });
    }
    let config: Config = document("image config", &what, parts.config)?;
    let diff_ids = super::docker::diff_ids(&config, parts.layers.len())?;
    let mut layers = Vec::new();
    for (number, (layer, expected)) in parts.layers.into_iter().zip(diff_ids).enumerate() {
        if layer.diff_id != expected {
            let (expected, found) = (Box::new(expected), Box::new(layer.diff_id));
            return Err(ImageError::Mismatch { object: Object::DiffId, what: number.to_string(), expected, found });
        }
        layers.push(unpacked_layer(store, layer));
    }
    let mut image = Image::new(store.label(), config, layers);
    image.reference = parts.name;
    image.manifest_digest = parts.manifest_digest;
    image.config_digest = Some(found);
    image.annotations = parts.annotations;
    image.documents.config = parts.config.to_vec();
    join_history(&mut image);
    Ok(image)
}

fn unpacked_layer(store: &Arc<dyn BlobStore>, layer: UnpackedLayer) -> Layer {
    let form = Form::Tar { unverifiable: layer.unverifiable };
    let source = RemoteLayer { store: store.clone(), id: layer.diff_id.clone(), length: layer.tar_bytes, form };
    Layer {
        source: LayerSource::Remote(source),
        diff_id: Some(layer.diff_id),
        blob: layer.blob,
        stated_size: layer.blob_bytes,
        media_type: String::new(),
        instruction: None,
    }
}

/// A store as the named pieces that the OCI reader works on.
struct Fetched<'a> {
    store: &'a Arc<dyn BlobStore>,
}

impl Members for Fetched<'_> {
    fn document(&self, _: &str, _: u64) -> Result<Option<Vec<u8>>, ImageError> {
        Ok(None)
    }

    fn layer(&self, _: &str) -> Result<Option<LayerSource>, ImageError> {
        Ok(None)
    }

    fn manifest(&self, digest: &Digest, limit: u64) -> Result<Option<Vec<u8>>, ImageError> {
        Ok(self.store.manifest(digest, limit)?)
    }

    fn config(&self, digest: &Digest, limit: u64) -> Result<Option<Vec<u8>>, ImageError> {
        Ok(self.store.config(digest, limit)?)
    }

    fn layer_of(&self, descriptor: &Descriptor, digest: &Digest) -> Result<Option<LayerSource>, ImageError> {
        if is_foreign(&descriptor.media_type) && !self.store.holds(digest)? {
            return Ok(None);
        }
        let (store, id, length) = (self.store.clone(), digest.clone(), descriptor.size);
        Ok(Some(LayerSource::Remote(RemoteLayer { store, id, length, form: Form::Blob })))
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn label(&self) -> String {
        self.store.label()
    }
}

/// What a gap says about a layer whose digest could not be checked.
pub(crate) fn unverified(reason: &str) -> Gap {
    Gap::whole(GapCode::Unverified, format!("its digest could not be checked: {reason}"))
}
