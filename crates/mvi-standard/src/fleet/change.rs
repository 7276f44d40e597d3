//! What another standard would change in a fleet: every image whose verdict, segment or triggers differ.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{FleetJudgement, JudgedImage};
use crate::verdict::{Action, RuleId, Trigger, Verdict};

/// An image that two judgements of one fleet see differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FleetChange {
    /// Name in the fleet.
    pub name: String,
    /// Platform.
    pub platform: Option<String>,
    /// What the first judgement says; nothing when it does not have the image.
    pub old: Option<Outcome>,
    /// What the second one says.
    pub new: Option<Outcome>,
}

/// What a judgement says about an image, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Verdict.
    pub verdict: Verdict,
    /// Action.
    pub action: Action,
    /// The rule that decided.
    pub rule: RuleId,
    /// Segment of the belt.
    pub segment: u32,
    /// Reasons for a change request.
    pub triggers: Vec<Trigger>,
}

/// Every image whose verdict, segment or triggers differ between two judgements, in the first one's order; images that
/// only the second one has come last. Before a new standard takes effect, this is the list to confirm.
pub fn fleet_changes(old: &FleetJudgement, new: &FleetJudgement) -> Vec<FleetChange> {
    let (before, after) = (by_key(old), by_key(new));
    let find = |fleet: &BTreeMap<Key<'_>, &JudgedImage>, wanted: &JudgedImage| {
        fleet.get(&key(wanted)).map(|image| outcome(image))
    };
    let kept = old.images.iter().map(|image| (image, Some(outcome(image)), find(&after, image)));
    let added = new
        .images
        .iter()
        .filter(|image| find(&before, image).is_none())
        .map(|image| (image, None, Some(outcome(image))));
    let changed = kept.chain(added).filter(|(_, old, new)| differs(old.as_ref(), new.as_ref()));
    changed
        .map(|(image, old, new)| FleetChange { name: image.name.clone(), platform: image.platform.clone(), old, new })
        .collect()
}

type Key<'a> = (&'a str, Option<&'a str>);

fn key(image: &JudgedImage) -> Key<'_> {
    (&image.name, image.platform.as_deref())
}

fn by_key(fleet: &FleetJudgement) -> BTreeMap<Key<'_>, &JudgedImage> {
    fleet.images.iter().map(|image| (key(image), image)).collect()
}

fn differs(old: Option<&Outcome>, new: Option<&Outcome>) -> bool {
    let told = |outcome: Option<&Outcome>| outcome.map(|told| (told.verdict, told.segment, told.triggers.clone()));
    told(old) != told(new)
}

fn outcome(image: &JudgedImage) -> Outcome {
    Outcome {
        verdict: image.verdict,
        action: image.action,
        rule: image.rule,
        segment: image.placement.segment,
        triggers: image.triggers.clone(),
    }
}
