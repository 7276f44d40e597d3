//! What an image is made of, each part held against what its entry point reaches and against the standard's tables.

mod component;
mod evidence;
mod floor;
mod mandatory;
mod packages;
mod questionable;
mod score;

use mvi_inventory::{Libc, Profile};
use serde::Serialize;

pub use component::{Bytes, Component, Decision};
pub use evidence::{Evidence, Finding, Presence};
pub use mandatory::{MandatoryNote, MandatoryState};
pub use questionable::Advice;
pub use score::{Check, Score, Section};

use crate::closure::{Closure, Ground};
use crate::rules::{Risk, Rules};

/// What is known about a layer beside what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LayerShare {
    /// Compressed bytes for each byte of the unpacked archive; none where that is not known.
    pub compressed: Option<f64>,
}

/// What an image would stand on if it were as small as it can be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FloorBase {
    /// The floor base of its class, of so many compressed megabytes.
    OfClass(f64),
    /// Nothing: the standard has no class for its runtime, which the image then brings itself.
    Scratch,
    /// The standard has a class, and no size of its floor base.
    Unknown,
}

/// What a composition is judged by beside the image.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// The standard's tables.
    pub rules: &'a Rules,
    /// The layers, base first.
    pub layers: &'a [LayerShare],
    /// How many of the first layers are the base's; none where that is not known.
    pub base_layers: Option<u32>,
    /// True when that base is registered with FLOOR or JUSTIFIED, so that what it brings is only a warning.
    pub base_is_registered: bool,
    /// True when the image's user is not root.
    pub runs_as_other: bool,
    /// What the image would stand on.
    pub floor_base: FloorBase,
    /// Checks that others made, each with the beginning of its section's name: `D6`.
    pub checks: &'a [(&'a str, Check)],
}

/// A whole composition.
#[derive(Debug, Clone, Serialize)]
pub struct Composition {
    /// Every component, the largest first.
    pub components: Vec<Component>,
    /// What becomes of each package of the inventory, in its order; those without files of their own are there as well.
    #[serde(skip)]
    pub packages: Vec<Decision>,
    /// What the standard prohibits and is there, the worst first.
    pub findings: Vec<Finding>,
    /// What does not work, the worst first.
    pub faults: Vec<Fault>,
    /// What the standard recommends to leave out, and nothing needs.
    pub advice: Vec<Advice>,
    /// What has to be there.
    pub mandatory: Vec<MandatoryNote>,
    /// Points of 100.
    pub score: Score,
    /// Visible bytes by decision; they add up to all.
    pub bytes: Bytes,
    /// Compressed bytes of the included closure on top of the class's floor base, or of all of it where there is no such class,
    /// MB; none where the floor base or the compression of a layer is not known, or nobody can tell what the image runs.
    pub floor_estimate_mb: Option<f64>,
    /// Why there is none.
    pub floor_unknown: Option<String>,
}

/// Something that does not work, or will not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// `F-M0`, `F-ENTRYPOINT-MISSING`, `F-PID1`.
    pub code: &'static str,
    /// How bad it is.
    pub risk: Risk,
    /// What is wrong.
    pub text: String,
    /// What to do.
    pub next: String,
}

/// The standard's id of a runtime.
#[must_use]
pub fn profile_id(profile: Profile) -> &'static str {
    match profile {
        Profile::Erlang => "erlang",
        Profile::Python => "python",
        Profile::Node => "node",
        Profile::Java => "java",
        Profile::StaticWeb => "static-web",
        Profile::StaticElf => "static-elf",
        Profile::DynamicElf => "dynamic-elf",
    }
}

/// Takes an image apart and judges every part of it.
#[must_use]
pub fn compose(ground: &Ground<'_>, closure: &Closure, terms: &Terms<'_>) -> Composition {
    let found = evidence::find(ground, closure, terms);
    let parts = component::components(ground, closure, terms, &found);
    let findings = evidence::findings(ground, terms, &found, &parts);
    let packages = packages::packages(ground, closure, terms, &parts);
    let (components, bytes) = (parts.components, parts.bytes);
    let (mandatory, mut faults) = mandatory::check(ground, closure, terms);
    let advice = questionable::advice(ground, closure, terms);
    faults.sort_by(|left, right| right.risk.cmp(&left.risk).then_with(|| left.text.cmp(&right.text)));
    let score = score::score(ground, terms, (&mandatory, &faults, &findings));
    let (floor_estimate_mb, floor_unknown) = match floor::floor(ground, closure, terms, &components) {
        Ok(estimate) => (Some(estimate), None),
        Err(why) => (None, Some(why)),
    };
    Composition {
        components,
        packages,
        findings,
        faults,
        advice,
        mandatory,
        score,
        bytes,
        floor_estimate_mb,
        floor_unknown,
    }
}

/// True where the program needs glibc.
pub(crate) fn needs_glibc(ground: &Ground<'_>) -> bool {
    ground.runtime.libc == Some(Libc::Glibc)
}
