//! An opened image: manifest and config read and checked, layers not yet.

use std::collections::BTreeMap;
use std::fmt;

use crate::digest::Digest;
use crate::gap::{Gap, GapCode};
use crate::source::members::LayerSource;
use crate::source::{Config, Platform};

/// One image of one platform.
#[derive(Debug)]
pub struct Image {
    /// File or folder it was opened from.
    pub source: String,
    /// The name it has there, such as `localhost/app:latest`.
    pub reference: Option<String>,
    /// Digest of its manifest; docker archives have none.
    pub manifest_digest: Option<Digest>,
    /// Digest of its config, which docker calls the image id.
    pub config_digest: Option<Digest>,
    /// Its configuration.
    pub config: Config,
    /// Annotations of its manifest.
    pub annotations: BTreeMap<String, String>,
    /// Its layers, base first.
    pub layers: Vec<Layer>,
    /// What was odd about it.
    pub gaps: Vec<Gap>,
    /// Its manifest and configuration as they are stored.
    pub documents: Documents,
}

/// The documents of an image, byte for byte; empty where there are none, as for root file systems.
#[derive(Clone, Default)]
pub struct Documents {
    /// The manifest; docker archives and container storages have none that could be used elsewhere.
    pub manifest: Vec<u8>,
    /// The configuration.
    pub config: Vec<u8>,
}

impl fmt::Debug for Documents {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} and {} bytes", self.manifest.len(), self.config.len())
    }
}

/// One layer of an image.
#[derive(Debug)]
pub struct Layer {
    pub(crate) source: LayerSource,
    /// Digest of the uncompressed bytes, as the config states it; root file systems have none.
    pub diff_id: Option<Digest>,
    /// Digest of the stored bytes, as the manifest states it.
    pub blob: Option<Digest>,
    /// Stored bytes, as the manifest states them.
    pub stated_size: Option<u64>,
    pub(crate) media_type: String,
    /// The history entry that made it.
    pub instruction: Option<usize>,
}

impl Layer {
    /// True when the image lists the layer but its bytes are kept elsewhere.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self.source, LayerSource::Absent)
    }
}

impl Image {
    pub(crate) fn new(source: String, config: Config, layers: Vec<Layer>) -> Self {
        Self {
            source,
            reference: None,
            manifest_digest: None,
            config_digest: None,
            config,
            annotations: BTreeMap::new(),
            layers,
            gaps: Vec::new(),
            documents: Documents::default(),
        }
    }

    /// The digest it is known by: the manifest's, or the config's where there is no manifest.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        self.manifest_digest.as_ref().or(self.config_digest.as_ref())
    }

    /// The platform its config states.
    #[must_use]
    pub fn platform(&self) -> Platform {
        let or_unknown = |text: &str| if text.is_empty() { "unknown".to_owned() } else { text.to_owned() };
        Platform {
            os: or_unknown(&self.config.os),
            architecture: or_unknown(&self.config.architecture),
            variant: self.config.variant.clone().filter(|variant| !variant.is_empty()),
        }
    }

    /// The instruction that made a layer, as the builder wrote it.
    #[must_use]
    pub fn instruction(&self, layer: usize) -> Option<&str> {
        let entry = self.layers.get(layer)?.instruction?;
        self.config.history.get(entry)?.created_by.as_deref()
    }

    /// What a container of it runs: entrypoint, then command.
    #[must_use]
    pub fn argv(&self) -> Vec<String> {
        [self.config.config.entrypoint.as_slice(), self.config.config.cmd.as_slice()].concat()
    }
}

/// Gives each layer the history entry that made it; says when they do not match one to one.
pub(crate) fn join_history(image: &mut Image) {
    let steps: Vec<usize> =
        image.config.history.iter().enumerate().filter(|(_, step)| !step.empty_layer).map(|(index, _)| index).collect();
    for (layer, step) in image.layers.iter_mut().zip(&steps) {
        layer.instruction = Some(*step);
    }
    if !image.config.history.is_empty() && steps.len() != image.layers.len() {
        let (steps, layers) = (steps.len(), image.layers.len());
        let text = format!(
            "the history names {steps} layers, the image has {layers}; instructions may belong to other layers"
        );
        image.gaps.push(Gap::whole(GapCode::History, text));
    }
}
