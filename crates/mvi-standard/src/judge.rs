//! The judgement: evidence against the standard, first rule that holds; no clock, no I/O, same in, same out.

mod case;
mod distance;
mod exception;
mod findings;
mod gates;
mod rules;
mod steps;
mod triggers;

use jiff::Timestamp;
use serde::Serialize;

use crate::base::BaseStanding;
use crate::class::{Ceiling, ClassSource};
use crate::evidence::{BaseSource, Evidence};
use crate::standard::Standard;
use crate::verdict::{Action, RuleId, Trigger, Verdict};

pub use case::{JudgedSize, names_image};
pub use distance::{BaseObstacle, Distance};
pub use exception::{Exception, ExceptionState};
pub use findings::Finding;
pub use gates::{Gate, GateStatus, worst_gate};
pub use rules::{TraceStep, verdict_of};
pub use steps::Step;

/// What the standard says about an image, with everything needed to see why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judgement {
    /// Name of the standard, `V13`.
    pub standard: String,
    /// Identity of the standard, `sha256:…`.
    pub standard_digest: String,
    /// The image as the evidence names it.
    pub image: Option<String>,
    /// Digest of the image.
    pub digest: Option<String>,
    /// Platform of the image.
    pub platform: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// What to do.
    pub action: Action,
    /// Condition that the verdict is tied to, such as `isolated`.
    pub constraint: Option<String>,
    /// The rule that decided.
    pub rule: DecidingRule,
    /// Every rule up to the deciding one, in order, and why it held or not.
    pub trace: Vec<TraceStep>,
    /// The size that was judged; nothing when it is unknown.
    pub size: Option<JudgedSize>,
    /// The class that was judged by; nothing when there is none.
    pub class: Option<JudgedClass>,
    /// The base's standing.
    pub base: BaseStanding,
    /// Where the base's name is from.
    pub base_source: BaseSource,
    /// The exception that names this image, whether it counts or not.
    pub exception: Option<Exception>,
    /// Reasons for a change request, in order.
    pub triggers: Vec<Trigger>,
    /// Whether the image counts as compliant in the fleet's score: measured, a floor base and no trigger.
    pub floor_compliant: bool,
    /// Whether the image counts as heavy in the fleet's score: trigger T2.
    pub heavy: bool,
    /// Where the size lies in the class's target band, when it lies outside.
    pub notes: Vec<Note>,
    /// What weakens the judgement or deserves attention, worst first.
    pub findings: Vec<Finding>,
    /// Acceptance gates, in the standard's order.
    pub gates: Vec<Gate>,
    /// What stands between the image and FLOOR.
    pub distance: Distance,
    /// What to do next, in order.
    pub next_steps: Vec<Step>,
}

/// The rule that decided a judgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecidingRule {
    /// Which rule.
    pub id: RuleId,
    /// Its condition in the standard's words.
    pub when: String,
    /// Why it held here, with the numbers.
    pub reason: String,
}

/// The class that an image was judged by.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JudgedClass {
    /// Id of its row.
    pub row: String,
    /// How it was chosen.
    #[serde(flatten)]
    pub source: ClassSource,
    /// The largest size it allows.
    pub ceiling: Ceiling,
}

/// Where a size lies relative to its class's target band, as a remark beside the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// Over the target and within the grace.
    OverTarget,
    /// Below the band: smaller than the class expects, which is no fault.
    BelowBand,
}

/// Judges an image: Image Standard V13, decision table R0 to R9, the first rule that holds decides.
///
/// Total and deterministic: any evidence under any loaded standard gets exactly one verdict. `now` only decides
/// whether an exception still counts. Sizes that are negative or not finite count as unknown.
pub fn judge(standard: &Standard, evidence: &Evidence, now: Timestamp) -> Judgement {
    let case = case::Case::of(standard, evidence, now);
    let decision = rules::decide(&case);
    let triggers = triggers::of(&case);
    Judgement {
        standard: standard.meta.id.clone(),
        standard_digest: standard.digest().to_owned(),
        image: evidence.image.clone(),
        digest: evidence.digest.clone(),
        platform: evidence.platform.clone(),
        verdict: decision.verdict,
        action: decision.action,
        constraint: case.constraint(decision.verdict),
        notes: findings::notes(&case),
        findings: findings::of(&case),
        gates: gates::of(&case),
        distance: distance::of(&case),
        next_steps: steps::of(&case, &decision),
        rule: DecidingRule { id: decision.rule, when: decision.when, reason: decision.reason },
        trace: decision.trace,
        // An unmeasured image could be heavy, so whether a trigger fires is not known.
        floor_compliant: case.size.is_some() && case.base.is_floor() && triggers.is_empty(),
        heavy: triggers.contains(&Trigger::T2),
        triggers,
        size: case.size,
        class: case.judged_class(),
        base_source: evidence.base.source,
        base: case.base,
        exception: case.exception,
    }
}

#[cfg(test)]
mod tests;
