//! Node packages: every `package.json` right below a folder of a `node_modules`, or of where Debian keeps packages.

use crate::cataloger::{Cataloger, Findings, OwnedFiles, RECORD_BYTES, RecordPath, Sighting};
use crate::document::Document;
use crate::life::{Life, Record, lives};
use crate::package::Ecosystem;
use crate::parse::package_json::{NodeManifest, parse_package_json};
use crate::providers::{Needs, with_needs};

/// Installed Node packages; what a lock file promises is not installed.
pub(super) struct Node;

impl Cataloger for Node {
    fn name(&self) -> &'static str {
        "node"
    }

    fn claims(&self, path: &RecordPath<'_>) -> Option<u64> {
        (path.name == b"package.json" && is_package_folder(path.folder)).then_some(RECORD_BYTES)
    }

    fn catalog<'a>(&self, documents: &[Document<'a>]) -> Findings<'a> {
        let mut findings = Findings::default();
        let mut found: Vec<(Sighting<'_>, Needs)> = Vec::new();
        for document in documents {
            let read = |layer, bytes| {
                let (manifest, problems) = parse_package_json(bytes);
                findings.problems(document, layer, &problems);
                manifest.map(|manifest| Manifest { manifest, bytes }).into_iter().collect()
            };
            let folder = RecordPath::new(&document.path).folder;
            for life in lives(document, read) {
                found.push((sighting(document, &life, folder), needs(&life.record.manifest)));
            }
        }
        findings.sightings = with_needs(found);
        findings
    }
}

fn sighting<'a>(document: &Document<'_>, life: &Life<Manifest<'_>>, folder: &[u8]) -> Sighting<'a> {
    let manifest = &life.record.manifest;
    Sighting {
        site: folder.to_vec(),
        files: OwnedFiles::Folder(folder.to_vec()),
        licences: manifest.licences.iter().map(ToString::to_string).collect(),
        supplier: manifest.author.as_ref().map(ToString::to_string),
        ..Sighting::new(Ecosystem::Npm, manifest.name.to_string(), &document.path, life)
    }
}

fn needs(manifest: &NodeManifest<'_>) -> Needs {
    let always = manifest.dependencies.iter().map(|name| (name.to_string(), true));
    always.chain(manifest.maybe.iter().map(|name| (name.to_string(), false))).collect()
}

#[derive(Debug, Clone)]
struct Manifest<'a> {
    manifest: NodeManifest<'a>,
    bytes: &'a [u8],
}

impl Record for Manifest<'_> {
    fn key(&self) -> (&str, &str) {
        ("", "")
    }
    fn version(&self) -> &str {
        &self.manifest.version
    }
    fn content(&self) -> &[u8] {
        self.bytes
    }
}

/// True for a package's folder in one that Node looks in, with its scope where it has one; names with a dot in front
/// belong to tools.
fn is_package_folder(folder: &[u8]) -> bool {
    let package = RecordPath::new(folder);
    let holder = RecordPath::new(package.folder);
    let usual = |name: &[u8]| !name.is_empty() && !name.starts_with(b".") && !name.starts_with(b"@");
    let is_scope = holder.name.starts_with(b"@");
    usual(package.name) && holds_packages(if is_scope { holder.folder } else { package.folder })
}

/// Any `node_modules`, and the folders Debian's Node searches for packages of the distribution (Debian Node policy).
fn holds_packages(folder: &[u8]) -> bool {
    RecordPath::new(folder).name == b"node_modules" || matches!(folder, b"usr/share/nodejs" | b"usr/lib/nodejs")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: bool) {
        assert_eq!(Node.claims(&RecordPath::new(path.as_bytes())).is_some(), expected, "{path}");
    }

    #[test]
    fn packages_lie_right_below_node_modules() {
        check("node_modules/a/package.json", true);
        check("app/node_modules/@s/a/package.json", true);
        check("app/node_modules/a/node_modules/b/package.json", true);
        check("app/node_modules/.pnpm/a@1/node_modules/a/package.json", true);
    }

    #[test]
    fn packages_of_debian_lie_in_folders_of_their_own() {
        check("usr/share/nodejs/semver/package.json", true);
        check("usr/share/nodejs/@babel/core/package.json", true);
        check("usr/lib/nodejs/a/package.json", true);
        check("usr/share/nodejs/semver/test/package.json", false);
        check("srv/usr/share/nodejs/a/package.json", false);
    }

    #[test]
    fn other_manifests_are_no_packages() {
        check("app/package.json", false);
        check("node_modules/package.json", false);
        check("node_modules/a/esm/package.json", false);
        check("node_modules/@s/package.json", false);
        check("node_modules/.cache/package.json", false);
        check("x@s/a/package.json", false);
    }
}
