//! Bills of materials that lie in the image: another view of packages that are there, and the only word on some.

use std::collections::{BTreeMap, HashSet};

use mvi_image::{FileTree, Gap, GapCode, printable};
use serde::{Deserialize, Serialize};

use crate::bill::{Bill, read_bill};
use crate::cataloger::RecordPath;
use crate::document::Bodies;
use crate::package::{Ecosystem, Evidence, Package};

/// Bills that are read of one image; an image of Wolfi has one a package.
const MOST_BILLS: usize = 20_000;
/// Packages that only bills name and that are kept of one image.
const MOST_TOLD: usize = 100_000;
/// Ends of names that tell what a file is.
const ENDS: [&[u8]; 5] = [b".spdx.json", b".cdx.json", b".cyclonedx.json", b".spdx", b".sbom.json"];
/// Folders that hold bills and nothing else: of distributions, and of apk as Wolfi uses it.
const FOLDERS: [&[u8]; 2] = [b"usr/share/sbom", b"var/lib/db/sbom"];

/// A bill of materials that lies in the image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundBill {
    /// Printable path.
    pub path: String,
    /// The layer that ships it, the first is 0.
    pub layer: u32,
    /// The standard it keeps to, as it says.
    pub standard: String,
    /// What it is about; empty where it does not say.
    pub subject: String,
    /// Packages that it names, each once.
    pub packages: usize,
    /// Of them, those that records of the image show to be there: the same kind, name and version.
    pub known: usize,
    /// Its entries without a package URL, of which nothing can be said.
    pub nameless: usize,
}

/// What bills in an image say.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The bills, by path.
    pub(crate) bills: Vec<FoundBill>,
    /// What only they name, each version once: by the first of them.
    pub(crate) packages: Vec<Package>,
    /// Those that cannot be read.
    pub(crate) gaps: Vec<Gap>,
}

/// True for what is a bill by its name or its folder.
pub(crate) fn is_bill(path: &RecordPath<'_>) -> bool {
    let in_folder = FOLDERS.contains(&path.folder) || path.folder.ends_with(b".dist-info/sboms");
    ENDS.iter().any(|end| path.name.ends_with(end)) || (in_folder && path.name.ends_with(b".json"))
}

/// True for names that bills have.
fn may_be_bill(name: &[u8]) -> bool {
    name.ends_with(b".json") || name.ends_with(b".spdx")
}

/// Reads the bills that are visible in the tree, and tells what the image's own records do not.
pub(crate) fn told(tree: &FileTree, bodies: &Bodies<'_>, packages: &[Package]) -> Told {
    let known = packages.iter().map(identity).collect();
    let mut reading = Reading { known, only: BTreeMap::new(), told: Told::default() };
    // Most files are no bills by their names alone, which costs less than their paths.
    let mut found: Vec<_> = (tree.visible_bodies())
        .filter(|(node, _)| may_be_bill(tree.node(*node).name()))
        .filter_map(|(node, place)| Some((node, place.layer, bodies.get(place)?)))
        .map(|(node, layer, bytes)| (tree.path(node), layer, bytes))
        .filter(|(path, ..)| is_bill(&RecordPath::new(path)))
        .collect();
    found.sort();
    if found.len() > MOST_BILLS {
        let text = format!("{} bills of materials in the image; {MOST_BILLS} are read", found.len());
        reading.told.gaps.push(Gap::whole(GapCode::Database, text));
        found.truncate(MOST_BILLS);
    }
    for (path, layer, bytes) in found {
        match read_bill(bytes) {
            Ok(bill) => reading.take(&path, layer, bill),
            Err(error) => {
                let text = format!("is no bill of materials that can be read: it {error}");
                reading.told.gaps.push(Gap { layer: Some(layer), ..Gap::at(GapCode::Database, &path, text) });
            }
        }
    }
    Told { packages: reading.only.into_values().collect(), ..reading.told }
}

type Identity = (Ecosystem, String, String);

/// Bills as far as they were read.
struct Reading {
    /// What records of the image show.
    known: HashSet<Identity>,
    /// What only bills name.
    only: BTreeMap<Identity, Package>,
    told: Told,
}

impl Reading {
    fn take(&mut self, path: &[u8], layer: u32, bill: Bill) {
        let path = printable(path);
        let named: BTreeMap<Identity, Package> =
            bill.inventory.packages.into_iter().map(|package| (identity(&package), package)).collect();
        self.told.bills.push(FoundBill {
            path: path.clone(),
            layer,
            standard: bill.standard,
            subject: bill.subject,
            packages: named.len(),
            known: named.keys().filter(|identity| self.known.contains(identity)).count(),
            nameless: bill.nameless,
        });
        for (identity, package) in named {
            if self.known.contains(&identity) || self.only.contains_key(&identity) {
                continue;
            }
            if self.only.len() == MOST_TOLD {
                let text = format!("bills in the image name more than {MOST_TOLD} packages that no record has");
                self.told.gaps.push(Gap::whole(GapCode::Database, text));
                return;
            }
            let (record, evidence) = (path.clone(), Evidence::Document);
            self.only.insert(identity, Package { record, evidence, introduced: layer, touched: layer, ..package });
        }
    }
}

/// What makes two packages the same for a bill, which may leave the architecture and the distribution out; programs of no
/// known kind are told apart by their whole package URL.
fn identity(package: &Package) -> Identity {
    let name = match package.ecosystem {
        Ecosystem::Generic => package.purl.split(['?', '@', '#']).next().unwrap_or_default().to_owned(),
        _ => package.name.clone(),
    };
    // rpm's epoch of 0 is none.
    let version = package.version.strip_prefix("0:").unwrap_or(&package.version).to_owned();
    (package.ecosystem, name, version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: bool) {
        assert_eq!(is_bill(&RecordPath::new(path.as_bytes())), expected, "{path}");
    }

    #[test]
    fn a_bill_is_known_by_its_name_or_its_folder() {
        check("opt/bitnami/redis/.spdx-redis.spdx", true);
        check("var/lib/db/sbom/glibc-2.39-r1.spdx.json", true);
        check("usr/share/sbom/app.json", true);
        check("app/bom.cdx.json", true);
        assert!(ENDS.iter().all(|end| may_be_bill(end)), "what is a bill by its end may be one by its name");
        check("usr/lib/python3/site-packages/a-1.dist-info/sboms/auditwheel.json", true);
        check("app/package.json", false);
        check("usr/share/sbom/README", false);
    }
}
