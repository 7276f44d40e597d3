//! What advisories say of an image: matches of its packages, waived for a while or not, each with its layer.

pub(crate) mod base;
mod reached;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mvi_advisories::{
    Coordinates, Coverage, Finding, Index, IndexError, Level, Order as _, PackageFindings, SubjectNames, Verdict,
    VexDocument, coverage, matches,
};
use mvi_inventory::{Ecosystem, Inventory, Package};
use mvi_standard::Standard;

use self::reached::Reach;
use super::serial::serial;
use super::subject::Subject;
use crate::config::WaiverConfig;
use crate::report::TOOL;
use crate::report::sbom::Origin;
use crate::report::vulns::base::VulnsBase;
use crate::report::vulns::{
    LapsedWaiver, Unchecked, VexNote, VulnCounts, VulnNote, VulnPackage, VulnUpdate, VulnsIndex, VulnsReport,
    WaivedVuln,
};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What findings are wanted, and what is permitted.
pub(crate) struct VulnsOptions<'a> {
    /// The index and its file.
    pub index: (&'a Index, &'a Path),
    /// What makers say about vulnerabilities.
    pub vex: &'a [VexDocument],
    /// Waivers, whether they still hold or not.
    pub waivers: &'a [WaiverConfig],
    /// Days after which a feed is too old.
    pub max_age: u32,
    /// Which of the first layers are the base's, where that is known.
    pub base: Option<VulnsBase>,
    /// What stands for a level that nobody gave.
    pub unknown_as: Option<Level>,
    /// The standard by whose tables packages are reached or not; none where that is not wanted. The image's objects have to
    /// have been looked into.
    pub reach: Option<&'a Standard>,
    /// Now.
    pub now: Timestamp,
}

impl<'a> VulnsOptions<'a> {
    /// Days after which a feed is too old to be believed, where nobody says otherwise.
    const MAX_AGE: u32 = 30;

    /// Everything that is known: nothing waived, answered, judged by its reach or by whose layer it is in.
    pub(crate) fn all(index: (&'a Index, &'a Path), now: Timestamp) -> Self {
        Self { index, vex: &[], waivers: &[], max_age: Self::MAX_AGE, base: None, unknown_as: None, reach: None, now }
    }
}

/// What the index says of the packages of an image.
///
/// # Errors
/// An index that cannot be read.
pub(crate) fn vulns(subject: &dyn Subject, options: &VulnsOptions<'_>) -> Result<VulnsReport, IndexError> {
    let (index, file) = options.index;
    let inventory = subject.inventory();
    let found = matches(inventory, index)?;
    let base_layers = options.base.as_ref().map(|base| base.layers);
    let reach = Reach::of(subject, options.reach, base_layers);
    let mut notes: Vec<VulnNote> = found.into_iter().flat_map(|of| notes(subject, of, (options, &reach))).collect();
    notes.sort_by(|left, right| rank(right).cmp(&rank(left)).then_with(|| name(left).cmp(&name(right))));
    listen(&mut notes, subject, options.vex);
    let cleared = |note: &VulnNote| note.vex.as_ref().is_some_and(|vex| vex.status.clears());
    let (answered, notes): (Vec<_>, Vec<_>) = notes.into_iter().partition(cleared);
    let desk = Waivers { waivers: options.waivers, today: options.now.to_zoned(TimeZone::UTC).date() };
    let lapsed = desk.lapsed(&notes);
    let (findings, waived) = desk.part(notes);
    let at = options.now.to_string();
    let image = subject.identity();
    let serial = serial(&(TOOL, &at, &image, &findings, &answered, &waived));
    Ok(VulnsReport {
        schema: "mvi-vulns/1",
        tool: TOOL,
        at,
        serial,
        image,
        index: describe(index, file, options),
        counts: counts(&findings),
        reach: reach.counts(&findings),
        base: options.base.clone(),
        base_updates: Vec::new(),
        updates: updates(&findings),
        findings,
        answered,
        waived,
        lapsed,
        unchecked: unchecked(inventory, index),
        gaps: subject.gaps(),
    })
}

fn notes(
    subject: &dyn Subject,
    of: PackageFindings<'_>,
    (options, reach): (&VulnsOptions<'_>, &Reach),
) -> Vec<VulnNote> {
    let package = of.package;
    let reached = reach.of_package(package);
    let origin = |count| if package.introduced < count { Origin::Base } else { Origin::Application };
    let layer = subject.layer(package);
    let note = |finding: Finding| VulnNote {
        level: match finding.severity.level {
            Level::Unknown => options.unknown_as.unwrap_or(Level::Unknown),
            level => level,
        },
        id: finding.id,
        aliases: finding.aliases,
        word: finding.severity.word,
        score: finding.severity.score,
        vector: finding.severity.vector,
        epss: finding.epss.map(|(score, _)| score),
        exploited: finding.exploited.map(|row| row.added),
        verdict: finding.verdict,
        state: finding.state,
        fixed_in: finding.fixed_in,
        channel: finding.channel,
        informational: finding.informational,
        summary: finding.summary,
        references: finding.references,
        package: describe_package(package),
        layer,
        instruction: layer.and_then(|layer| subject.instruction(layer as usize)),
        origin: options.base.as_ref().map(|base| origin(base.layers)),
        reached,
        vex: None,
    };
    of.findings.into_iter().map(note).collect()
}

/// Notes what the documents say about findings; the last word holds.
fn listen(notes: &mut [VulnNote], subject: &dyn Subject, documents: &[VexDocument]) {
    let image = subject.identity();
    let digests = [image.manifest_digest.as_deref(), image.config_digest.as_deref()];
    let names = SubjectNames { reference: Some(image.title()), digests };
    for note in notes {
        let ids: Vec<&str> = std::iter::once(&note.id).chain(&note.aliases).map(String::as_str).collect();
        let said = documents.iter().filter_map(|document| {
            let statement = document.about(&ids, &note.package.purl, &names)?;
            Some((document, statement))
        });
        let last = said.max_by(|left, right| left.1.at.cmp(&right.1.at));
        note.vex = last.map(|(document, statement)| VexNote {
            status: statement.status,
            justification: statement.justification.clone(),
            text: statement.text.clone(),
            author: document.author.clone(),
            at: statement.at.clone(),
        });
    }
}

fn describe_package(package: &Package) -> VulnPackage {
    VulnPackage {
        ecosystem: package.ecosystem,
        name: package.name.clone(),
        version: package.version.clone(),
        purl: package.purl.clone(),
        record: package.record.clone(),
        evidence: package.evidence,
        locked: package.locked,
    }
}

/// The worst last: exploited ones, then by level, score and likelihood.
fn rank(note: &VulnNote) -> (bool, bool, Level, u32, u32) {
    let thousandths = |share: f64| (share * 1000.0) as u32;
    (
        note.verdict == Verdict::Affected,
        note.exploited.is_some(),
        note.level,
        thousandths(note.score.unwrap_or_default()),
        thousandths(f64::from(note.epss.unwrap_or_default())),
    )
}

fn name(note: &VulnNote) -> (&str, &str, &str) {
    (&note.package.name, &note.id, &note.package.record)
}

fn describe(index: &Index, file: &Path, options: &VulnsOptions<'_>) -> VulnsIndex {
    let age = |imported: i64| ((options.now.as_second() - imported) / DAY).max(0);
    let stale = index.feeds().iter().filter(|feed| age(feed.imported) > i64::from(options.max_age));
    VulnsIndex {
        file: file.display().to_string(),
        advisories: index.advisories(),
        age_days: index.feeds().iter().map(|feed| age(feed.imported)).max(),
        stale: stale.map(|feed| feed.name.clone()).collect(),
    }
}

/// Counts each advisory once, however many packages have it.
fn counts(findings: &[VulnNote]) -> VulnCounts {
    let mut counts = VulnCounts::default();
    let mut seen = HashSet::new();
    for note in findings.iter().filter(|note| seen.insert(note.id.as_str())) {
        if note.verdict == Verdict::Undecided {
            counts.undecided += 1;
            continue;
        }
        *match note.level {
            Level::Critical => &mut counts.critical,
            Level::High => &mut counts.high,
            Level::Medium => &mut counts.medium,
            Level::Low => &mut counts.low,
            Level::Negligible => &mut counts.negligible,
            Level::Unknown => &mut counts.unknown,
        } += 1;
        counts.exploited += usize::from(note.exploited.is_some());
        counts.fixable += usize::from(note.fixed_in.is_some());
        counts.in_base += usize::from(note.origin == Some(Origin::Base));
    }
    counts
}

/// What to update: of each package the highest of the versions that fix something.
fn updates(findings: &[VulnNote]) -> Vec<VulnUpdate> {
    let mut updates: BTreeMap<(&str, &str, Option<u32>), VulnUpdate> = BTreeMap::new();
    for note in findings.iter().filter(|note| note.verdict == Verdict::Affected) {
        let Some(fix) = &note.fixed_in else { continue };
        let package = &note.package;
        let update = updates.entry((&package.purl, &package.record, note.layer)).or_insert_with(|| VulnUpdate {
            name: package.name.clone(),
            from: package.version.clone(),
            to: fix.clone(),
            clears: 0,
            worst: Level::Unknown,
            layer: note.layer,
            origin: note.origin,
        });
        update.clears += 1;
        update.worst = update.worst.max(note.level);
        if is_higher(package, fix, &update.to) {
            update.to.clone_from(fix);
        }
    }
    let mut updates: Vec<_> = updates.into_values().collect();
    updates.sort_by(|left, right| {
        (right.worst, right.clears).cmp(&(left.worst, left.clears)).then_with(|| left.name.cmp(&right.name))
    });
    updates
}

fn is_higher(package: &VulnPackage, left: &str, right: &str) -> bool {
    let scheme = Coordinates::of(&package.purl, None).map(|coordinates| coordinates.ecosystem.scheme);
    scheme.and_then(|scheme| scheme.compare(left, right)) == Some(Ordering::Greater)
}

/// How many advisories of severity HIGH and CRITICAL are known: the number that the standard's gate is about. One that is
/// found is found; that there is none can be said only where everything was looked up.
///
/// # Errors
/// Why nobody can tell that there is none.
pub(crate) fn high_and_critical(report: &VulnsReport) -> Result<u32, String> {
    let bad = |note: &&VulnNote| note.level >= Level::High && note.informational.is_none();
    let found: HashSet<&str> = (report.findings.iter().filter(bad))
        .filter(|note| note.verdict == Verdict::Affected)
        .map(|note| note.id.as_str())
        .collect();
    if !found.is_empty() {
        return Ok(u32::try_from(found.len()).unwrap_or(u32::MAX));
    }
    whole(report)?;
    match report.counts.unknown {
        0 => Ok(0),
        unknown => Err(format!("nobody rated {unknown} advisories (--unknown-as)")),
    }
}

/// How many advisories are known, of whatever severity: the standard's dimension `cve_count`. A number that may be too small is
/// none.
///
/// # Errors
/// Why nobody can tell.
pub(crate) fn all_severities(report: &VulnsReport) -> Result<u32, String> {
    whole(report)?;
    let known: HashSet<&str> =
        report.findings.iter().filter(|note| note.informational.is_none()).map(|note| note.id.as_str()).collect();
    Ok(u32::try_from(known.len()).unwrap_or(u32::MAX))
}

/// Whether everything was looked up.
fn whole(report: &VulnsReport) -> Result<(), String> {
    if let [first, ..] = report.index.stale.as_slice() {
        return Err(format!("{} feeds are too old, {first} among them", report.index.stale.len()));
    }
    if let Some(gap) = report.unchecked.iter().find(|gap| gap.has_feeds) {
        return Err(format!("no feed speaks of the {} packages of {}", gap.packages, gap.ecosystem.as_str()));
    }
    match report.counts.undecided {
        0 => Ok(()),
        undecided => Err(format!("{undecided} advisories are undecided")),
    }
}

/// Packages that no feed speaks of.
fn unchecked(inventory: &Inventory, index: &Index) -> Vec<Unchecked> {
    let mut counts: BTreeMap<Ecosystem, usize> = BTreeMap::new();
    let mut published: BTreeSet<Ecosystem> = BTreeSet::new();
    for package in inventory.named() {
        match coverage(inventory, package, index) {
            Coverage::Covered => continue,
            Coverage::NoFeed => drop(published.insert(package.ecosystem)),
            Coverage::NoEcosystem => {}
        }
        *counts.entry(package.ecosystem).or_default() += 1;
    }
    let unchecked =
        |(ecosystem, packages)| Unchecked { ecosystem, packages, has_feeds: published.contains(&ecosystem) };
    counts.into_iter().map(unchecked).collect()
}

struct Waivers<'a> {
    waivers: &'a [WaiverConfig],
    today: Date,
}

impl Waivers<'_> {
    /// What counts, and what is permitted today.
    fn part(&self, notes: Vec<VulnNote>) -> (Vec<VulnNote>, Vec<WaivedVuln>) {
        let (mut counting, mut waived) = (Vec::new(), Vec::new());
        for note in notes {
            let holds = self.waivers.iter().find(|waiver| waiver.until >= self.today && is_for(waiver, &note));
            match holds {
                Some(waiver) => waived.push(WaivedVuln {
                    finding: note,
                    until: waiver.until.to_string(),
                    reason: waiver.reason.clone(),
                }),
                None => counting.push(note),
            }
        }
        (counting, waived)
    }

    fn lapsed(&self, notes: &[VulnNote]) -> Vec<LapsedWaiver> {
        let over = self.waivers.iter().filter(|waiver| waiver.until < self.today);
        let missed = over.filter(|waiver| notes.iter().any(|note| is_for(waiver, note)));
        missed
            .map(|waiver| LapsedWaiver {
                id: waiver.id.clone(),
                until: waiver.until.to_string(),
                reason: waiver.reason.clone(),
            })
            .collect()
    }
}

fn is_for(waiver: &WaiverConfig, note: &VulnNote) -> bool {
    let named = note.id == waiver.id || note.aliases.contains(&waiver.id);
    named && waiver.path.is_none() && waiver.package.as_ref().is_none_or(|package| *package == note.package.name)
}
