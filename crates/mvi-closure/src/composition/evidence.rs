//! What the standard prohibits, found by what files are, not by what they are called alone.

use std::collections::{BTreeSet, HashMap, HashSet};

use mvi_image::{FileKind, NodeId, Place, printable};
use mvi_inventory::parse::elf::{ElfFacts, ElfKind};
use mvi_inventory::{Bodies, Ecosystem, Part};
use serde::Serialize;

use super::component::{Decision, Parts};
use super::{Terms, profile_id};
use crate::closure::{Closure, Ground, Link, Strength, Thing, label};
use crate::rules::Risk;

/// Paths named with a finding.
const SAMPLES: usize = 5;

/// What shows that something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Evidence {
    /// Its name, together with what the file is: a program or a script.
    E1,
    /// Only the record of a package.
    E2,
    /// What is in the file.
    E3,
    /// The folder it lies in, or its ending.
    E4,
}

/// Whether it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// In the image.
    Present,
    /// Shipped by a layer and deleted by a later one.
    Hidden,
    /// Its package is recorded, and has no file.
    Ghost,
}

/// Something that the standard prohibits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Id of the standard's row.
    pub category: String,
    /// How bad it is.
    pub risk: Risk,
    /// Whether it is there.
    pub presence: Presence,
    /// What it is part of.
    pub component: String,
    /// The package, by its package URL.
    pub package: Option<String>,
    /// The layer that ships the most of it.
    pub layer: u32,
    /// What becomes of it by the standard's flowchart.
    pub decision: Decision,
    /// True when it comes as it is from a base that is registered: a warning only.
    pub inherited: bool,
    /// Files.
    pub files: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// What shows it.
    pub evidence: BTreeSet<Evidence>,
    /// Some of the files, by path.
    pub paths: Vec<String>,
}

/// A file that the standard prohibits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub(super) row: usize,
    pub(super) risk: Risk,
    pub(super) evidence: Evidence,
}

/// What is prohibited among visible files, and among those that were deleted.
pub(super) struct Found {
    pub(super) visible: HashMap<NodeId, Hit>,
    hidden: Vec<(Place, Vec<u8>, u64, Hit)>,
}

/// Holds every file against the tables.
pub(super) fn find(ground: &Ground<'_>, closure: &Closure, terms: &Terms<'_>) -> Found {
    let bodies = Bodies::new(ground.tree);
    let looker = Looker { ground, closure, terms, bodies: &bodies, busybox: busybox(ground) };
    let mut visible = HashMap::new();
    for (node, place) in ground.tree.visible_bodies() {
        let path = ground.tree.path(node);
        if let Some(hit) = looker.hit(place, &path).filter(|hit| !looker.is_needed(node, &path, *hit)) {
            visible.insert(node, hit);
        }
    }
    let mut hidden = Vec::new();
    for file in ground.tree.hidden().iter().filter(|file| file.by_entry.is_none()) {
        let table = ground.tree.layers()[file.place.layer as usize].table();
        let Some(entry) = table.entries().get(file.place.entry as usize) else { continue };
        let path = table.path(entry);
        if let Some(hit) = looker.hit(file.place, &path) {
            hidden.push((file.place, path, file.bytes, hit));
        }
    }
    Found { visible, hidden }
}

/// Files that are busybox under any of their names: its applets are not the programs whose names they have.
fn busybox(ground: &Ground<'_>) -> HashSet<Place> {
    let named = ground.tree.visible().filter(|node| ground.tree.node(*node).name().starts_with(b"busybox"));
    named
        .filter(|node| ground.tree.node(*node).kind() == FileKind::File)
        .filter_map(|node| ground.tree.node(node).place())
        .collect()
}

struct Looker<'a> {
    ground: &'a Ground<'a>,
    closure: &'a Closure,
    terms: &'a Terms<'a>,
    bodies: &'a Bodies<'a>,
    busybox: HashSet<Place>,
}

impl Looker<'_> {
    /// The row that a file is of.
    fn hit(&self, place: Place, path: &[u8]) -> Option<Hit> {
        let rules = self.terms.rules;
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(path);
        let object = || {
            let part = self.bodies.part(place, Part::Object)?;
            serde_json::from_slice::<ElfFacts>(part).ok()
        };
        if let Some((row, risk)) = rules.row_of_program(name)
            && !self.busybox.contains(&place)
        {
            let is_program = object().is_some_and(|facts| matches!(facts.kind, ElfKind::Executable | ElfKind::Shared));
            if is_program || self.bodies.part(place, Part::Script).is_some() {
                return Some(Hit { row, risk, evidence: Evidence::E1 });
            }
        }
        if self.is_empty(place) {
            return None;
        }
        let absolute = [b"/", path].concat();
        let of_row = |row: usize, evidence| Hit { row, risk: rules.tables.prohibited[row].risk, evidence };
        if let Some(row) = rules.row_of_path(&absolute).filter(|row| !self.is_code(*row, name)) {
            return Some(of_row(row, Evidence::E4));
        }
        if name.ends_with(b".o") && object().is_some_and(|facts| facts.kind == ElfKind::Relocatable) {
            return rules.row_of_relocatable().map(|row| of_row(row, Evidence::E3));
        }
        let profile = self.ground.runtime.profile.map(profile_id);
        rules.row_of_ending(name, profile).map(|row| of_row(row, Evidence::E4))
    }

    /// Files without a byte are marks and locks that harm nobody.
    fn is_empty(&self, place: Place) -> bool {
        let entries = self.ground.tree.layers()[place.layer as usize].table().entries();
        entries.get(place.entry as usize).is_none_or(|entry| entry.size() == 0)
    }

    /// Code is no documentation, whatever its folder is called.
    fn is_code(&self, row: usize, name: &[u8]) -> bool {
        const CODE: &[&[u8]] = &[
            b".py", b".pyc", b".js", b".mjs", b".cjs", b".rb", b".so", b".pm", b".beam", b".node", b".class", b".php",
        ];
        self.terms.rules.tables.prohibited[row].id == "documentation"
            && CODE.iter().any(|ending| name.ends_with(ending))
    }

    /// True when something leads to this very file, or to the package that it is the code of.
    fn is_needed(&self, node: NodeId, path: &[u8], hit: Hit) -> bool {
        let itself = self.closure.mark(Thing::File(node)).is_some_and(|mark| {
            let by_name = match mark.link {
                Link::Entry | Link::Interpreter | Link::Loader | Link::Needs { .. } | Link::Imports { .. } => true,
                Link::Calls { .. } | Link::Given { .. } | Link::Opens | Link::Health => true,
                Link::Runtime | Link::Application | Link::Listed | Link::Depends | Link::Volume | Link::System => false,
            };
            by_name && mark.strength >= Strength::Possible
        });
        let row = &self.terms.rules.tables.prohibited[hit.row];
        let owner = self.ground.inventory.owners.owner_of(self.ground.tree, node);
        let is_production = || {
            let is_included = |owner| {
                let mark = self.closure.mark(Thing::Package(owner));
                mark.is_some_and(|mark| mark.strength == Strength::Included)
            };
            let language = |owner: usize| !self.ground.inventory.packages[owner].ecosystem.is_system();
            row.id == "development" && owner.is_some_and(|owner| language(owner) && is_included(owner))
        };
        // What a virtual machine has in its own folder for itself is not what a compiler left behind.
        let is_archive_of_database = path.starts_with(b"var/lib/dpkg/info/");
        itself || is_production() || is_archive_of_database
    }
}

/// Findings by category and component, the worst first, then the largest.
pub(super) fn findings(ground: &Ground<'_>, terms: &Terms<'_>, found: &Found, parts: &Parts) -> Vec<Finding> {
    let mut groups: HashMap<(usize, Risk, Presence, String), Finding> = HashMap::new();
    let rows = &terms.rules.tables.prohibited;
    let mut nodes: Vec<(&NodeId, &Hit)> = found.visible.iter().collect();
    nodes.sort_by_key(|(node, _)| **node);
    for (node, hit) in nodes {
        let entry = ground.tree.node(*node);
        let Some(component) = parts.of(ground, *node) else { continue };
        let inherited = terms.base_is_registered && terms.base_layers.is_some_and(|count| entry.layer() < count);
        let group =
            groups.entry((hit.row, hit.risk, Presence::Present, component.name.clone())).or_insert_with(|| Finding {
                category: rows[hit.row].id.clone(),
                risk: hit.risk,
                presence: Presence::Present,
                component: component.name.clone(),
                package: component.purl.clone(),
                layer: entry.layer(),
                decision: if rows[hit.row].id == "debug-tools" { Decision::DebugStage } else { Decision::Prohibit },
                inherited,
                files: 0,
                bytes: 0,
                evidence: BTreeSet::new(),
                paths: Vec::new(),
            });
        group.inherited &= inherited;
        add(group, entry.size(), hit.evidence, || format!("/{}", printable(&ground.tree.path(*node))));
    }
    for (place, path, bytes, hit) in &found.hidden {
        let name = format!("layer {}", place.layer);
        let row = &rows[hit.row];
        let risk = if row.id == "source-code" { hit.risk } else { Risk::Low };
        let group = groups.entry((hit.row, risk, Presence::Hidden, name.clone())).or_insert_with(|| Finding {
            component: name,
            package: None,
            layer: place.layer,
            ..bare(&row.id, risk, Presence::Hidden)
        });
        add(group, *bytes, hit.evidence, || format!("/{}", printable(path)));
    }
    let mut findings: Vec<Finding> = groups.into_values().chain(ghosts(ground, terms)).collect();
    findings.sort_by(|left, right| {
        let rank = |finding: &Finding| (finding.presence, std::cmp::Reverse((finding.risk, finding.bytes)));
        rank(left)
            .cmp(&rank(right))
            .then_with(|| (&left.category, &left.component).cmp(&(&right.category, &right.component)))
    });
    findings
}

fn bare(category: &str, risk: Risk, presence: Presence) -> Finding {
    Finding {
        category: category.to_owned(),
        risk,
        presence,
        component: String::new(),
        package: None,
        layer: 0,
        decision: Decision::Prohibit,
        inherited: false,
        files: 0,
        bytes: 0,
        evidence: BTreeSet::new(),
        paths: Vec::new(),
    }
}

fn add(finding: &mut Finding, bytes: u64, evidence: Evidence, path: impl FnOnce() -> String) {
    finding.files += 1;
    finding.bytes += bytes;
    finding.evidence.insert(evidence);
    if finding.paths.len() < SAMPLES {
        finding.paths.push(path());
    }
}

/// Packages that are recorded and have no file left.
fn ghosts(ground: &Ground<'_>, terms: &Terms<'_>) -> Vec<Finding> {
    let empty = ground.inventory.packages.iter().filter(|package| package.files == 0 && package.ecosystem.is_system());
    let known = empty.filter(|package| package.ecosystem != Ecosystem::Generic);
    let ghost = |package: &mvi_inventory::Package| {
        let row = terms.rules.row_of_package(&package.name)?;
        Some(Finding {
            component: label(package),
            package: Some(package.purl.clone()),
            layer: package.introduced,
            evidence: BTreeSet::from([Evidence::E2]),
            ..bare(&terms.rules.tables.prohibited[row].id, Risk::Low, Presence::Ghost)
        })
    };
    known.filter_map(ghost).collect()
}
