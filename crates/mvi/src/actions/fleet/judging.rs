//! One image of the fleet before its judge: what was measured, what is declared, where it stands, and what follows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mvi_fleet::{ImageFacts, JudgementFacts};
use mvi_standard::belt::{self, Placement};
use mvi_standard::crq::{Calendar, Coverage, Crq, covering};
use mvi_standard::declared::{self, Effective};
use mvi_standard::judge::Finding;
use mvi_standard::organism::level_finding;
use mvi_standard::pressure::{Measurements, Pressure, pressure};
use mvi_standard::{Evidence, Judgement, Severity, Standard, Verdict, judge};

use super::dossier::Dossier;
use super::lineage::{KnownBase, placed_on};

/// What is judged by: a standard, the change requests, a moment.
pub(crate) struct Law<'a> {
    /// The standard.
    pub standard: &'a Standard,
    /// All change requests.
    pub crqs: Vec<Crq>,
    /// Which versions of the standard come when.
    pub calendar: Calendar,
    /// The moment.
    pub now: Timestamp,
}

/// An image with everything the standard says about it.
pub(crate) struct Judged {
    /// What was judged.
    pub evidence: Evidence,
    /// The judgement.
    pub judgement: Judgement,
    /// Dimensions that are known.
    pub measured: Measurements,
    /// The pressure; nothing when no dimension is known.
    pub pressure: Option<Pressure>,
    /// The place on the belt.
    pub placement: Placement,
    /// The verdict that counts.
    pub effective: Effective,
    /// The change request about it that says most.
    pub coverage: Option<Coverage>,
    /// What weakens the judgement or contradicts what is declared.
    pub findings: Vec<Finding>,
}

/// Judges an image as it stands among those the fleet knows; `bases` are those below it by layers, nearest first.
pub(crate) fn judged(law: &Law<'_>, image: &ImageFacts, dossier: &Dossier, bases: &[KnownBase]) -> Judged {
    let standard = law.standard;
    let mut evidence = dossier.evidence(standard);
    let claimed: Vec<_> = image.bases.iter().filter_map(|claim| claim.parent.parse().ok()).collect();
    placed_on(standard, &mut evidence, bases, &claimed);
    let digest = image.digest.to_string();
    let known_digest = Some(digest.as_str()).filter(|_| !dossier.is_only_declared());
    let name = evidence.image.as_deref().unwrap_or(&image.reference);
    let coverage = covering(standard, &law.crqs, &law.calendar, (name, known_digest), law.now);
    evidence.justification = coverage.as_ref().map(|coverage| coverage.justification.clone());
    let judgement = judge(standard, &evidence, law.now);
    let measured = dossier.measurements(image, judgement.size.map(|size| size.mb));
    let pressure = pressure(standard, &measured);
    let declaration = dossier.declaration(standard);
    let effective = Effective::of(declaration.verdict, judgement.verdict);
    let below: Vec<String> =
        evidence.base.reference.iter().chain(evidence.ancestors.iter().map(|base| &base.reference)).cloned().collect();
    let mut findings = judgement.findings.clone();
    findings.extend(declared::findings(standard, &declaration, &judgement, &below));
    findings.extend(unbacked(dossier, judgement.verdict));
    let level = dossier.declared.as_ref().and_then(|declared| declared.sostle);
    findings.extend(level.zip(below.first()).and_then(|(level, base)| level_finding(standard, level, base)));
    let placement = belt::segment(standard, &evidence, &judgement, pressure.as_ref());
    Judged { evidence, judgement, measured, pressure, placement, effective, coverage, findings }
}

/// W-JUSTIFIED-UNBACKED: the owner calls an image justified, and no exception in force says so.
fn unbacked(dossier: &Dossier, verdict: Verdict) -> Option<Finding> {
    let claims = dossier.declared.as_ref().is_some_and(|declared| declared.justified);
    (claims && verdict != Verdict::Justified).then(|| Finding {
        code: "W-JUSTIFIED-UNBACKED",
        severity: Severity::Medium,
        text: "the fleet file calls it justified, and no exception in force covers it; file a change request".into(),
    })
}

impl Judged {
    /// The judgement as the fleet keeps it.
    #[must_use]
    pub(crate) fn facts(&self, image: &ImageFacts) -> JudgementFacts {
        let pressure = self.pressure.as_ref();
        JudgementFacts {
            digest: image.digest.clone(),
            verdict: self.judgement.verdict,
            declared: self.effective.declared,
            effective: self.effective.effective,
            rule: self.judgement.rule.id,
            action: self.judgement.action,
            pressure: pressure.map(|pressure| pressure.value),
            coverage: pressure.map(|pressure| pressure.coverage),
            band: pressure.map(|pressure| pressure.band_text()),
            segment: u8::try_from(self.placement.segment).ok(),
            triggers: self.judgement.triggers.clone(),
            compliant: self.judgement.floor_compliant,
            heavy: self.judgement.heavy,
        }
    }

    /// The dimensions that are known, by the standard's ids.
    #[must_use]
    pub(crate) fn dimensions(&self) -> BTreeMap<String, f64> {
        self.measured.iter().map(|(id, value)| (id.to_owned(), value)).collect()
    }
}
