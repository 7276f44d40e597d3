//! Which packages of the fleet advisories affect: worked out when advisories come, and again when packages do.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use mvi_advisories::{Answer, Coordinates, OsvRecord, affects, ecosystem_of, key};
use mvi_fleet::{Affected, Fact, ImageFacts, VulnerabilityFacts};

use super::{FleetFailure, Memory};
use crate::report::fleet::{AdvisoriesReport, NotRead, Undecided};

/// Records that are told in one step.
const AT_ONCE: usize = 2000;
/// Packages nobody can judge that are named; all are counted.
const NAMED: usize = 20;

/// Kinds of packages that the fleet remembers advisories about.
const KINDS: &[&str] = &["apk", "deb", "gem", "npm", "pypi"];

/// Packages by what advisories call them.
type Packages = HashMap<String, Vec<(String, Coordinates)>>;

/// Takes in advisories, piece by piece.
pub(crate) struct Intake<'a, 'm> {
    memory: &'a mut Memory<'m>,
    packages: Packages,
    waiting: Vec<Fact>,
    hit: BTreeSet<String>,
    report: AdvisoriesReport,
}

impl<'a, 'm> Intake<'a, 'm> {
    /// Reads what packages the fleet has.
    ///
    /// # Errors
    /// [`FleetFailure::Store`].
    pub(crate) fn new(memory: &'a mut Memory<'m>) -> Result<Self, FleetFailure> {
        let mut packages = Packages::new();
        memory.store.packages(|purl, source| remember(&mut packages, purl, source))?;
        let report = AdvisoriesReport { schema: "mvi-fleet-advisories/1", ..AdvisoriesReport::default() };
        Ok(Self { memory, packages, waiting: Vec::new(), hit: BTreeSet::new(), report })
    }

    /// Takes in one record. One that is about no kind of package that is found in images is counted and left out.
    ///
    /// # Errors
    /// [`FleetFailure::Store`]; records that were told before stay.
    pub(crate) fn take(&mut self, record: &OsvRecord) -> Result<(), FleetFailure> {
        let record = compact(record);
        let about = words(&record);
        self.report.records += 1;
        let known = self.memory.store.advisory(&record.id)?;
        if record.withdrawn.is_some() {
            self.report.withdrawn += 1;
        }
        // A record that was withdrawn, or is about other things now, must not go on counting.
        if known.is_none() && (about.is_empty() || record.withdrawn.is_some()) {
            self.report.elsewhere += usize::from(record.withdrawn.is_none());
            return Ok(());
        }
        let there = about.iter().filter_map(|word| self.packages.get(word)).flatten();
        let (affected, undecided) = judge(&record, there);
        for purl in undecided {
            self.report.undecided += 1;
            if self.report.undecided_first.len() < NAMED {
                self.report.undecided_first.push(Undecided { advisory: record.id.clone(), package: purl });
            }
        }
        self.report.affecting += usize::from(!affected.is_empty());
        self.hit.extend(affected.iter().map(|affected| affected.purl.clone()));
        let facts = facts(&record, about, affected)?;
        if known.as_ref() == Some(&facts) {
            self.report.same += 1;
            return Ok(());
        }
        let count = if known.is_some() { &mut self.report.changed } else { &mut self.report.new };
        *count += 1;
        self.waiting.push(Fact::Vulnerability(facts));
        if self.waiting.len() >= AT_ONCE { self.flush() } else { Ok(()) }
    }

    /// Something that is no record.
    pub(crate) fn unreadable(&mut self, place: String, reason: String) {
        self.report.unreadable.push(NotRead { place, reason });
    }

    /// Tells what waits, and what came of all.
    ///
    /// # Errors
    /// [`FleetFailure::Store`].
    pub(crate) fn end(mut self) -> Result<AdvisoriesReport, FleetFailure> {
        self.flush()?;
        self.report.packages = self.hit.len();
        Ok(self.report)
    }

    fn flush(&mut self) -> Result<(), FleetFailure> {
        self.memory.append_many(std::mem::take(&mut self.waiting))?;
        Ok(())
    }
}

/// Asks the advisories that are known about the packages of images that were just taken in.
///
/// # Errors
/// [`FleetFailure::Store`].
pub(super) fn look_again(memory: &mut Memory<'_>, images: &[ImageFacts]) -> Result<(), FleetFailure> {
    let mut packages = Packages::new();
    let layers = images.iter().flat_map(|image| &image.layers).filter_map(|layer| layer.contents.as_ref());
    for package in layers.flat_map(|contents| &contents.provides) {
        remember(&mut packages, &package.purl, package.source.as_deref());
    }
    let mut news = Vec::new();
    for mut facts in memory.store.advisories_about(packages.keys().map(String::as_str))? {
        let Some(record) = facts.record.clone().and_then(|record| serde_json::from_value::<OsvRecord>(record).ok())
        else {
            continue;
        };
        let there = facts.about.iter().filter_map(|word| packages.get(word)).flatten();
        let (found, _) = judge(&record, there);
        let before = facts.affects.len();
        for affected in found {
            if !facts.affects.iter().any(|known| known.purl == affected.purl) {
                facts.affects.push(affected);
            }
        }
        if facts.affects.len() != before {
            facts.affects.sort_by(|left, right| left.purl.cmp(&right.purl));
            news.push(Fact::Vulnerability(facts));
        }
    }
    memory.append_many(news)?;
    Ok(())
}

fn remember(packages: &mut Packages, purl: &str, source: Option<&str>) {
    let Some(package) = Coordinates::of(purl, source) else { return };
    let known = packages.entry(package.key()).or_default();
    if !known.iter().any(|(other, _)| other == purl) {
        known.push((purl.to_owned(), package));
    }
}

/// Those that are affected, by purl, and those nobody can tell of.
fn judge<'p>(
    record: &OsvRecord,
    packages: impl Iterator<Item = &'p (String, Coordinates)>,
) -> (Vec<Affected>, Vec<String>) {
    let (mut affected, mut undecided) = (BTreeMap::new(), Vec::new());
    for (purl, package) in packages {
        match affects(record, package) {
            Answer::Hit(hit) => {
                let found = Affected { purl: purl.clone(), fixed_in: hit.fixed_in, severity: hit.severity };
                affected.insert(purl.clone(), found);
            }
            Answer::Unknown => undecided.push(purl.clone()),
            Answer::Elsewhere | Answer::No => {}
        }
    }
    (affected.into_values().collect(), undecided)
}

/// What of a record decides: entries of kinds of packages that are found in images.
fn compact(record: &OsvRecord) -> OsvRecord {
    let mut record = record.clone();
    let is_ours = |entry: &mvi_advisories::Affected| {
        let ecosystem = entry.package.as_ref().and_then(|package| ecosystem_of(&package.ecosystem));
        ecosystem.is_some_and(|(ecosystem, _)| KINDS.contains(&ecosystem.purl_type))
    };
    record.affected.retain(is_ours);
    for entry in &mut record.affected {
        entry.ranges.retain(|range| range.kind != mvi_advisories::RangeKind::Git);
    }
    record
}

fn words(record: &OsvRecord) -> Vec<String> {
    let named = record.affected.iter().filter_map(|entry| entry.package.as_ref());
    let words = named.filter_map(|package| Some(key(ecosystem_of(&package.ecosystem)?.0, &package.name)));
    words.collect::<BTreeSet<_>>().into_iter().collect()
}

fn facts(record: &OsvRecord, about: Vec<String>, affects: Vec<Affected>) -> Result<VulnerabilityFacts, FleetFailure> {
    let document = serde_json::to_value(record).map_err(|error| FleetFailure::Usage(error.to_string()))?;
    let aliases = record.names();
    Ok(VulnerabilityFacts { id: record.id.clone(), aliases, affects, about, record: Some(document) })
}
