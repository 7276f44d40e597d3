//! Everything that is wrong in the fleet: what images declare, what the deployment rules ask of them, what their schools
//! and exposure levels complain of.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use mvi_fleet::{ImageFacts, ImageRow, RegisterLine};
use mvi_standard::judge::Finding;
use mvi_standard::organism::{Build, age_finding, default_school, proof_finding, regressions, scan_finding, school};
use mvi_standard::pressure::Measurements;
use mvi_standard::{Severity, Standard, sovereignty};

use super::dossier::Dossier;
use super::growth::growth;
use super::list::{View, glob, repository, rows};
use super::registered::Register;
use super::{FleetFailure, Judged, Memory};
use crate::report::fleet::{FindingsReport, FoundAbout};

/// Which findings to tell.
#[derive(Debug, Clone, Default)]
pub(crate) struct FindingOptions {
    /// Only about repositories, references or GIDs that match; `*` stands for anything.
    pub pattern: Option<String>,
    /// Only these codes; a rule's code stands for all below it. None for all.
    pub codes: Vec<String>,
    /// Only as bad as this, or worse.
    pub at_least: Option<Severity>,
}

impl FindingOptions {
    fn wants(&self, finding: &Finding) -> bool {
        let is_it = |code: &String| {
            finding.code == code || finding.code.strip_prefix(code.as_str()).is_some_and(|rest| rest.starts_with(':'))
        };
        (self.codes.is_empty() || self.codes.iter().any(is_it))
            && self.at_least.is_none_or(|least| finding.severity >= least)
    }

    fn is_about(&self, names: &[&str]) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| names.iter().any(|name| glob(pattern, name)))
    }
}

/// Every finding about the images that are what their reference means now, and about living organisms: the worst first.
///
/// # Errors
/// [`FleetFailure::Store`], [`FleetFailure::Dossier`].
pub(crate) fn findings(memory: &mut Memory<'_>, options: &FindingOptions) -> Result<FindingsReport, FleetFailure> {
    let register = Register::of(memory.law.standard, &memory.store)?;
    let all = rows(&memory.store, &View::default())?;
    let mut siblings: HashMap<&str, Vec<&ImageRow>> = HashMap::new();
    for row in all.current.iter().chain(&all.superseded) {
        siblings.entry(&row.repository).or_default().push(row);
    }
    let mut found: Vec<FoundAbout> = Vec::new();
    let mut looked_at = 0;
    for row in
        all.current.iter().filter(|row| options.is_about(&[&row.image.reference, repository(&row.image.reference)]))
    {
        looked_at += 1;
        let facts = memory.store.facts(&row.image.digest.to_string())?;
        let judged = memory.judged(&facts)?;
        let siblings = siblings.get(row.repository.as_str()).map(Vec::as_slice).unwrap_or_default();
        let complaints = about_image(memory, &register, (&facts, &judged), siblings)?;
        found.push(FoundAbout {
            subject: row.image.reference.clone(),
            digest: Some(row.image.digest.to_string()),
            platform: Some(row.platform.clone()),
            findings: complaints,
        });
    }
    let lines = register.lines().iter().filter(|line| options.is_about(&[&line.facts.gid, &line.facts.reference]));
    for line in lines {
        looked_at += 1;
        let findings = about_organism(memory.law.standard, line, memory.law.now);
        found.push(FoundAbout { subject: line.facts.gid.clone(), digest: None, platform: None, findings });
    }
    Ok(report(memory, found, options, looked_at))
}

fn report(
    memory: &Memory<'_>,
    mut found: Vec<FoundAbout>,
    options: &FindingOptions,
    looked_at: usize,
) -> FindingsReport {
    for about in &mut found {
        about.findings.retain(|finding| options.wants(finding));
        about.findings.sort_by(|left, right| (right.severity, left.code).cmp(&(left.severity, right.code)));
    }
    found.retain(|about| !about.findings.is_empty());
    let worst = |about: &FoundAbout| about.findings.first().map(|finding| finding.severity);
    found.sort_by(|left, right| {
        (worst(right), &left.subject, &left.digest).cmp(&(worst(left), &right.subject, &right.digest))
    });
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for finding in found.iter().flat_map(|about| &about.findings) {
        *counts.entry(finding.code).or_default() += 1;
    }
    FindingsReport {
        schema: "mvi-fleet-findings/1",
        at: memory.law.now.to_string(),
        standard: memory.law.standard.meta.id.clone(),
        looked_at,
        counts,
        found,
    }
}

/// What is to be said about an image; `siblings` are all images of its repository.
///
/// # Errors
/// [`FleetFailure::Store`].
pub(super) fn about_image(
    memory: &Memory<'_>,
    register: &Register,
    (image, judged): (&ImageFacts, &Judged),
    siblings: &[&ImageRow],
) -> Result<Vec<Finding>, FleetFailure> {
    let standard = memory.law.standard;
    let pods = siblings.iter().find(|row| row.image.digest == image.digest).map_or(0, |row| row.pods);
    let registered = register.about(standard, (&image.digest, pods), &judged.judgement.base);
    let grown = growth(standard, &memory.store, image, siblings.iter().copied())?;
    let mut found = judged.findings.clone();
    found.extend(sovereignty::findings(standard, &judged.judgement, judged.coverage.as_ref(), &registered));
    let declared = Dossier::of(image)?.declared;
    let line = register.of_image(&image.digest);
    let level = declared.as_ref().and_then(|declared| declared.sostle);
    let level = level.or(registered.image.as_ref().and_then(|record| record.sostle));
    if let Some(level) = level {
        found.extend(scan_finding(standard, level, register.advised_at, memory.law.now));
        found.extend(proof_finding(level, line.is_some_and(|line| !line.roms.is_empty())));
    }
    let named = line.map(|line| line.facts.school.clone()).or(declared.and_then(|declared| declared.school));
    let lessons = schooling(standard, (image, judged), named.as_deref(), siblings);
    // Growth from tag to tag is told with the layer that did it.
    found.extend(lessons.into_iter().filter(|lesson| grown.is_none() || lesson.code != "A-GROWTH"));
    found.extend(grown);
    Ok(found)
}

/// What an image's school, or that of its verdict and runtime, says of it after the build before it.
fn schooling(
    standard: &Standard,
    (image, judged): (&ImageFacts, &Judged),
    named: Option<&str>,
    siblings: &[&ImageRow],
) -> Vec<Finding> {
    let named = named.and_then(|id| school(standard, id));
    let by_default = || default_school(standard, judged.judgement.verdict, image.runtime.as_deref());
    let Some(school) = named.or_else(by_default) else { return Vec::new() };
    let before = build_before(image, siblings).map(|row| measurements(&row.dimensions));
    let before = before.as_ref().map(|measured| Build { measured, repetitions: None });
    regressions(school, before, Build { measured: &judged.measured, repetitions: None })
}

/// The latest build under the same reference before this one.
fn build_before<'r>(image: &ImageFacts, siblings: &[&'r ImageRow]) -> Option<&'r ImageRow> {
    let own = siblings.iter().find(|row| row.image.digest == image.digest)?.seq;
    let comparable = siblings.iter().filter(|row| {
        row.image.reference == image.reference && row.platform == image.platform && row.layers > 0 && row.seq < own
    });
    comparable.max_by_key(|row| row.seq).copied()
}

fn measurements(dimensions: &BTreeMap<String, f64>) -> Measurements {
    let mut measured = Measurements::default();
    dimensions.iter().for_each(|(id, value)| measured.set(id, *value));
    measured
}

/// What is to be said about a living organism: A-AGE by its school, and SOV-2 where it was not registered whole.
pub(super) fn about_organism(standard: &Standard, line: &RegisterLine, now: Timestamp) -> Vec<Finding> {
    let overdue = school(standard, &line.facts.school)
        .zip(line.last_ring)
        .and_then(|(school, last)| age_finding(school, last, now));
    overdue.into_iter().chain(half_registered(line)).collect()
}

/// SOV-2: an organism is registered whole: with a sealed record, and with a digest.
fn half_registered(line: &RegisterLine) -> Option<Finding> {
    let missing: Vec<&str> = [("a digest", line.rings.is_empty()), ("a sealed record", line.roms.is_empty())]
        .into_iter()
        .filter_map(|(what, missing)| missing.then_some(what))
        .collect();
    (!missing.is_empty()).then(|| Finding {
        code: "SOV-2",
        severity: Severity::Medium,
        text: format!("registered without {}; record its image and register it whole", missing.join(" and ")),
    })
}
