//! What another base would mean for the findings of an image.

use mvi_advisories::Level;
use serde::Serialize;

use super::Unchecked;
use crate::report::ImageIdentity;

/// Which layers of the image are its base's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct VulnsBase {
    /// How many of the first layers.
    pub layers: u32,
    /// How that is known.
    pub known_by: BaseKnownBy,
    /// The base, where it has a name.
    pub reference: Option<String>,
}

impl VulnsBase {
    /// As many of the first layers as somebody says.
    pub(crate) fn stated(layers: u32) -> Self {
        Self { layers, known_by: BaseKnownBy::Stated, reference: None }
    }
}

/// How the layers of a base are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BaseKnownBy {
    /// Somebody stated their number.
    Stated,
    /// The digests of a base that somebody named are the first of the image.
    OldBase,
    /// So are those of one of the bases that were asked about.
    Candidate,
    /// So are those of an image that the fleet knows.
    Fleet,
}

/// What moving the image to another base would do to its findings, if nothing else changed.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct BaseUpdate {
    /// The other base.
    pub image: ImageIdentity,
    /// True where it is the base that the image stands on already.
    pub is_current: bool,
    /// Advisories that packages of today's base are affected by; each counts once.
    pub of: usize,
    /// Those that no package would be affected by any more.
    pub removes: usize,
    /// Those that a package of the other base is affected by as well.
    pub leaves: usize,
    /// Those of which nobody can tell.
    pub unknown: usize,
    /// Advisories that packages of the other base are affected by, and none of the image is.
    pub adds: usize,
    /// Of the advisories that would be there, or may be: HIGH and CRITICAL ones.
    pub high_or_worse: usize,
    /// What becomes of each finding in today's base, in the order of the findings.
    pub findings: Vec<BaseFate>,
    /// What comes with the other base, the worst first.
    pub added: Vec<AddedVuln>,
    /// Packages of the other base that no feed speaks of.
    pub unchecked: Vec<Unchecked>,
}

/// What becomes of one finding in the base.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct BaseFate {
    /// The advisory.
    pub id: String,
    /// How bad it is.
    pub level: Level,
    /// The package that has it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its package URL.
    pub purl: String,
    /// The record that says it is there.
    pub record: String,
    /// What becomes of it.
    pub fate: Fate,
    /// Name and version of the packages of the other base that this is about.
    pub there: Vec<String>,
}

/// What becomes of a finding with another base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fate {
    /// The other base has the package in a version that is not affected.
    Fixed,
    /// The other base has no such package.
    Gone,
    /// Somebody says that the package of the other base is not affected.
    Answered,
    /// The other base has it too.
    Still,
    /// The other base has the package, and nobody can tell.
    Unknown,
}

impl Fate {
    /// True where nothing is left of the finding.
    pub(crate) fn removes(self) -> bool {
        match self {
            Self::Fixed | Self::Gone | Self::Answered => true,
            Self::Still | Self::Unknown => false,
        }
    }
}

/// An advisory that comes with another base.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AddedVuln {
    /// The advisory.
    pub id: String,
    /// How bad it is.
    pub level: Level,
    /// Name and version of the package.
    pub package: String,
    /// The nearest version that is fixed.
    pub fixed_in: Option<String>,
}
