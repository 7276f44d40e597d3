//! Erlang releases: the run-time system and the applications that the release's file names.

use std::collections::HashSet;

use mvi_image::NodeId;
use mvi_inventory::parse::erlang_app::parse_release_applications;

use super::Reach;
use crate::closure::{Link, Strength, Thing};

impl Reach<'_> {
    pub(super) fn erlang(&mut self) {
        let machines: Vec<NodeId> = {
            let objects = self.ground.inventory.objects.iter();
            let machines = objects.filter(|object| object.path.ends_with("/bin/beam.smp"));
            machines.filter_map(|object| self.file(&object.path)).collect()
        };
        for machine in machines {
            let path = self.path(machine);
            let Some((root, _)) = path.rsplit_once("/erts-") else { continue };
            let root = root.to_owned();
            // `erl` is a script that starts it with a path made at run time.
            let from = self.ground.runtime.entry.last().and_then(|step| self.node_of(step)).map(Thing::File);
            self.host = Some(machine);
            self.mark(Thing::File(machine), Strength::Included, from, Link::Runtime);
            let bin = self.ground.tree.parent(machine);
            self.mark_below(bin, (Strength::Included, Some(Thing::File(machine)), Link::Runtime), &|_| false);
            self.release(&root, machine);
        }
    }

    fn release(&mut self, root: &str, machine: NodeId) {
        let from = Some(Thing::File(machine));
        let releases = self.folder(&format!("{root}/releases"));
        let mut named: HashSet<Vec<u8>> = HashSet::new();
        if let Some(releases) = releases {
            self.mark_below(releases, (Strength::Included, from, Link::Runtime), &|_| false);
            for version in self.ground.tree.children(releases).collect::<Vec<_>>() {
                for file in self.ground.tree.children(version).collect::<Vec<_>>() {
                    if !self.ground.tree.node(file).name().ends_with(b".rel") {
                        continue;
                    }
                    let bytes = self.ground.tree.node(file).place().and_then(|place| self.bodies.get(place));
                    let applications = bytes.and_then(parse_release_applications).unwrap_or_default();
                    named.extend(
                        applications.into_iter().map(|(name, version)| format!("{name}-{version}").into_bytes()),
                    );
                }
            }
        }
        let Some(library) = self.folder(&format!("{root}/lib")) else { return };
        for application in self.ground.tree.children(library).collect::<Vec<_>>() {
            let is_named = named.contains(self.ground.tree.node(application).name());
            let (strength, link) = match (is_named, named.is_empty()) {
                (true, _) => (Strength::Included, Link::Listed),
                // Without a list every application may be started.
                (false, true) => (Strength::Possible, Link::Opens),
                (false, false) => continue,
            };
            let not_run = |name: &[u8]| matches!(name, b"src" | b"include" | b"doc" | b"examples" | b"c_src");
            self.mark_below(application, (strength, from, link), &not_run);
        }
    }
}
