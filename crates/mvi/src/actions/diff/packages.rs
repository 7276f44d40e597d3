//! Packages of two images by name, and what shows why they differ.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use mvi_inventory::parse::locks::LockedPackage;
use mvi_inventory::{Ecosystem, Package};

use crate::actions::subject::Subject;
use crate::report::diff::{Change, DiffFinding, PackageChange, Why};

/// A package by kind and name: an image may have several versions of it.
type Key = (Ecosystem, String);
/// A package that a lock file outside the images names.
pub(crate) type Meant = (Ecosystem, LockedPackage);
/// The packages of one side.
type Named<'a> = BTreeMap<Key, Vec<&'a Package>>;
/// What lock files mean to be there: versions by package.
type Locked = BTreeMap<Key, BTreeSet<String>>;

/// Both sides, made ready.
pub(super) struct Comparison<'a> {
    old: &'a dyn Subject,
    new: &'a dyn Subject,
    packages: (Named<'a>, Named<'a>),
    locked: (Locked, Locked),
    /// Kinds of packages that the same lock files mean to be there on both sides.
    pinned: HashSet<Ecosystem>,
    /// Instructions of both sides.
    instructions: (HashSet<String>, HashSet<String>),
}

impl<'a> Comparison<'a> {
    /// Makes both sides ready; `locked` is what a lock file outside means both to have.
    pub(super) fn new((old, new): (&'a dyn Subject, &'a dyn Subject), locked: Option<&[Meant]>) -> Self {
        let side = |subject: &'a dyn Subject| by_name(&subject.inventory().packages);
        let meant = |subject: &dyn Subject| match locked {
            Some(locked) => versions(locked.iter().map(|(ecosystem, it)| (*ecosystem, &it.name, &it.version))),
            None => locked_inside(subject),
        };
        let locked = (meant(old), meant(new));
        Self {
            packages: (side(old), side(new)),
            pinned: pinned(&locked),
            locked,
            instructions: (instructions(old), instructions(new)),
            old,
            new,
        }
    }

    /// What came, changed and went, in this order, the heaviest first.
    pub(super) fn changes(&self) -> Vec<PackageChange> {
        let (old, new) = &self.packages;
        let names: BTreeSet<&Key> = old.keys().chain(new.keys()).collect();
        let mut changes: Vec<PackageChange> = names.into_iter().filter_map(|key| self.change(key)).collect();
        changes.sort_by_key(|change| (change.change, std::cmp::Reverse(change.bytes.unsigned_abs())));
        changes
    }

    fn change(&self, key: &Key) -> Option<PackageChange> {
        let of = |side: &Named<'a>| side.get(key).cloned().unwrap_or_default();
        let (old, new) = (of(&self.packages.0), of(&self.packages.1));
        let (before, after) = (texts(&old), texts(&new));
        if before == after {
            return None;
        }
        let change = match (old.is_empty(), new.is_empty()) {
            (true, _) => Change::Came,
            (_, true) => Change::Went,
            (false, false) => Change::Changed,
        };
        // Of several versions the one that is new tells the layer.
        let (subject, shown) = if new.is_empty() { (self.old, &old) } else { (self.new, &new) };
        let other: &BTreeSet<String> = if new.is_empty() { &after } else { &before };
        let first = shown.iter().find(|package| !other.contains(&package.version)).or(shown.first())?;
        let weight = |side: &[&Package]| side.iter().map(|package| package.installed_bytes).sum::<u64>();
        Some(PackageChange {
            change,
            ecosystem: key.0,
            name: key.1.clone(),
            why: self.why(key, (&before, &after), first, subject),
            old: before.into_iter().collect(),
            new: after.into_iter().collect(),
            bytes: i64::try_from(weight(&new)).unwrap_or(i64::MAX) - i64::try_from(weight(&old)).unwrap_or(i64::MAX),
            layer: first.introduced,
            instruction: subject.instruction(first.introduced as usize),
            locked: first.locked,
        })
    }

    fn why(
        &self,
        key: &Key,
        (before, after): (&BTreeSet<String>, &BTreeSet<String>),
        package: &Package,
        subject: &dyn Subject,
    ) -> Why {
        let (before_lock, after_lock) = (self.locked.0.get(key), self.locked.1.get(key));
        if before_lock != after_lock {
            return Why::Lock;
        }
        // Others bring packages of their own, and what no lock file ever named may change with them.
        let is_new = before.is_empty() && package.also_owned_by.is_none();
        let is_astray = match after_lock {
            Some(versions) => !after.is_subset(versions),
            None => is_new,
        };
        if self.pinned.contains(&key.0) && !after.is_empty() && is_astray {
            return Why::NotLocked;
        }
        let others = if after.is_empty() { &self.instructions.1 } else { &self.instructions.0 };
        match subject.instruction(package.introduced as usize) {
            None => Why::Unknown,
            Some(_) if others.is_empty() => Why::Unknown,
            Some(instruction) if others.contains(&instruction) => Why::SameInstruction,
            Some(_) => Why::Instruction,
        }
    }
}

/// Packages that came although no lock file means them to: `F-SBOM-UNEXPECTED`.
pub(super) fn findings(changes: &[PackageChange]) -> Vec<DiffFinding> {
    changes.iter().filter(|change| change.why == Why::NotLocked).map(finding).collect()
}

/// Kinds of packages of which both sides mean the same.
fn pinned(locked: &(Locked, Locked)) -> HashSet<Ecosystem> {
    let of = |side: &Locked, ecosystem: Ecosystem| -> Vec<(Key, BTreeSet<String>)> {
        side.iter().filter(|(key, _)| key.0 == ecosystem).map(|(key, of)| (key.clone(), of.clone())).collect()
    };
    let named: HashSet<Ecosystem> = locked.1.keys().map(|key| key.0).collect();
    named.into_iter().filter(|ecosystem| of(&locked.0, *ecosystem) == of(&locked.1, *ecosystem)).collect()
}

fn finding(change: &PackageChange) -> DiffFinding {
    let package = format!("{} {} {}", change.ecosystem.as_str(), change.name, change.new.join(", "));
    let what = match change.old.as_slice() {
        [] => "is new".to_owned(),
        old => format!("was {}", old.join(", ")),
    };
    DiffFinding {
        code: "F-SBOM-UNEXPECTED",
        severity: "HIGH",
        text: format!("{package} {what}, and the lock file, which has not changed, does not name it"),
        package,
        layer: change.layer,
        instruction: change.instruction.clone(),
    }
}

fn instructions(subject: &dyn Subject) -> HashSet<String> {
    let layers = subject.inventory().packages.iter().map(|package| package.introduced as usize + 1).max();
    let count = subject.image().map_or(layers.unwrap_or_default(), |image| image.layers.len());
    (0..count).filter_map(|layer| subject.instruction(layer)).collect()
}

fn by_name(packages: &[Package]) -> Named<'_> {
    let mut named = Named::new();
    for package in packages {
        named.entry((package.ecosystem, package.name.clone())).or_default().push(package);
    }
    named
}

fn texts(packages: &[&Package]) -> BTreeSet<String> {
    packages.iter().map(|package| package.version.clone()).collect()
}

fn versions<'p>(packages: impl Iterator<Item = (Ecosystem, &'p String, &'p String)>) -> Locked {
    let mut locked = Locked::new();
    for (ecosystem, name, version) in packages {
        // What Hex sends is installed as an application of OTP.
        let ecosystem = if ecosystem == Ecosystem::Hex { Ecosystem::Otp } else { ecosystem };
        locked.entry((ecosystem, name.clone())).or_default().insert(version.clone());
    }
    locked
}

/// What the lock files of the image itself name, installed or not.
fn locked_inside(subject: &dyn Subject) -> Locked {
    let inventory = subject.inventory();
    let installed = inventory.packages.iter().filter(|package| package.locked.is_some());
    let named = installed.chain(&inventory.locked);
    versions(named.map(|package| (package.ecosystem, &package.name, &package.version)))
}
