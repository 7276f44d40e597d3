//! What is kept beside an image so that it can be judged again: what was measured, and what its owner says of it.

use mvi_fleet::ImageFacts;
use mvi_standard::Evidence;
use mvi_standard::declared::Declaration;
use mvi_standard::evidence::{DirectBase, Role};
use mvi_standard::fleet_file::FleetImage;
use mvi_standard::pressure::Measurements;
use mvi_standard::standard::Standard;
use serde::{Deserialize, Serialize};

use super::FleetFailure;

const SCHEMA: &str = "mvi-dossier/1";

/// Everything that was said about an image, by measurement and by its owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Dossier {
    /// `mvi-dossier/1`.
    schema: String,
    /// What was found in the image; nothing for one that is only declared. Its base is what the image or the person
    /// asking claims, never what layers show: that changes with what else the fleet knows.
    pub measured: Option<Evidence>,
    /// Bytes that are there and not needed, MB; none where nobody can tell, or nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unneeded_mb: Option<f64>,
    /// What the owner's file says.
    pub declared: Option<FleetImage>,
}

impl Dossier {
    /// A dossier.
    #[must_use]
    pub(crate) fn new(measured: Option<Evidence>, declared: Option<FleetImage>) -> Self {
        Self { schema: SCHEMA.to_owned(), measured, unneeded_mb: None, declared }
    }

    /// The dossier that is kept with an image; an empty one where none is.
    ///
    /// # Errors
    /// [`FleetFailure::Dossier`].
    pub(crate) fn of(image: &ImageFacts) -> Result<Self, FleetFailure> {
        let Some(kept) = &image.evidence else { return Ok(Self::new(None, None)) };
        let unreadable = |source| FleetFailure::Dossier { reference: image.reference.clone(), source };
        serde_json::from_value(kept.clone()).map_err(unreadable)
    }

    /// Keeps the dossier with an image.
    ///
    /// # Errors
    /// [`FleetFailure::Dossier`].
    pub(crate) fn keep(&self, image: &mut ImageFacts) -> Result<(), FleetFailure> {
        let unwritable = |source| FleetFailure::Dossier { reference: image.reference.clone(), source };
        image.evidence = Some(serde_json::to_value(self).map_err(unwritable)?);
        Ok(())
    }

    /// True for an image that nobody read.
    #[must_use]
    pub(crate) fn is_only_declared(&self) -> bool {
        self.measured.is_none() && self.declared.is_some()
    }

    /// What the judge takes, as far as the image and its owner tell: what was measured counts before what is declared.
    #[must_use]
    pub(crate) fn evidence(&self, standard: &Standard) -> Evidence {
        let declared = self.declared.as_ref().map(|declared| declared.evidence(standard));
        let Some(measured) = &self.measured else { return declared.unwrap_or_default() };
        let Some(declared) = declared else { return measured.clone() };
        let base = if measured.base.reference.is_some() {
            measured.base.clone()
        } else {
            DirectBase { reference: declared.base.reference, source: declared.base.source, ..measured.base.clone() }
        };
        Evidence {
            base,
            ancestors: declared.ancestors,
            class: measured.class.clone().or(declared.class),
            role: if measured.role == Role::Base { Role::Base } else { declared.role },
            debt: declared.debt,
            // What was measured is an estimate; its owner may know better.
            floor_estimate_mb: declared.floor_estimate_mb.or(measured.floor_estimate_mb),
            ..measured.clone()
        }
    }

    /// The dimensions that are known; `size_mb` is the size that was judged.
    #[must_use]
    pub(crate) fn measurements(&self, image: &ImageFacts, size_mb: Option<f64>) -> Measurements {
        let mut known = self.declared.as_ref().map(|declared| declared.measurements(size_mb)).unwrap_or_default();
        image.dimensions.iter().for_each(|(id, value)| known.set(id, *value));
        if let Some(size) = size_mb {
            known.set("size_mb", size);
        }
        known
    }

    /// What people declared.
    #[must_use]
    pub(crate) fn declaration(&self, standard: &Standard) -> Declaration {
        let Some(declared) = &self.declared else { return Declaration::default() };
        let said = declared.declaration(standard);
        // What the owner wrote down is a declaration only beside a measurement.
        let own_size = declared.size_mb.filter(|_| self.measured.is_some() && !declared.size_approx);
        Declaration { size_mb: said.size_mb.or(own_size), ..said }
    }
}
