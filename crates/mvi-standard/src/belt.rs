//! The belt: which of the 64 segments an image lies in, from its verdict, its base and its pressure alone.

use serde::Serialize;

use crate::base::{self, BaseStanding};
use crate::evidence::{Evidence, Libc};
use crate::judge::Judgement;
use crate::pressure::Pressure;
use crate::reference::Reference;
use crate::standard::{Belt, RomStatus, Standard};
use crate::verdict::Verdict;

/// A place on the belt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placement {
    /// Segment, 0 to 63.
    pub segment: u32,
    /// Zone of the segment: `floor`, `justified`, `review`, `audit` or `replace`.
    pub zone: &'static str,
    /// Why it lies there.
    pub why: String,
}

/// The segment of a judged image. Image Standard V13, belt: total, and blind to every other image.
///
/// Where the verdict asks for the pressure and none is known, the image is placed as unmeasured.
pub fn segment(
    standard: &Standard,
    evidence: &Evidence,
    judgement: &Judgement,
    pressure: Option<&Pressure>,
) -> Placement {
    if let Some(own) = evidence.image.as_deref().and_then(|image| base_segment(standard, image)) {
        return placed(&standard.belt, own, "it is a registered base itself".to_owned());
    }
    let belt = &standard.belt;
    let by_pressure = |zone: &[u32], name: &str| match pressure {
        None => placed(belt, belt.seg_unmeasured, "its pressure is unknown".to_owned()),
        Some(pressure) => {
            let why = format!("{name} with pressure {}", pressure.printed());
            placed(belt, in_zone(zone, steps(pressure.value, belt.pressure_step)), why)
        }
    };
    match judgement.verdict {
        Verdict::Unmeasured => placed(belt, belt.seg_unmeasured, "its size is unknown".to_owned()),
        Verdict::Replace => placed(belt, belt.seg_replace, "its verdict is REPLACE".to_owned()),
        Verdict::Audit => placed(belt, belt.seg_audit, "its verdict is AUDIT".to_owned()),
        Verdict::Floor => floor(standard, evidence, judgement),
        Verdict::Justified => match within_band(judgement) {
            Some((segment, rom)) => placed(belt, segment, format!("justified on `{rom}`, within its class")),
            None => by_pressure(&belt.zone_justified, "justified"),
        },
        Verdict::Review => by_pressure(&belt.zone_review, "under review"),
    }
}

/// The segment that a reference is pinned to, if it is a registered base.
pub fn base_segment(standard: &Standard, reference: &str) -> Option<u32> {
    let reference = Reference::normalise(reference, &standard.mirrors).ok()?;
    base::registered(standard, &reference).map(|rom| rom.segment)
}

/// The zone of a segment.
pub fn zone(belt: &Belt, segment: u32) -> &'static str {
    let holds = |ends: &[u32]| matches!(ends, [low, high] if (*low..=*high).contains(&segment));
    match segment {
        _ if segment == belt.seg_replace => "replace",
        _ if segment == belt.seg_audit => "audit",
        _ if holds(&belt.zone_floor) => "floor",
        _ if holds(&belt.zone_justified) => "justified",
        _ => "review",
    }
}

fn floor(standard: &Standard, evidence: &Evidence, judgement: &Judgement) -> Placement {
    let direct = match &judgement.base {
        BaseStanding::Registered { segment, rom, .. } => Some((*segment, rom.clone())),
        BaseStanding::Unknown
        | BaseStanding::Unresolved { .. }
        | BaseStanding::Banned { .. }
        | BaseStanding::Outside { .. } => None,
    };
    let below = || {
        let mut ancestors = evidence.ancestors.iter();
        ancestors.find_map(|base| Some((base_segment(standard, &base.reference)?, base.reference.clone())))
    };
    match direct.or_else(below) {
        Some((segment, base)) => placed(&standard.belt, segment, format!("at the floor of `{base}`")),
        None if evidence.libc == Some(Libc::Musl) => placed(&standard.belt, 1, "at the floor, on musl".to_owned()),
        None => placed(&standard.belt, 0, "at the floor, on no pinned base".to_owned()),
    }
}

/// A justified image on a base for justified images, no larger than its class allows, lies with that base.
fn within_band(judgement: &Judgement) -> Option<(u32, &str)> {
    let BaseStanding::Registered { status: RomStatus::Justified, segment, rom, .. } = &judgement.base else {
        return None;
    };
    (judgement.distance.within == Some(true)).then_some((*segment, rom.as_str()))
}

/// Whole steps of pressure; a hair is added so that 0.3 is three steps of 0.1.
fn steps(pressure: f64, step: f64) -> u32 {
    let steps = (pressure / step + 1e-9).floor();
    // A cast saturates, and no pressure is negative.
    steps as u32
}

fn in_zone(zone: &[u32], steps: u32) -> u32 {
    let (low, high) = (zone.first().copied().unwrap_or(0), zone.last().copied().unwrap_or(0));
    low.saturating_add(steps).min(high)
}

fn placed(belt: &Belt, segment: u32, why: String) -> Placement {
    let segment = segment.min(belt.segments.saturating_sub(1));
    Placement { segment, zone: zone(belt, segment), why }
}

#[cfg(test)]
mod tests;
