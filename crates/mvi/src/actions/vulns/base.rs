//! Which base to move to: findings of today's base held against what advisories say of other bases.

use std::collections::{HashMap, HashSet};

use mvi_advisories::{Coverage, Index, Level, Verdict, coverage};
use mvi_inventory::Inventory;

use crate::actions::subject::Subject;
use crate::report::sbom::Origin;
use crate::report::vulns::base::{AddedVuln, BaseFate, BaseUpdate, Fate};
use crate::report::vulns::{VulnNote, VulnsReport};

/// What another base is, and what advisories say of it.
pub(crate) struct Candidate<'a> {
    /// The base.
    pub subject: &'a dyn Subject,
    /// The same question asked about it.
    pub report: VulnsReport,
    /// True where its layers are the first of the image's.
    pub is_current: bool,
}

/// What moving to another base does to the findings in the base of `image`; only what packages are affected by counts, not what
/// is undecided. The layers above stay as they are: a package that they bring is none of the base's.
pub(crate) fn base_update(image: &VulnsReport, candidate: Candidate<'_>, index: &Index) -> BaseUpdate {
    let Candidate { subject, report, is_current } = candidate;
    let other = Other { inventory: subject.inventory(), index, notes: Notes::of(&report) };
    let in_base = image.findings.iter().filter(|note| note.origin == Some(Origin::Base));
    let findings: Vec<BaseFate> =
        in_base.filter(|note| note.verdict == Verdict::Affected).map(|note| other.fate_of(note)).collect();
    let mut worst: HashMap<&str, (Fate, Level)> = HashMap::new();
    for row in &findings {
        let known = worst.entry(&row.id).or_insert((row.fate, row.level));
        // What is left of one is left of all.
        if severity(row.fate) > severity(known.0) {
            known.0 = row.fate;
        }
    }
    let count = |fits: &dyn Fn(Fate) -> bool| worst.values().filter(|(fate, _)| fits(*fate)).count();
    let (of, removes) = (worst.len(), count(&Fate::removes));
    let (leaves, unknown) = (count(&|fate| fate == Fate::Still), count(&|fate| fate == Fate::Unknown));
    let bad_left = worst.values().filter(|(fate, level)| !fate.removes() && *level >= Level::High).count();
    let added = added(image, &report);
    let bad_added = added.iter().filter(|note| note.level >= Level::High).count();
    BaseUpdate {
        image: report.image,
        is_current,
        of,
        removes,
        leaves,
        unknown,
        adds: added.len(),
        high_or_worse: bad_left + bad_added,
        findings,
        added,
        unchecked: report.unchecked,
    }
}

/// Puts the base that leaves the least first: those that everything is known of, then by what is HIGH or worse, then by all.
pub(crate) fn best_first(updates: &mut [BaseUpdate]) {
    let rank = |update: &BaseUpdate| {
        let is_dark = update.unchecked.iter().any(|gap| gap.has_feeds);
        (is_dark, update.high_or_worse, update.leaves + update.unknown + update.adds)
    };
    updates
        .sort_by(|left, right| rank(left).cmp(&rank(right)).then_with(|| left.image.title().cmp(right.image.title())));
}

fn severity(fate: Fate) -> u8 {
    match fate {
        Fate::Fixed | Fate::Gone | Fate::Answered => 0,
        Fate::Unknown => 1,
        Fate::Still => 2,
    }
}

/// Every name of a finding.
fn names(note: &VulnNote) -> impl Iterator<Item = &str> {
    std::iter::once(note.id.as_str()).chain(note.aliases.iter().map(String::as_str))
}

/// Findings by each of their names.
struct Notes<'a> {
    affected: HashMap<&'a str, Vec<&'a VulnNote>>,
    answered: HashMap<&'a str, Vec<&'a VulnNote>>,
}

impl<'a> Notes<'a> {
    fn of(report: &'a VulnsReport) -> Self {
        let by_name = |notes: &mut dyn Iterator<Item = &'a VulnNote>| {
            let mut named: HashMap<&str, Vec<&VulnNote>> = HashMap::new();
            for note in notes {
                names(note).for_each(|name| named.entry(name).or_default().push(note));
            }
            named
        };
        let waived = report.waived.iter().map(|waived| &waived.finding);
        Self {
            affected: by_name(&mut report.findings.iter().chain(waived)),
            answered: by_name(&mut report.answered.iter()),
        }
    }
}

/// Another base.
struct Other<'a> {
    inventory: &'a Inventory,
    index: &'a Index,
    notes: Notes<'a>,
}

impl Other<'_> {
    fn fate_of(&self, note: &VulnNote) -> BaseFate {
        let (fate, mut there) = self.judged(note);
        there.sort();
        there.dedup();
        BaseFate {
            id: note.id.clone(),
            level: note.level,
            name: note.package.name.clone(),
            version: note.package.version.clone(),
            purl: note.package.purl.clone(),
            record: note.package.record.clone(),
            fate,
            there,
        }
    }

    fn judged(&self, note: &VulnNote) -> (Fate, Vec<String>) {
        let found = |named: &HashMap<&str, Vec<&VulnNote>>| -> Vec<(Verdict, String)> {
            let notes = names(note).flat_map(|name| named.get(name).into_iter().flatten());
            notes.map(|note| (note.verdict, format!("{} {}", note.package.name, note.package.version))).collect()
        };
        let affected = found(&self.notes.affected);
        if !affected.is_empty() {
            let is_still = affected.iter().any(|(verdict, _)| *verdict == Verdict::Affected);
            let fate = if is_still { Fate::Still } else { Fate::Unknown };
            return (fate, affected.into_iter().map(|(_, package)| package).collect());
        }
        let answered = found(&self.notes.answered);
        if !answered.is_empty() {
            return (Fate::Answered, answered.into_iter().map(|(_, package)| package).collect());
        }
        let same =
            self.inventory.named().filter(|it| it.ecosystem == note.package.ecosystem && it.name == note.package.name);
        let same: Vec<_> = same.collect();
        let is_covered = |it: &&_| coverage(self.inventory, it, self.index) == Coverage::Covered;
        let fate = match same.as_slice() {
            [] => Fate::Gone,
            all if all.iter().all(is_covered) => Fate::Fixed,
            _ => Fate::Unknown,
        };
        (fate, same.into_iter().map(|it| format!("{} {}", it.name, it.version)).collect())
    }
}

/// What the image has under no name.
fn added(image: &VulnsReport, other: &VulnsReport) -> Vec<AddedVuln> {
    let waived = image.waived.iter().map(|waived| &waived.finding);
    let known: HashSet<&str> = image.findings.iter().chain(&image.answered).chain(waived).flat_map(names).collect();
    let mut told = HashSet::new();
    let affected = other.findings.iter().filter(|note| note.verdict == Verdict::Affected);
    let new = affected.filter(|note| !names(note).any(|name| known.contains(name)) && told.insert(note.id.as_str()));
    let describe = |note: &VulnNote| AddedVuln {
        id: note.id.clone(),
        level: note.level,
        package: format!("{} {}", note.package.name, note.package.version),
        fixed_in: note.fixed_in.clone(),
    };
    new.map(describe).collect()
}
