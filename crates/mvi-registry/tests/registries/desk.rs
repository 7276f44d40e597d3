//! Reading images as the program does, with a record of the waits instead of waits.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use mvi_image::{
    HeadersOnly, Image, ImageError, LayerCache, Limits, OpenOptions, PlatformChoice, Quiet, ScanOptions, ScannedLayer,
    scan,
};
use mvi_registry::{Insecure, Patience, Registry, RegistryError, RegistryOptions};

/// Options, and the waits that a client with them would have made.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) options: RegistryOptions,
    pub(crate) waits: Arc<Mutex<Vec<Duration>>>,
    pub(crate) limits: Limits,
}

impl Desk {
    /// For plain HTTP, without credentials, in a hurry.
    pub(crate) fn new() -> Self {
        let waits = Arc::new(Mutex::new(Vec::new()));
        let notes = waits.clone();
        let patience = Patience {
            connect: Duration::from_secs(5),
            idle: Duration::from_millis(800),
            document: Duration::from_secs(20),
            pause: Arc::new(move |wait| notes.lock().unwrap().push(wait)),
            ..Patience::default()
        };
        let options = RegistryOptions { insecure: Insecure::All, patience, ..Default::default() };
        Self { options, waits, limits: Limits::default() }
    }

    pub(crate) fn registry(&self) -> Registry {
        Registry::new(self.options.clone())
    }

    /// Opens the one image of a reference.
    pub(crate) fn open(&self, reference: &str) -> Result<Image, RegistryError> {
        self.open_with(&self.registry(), reference)
    }

    pub(crate) fn open_with(&self, registry: &Registry, reference: &str) -> Result<Image, RegistryError> {
        let platform: PlatformChoice = "linux/amd64".parse()?;
        let options = OpenOptions { platform, verify: true, limits: &self.limits, collector: &HeadersOnly };
        Ok(registry.open_image(&reference.parse()?, &options)?.remove(0))
    }

    /// Opens and reads; the error as the program would tell it.
    pub(crate) fn read(&self, reference: &str) -> Result<Vec<ScannedLayer>, RegistryError> {
        Ok(self.scan(&self.open(reference)?, None)?)
    }

    /// Reads an image.
    pub(crate) fn scan(&self, image: &Image, cache: Option<&LayerCache>) -> Result<Vec<ScannedLayer>, ImageError> {
        let (limits, progress) = (&self.limits, &Quiet);
        scan(
            image,
            &ScanOptions { collector: &HeadersOnly, limits, verify: true, estimate: true, jobs: 4, cache, progress },
        )
    }

    /// The code of what comes of reading; `fine` when nothing is wrong.
    pub(crate) fn code(&self, reference: &str) -> String {
        self.read(reference).map_or_else(|error| error.code().to_owned(), |_| "fine".to_owned())
    }

    pub(crate) fn waits(&self) -> usize {
        self.waits.lock().unwrap().len()
    }
}

/// A layer memory in a folder.
pub(crate) fn memory(folder: &tempfile::TempDir) -> LayerCache {
    LayerCache::new(folder.path().join("memory"), 1 << 30, SystemTime::now() + Duration::from_secs(60))
}

/// An error with its causes, as one line.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
