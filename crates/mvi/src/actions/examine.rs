//! The steps every look into an image shares: open, read the layers, merge; the inventory when it is asked for.

use std::cell::OnceCell;
use std::collections::HashSet;

use mvi_image::{
    Collector, FileTree, Gap, Image, ImageError, LayerCache, Limits, Location, OpenOptions, PlatformChoice, Progress,
    ScanOptions, ScannedLayer, merge, scan,
};
use mvi_inventory::{Command, Inventory, Runtime, detect_runtime, take};
use mvi_registry::{RegistryOptions, open};

use crate::report::{ImageIdentity, Megabytes, Sizes, instruction};

/// How images are read.
pub(crate) struct ExamineOptions {
    /// Which platforms of a multi-platform image.
    pub platform: PlatformChoice,
    /// True when digests are checked.
    pub verify: bool,
    /// Ceilings.
    pub limits: Limits,
    /// Layers read at the same time.
    pub jobs: usize,
    /// The layer memory; none to do without.
    pub cache: Option<LayerCache>,
    /// How registries, services and storages are reached.
    pub registry: RegistryOptions,
}

/// Reads images with one set of options.
pub(crate) struct Examiner<'a> {
    /// How.
    pub options: &'a ExamineOptions,
    /// Asks for the bodies that the action at hand needs.
    pub collector: &'a dyn Collector,
    /// True when it needs the transfer size of plain layers even where their bodies are skipped.
    pub estimate: bool,
    /// Watches the layers of the image at hand.
    pub progress: &'a dyn Progress,
}

/// An image with everything that was found in it.
pub(crate) struct Examined {
    /// Manifest and config.
    pub image: Image,
    /// Its layers, base first.
    pub layers: Vec<ScannedLayer>,
    /// The merged file system.
    pub tree: FileTree,
    /// Packages and owners of files, once they were asked for.
    inventory: OnceCell<Inventory>,
    /// What it runs, once that was asked for.
    runtime: OnceCell<Runtime>,
    /// The paths that it declares as volumes, sorted.
    volumes: Vec<String>,
    /// True when digests were checked.
    pub verified: bool,
}

impl Examiner<'_> {
    /// Opens the images at a location; no layer of theirs is read yet, unless the archive can be read only once.
    ///
    /// # Errors
    /// See [`open`].
    pub(crate) fn open(&self, location: &Location) -> Result<Vec<Image>, ImageError> {
        let options = self.options;
        let platform = options.platform.clone();
        let open_options =
            OpenOptions { platform, verify: options.verify, limits: &options.limits, collector: self.collector };
        Ok(open(location, &options.registry, &open_options)?)
    }

    /// Reads an opened image.
    ///
    /// # Errors
    /// See [`scan`].
    pub(crate) fn examine(&self, image: Image) -> Result<Examined, ImageError> {
        let options = self.options;
        let layers = scan(
            &image,
            &ScanOptions {
                collector: self.collector,
                limits: &options.limits,
                verify: options.verify,
                estimate: self.estimate,
                jobs: options.jobs,
                cache: options.cache.as_ref(),
                progress: self.progress,
            },
        )?;
        let tree = merge(layers.iter().map(|layer| layer.facts.clone()).collect());
        let volumes = image.config.config.volumes.keys().cloned().collect();
        Ok(Examined {
            image,
            volumes,
            layers,
            tree,
            inventory: OnceCell::new(),
            runtime: OnceCell::new(),
            verified: options.verify,
        })
    }

    /// Opens and reads the one image of a location.
    ///
    /// # Errors
    /// Those of [`Self::open`] and [`Self::examine`]; several images are an error that names them.
    pub(crate) fn examine_one(&self, location: &Location) -> Result<Examined, ImageError> {
        let mut images = self.open(location)?;
        match images.pop() {
            Some(image) if images.is_empty() => self.examine(image),
            last => {
                let name = |image: &Image| {
                    let platform = image.platform().to_string();
                    image.reference.as_ref().map_or(platform.clone(), |name| format!("{name} ({platform})"))
                };
                let mut available: Vec<_> = images.iter().chain(&last).map(name).collect();
                available.sort();
                Err(ImageError::Several { what: location.to_string(), available: available.join(", ") })
            }
        }
    }
}

impl Examined {
    /// Packages and owners of files.
    pub(crate) fn inventory(&self) -> &Inventory {
        self.inventory.get_or_init(|| take(&self.tree))
    }

    /// What the image runs.
    pub(crate) fn runtime(&self) -> &Runtime {
        self.runtime.get_or_init(|| {
            let config = &self.image.config.config;
            let search_path = config.env.iter().find_map(|pair| pair.strip_prefix("PATH="));
            let argv = self.image.argv();
            detect_runtime(&self.tree, &Command { argv: &argv, search_path, working_dir: &config.working_dir })
        })
    }

    /// The paths that it declares as volumes.
    pub(crate) fn volumes(&self) -> &[String] {
        &self.volumes
    }

    /// The inventory alone, when nothing else is needed any more.
    pub(crate) fn into_inventory(self) -> Inventory {
        self.inventory.into_inner().unwrap_or_else(|| take(&self.tree))
    }

    /// Which image it is.
    #[must_use]
    pub(crate) fn identity(&self) -> ImageIdentity {
        let digest = |digest: &Option<mvi_image::Digest>| digest.as_ref().map(ToString::to_string);
        ImageIdentity {
            source: self.image.source.clone(),
            reference: self.image.reference.clone(),
            platform: self.image.platform().to_string(),
            manifest_digest: digest(&self.image.manifest_digest),
            config_digest: digest(&self.image.config_digest),
            created: self.image.config.created.clone(),
        }
    }

    /// What it weighs.
    #[must_use]
    pub(crate) fn sizes(&self) -> Sizes {
        let unpacked: u64 = self.layers.iter().map(|layer| layer.facts.tar_bytes()).sum();
        let shipped: u64 = self.tree.changes().iter().map(|change| change.file_bytes).sum();
        let effective = self.tree.visible_bytes();
        let transfer = self.transfer();
        Sizes {
            transfer_mb: transfer.map(|(bytes, _)| Megabytes(bytes)),
            transfer_estimated: transfer.is_some_and(|(_, estimated)| estimated),
            unpacked_mb: Megabytes(unpacked),
            effective_mb: Megabytes(effective),
            wasted_mb: Megabytes(unpacked.saturating_sub(effective)),
            hidden_mb: Megabytes(shipped.saturating_sub(effective)),
            framing_mb: Megabytes(unpacked.saturating_sub(shipped)),
        }
    }

    /// Bytes of the distinct compressed layers, and whether some are estimated.
    fn transfer(&self) -> Option<(u64, bool)> {
        let mut seen = HashSet::new();
        let mut sum = (0, false);
        for (layer, scanned) in self.image.layers.iter().zip(&self.layers) {
            let id = layer.blob.as_ref().or(layer.diff_id.as_ref());
            if id.is_some_and(|id| !seen.insert(id)) {
                continue;
            }
            let transfer = scanned.transfer_bytes?;
            sum = (sum.0 + transfer.bytes, sum.1 | transfer.estimated);
        }
        Some(sum)
    }

    /// The instruction that made a layer, as a Dockerfile has it.
    #[must_use]
    pub(crate) fn instruction(&self, layer: usize) -> Option<String> {
        self.image.instruction(layer).map(instruction)
    }

    /// Everything that was not understood, image first, then layer by layer, then the inventory if it was taken.
    #[must_use]
    pub(crate) fn gaps(&self) -> Vec<Gap> {
        let mut gaps = self.image.gaps.clone();
        for (index, layer) in self.layers.iter().enumerate() {
            let number = index as u32;
            gaps.extend(layer.gaps.iter().cloned().map(|gap| Gap { layer: Some(number), ..gap }));
            gaps.extend(layer.facts.gaps().of_layer(number));
        }
        gaps.extend_from_slice(self.tree.gaps());
        gaps.extend(self.inventory.get().into_iter().flat_map(|inventory| inventory.gaps.iter().cloned()));
        gaps
    }
}
