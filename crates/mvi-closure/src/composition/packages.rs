//! What becomes of each package, those that are built into a program or an archive and own no file included.

use std::collections::HashMap;

use mvi_inventory::Ecosystem;

use super::Terms;
use super::component::{Decision, Judge, Parts};
use crate::closure::{Closure, Ground, Thing};

/// A decision for each package of the inventory, in its order.
///
/// A package with files has that of its component. One without has its own mark's; otherwise that of the package that ships
/// it, or that of the file which holds it: a module of a Go program is needed as the program is.
pub(super) fn packages(ground: &Ground<'_>, closure: &Closure, terms: &Terms<'_>, parts: &Parts) -> Vec<Decision> {
    let with_files = parts.components.iter().filter_map(|component| Some((component.package?, component.decision)));
    let desk = Desk { ground, judge: Judge { ground, closure, terms }, parts, with_files: with_files.collect() };
    (0..ground.inventory.packages.len()).map(|index| desk.decide(index)).collect()
}

struct Desk<'a> {
    ground: &'a Ground<'a>,
    judge: Judge<'a>,
    parts: &'a Parts,
    /// Decisions of packages that are components, by their place in the inventory.
    with_files: HashMap<usize, Decision>,
}

impl Desk<'_> {
    fn decide(&self, index: usize) -> Decision {
        if let Some(decision) = self.with_files.get(&index) {
            return *decision;
        }
        let own = self.judge.decide(index).0;
        if self.judge.closure.mark(Thing::Package(index)).is_some() {
            return own;
        }
        let package = &self.ground.inventory.packages[index];
        let shipped = package.also_owned_by.map(|owner| self.with_files.get(&owner).copied().unwrap_or(own));
        shipped.or_else(|| self.of_record(index)).unwrap_or(own)
    }

    /// The decision on the file that holds a package.
    fn of_record(&self, index: usize) -> Option<Decision> {
        let package = &self.ground.inventory.packages[index];
        // Databases of distributions and collections name packages and hold nothing of them.
        let is_in_its_record =
            package.ecosystem.is_of_language() || matches!(package.ecosystem, Ecosystem::Nix | Ecosystem::Generic);
        let node = self.ground.tree.find(package.record.as_bytes()).filter(|_| is_in_its_record)?;
        self.parts.of(self.ground, node).map(|component| component.decision)
    }
}
