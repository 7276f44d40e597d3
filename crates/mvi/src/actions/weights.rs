//! What the layers of an image weigh, as far as findings about a Dockerfile ask: measured in an image that is read, or as
//! the fleet remembers one.

use std::collections::BTreeMap;

use memchr::memmem;
use mvi_fleet::{FleetError, Provided, Store};
use mvi_image::causes;
use mvi_inventory::Package;

use super::examine::Examined;

/// Folders that findings ask about; a leading `*` stands for any folder before.
pub(crate) const FOLDERS: &[&str] = &[
    "*.cache/pip/",
    "*.cache/yarn/",
    "etc/apk/cache/",
    "usr/local/share/.cache/",
    "usr/share/doc/",
    "usr/share/info/",
    "usr/share/man/",
    "var/cache/apk/",
    "var/cache/apt/",
    "var/cache/dnf/",
    "var/cache/libdnf5/",
    "var/cache/yum/",
    "var/cache/zypp/",
    "var/lib/apt/lists/",
];

/// The layers of an image.
pub(crate) struct Weights {
    /// The image, as it was named.
    pub image: String,
    /// All layers, compressed, bytes; nothing where nobody knows it.
    pub transfer: Option<u64>,
    /// All layers, unpacked, bytes.
    pub unpacked: u64,
    /// The layers, base first.
    pub layers: Vec<LayerWeights>,
    /// Bytes that are shipped and not visible.
    pub hidden: Vec<HiddenWeight>,
}

/// One layer; what is not known of it is nothing.
#[derive(Default)]
pub(crate) struct LayerWeights {
    /// The instruction that made it.
    pub instruction: Option<String>,
    /// Bytes of all files that it ships.
    pub bytes: u64,
    /// Bytes below [`FOLDERS`], where there are any.
    pub folders: BTreeMap<String, u64>,
    /// Packages of the distribution that it brings.
    pub packages: Vec<PackageWeight>,
}

/// A package of a layer.
pub(crate) struct PackageWeight {
    /// Its name.
    pub name: String,
    /// Bytes that it takes.
    pub bytes: u64,
    /// Names of packages that it needs.
    pub needs: Vec<String>,
}

/// Bytes of one layer that another one hides.
pub(crate) struct HiddenWeight {
    /// The layer that ships them.
    pub layer: usize,
    /// The layer that hides them.
    pub by_layer: usize,
    /// How many.
    pub bytes: u64,
}

impl Weights {
    /// Of an image that was read.
    pub(crate) fn of(examined: &Examined) -> Self {
        let mut layers: Vec<LayerWeights> = (0..examined.layers.len())
            .map(|layer| {
                let (bytes, folders) = shipped(examined, layer);
                LayerWeights { instruction: examined.instruction(layer), bytes, folders, packages: Vec::new() }
            })
            .collect();
        let inventory = examined.inventory();
        // What a later layer removes travels all the same.
        let packages =
            inventory.packages.iter().chain(&inventory.hidden).filter(|package| package.ecosystem.is_system());
        for package in packages {
            if let Some(layer) = layers.get_mut(package.introduced as usize) {
                layer.packages.push(weight_of(package));
            }
        }
        let causes = causes(&examined.tree);
        let hidden = causes.iter().map(|cause| HiddenWeight {
            layer: cause.layer as usize,
            by_layer: cause.by_layer as usize,
            bytes: cause.bytes,
        });
        Self {
            image: examined.identity().source,
            transfer: examined.sizes().transfer_mb.map(|mb| mb.0),
            unpacked: examined.sizes().unpacked_mb.0,
            layers,
            hidden: hidden.collect(),
        }
    }

    /// Of an image that the fleet knows by a name; nothing when it knows none. What hides what is not remembered.
    ///
    /// # Errors
    /// Those of the fleet's store.
    pub(crate) fn remembered(store: &Store, name: &str) -> Result<Option<Self>, FleetError> {
        let facts = match store.facts(name) {
            Err(FleetError::Unknown { .. }) => return Ok(None),
            other => other?,
        };
        let mut layers = Vec::with_capacity(facts.layers.len());
        for layer in facts.layers {
            let contents = store.contents(&layer.diff_id)?;
            let (bytes, folders, provides) = contents
                .map(|contents| (contents.bytes.unwrap_or(0), contents.folders, contents.provides))
                .unwrap_or_default();
            let packages = provides.iter().filter_map(remembered_package).collect();
            layers.push(LayerWeights { instruction: layer.instruction, bytes, folders, packages });
        }
        let unpacked = facts.sizes.unpacked.unwrap_or(0);
        let (image, transfer) = (facts.reference, facts.sizes.transfer);
        Ok(Some(Self { image, transfer, unpacked, layers, hidden: Vec::new() }))
    }
}

/// Bytes of all files that a layer ships, and of those below [`FOLDERS`], whether they are visible in the end or not.
pub(crate) fn shipped(examined: &Examined, layer: usize) -> (u64, BTreeMap<String, u64>) {
    let (mut bytes, mut folders) = (0, BTreeMap::new());
    let Some(scanned) = examined.layers.get(layer) else { return (bytes, folders) };
    let table = scanned.facts.table();
    for entry in table.entries().iter().filter(|entry| entry.size() > 0) {
        bytes += entry.size();
        let path = table.path(entry);
        for folder in FOLDERS.iter().filter(|folder| is_below(&path, folder)) {
            *folders.entry((*folder).to_owned()).or_insert(0) += entry.size();
        }
    }
    (bytes, folders)
}

fn is_below(path: &[u8], folder: &str) -> bool {
    let path = path.strip_prefix(b"/").unwrap_or(path);
    match folder.strip_prefix('*') {
        Some(inner) => memmem::find_iter(path, inner).any(|at| at == 0 || path[at - 1] == b'/'),
        None => path.starts_with(folder.as_bytes()),
    }
}

fn weight_of(package: &Package) -> PackageWeight {
    PackageWeight { name: package.name.clone(), bytes: package.installed_bytes, needs: package.depends.clone() }
}

/// A package of a distribution, by its purl; what nobody weighed has no weight.
fn remembered_package(package: &Provided) -> Option<PackageWeight> {
    let (kind, rest) = package.purl.strip_prefix("pkg:")?.split_once('/')?;
    if !matches!(kind, "alpm" | "apk" | "deb" | "rpm") {
        return None;
    }
    let name = rest.split(['@', '?', '#']).next()?.rsplit('/').next()?;
    Some(PackageWeight { name: decoded(name), bytes: package.bytes?, needs: package.needs.clone() })
}

/// A name as it was before a package URL wrote it: `g%2B%2B` is `g++`.
fn decoded(name: &str) -> String {
    name.replace("%2B", "+").replace("%2b", "+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_found_at_the_root_and_those_with_a_star_anywhere() {
        let below =
            |path: &str| FOLDERS.iter().copied().filter(|folder| is_below(path.as_bytes(), folder)).collect::<Vec<_>>();
        assert_eq!(below("var/lib/apt/lists/main"), ["var/lib/apt/lists/"]);
        assert_eq!(below("srv/var/lib/apt/lists/main"), [""; 0]);
        assert_eq!(below("root/.cache/pip/wheel"), ["*.cache/pip/"]);
        assert_eq!(below(".cache/pip/wheel"), ["*.cache/pip/"]);
        assert_eq!(below("root/x.cache/pip/wheel"), [""; 0]);
        assert!(FOLDERS.is_sorted());
    }

    #[test]
    fn only_packages_of_distributions_that_were_weighed_count() {
        let named = |purl: &str, bytes| {
            let package = Provided { purl: purl.into(), bytes, ..Provided::default() };
            remembered_package(&package).map(|package| package.name)
        };
        assert_eq!(named("pkg:deb/debian/g%2B%2B@12?arch=amd64", Some(1)), Some("g++".to_owned()));
        assert_eq!(named("pkg:deb/debian/curl@8", None), None);
        assert_eq!(named("pkg:pypi/curl@8", Some(1)), None);
    }
}
