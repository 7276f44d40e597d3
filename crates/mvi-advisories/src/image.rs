//! What advisories say of the packages of an image.

use mvi_inventory::{Inventory, Package};

use crate::feed::FeedKind;
use crate::import::FeedStatus;
use crate::index::{Finding, Index, IndexError};
use crate::package::Coordinates;

/// What advisories say of one package of an image.
#[derive(Debug)]
pub struct PackageFindings<'i> {
    /// The package; its `introduced` is the layer that brought it, counted from the base.
    pub package: &'i Package,
    /// Findings, in the order of their advisories.
    pub findings: Vec<Finding>,
}

/// What the index says of every package that is there, be it by the word of a bill of materials in the image alone;
/// packages of which it says nothing are left out. A package of a
/// language that the distribution ships is judged by the distribution's feed alone, where there is one: it has fixes that
/// the language's version does not show.
///
/// # Errors
/// A damaged index.
pub fn matches<'i>(inventory: &'i Inventory, index: &Index) -> Result<Vec<PackageFindings<'i>>, IndexError> {
    let mut found = Vec::new();
    for package in inventory.named() {
        if is_owners_affair(inventory, package, index) {
            continue;
        }
        let Some(coordinates) = coordinates(package) else { continue };
        let matches = index.matches(&coordinates)?;
        let findings = matches.iter().map(|one| index.finding(one)).collect::<Result<Vec<_>, _>>()?;
        if !findings.is_empty() {
            found.push(PackageFindings { package, findings });
        }
    }
    Ok(found)
}

/// Whether anything is known of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// A feed speaks of packages of its kind, or of the package that ships it.
    Covered,
    /// Such feeds are published, and the index has none of them.
    NoFeed,
    /// Nobody publishes advisories on packages of its kind that this program can read.
    NoEcosystem,
}

/// Whether the index can know of a package of the inventory. That it says nothing of one that is covered means that
/// nothing is known to be wrong; of others it means nothing.
#[must_use]
pub fn coverage(inventory: &Inventory, package: &Package, index: &Index) -> Coverage {
    if is_owners_affair(inventory, package, index) {
        return Coverage::Covered;
    }
    match coordinates(package) {
        None => Coverage::NoEcosystem,
        Some(found) if speaks(index, &found) => Coverage::Covered,
        Some(_) => Coverage::NoFeed,
    }
}

/// True for a package of a language that a distribution ships, where a feed of the distribution is there.
fn is_owners_affair(inventory: &Inventory, package: &Package, index: &Index) -> bool {
    let owner = package.also_owned_by.and_then(|owner| inventory.packages.get(owner)).and_then(coordinates);
    owner.is_some_and(|owner| speaks(index, &owner))
}

fn speaks(index: &Index, package: &Coordinates) -> bool {
    index.feeds().iter().any(|feed| feed.speaks_of(package.ecosystem.name))
}

fn coordinates(package: &Package) -> Option<Coordinates> {
    let source = package.source.as_ref().map(|source| format!("{}@{}", source.name, source.version));
    Coordinates::of(&package.purl, source.as_deref())
}

impl FeedStatus {
    /// Whether it has advisories on the packages of an ecosystem, by the ecosystem's name.
    #[must_use]
    pub fn speaks_of(&self, ecosystem: &str) -> bool {
        self.records > 0
            && match self.kind {
                FeedKind::Osv => self.name.strip_prefix("osv/") == Some(ecosystem),
                FeedKind::AlpineSecdb => match self.name.strip_prefix("alpine-secdb/") {
                    Some(rest) if rest.starts_with('v') => ecosystem == "Alpine",
                    Some(rest) => rest.split('/').next() == Some(ecosystem),
                    None => false,
                },
                FeedKind::DebianTracker => ecosystem == "Debian",
                FeedKind::RedHatCsaf => ecosystem == "Red Hat",
                FeedKind::Kev | FeedKind::Epss => false,
            }
    }
}
