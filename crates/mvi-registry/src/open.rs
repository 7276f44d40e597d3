//! From what the user wrote to opened images, wherever they are.

use mvi_image::{Image, ImageError, Location, OpenOptions, PlatformChoice, Scheme};

use crate::daemon::Daemon;
use crate::error::RegistryError;
use crate::options::RegistryOptions;
use crate::registry::Registry;
use crate::storage::Storage;

/// The image of a place that keeps one platform of each, if it is one that is wanted.
pub(crate) fn wanted(image: &Image, options: &OpenOptions<'_>) -> Result<(), ImageError> {
    let PlatformChoice::Exactly(wanted) = &options.platform else { return Ok(()) };
    let found = image.platform();
    let same = found.os == wanted.os && found.architecture == wanted.architecture;
    if same && (wanted.variant.is_none() || wanted.variant == found.variant) {
        return Ok(());
    }
    Err(ImageError::Platform { wanted: wanted.to_string(), available: found.to_string() })
}

/// Opens the image or images at `location`: those of registries, services and storages here, files as
/// [`mvi_image::open`] does. No layer is read, unless its source goes by only once.
///
/// # Errors
/// Every kind of [`RegistryError`].
pub fn open(
    location: &Location,
    registry: &RegistryOptions,
    options: &OpenOptions<'_>,
) -> Result<Vec<Image>, RegistryError> {
    let name = location.selector.as_deref().unwrap_or_default();
    match location.scheme {
        Scheme::Docker => Registry::new(registry.clone()).open_image(&name.parse()?, options),
        Scheme::DockerDaemon => Daemon::new(registry)?.open(name, options),
        Scheme::ContainersStorage => {
            let (storage, name) = Storage::locate(registry, name)?;
            storage.open(name, options)
        }
        Scheme::DockerArchive | Scheme::Oci | Scheme::OciArchive | Scheme::RootFs | Scheme::Detect | Scheme::Stdin => {
            Ok(mvi_image::open(location, options)?)
        }
    }
}
