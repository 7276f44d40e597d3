//! One image on the bench: what the rules, gates and findings all need, worked out once.

use jiff::Timestamp;
use serde::Serialize;

use super::JudgedClass;
use super::exception::{self, Exception, ExceptionState};
use crate::base::BaseStanding;
use crate::class::{self, Ceiling, ClassChoice, NoClass};
use crate::evidence::{Evidence, Sizes};
use crate::reference::Reference;
use crate::standard::{SizeBasis, Standard};
use crate::verdict::Verdict;

/// A size with the way it was counted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct JudgedSize {
    /// Megabytes, 1 MB = 10⁶ bytes.
    pub mb: f64,
    /// Which bytes it counts.
    pub basis: SizeBasis,
    /// Whether it was estimated, good to about ±10 %.
    pub estimated: bool,
}

impl JudgedSize {
    /// True when the limit lies within the ±10 % that an estimate may be off.
    pub(super) fn straddles(&self, limit: f64) -> bool {
        self.estimated && self.mb * 0.9 <= limit && limit <= self.mb * 1.1
    }
}

pub(super) struct Case<'a> {
    pub(super) standard: &'a Standard,
    pub(super) evidence: &'a Evidence,
    pub(super) base: BaseStanding,
    pub(super) class: Result<ClassChoice<'a>, NoClass>,
    pub(super) ceiling: Option<Ceiling>,
    /// Which size is judged: the row's own basis, or the standard's.
    pub(super) basis: SizeBasis,
    pub(super) size: Option<JudgedSize>,
    pub(super) exception: Option<Exception>,
    /// A base below this image whose standing is REPLACE.
    pub(super) replaced_base: Option<String>,
    pub(super) floor_estimate_mb: Option<f64>,
}

impl<'a> Case<'a> {
    pub(super) fn of(standard: &'a Standard, evidence: &'a Evidence, now: Timestamp) -> Self {
        let base = BaseStanding::of(standard, &evidence.base);
        let class = class::choose(standard, evidence, &base);
        let row = class.as_ref().ok().map(|choice| choice.row);
        let basis = row.and_then(|row| row.size_basis).unwrap_or(standard.meta.size_basis);
        let size = size(&evidence.sizes, basis);
        Self {
            ceiling: row.map(|row| Ceiling::of(&standard.policy, row)),
            exception: exception::of(standard, evidence, size.map(|size| size.mb), now),
            replaced_base: replaced_base(standard, evidence, &base),
            floor_estimate_mb: measured(evidence.floor_estimate_mb).filter(|estimate| *estimate > 0.0),
            standard,
            evidence,
            base,
            class,
            basis,
            size,
        }
    }

    /// True when an exception counts and the image is within its cap.
    pub(super) fn is_covered(&self) -> bool {
        self.exception.as_ref().is_some_and(|exception| exception.state == ExceptionState::Covers)
    }

    pub(super) fn constraint(&self, verdict: Verdict) -> Option<String> {
        let exception = self.exception.as_ref().filter(|_| verdict == Verdict::Justified)?;
        exception.constraint.clone()
    }

    pub(super) fn judged_class(&self) -> Option<JudgedClass> {
        let choice = self.class.as_ref().ok()?;
        let ceiling = self.ceiling.clone()?;
        Some(JudgedClass { row: choice.row.id.clone(), source: choice.source.clone(), ceiling })
    }

    pub(super) fn heavy_mb(&self) -> f64 {
        self.standard.policy.heavy_mb
    }
}

/// A measured number; what no measurement can give counts as unknown.
pub(super) fn measured(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite() && *value >= 0.0)
}

/// The size of an image in one way of counting.
pub(super) fn size(sizes: &Sizes, basis: SizeBasis) -> Option<JudgedSize> {
    let (value, estimated) = match basis {
        SizeBasis::Transfer => (sizes.transfer_mb.map(|size| size.value), sizes.transfer_mb?.estimated),
        SizeBasis::Unpacked => (sizes.unpacked_mb, false),
    };
    measured(value).map(|mb| JudgedSize { mb, basis, estimated })
}

fn replaced_base(standard: &Standard, evidence: &Evidence, base: &BaseStanding) -> Option<String> {
    let judged = evidence.ancestors.iter().find(|ancestor| ancestor.status == Some(Verdict::Replace));
    let registered = || {
        let below = evidence.ancestors.iter().map(|ancestor| ancestor.reference.as_str());
        base.reference().into_iter().chain(below).find(|reference| is_registered_for_replacement(standard, reference))
    };
    judged.map(|ancestor| ancestor.reference.as_str()).or_else(registered).map(str::to_owned)
}

fn is_registered_for_replacement(standard: &Standard, reference: &str) -> bool {
    standard
        .gids
        .iter()
        .filter(|gid| gid.status == Verdict::Replace)
        .any(|gid| names_image(&gid.image, reference, standard))
}

/// True when a name of the standard (repository, or repository and tag glob) means this image.
pub fn names_image(name: &str, image: &str, standard: &Standard) -> bool {
    let Ok(image) = Reference::normalise(image, &standard.mirrors) else { return false };
    crate::pattern::matches_ban(name, &image) == crate::pattern::Match::Yes
}
