//! Images in the storage that podman, buildah and skopeo share, read as its files are, without any of these programs.
//!
//! containers-storage(1) and its library's layout: `DRIVER-images/images.json`, `DRIVER-layers/layers.json`, the files
//! of each layer, and beside them the recipe (`*.tar-split.gz`) by which the layer's tar can be made again byte for byte.

mod recipe;
mod records;
mod walk;

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mvi_image::{
    Algorithm, BlobStore, Digest, Image, OpenOptions, StoreError, UnpackedImage, UnpackedLayer, open_unpacked,
};

use recipe::Reassembled;
use records::{ImageRecord, LayerRecord, Manifest};

use crate::daemon::LocalImage;
use crate::error::RegistryError;
use crate::open::wanted;
use crate::options::RegistryOptions;
use crate::registry::Stream;

/// Bytes of `images.json`, `layers.json`, and of one document.
const RECORD_BYTES: u64 = 256 << 20;

/// How a storage keeps the files of layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Driver {
    /// Each layer's own files in a folder.
    Overlay,
    /// Each layer's files and all below it, copied.
    Vfs,
}

impl Driver {
    fn name(self) -> &'static str {
        match self {
            Self::Overlay => "overlay",
            Self::Vfs => "vfs",
        }
    }
}

/// A container storage.
#[derive(Debug)]
pub struct Storage {
    root: PathBuf,
    driver: Driver,
}

impl Storage {
    /// The storage at the first of the options' roots that is one.
    ///
    /// # Errors
    /// `E-STORAGE` when none is.
    pub fn new(options: &RegistryOptions) -> Result<Self, RegistryError> {
        options.storages.iter().find_map(|root| Self::at(root, None)).ok_or_else(|| {
            let path = options.storages.first().cloned().unwrap_or_default();
            RegistryError::Storage { path, why: "it holds no images of the overlay or vfs driver".into() }
        })
    }

    fn at(root: &Path, driver: Option<&str>) -> Option<Self> {
        let drivers = [Driver::Overlay, Driver::Vfs].into_iter();
        let mut named = drivers.filter(|known| driver.is_none_or(|wanted| wanted == known.name()));
        let is_there = |known: &Driver| root.join(format!("{}-images/images.json", known.name())).is_file();
        named.find(is_there).map(|driver| Self { root: root.to_owned(), driver })
    }

    /// A storage and a name in it, as skopeo writes them: `[DRIVER@ROOT+RUNROOT]NAME`, `[ROOT]NAME`, or `NAME` in the
    /// first of the options' roots.
    ///
    /// # Errors
    /// `E-STORAGE` when there is no storage, `E-REFERENCE` for a bracket that is not closed.
    pub fn locate<'n>(options: &RegistryOptions, text: &'n str) -> Result<(Self, &'n str), RegistryError> {
        let Some(rest) = text.strip_prefix('[') else { return Ok((Self::new(options)?, text)) };
        let why = "a storage is [DRIVER@ROOT] or [ROOT], and a name follows";
        let (place, name) =
            rest.split_once(']').ok_or_else(|| RegistryError::Reference { text: text.to_owned(), why })?;
        let place = place.split(['+', ':']).next().unwrap_or_default();
        let (driver, root) = match place.split_once('@') {
            Some((driver, root)) => (Some(driver), root),
            None => (None, place),
        };
        let root = Path::new(root);
        let why = || "it holds no images of the overlay or vfs driver".to_owned();
        let found = Self::at(root, driver);
        Ok((found.ok_or_else(|| RegistryError::Storage { path: root.to_owned(), why: why() })?, name))
    }

    /// All images, in the storage's order.
    ///
    /// # Errors
    /// Records that cannot be read.
    pub fn images(&self) -> Result<Vec<LocalImage>, RegistryError> {
        let layers = self.layers()?;
        let bytes = |image: &ImageRecord| {
            chain(&layers, &image.layer).map_or(0, |chain| chain.iter().filter_map(|layer| layer.tar_bytes).sum())
        };
        let images = self.records::<Vec<ImageRecord>>("images")?;
        Ok(images
            .into_iter()
            .map(|image| LocalImage {
                bytes: bytes(&image),
                digests: image.digest.iter().map(ToString::to_string).collect(),
                id: format!("sha256:{}", image.id),
                names: image.names.unwrap_or_default(),
            })
            .collect())
    }

    /// Opens the image of a name, an id or the beginning of one. No layer is read.
    ///
    /// # Errors
    /// `E-NOT-FOUND`, `E-PLATFORM` where another platform is wanted, and records, manifests and configs that are not sound.
    pub fn open(&self, name: &str, options: &OpenOptions<'_>) -> Result<Vec<Image>, RegistryError> {
        let images = self.records::<Vec<ImageRecord>>("images")?;
        let record = find(&images, name)?;
        let layers = self.layers()?;
        let chain = chain(&layers, &record.layer).ok_or_else(|| self.broken("layers", "a layer is missing"))?;
        let bytes = self.document(&record.id, "manifest")?;
        let manifest: Manifest = parse(&bytes).map_err(|why| self.broken("images", &why))?;
        let config = self.document(&record.id, &manifest.config.digest.to_string())?;
        let shelf = Shelf::new(self, &chain)?;
        let parts = UnpackedImage {
            name: record.names.as_ref().and_then(|names| names.first().cloned()),
            manifest_digest: Some(Digest::of(Algorithm::Sha256, &bytes)),
            config_digest: manifest.config.digest,
            config: &config,
            annotations: manifest.annotations,
            layers: chain.iter().map(|layer| shelf.describe(layer)).collect::<Result<_, _>>()?,
        };
        let store: Arc<dyn BlobStore> = Arc::new(shelf);
        let image = open_unpacked(&store, parts)?;
        wanted(&image, options)?;
        Ok(vec![image])
    }

    fn layers(&self) -> Result<HashMap<String, LayerRecord>, RegistryError> {
        let layers = self.records::<Vec<LayerRecord>>("layers")?;
        Ok(layers.into_iter().map(|layer| (layer.id.clone(), layer)).collect())
    }

    fn records<T: serde::de::DeserializeOwned>(&self, what: &str) -> Result<T, RegistryError> {
        let path = self.root.join(format!("{}-{what}/{what}.json", self.driver.name()));
        parse(&read(&path)?).map_err(|why| RegistryError::Storage { path, why })
    }

    /// A document of an image. Names that are not plain words are kept in base64.
    fn document(&self, id: &str, name: &str) -> Result<Vec<u8>, RegistryError> {
        let folder = self.root.join(format!("{}-images", self.driver.name())).join(file_name(id)?);
        read(&folder.join(records::file_of(name)))
    }

    /// The folder with a layer's files.
    fn files(&self, id: &str) -> Result<PathBuf, RegistryError> {
        let id = file_name(id)?;
        Ok(match self.driver {
            Driver::Overlay => self.root.join("overlay").join(id).join("diff"),
            Driver::Vfs => self.root.join("vfs/dir").join(id),
        })
    }

    /// The file with a layer's recipe.
    fn recipe(&self, id: &str) -> Result<PathBuf, RegistryError> {
        Ok(self.root.join(format!("{}-layers/{}.tar-split.gz", self.driver.name(), file_name(id)?)))
    }

    fn broken(&self, what: &str, why: &str) -> RegistryError {
        let path = self.root.join(format!("{}-{what}", self.driver.name()));
        RegistryError::Storage { path, why: why.to_owned() }
    }
}

/// Ids become parts of paths; only hex digits may.
fn file_name(id: &str) -> Result<&str, RegistryError> {
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(id);
    }
    let path = PathBuf::from(mvi_image::printable(id.as_bytes()));
    Err(RegistryError::Storage { path, why: "this is no id of an image or layer".into() })
}

fn read(path: &Path) -> Result<Vec<u8>, RegistryError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(RECORD_BYTES).read_to_end(&mut bytes));
    read.map_err(|error| RegistryError::Storage { path: path.to_owned(), why: error.to_string() })?;
    Ok(bytes)
}

fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

/// The layers below and with `top`, base first; `None` when one is missing or they go in a circle.
fn chain(layers: &HashMap<String, LayerRecord>, top: &str) -> Option<Vec<LayerRecord>> {
    let mut found = Vec::new();
    let mut id = top;
    while !id.is_empty() {
        let layer = layers.get(id).filter(|_| found.len() <= layers.len())?;
        found.push(layer.clone());
        id = layer.parent.as_deref().unwrap_or_default();
    }
    found.reverse();
    Some(found)
}

/// The image of a name as podman reads it: complete, of this machine, of Docker Hub, or an id.
fn find<'i>(images: &'i [ImageRecord], name: &str) -> Result<&'i ImageRecord, RegistryError> {
    let id = name.strip_prefix('@').or(name.strip_prefix("sha256:")).unwrap_or(name);
    let is_id = id.len() >= 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let last = name.rsplit('/').next().unwrap_or(name);
    let tagged = if last.contains([':', '@']) { name.to_owned() } else { format!("{name}:latest") };
    let wanted = ["", "localhost/", "docker.io/library/", "docker.io/"].map(|prefix| format!("{prefix}{tagged}"));
    let named = |image: &&ImageRecord, wanted: &String| {
        image.names.iter().flatten().any(|known| known == wanted) || is_at(image, wanted)
    };
    let by_name = wanted.iter().find_map(|wanted| images.iter().find(|image| named(image, wanted)));
    let mut by_id = images.iter().filter(|image| is_id && image.id.starts_with(id));
    match (by_name, by_id.next(), by_id.next()) {
        (Some(found), _, _) | (None, Some(found), None) => Ok(found),
        (None, Some(_), Some(_)) => Err(RegistryError::NotFound {
            what: format!("single image `{name}`"),
            message: "several ids begin so".into(),
        }),
        (None, None, _) => {
            let names: Vec<_> =
                images.iter().flat_map(|image| image.names.iter().flatten()).take(20).cloned().collect();
            let message = format!("the storage holds: {}", names.join(", "));
            Err(RegistryError::NotFound { what: format!("image `{name}`"), message })
        }
    }
}

/// True when `NAME@DIGEST` is an image of this digest that has or had the name.
fn is_at(image: &ImageRecord, wanted: &str) -> bool {
    let Some((name, digest)) = wanted.split_once('@') else { return false };
    let known = image.names.iter().flatten().any(|known| known.strip_prefix(name).is_some_and(|r| r.starts_with(':')));
    known && image.digest.as_ref().is_some_and(|found| found.to_string() == digest)
}

/// The layers of one image as streams.
struct Shelf {
    label: String,
    layers: HashMap<Digest, Kept>,
}

/// Where a layer's bytes are.
#[derive(Debug, Clone)]
struct Kept {
    files: PathBuf,
    recipe: Option<PathBuf>,
}

impl Shelf {
    fn new(storage: &Storage, chain: &[LayerRecord]) -> Result<Self, RegistryError> {
        let mut layers = HashMap::new();
        for layer in chain {
            let recipe = storage.recipe(&layer.id)?;
            let kept = Kept { files: storage.files(&layer.id)?, recipe: recipe.is_file().then_some(recipe) };
            if kept.recipe.is_none() && storage.driver == Driver::Vfs {
                let why = format!("layer {} has no recipe, and its driver keeps no files of one layer alone", layer.id);
                return Err(storage.broken("layers", &why));
            }
            layers
                .insert(layer.diff_id.clone().ok_or_else(|| storage.broken("layers", "a layer has no diff id"))?, kept);
        }
        Ok(Self { label: format!("containers-storage:[{}@{}]", storage.driver.name(), storage.root.display()), layers })
    }

    fn describe(&self, layer: &LayerRecord) -> Result<UnpackedLayer, RegistryError> {
        let missing = || RegistryError::Storage { path: PathBuf::from(&layer.id), why: "it has no diff id".into() };
        let diff_id = layer.diff_id.clone().ok_or_else(missing)?;
        let has_recipe = self.layers.get(&diff_id).is_some_and(|kept| kept.recipe.is_some());
        let reason = "its recipe (tar-split) is missing, so its files were read in their place";
        Ok(UnpackedLayer {
            diff_id,
            tar_bytes: layer.tar_bytes.unwrap_or(0),
            // Layers that were built here were never compressed; then the blob is the tar.
            blob: layer.blob.clone(),
            blob_bytes: layer.blob_bytes.filter(|_| layer.blob.is_some() && layer.blob != layer.diff_id),
            unverifiable: (!has_recipe).then(|| reason.to_owned()),
        })
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Shelf").field("label", &self.label).finish_non_exhaustive()
    }
}

impl BlobStore for Shelf {
    fn label(&self) -> String {
        self.label.clone()
    }

    fn manifest(&self, _: &Digest, _: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn config(&self, _: &Digest, _: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn holds(&self, digest: &Digest) -> Result<bool, StoreError> {
        Ok(self.layers.contains_key(digest))
    }

    fn layer(&self, digest: &Digest, _: u64) -> Result<Option<Stream>, StoreError> {
        let Some(kept) = self.layers.get(digest) else { return Ok(None) };
        let unreadable = |path: &Path, error: io::Error| {
            StoreError::from(RegistryError::Storage { path: path.to_owned(), why: error.to_string() })
        };
        match &kept.recipe {
            Some(recipe) => {
                let file = File::open(recipe).map_err(|error| unreadable(recipe, error))?;
                Ok(Some(Box::new(Reassembled::new(file, kept.files.clone()))))
            }
            None => Ok(Some(walk::tar_of(&kept.files).map_err(|error| unreadable(&kept.files, error))?)),
        }
    }
}
