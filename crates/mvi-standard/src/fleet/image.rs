//! One image of a fleet: judged, measured, placed on the belt and compared with what is declared about it.

use jiff::Timestamp;
use serde::Serialize;

use crate::belt::{self, Placement};
use crate::crq::{Calendar, Coverage, Crq, covering};
use crate::declared::{self, Effective};
use crate::fleet_file::FleetImage;
use crate::judge::{Finding, Judgement, judge};
use crate::organism::level_finding;
use crate::pressure::{Pressure, pressure};
use crate::solvency::Standing;
use crate::standard::Standard;
use crate::verdict::{Action, RuleId, Severity, Trigger, Verdict};

/// What the standard says about one image of a fleet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JudgedImage {
    /// Name in the fleet.
    pub name: String,
    /// Repository, with the tag where there is one.
    pub reference: String,
    /// Digest.
    pub digest: Option<String>,
    /// Platform.
    pub platform: Option<String>,
    /// Class that it was judged by.
    pub class: Option<String>,
    /// Size that was judged, MB.
    pub size_mb: Option<f64>,
    /// The computed verdict.
    pub verdict: Verdict,
    /// The declared verdict.
    pub declared: Option<Verdict>,
    /// The verdict that counts.
    pub effective: Verdict,
    /// What to do.
    pub action: Action,
    /// The rule that decided.
    pub rule: RuleId,
    /// Why it held.
    pub reason: String,
    /// Condition that the verdict is tied to.
    pub constraint: Option<String>,
    /// Reasons for a change request.
    pub triggers: Vec<Trigger>,
    /// Whether it counts as compliant.
    pub compliant: bool,
    /// Whether it counts as heavy.
    pub heavy: bool,
    /// How it counts in the score.
    pub standing: Standing,
    /// Its pressure; nothing when no dimension was measured.
    pub pressure: Option<Pressure>,
    /// Its place on the belt.
    pub placement: Placement,
    /// Whether it belongs to the audit.
    pub audited: bool,
    /// Pulls, as a weight.
    pub pulls: Option<f64>,
    /// Pods, as a weight.
    pub pods: Option<f64>,
    /// The change request about it that says most.
    pub coverage: Option<Coverage>,
    /// What weakens the judgement or contradicts what is declared.
    pub findings: Vec<Finding>,
    /// The judgement itself, with its trace and gates.
    #[serde(skip)]
    pub judgement: Judgement,
}

pub(super) fn judged(
    standard: &Standard,
    image: &FleetImage,
    crqs: &[Crq],
    calendar: &Calendar,
    now: Timestamp,
) -> JudgedImage {
    let mut evidence = image.evidence(standard);
    let named = (image.repository.as_str(), image.digest.as_deref());
    let coverage = covering(standard, crqs, calendar, named, now);
    evidence.justification = coverage.as_ref().map(|coverage| coverage.justification.clone());
    let judgement = judge(standard, &evidence, now);
    let size_mb = judgement.size.map(|size| size.mb);
    let pressure = pressure(standard, &image.measurements(size_mb));
    let declaration = image.declaration(standard);
    let effective = Effective::of(declaration.verdict, judgement.verdict);
    let below = evidence.base.reference.iter().chain(evidence.ancestors.iter().map(|base| &base.reference));
    let below: Vec<String> = below.cloned().collect();
    let mut findings = judgement.findings.clone();
    findings.extend(declared::findings(standard, &declaration, &judgement, &below));
    findings.extend(unbacked(image, judgement.verdict));
    findings
        .extend(image.sostle.zip(image.base.as_deref()).and_then(|(level, base)| level_finding(standard, level, base)));
    JudgedImage {
        name: image.name.clone(),
        reference: image.reference(),
        digest: image.digest.clone(),
        platform: image.platform.clone(),
        class: judgement.class.as_ref().map(|class| class.row.clone()),
        size_mb,
        verdict: judgement.verdict,
        declared: effective.declared,
        effective: effective.effective,
        action: judgement.action,
        rule: judgement.rule.id,
        reason: judgement.rule.reason.clone(),
        constraint: judgement.constraint.clone(),
        triggers: judgement.triggers.clone(),
        compliant: judgement.floor_compliant,
        heavy: judgement.heavy,
        standing: Standing::of(&judgement),
        placement: belt::segment(standard, &evidence, &judgement, pressure.as_ref()),
        pressure,
        audited: image.audited,
        pulls: image.pulls,
        pods: image.pods,
        coverage,
        findings,
        judgement,
    }
}

/// W-JUSTIFIED-UNBACKED: the file calls an image justified, and no exception in force says so.
fn unbacked(image: &FleetImage, verdict: Verdict) -> Option<Finding> {
    (image.justified && verdict != Verdict::Justified).then(|| Finding {
        code: "W-JUSTIFIED-UNBACKED",
        severity: Severity::Medium,
        text: "the fleet file calls it justified, and no exception in force covers it; file a change request"
            .to_owned(),
    })
}
