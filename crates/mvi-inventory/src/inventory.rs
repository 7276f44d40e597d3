//! Taking the inventory: catalogers over documents, files to their owners, one sorted list.

use std::collections::{HashMap, HashSet};

use mvi_image::{FileTree, Gap, GapCode, NodeId};
use serde::{Deserialize, Serialize};

use crate::cataloger::{Findings, Sighting};
use crate::catalogers::CATALOGERS;
use crate::document::Bodies;
use crate::gaps::{database_gaps, foreign_gaps, study_gaps, unread_gaps};
use crate::gather::documents;
use crate::hidden::hidden_weights;
use crate::objects::{Object, objects};
use crate::os::read_os_release;
use crate::owners::{Owners, Weight, own};
use crate::package::{Ecosystem, Evidence, Hidden, Leftover, Package};
use crate::parse::os_release::OsRelease;
use crate::purl::{PurlParts, purl};
use crate::requests::{RequestedAbove, Requests, requested_above};
use crate::told::{FoundBill, Told, told};
use crate::wheels::{Wheel, wheels};

/// What is inside an image. Lists are sorted, and the same for the same layers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Inventory {
    /// What the image says it was built from.
    pub os: Option<OsRelease>,
    /// Packages of the image, by ecosystem, name, version and record.
    pub packages: Vec<Package>,
    /// Packages that are gone from the image but travel in a lower layer, in the same order.
    pub hidden: Vec<Package>,
    /// Packages that only lock files name, in the same order: nothing shows that they are in the image. Those that are
    /// there as well are among `packages`, with what the lock file means them for.
    pub locked: Vec<Package>,
    /// Bills of materials that lie in the image, by path.
    #[serde(default)]
    pub bills: Vec<FoundBill>,
    /// Packages that only those bills name, in the same order; their `record` is the bill.
    #[serde(default)]
    pub told: Vec<Package>,
    /// Packages that dpkg remembers without having them installed whole, by name.
    pub leftovers: Vec<Leftover>,
    /// What could not be read, by path.
    pub gaps: Vec<Gap>,
    /// Who owns which file; not part of the serialised inventory, which does without a tree.
    #[serde(skip)]
    pub owners: Owners,
    /// ELF objects of the image, by path.
    pub objects: Vec<Object>,
    /// Wheels that Python packages were installed from, by package.
    #[serde(default)]
    pub wheels: Vec<Wheel>,
    /// Packages that were asked for, and since when they have been there, by ecosystem.
    pub requests: Vec<Requests>,
}

/// Takes the inventory of an image whose layers were read with an
/// [`InventoryCollector`](crate::InventoryCollector).
#[must_use]
pub fn take(tree: &FileTree) -> Inventory {
    let bodies = Bodies::new(tree);
    let mut inventory = Inventory::default();
    let mut sightings = Vec::new();
    let (os, os_gaps) = read_os_release(tree, &bodies);
    inventory.os = os;
    inventory.gaps.extend(os_gaps);
    for (cataloger, documents) in CATALOGERS.iter().zip(documents(tree, &bodies, CATALOGERS)) {
        let findings = cataloger.catalog(&documents);
        inventory.gaps.extend(database_gaps(tree, cataloger.databases(), &documents));
        inventory.gaps.extend(unread_gaps(&documents));
        let Findings { sightings: found, leftovers, gaps, more_gaps, requests } = findings;
        if more_gaps > 0 {
            let text = format!("{more_gaps} more records of {} cannot be read", cataloger.name());
            inventory.gaps.push(Gap::whole(GapCode::Database, text));
        }
        sightings.extend(found);
        sightings.extend(cataloger.look(tree).sightings);
        inventory.leftovers.extend(leftovers);
        inventory.gaps.extend(gaps);
        inventory.requests.extend(requests);
    }
    inventory.gaps.extend(foreign_gaps(tree));
    // Who owned a program that is gone is not known any more, and a package tells of it anyway.
    sightings.retain(|sighting| sighting.ecosystem != Ecosystem::Generic || sighting.ended.is_none());
    sightings.sort_by(|left, right| order(left).cmp(&order(right)));
    let (meant, sightings): (Vec<_>, Vec<_>) =
        sightings.into_iter().partition(|sighting| sighting.evidence == Evidence::Lock);
    let (gone, here): (Vec<_>, Vec<_>) = sightings.into_iter().partition(|sighting| sighting.ended.is_some());
    inventory.add_packages(tree, &here);
    inventory.add_hidden(tree, &gone, &here);
    inventory.add_locked(&meant);
    let (objects, object_gaps) = objects(tree, &bodies, &inventory.owners);
    inventory.objects = objects;
    inventory.wheels = wheels(tree, &bodies, &inventory.packages);
    let Told { bills, packages, gaps } = told(tree, &bodies, &inventory.packages);
    (inventory.bills, inventory.told) = (bills, packages);
    inventory.gaps.extend(object_gaps);
    inventory.gaps.extend(gaps);
    inventory.gaps.extend(study_gaps(tree, &bodies));
    inventory.finish()
}

impl Inventory {
    /// The packages asked for above the first `base_layers` layers: what the gate on packages counts. With 1 it is an
    /// upper bound for images whose base is not known.
    #[must_use]
    pub fn requested_above(&self, base_layers: u32) -> RequestedAbove {
        requested_above(&self.requests, base_layers)
    }

    /// What is in the image by anybody's word: its packages, then those that only bills of materials name. Where the database
    /// of a distribution is read, it knows better than a bill what of the distribution is installed.
    pub fn named(&self) -> impl Iterator<Item = &Package> {
        let recorded: HashSet<Ecosystem> =
            self.packages.iter().map(|package| package.ecosystem).filter(|ecosystem| ecosystem.is_system()).collect();
        self.packages.iter().chain(self.told.iter().filter(move |package| !recorded.contains(&package.ecosystem)))
    }

    /// The package that owns a path of the tree the inventory was taken from.
    #[must_use]
    pub fn owner_of(&self, tree: &FileTree, node: NodeId) -> Option<&Package> {
        self.packages.get(self.owners.owner_of(tree, node)?)
    }

    fn add_packages(&mut self, tree: &FileTree, here: &[Sighting<'_>]) {
        let generic = here.partition_point(|sighting| sighting.ecosystem != Ecosystem::Generic);
        let (here, programs) = here.split_at(generic);
        let (mut owners, weights) = own(tree, here);
        for (sighting, weight) in here.iter().zip(weights) {
            let mut package = self.package(sighting);
            let Weight { bytes, files, touched } = weight;
            (package.installed_bytes, package.files) = (bytes, files);
            package.touched = package.touched.max(touched);
            if sighting.ecosystem.rank() > 0 {
                let owner = tree.find_no_follow(&sighting.record).and_then(|node| owners.owner_of(tree, node));
                let ships = |owner: &usize| here[*owner].ecosystem.rank() < sighting.ecosystem.rank();
                package.also_owned_by = owner.filter(ships);
            }
            self.packages.push(package);
        }
        // What a package brought is no program of its own.
        for sighting in programs {
            let Some(node) = tree.find_no_follow(&sighting.record) else { continue };
            if owners.owner_of(tree, node).is_none() {
                let mut package = self.package(sighting);
                (package.installed_bytes, package.files) = (tree.node(node).size(), 1);
                owners.add(tree, node, self.packages.len());
                self.packages.push(package);
            }
        }
        self.owners = owners;
    }

    /// Hidden packages, but for those that are in the image again at the same place in the same version.
    fn add_hidden(&mut self, tree: &FileTree, gone: &[Sighting<'_>], here: &[Sighting<'_>]) {
        for (sighting, weight) in gone.iter().zip(hidden_weights(tree, gone)) {
            let Some(ended) = &sighting.ended else { continue };
            let same_place = |other: &&Sighting<'_>| is_same_place(sighting, other);
            let successor = neighbours(here, sighting).iter().find(same_place);
            if successor.is_some_and(|successor| successor.version == sighting.version) {
                continue;
            }
            let replaced_by = ended.replaced_by.clone().or(successor.map(|successor| successor.version.clone()));
            let mut package = self.package(sighting);
            (package.installed_bytes, package.files) = (weight.bytes, weight.files);
            package.hidden = Some(Hidden { removed_in_layer: ended.layer, replaced_by });
            self.hidden.push(package);
        }
    }

    /// Tells installed packages what lock files mean them for; keeps apart those that are not installed.
    fn add_locked(&mut self, meant: &[Sighting<'_>]) {
        let mut installed: HashMap<(Ecosystem, String, String), Vec<usize>> = HashMap::new();
        for (index, package) in self.packages.iter().enumerate().filter(|_| !meant.is_empty()) {
            let key = (package.ecosystem, package.name.clone(), package.version.clone());
            installed.entry(key).or_default().push(index);
        }
        for sighting in meant {
            // What Hex sends becomes an application of OTP.
            let installed_as = if sighting.ecosystem == Ecosystem::Hex { Ecosystem::Otp } else { sighting.ecosystem };
            let key = (installed_as, sighting.name.clone(), sighting.version.clone());
            let Some(indices) = installed.get(&key) else {
                let package = self.package(sighting);
                self.locked.push(package);
                continue;
            };
            for index in indices {
                let locked = &mut self.packages[*index].locked;
                *locked = (*locked).into_iter().chain(sighting.locked).min();
            }
        }
    }

    fn package(&mut self, sighting: &Sighting<'_>) -> Package {
        let Sighting { ecosystem, name, version, architecture, qualifiers, .. } = sighting;
        let parts = PurlParts { ecosystem: *ecosystem, name, version, architecture, qualifiers };
        let purl = purl(parts, self.os.as_ref()).unwrap_or_else(|| {
            let text = format!("`{name}` {version} makes no package URL");
            self.gaps.push(Gap::at(GapCode::Database, &sighting.record, text));
            String::new()
        });
        Package {
            ecosystem: *ecosystem,
            name: name.clone(),
            version: version.clone(),
            architecture: Some(architecture.clone()).filter(|architecture| !architecture.is_empty()),
            source: sighting.source.clone(),
            purl,
            record: mvi_image::printable(&sighting.record),
            introduced: sighting.introduced,
            touched: sighting.changed,
            installed_bytes: 0,
            declared_bytes: sighting.declared_bytes,
            files: 0,
            requested: sighting.requested,
            essential: sighting.essential,
            also_owned_by: None,
            evidence: sighting.evidence,
            locked: sighting.locked,
            licences: sighting.licences.clone(),
            supplier: sighting.supplier.clone(),
            depends: sighting.depends.clone(),
            hidden: None,
        }
    }

    fn finish(mut self) -> Self {
        let system = self.packages.iter().filter(|package| package.ecosystem.is_system()).count();
        if system > 0 && self.os.as_ref().is_none_or(|os| os.id.is_none()) {
            let text = format!("the image does not say which distribution its {system} packages come from");
            self.gaps.push(Gap::whole(GapCode::Database, text));
        }
        self.leftovers.sort_by(|left, right| {
            (&left.name, &left.architecture, &left.version).cmp(&(&right.name, &right.architecture, &right.version))
        });
        self.requests.sort_by_key(|requests| requests.ecosystem);
        self.gaps
            .sort_by(|left, right| (&left.path, left.layer, &left.text).cmp(&(&right.path, right.layer, &right.text)));
        self
    }
}

fn order<'s>(sighting: &'s Sighting<'_>) -> impl Ord + use<'s> {
    (
        sighting.ecosystem,
        &sighting.name,
        &sighting.version,
        &sighting.architecture,
        &sighting.record,
        sighting.introduced,
    )
}

/// The packages of `here`, which is sorted, with the ecosystem and name of `sighting`.
fn neighbours<'h, 'a>(here: &'h [Sighting<'a>], sighting: &Sighting<'_>) -> &'h [Sighting<'a>] {
    let key = (sighting.ecosystem, &sighting.name);
    let start = here.partition_point(|other| (other.ecosystem, &other.name) < key);
    let length = here[start..].partition_point(|other| (other.ecosystem, &other.name) == key);
    &here[start..start + length]
}

fn is_same_place(left: &Sighting<'_>, right: &Sighting<'_>) -> bool {
    left.site == right.site && left.architecture == right.architecture
}
