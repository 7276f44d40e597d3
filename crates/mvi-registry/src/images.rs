//! A repository as a store of blobs: documents whole, layers as streams that mend themselves.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mvi_image::{BlobStore, Digest, StoreError};
use ureq::http::Method;

use crate::auth::{Access, Scope};
use crate::error::RegistryError;
use crate::http::Request;
use crate::reference::Reference;
use crate::registry::{FoundManifest, Registry, Stream};
use crate::resume::Resuming;

/// One place where a reference may be had.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// What it is called there.
    pub(crate) name: Reference,
}

impl Place {
    /// What is needed to read from it.
    pub(crate) fn pull(&self) -> Scope<'_> {
        Scope { name: &self.name, access: Access::Pull }
    }
}

/// The blobs of one repository, at its mirrors and at its registry.
pub(crate) struct Repository {
    shared: Arc<Shared>,
    label: String,
    /// The manifest that was found under the name; it is not fetched twice.
    top: FoundManifest,
}

/// What the streams of a repository share.
pub(crate) struct Shared {
    pub(crate) registry: Registry,
    places: Vec<Place>,
    /// The place that answered last; it is asked first.
    favourite: AtomicUsize,
}

impl Shared {
    /// The host that answered last, for messages.
    pub(crate) fn registry_host(&self) -> String {
        let place = self.places.get(self.favourite.load(Ordering::Relaxed));
        place.map(|place| place.name.host.clone()).unwrap_or_default()
    }

    /// What the first place gives that has it, beginning with the one that answered last.
    pub(crate) fn first_of<T>(
        &self,
        ask: impl Fn(&Place) -> Result<T, RegistryError>,
    ) -> Result<Option<T>, RegistryError> {
        let favourite = self.favourite.load(Ordering::Relaxed);
        let order = (0..self.places.len()).map(|step| (favourite + step) % self.places.len());
        let mut worst = None;
        for number in order {
            match ask(&self.places[number]) {
                Ok(found) => {
                    self.favourite.store(number, Ordering::Relaxed);
                    return Ok(Some(found));
                }
                Err(RegistryError::NotFound { .. }) => {}
                Err(error) => worst = Some(error),
            }
        }
        worst.map_or(Ok(None), Err)
    }
}

impl Repository {
    pub(crate) fn new(
        registry: Registry,
        reference: &Reference,
        places: Vec<Place>,
        favourite: usize,
        top: FoundManifest,
    ) -> Self {
        let shared = Arc::new(Shared { registry, places, favourite: AtomicUsize::new(favourite) });
        Self { shared, label: format!("docker://{}", reference.name()), top }
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Repository").field("label", &self.label).finish_non_exhaustive()
    }
}

impl BlobStore for Repository {
    fn label(&self) -> String {
        self.label.clone()
    }

    fn manifest(&self, digest: &Digest, limit: u64) -> Result<Option<Vec<u8>>, StoreError> {
        if *digest == self.top.digest {
            return Ok(Some(self.top.bytes.clone()));
        }
        let registry = &self.shared.registry;
        let ask = |place: &Place| {
            let place = Place { name: place.name.at(digest.clone()) };
            registry.manifest(&place, limit).map(|found| found.bytes)
        };
        Ok(self.shared.first_of(ask)?)
    }

    fn config(&self, digest: &Digest, limit: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.shared.first_of(|place| self.shared.registry.small_blob(place, digest, limit))?)
    }

    fn holds(&self, digest: &Digest) -> Result<bool, StoreError> {
        let registry = &self.shared.registry;
        let ask = |place: &Place| {
            let what = format!("blob {} of `{}`", digest.short(), place.name.name());
            let request = Request::new(Method::HEAD, registry.url(&place.name, &format!("blobs/{digest}")), &what);
            let answer = registry.session.send(place.pull(), request)?;
            if answer.status().is_success() { Ok(()) } else { Err(answer.into_error(&what)) }
        };
        Ok(self.shared.first_of(ask)?.is_some())
    }

    fn layer(&self, digest: &Digest, size: u64) -> Result<Option<Stream>, StoreError> {
        Ok(Resuming::open(&self.shared, digest, size)?.map(|stream| Box::new(stream) as Stream))
    }
}
