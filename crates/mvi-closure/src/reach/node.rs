//! Node: the application's manifest, and the packages that it and they need to run, as Node finds them.

use mvi_image::NodeId;
use serde_json::Value;

use super::Reach;
use crate::closure::{Link, Strength, Thing};

/// Members of a manifest whose packages a program may require.
const NEEDS: &[&str] = &["dependencies", "optionalDependencies", "peerDependencies"];

impl Reach<'_> {
    pub(super) fn node(&mut self) {
        let from = self.host.map(Thing::File);
        let words = self.ground.runtime.arguments.clone();
        let mut script = words.iter().find(|word| !word.starts_with('-')).cloned();
        let is_manager =
            |path: &str| path.contains("/node_modules/npm/") || path.contains("/yarn") || path.contains("/corepack/");
        if script.as_deref().is_some_and(is_manager) {
            // `npm start` runs what the manifest where it starts says.
            script = None;
        }
        let entry = script.as_ref().and_then(|word| self.module_file(word));
        if let (Some(entry), Some(word)) = (entry, &script) {
            self.mark(Thing::File(entry), Strength::Included, from, Link::Given { word: word.clone() });
        }
        let start =
            entry.map_or_else(|| self.ground.working_dir.to_owned(), |entry| self.path(self.ground.tree.parent(entry)));
        let mut folder = start.trim_matches('/').to_owned();
        loop {
            if let Some(manifest) = self.file(&format!("{folder}/package.json")) {
                self.node_manifest(manifest, &folder, entry.map(Thing::File).or(from));
                return;
            }
            if folder.is_empty() {
                break;
            }
            folder = folder.rsplit_once('/').map_or_else(String::new, |(above, _)| above.to_owned());
        }
        self.all_modules(&start, entry.map(Thing::File).or(from));
    }

    /// The file that Node runs for a word: itself, with an extension, or a folder's index.
    fn module_file(&self, word: &str) -> Option<NodeId> {
        let path = self.absolute(word);
        let endings = ["", ".js", ".mjs", ".cjs", "/index.js", "/index.mjs", "/index.cjs"];
        endings.iter().find_map(|ending| self.file(&format!("{path}{ending}")))
    }

    fn node_manifest(&mut self, manifest: NodeId, folder: &str, from: Option<Thing>) {
        self.mark(Thing::File(manifest), Strength::Included, from, Link::Application);
        let bytes = self.ground.tree.node(manifest).place().and_then(|place| self.bodies.get(place));
        let Some(document) = bytes.and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok()) else {
            self.all_modules(folder, from);
            return;
        };
        let names = NEEDS.iter().filter_map(|member| document.get(member)?.as_object()).flat_map(|table| table.keys());
        for name in names {
            if let Some(package) = self.module_package(folder, name) {
                self.mark(Thing::Package(package), Strength::Included, Some(Thing::File(manifest)), Link::Listed);
            }
        }
        let development = document.get("devDependencies").and_then(Value::as_object);
        if development.is_none() && NEEDS.iter().all(|member| document.get(member).is_none()) {
            // A manifest without any list says nothing about packages.
            self.all_modules(folder, from);
        }
    }

    /// Without a list, every package that could be required is possible.
    fn all_modules(&mut self, start: &str, from: Option<Thing>) {
        let mut folder = start.trim_matches('/').to_owned();
        loop {
            let prefix = if folder.is_empty() { "node_modules/".to_owned() } else { format!("{folder}/node_modules/") };
            let mut found: Vec<usize> = {
                let records = self.records.iter().filter(|(record, _)| record.starts_with(&prefix));
                records.map(|(_, index)| *index).collect()
            };
            found.sort_unstable();
            for package in found {
                self.mark(Thing::Package(package), Strength::Possible, from, Link::Opens);
            }
            if folder.is_empty() {
                return;
            }
            folder = folder.rsplit_once('/').map_or_else(String::new, |(above, _)| above.to_owned());
        }
    }

    /// The packages that a Node package's record names, found from where it lies.
    pub(super) fn node_dependencies(&mut self, index: usize, strength: Strength) {
        let package = &self.ground.inventory.packages[index];
        let folder = package.record.strip_suffix("/package.json").unwrap_or_default().to_owned();
        for name in &package.depends {
            if let Some(needed) = self.module_package(&folder, name) {
                self.mark(Thing::Package(needed), strength, Some(Thing::Package(index)), Link::Depends);
            }
        }
    }

    /// The package that `require(name)` leads to from a folder: Node.js, "Loading from `node_modules` folders".
    fn module_package(&self, folder: &str, name: &str) -> Option<usize> {
        let mut at = folder;
        loop {
            if at.rsplit('/').next() != Some("node_modules") {
                let record = if at.is_empty() {
                    format!("node_modules/{name}/package.json")
                } else {
                    format!("{at}/node_modules/{name}/package.json")
                };
                // Links, as pnpm makes them, lead to where the package lies.
                let real = || self.file(&record).map(|node| self.path(node));
                let found = self.records.get(&record).copied();
                let found = found.or_else(|| self.records.get(&real()?).copied());
                if found.is_some() {
                    return found;
                }
            }
            if at.is_empty() {
                // Node.js, "Loading from the global folders"; the last is Debian's.
                let global = self.ground.variable("NODE_PATH").unwrap_or_default().split(':');
                let mut global = global.filter(|folder| !folder.is_empty()).chain(["usr/share/nodejs"]);
                return global.find_map(|folder| {
                    let record = format!("{}/{name}/package.json", folder.trim_matches('/'));
                    self.records.get(&record).copied()
                });
            }
            at = at.rsplit_once('/').map_or("", |(above, _)| above);
        }
    }
}
