//! From what the user wrote to opened images, wherever they are.

use mvi_image::{Image, Location, OpenOptions, Scheme};

use crate::daemon::Daemon;
use crate::error::RegistryError;
use crate::options::RegistryOptions;
use crate::registry::Registry;
use crate::storage::Storage;

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
