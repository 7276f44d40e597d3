//! What the standard said about an image: an answer that others worked out, as it is kept.

use mvi_image::Digest;
use mvi_standard::{Action, RuleId, Trigger, Verdict};
use serde::{Deserialize, Serialize};

/// A judgement of one image. The standard it was made under is the one on the event's stamp.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JudgementFacts {
    /// The image.
    pub digest: Digest,
    /// What the rules said.
    pub verdict: Verdict,
    /// What people had declared before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Verdict>,
    /// What counts: the more severe of both, or JUSTIFIED by a change request.
    pub effective: Verdict,
    /// The rule that decided.
    pub rule: RuleId,
    /// What to do.
    pub action: Action,
    /// Adelic pressure P, where enough was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pressure: Option<f64>,
    /// Coverage κ of the pressure, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<f64>,
    /// Band of the pressure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<String>,
    /// Belt segment, 0 to 63.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<u8>,
    /// Reasons for a change request.
    #[serde(default)]
    pub triggers: Vec<Trigger>,
    /// Whether it counts as compliant in the fleet's score.
    pub compliant: bool,
    /// Whether it counts as heavy in the fleet's score.
    pub heavy: bool,
}
