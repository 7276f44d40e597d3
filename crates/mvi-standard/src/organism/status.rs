//! The three levels that carry a status: images have verdicts; base organisms and use classes get theirs from them.

use crate::pattern::{Match, matches_ban};
use crate::reference::Reference;
use crate::standard::{Gid, RomStatus, Row, Standard};
use crate::verdict::Verdict;

/// One judged image of a fleet, as far as the status of bases and classes depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FleetVerdict<'a> {
    /// Reference of the image.
    pub reference: &'a str,
    /// Its class.
    pub class: Option<&'a str>,
    /// Its verdict.
    pub verdict: Verdict,
}

/// The status of a use class: the worst verdict of its images, else what its first base allows.
///
/// Nothing for a row without an image whose base is not registered.
pub fn row_status(standard: &Standard, row: &Row, fleet: &[FleetVerdict<'_>]) -> Option<Verdict> {
    let images = fleet.iter().filter(|image| image.class == Some(row.id.as_str()));
    Verdict::worst(images.map(|image| image.verdict)).or_else(|| rom_status(standard, row.base.first()?))
}

/// The status of a registered image: its worst verdict where the fleet runs it, else what the base allows.
///
/// Nothing for one that is neither a registered base nor in the fleet.
pub fn base_status(standard: &Standard, gid: &Gid, fleet: &[FleetVerdict<'_>]) -> Option<Verdict> {
    let means = |reference: &str| {
        let reference = Reference::normalise(reference, &standard.mirrors);
        reference.is_ok_and(|reference| matches_ban(&gid.image, &reference) == Match::Yes)
    };
    let images = fleet.iter().filter(|image| means(image.reference));
    Verdict::worst(images.map(|image| image.verdict)).or_else(|| rom_status(standard, &gid.image))
}

fn rom_status(standard: &Standard, base: &str) -> Option<Verdict> {
    let reference = Reference::normalise(base, &standard.mirrors).ok()?;
    crate::base::registered(standard, &reference).map(|rom| match rom.status {
        RomStatus::Floor => Verdict::Floor,
        RomStatus::Justified => Verdict::Justified,
    })
}
