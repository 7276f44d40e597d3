//! The parts of an image: packages, and trees of files that no package owns; what becomes of each, and what it weighs.

use std::collections::{BTreeMap, HashMap};

use mvi_image::NodeId;
use mvi_inventory::{Ecosystem, Part, Profile};
use serde::Serialize;

use super::Terms;
use super::evidence::Found;
use crate::closure::{Closure, End, Ground, Link, Strength, Thing, label};

/// What becomes of a component: the standard's flowchart, and what it cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Decision {
    /// The runtime or its payload needs it.
    Include,
    /// Nobody can tell without running it.
    Possible,
    /// For debugging and operating: it belongs into a stage of its own.
    DebugStage,
    /// Nothing needs it.
    Prohibit,
}

/// A part of the image.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Component {
    /// Name and version of the package, or the folder.
    pub name: String,
    /// Its package URL; none for what no package owns.
    pub purl: Option<String>,
    /// Printable path of the record that says the package is there.
    pub record: Option<String>,
    /// What becomes of it.
    pub decision: Decision,
    /// Why, in a few words.
    pub reason: String,
    /// The layer that ships the most of it.
    pub layer: u32,
    /// True when all of it comes with layers of the base.
    pub inherited: bool,
    /// Files.
    pub files: u64,
    /// Bytes of these; each content once.
    pub bytes: u64,
    /// Bytes of files in it that the standard prohibits, whatever becomes of the rest.
    pub prohibited_bytes: u64,
    /// True for the runtime itself, which a floor base brings along.
    pub of_runtime: bool,
    /// The package, as an index into the inventory's; none for what no package owns.
    #[serde(skip)]
    pub package: Option<usize>,
    /// Bytes by layer, of the files that are not prohibited.
    #[serde(skip)]
    pub(super) kept: BTreeMap<u32, u64>,
}

/// Visible bytes by decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Bytes {
    /// All visible bytes.
    pub all: u64,
    /// Needed.
    pub include: u64,
    /// Perhaps needed.
    pub possible: u64,
    /// For a debug stage.
    pub debug_stage: u64,
    /// Not needed.
    pub prohibit: u64,
}

impl Bytes {
    /// What is there and not needed.
    #[must_use]
    pub fn unneeded(&self) -> u64 {
        self.debug_stage + self.prohibit
    }

    fn of(&mut self, decision: Decision) -> &mut u64 {
        match decision {
            Decision::Include => &mut self.include,
            Decision::Possible => &mut self.possible,
            Decision::DebugStage => &mut self.debug_stage,
            Decision::Prohibit => &mut self.prohibit,
        }
    }
}

/// What a file is part of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Package(usize),
    /// A tree of files that no package owns, those with the same decision together, and those of one row of what is prohibited.
    Tree(String, Decision, Option<usize>),
}

/// Components, which one each file is part of, and the bytes by decision.
pub(super) struct Parts {
    pub(super) components: Vec<Component>,
    pub(super) bytes: Bytes,
    of: Table,
}

impl Parts {
    /// The component that a file is part of.
    pub(super) fn of(&self, ground: &Ground<'_>, node: NodeId) -> Option<&Component> {
        self.components.get(self.of.get(ground, node)?)
    }
}

/// A number by node: one more than the number, 0 for none. An image may have millions of files.
struct Table(Vec<u32>);

impl Table {
    fn get(&self, ground: &Ground<'_>, node: NodeId) -> Option<usize> {
        (*self.0.get(ground.tree.index_of(node))? as usize).checked_sub(1)
    }
}

/// A component while its files are gathered.
struct Draft {
    component: Component,
    /// Bytes by layer.
    layers: HashMap<u32, u64>,
    /// True when one of its files is a tool for debugging.
    debugs: bool,
}

/// Takes the tree apart.
pub(super) fn components(ground: &Ground<'_>, closure: &Closure, terms: &Terms<'_>, found: &Found) -> Parts {
    let judge = Judge { ground, closure, terms };
    let mut places: HashMap<Key, usize> = HashMap::new();
    let mut drafts: Vec<Draft> = Vec::new();
    let mut of = Table(vec![0; ground.tree.node_count()]);
    let bodies = mvi_inventory::Bodies::new(ground.tree);
    let rows = &terms.rules.tables.prohibited;
    for (node, place) in ground.tree.visible_bodies() {
        let row = found.visible.get(&node).map(|hit| hit.row);
        let debugs = row.is_some_and(|row| rows[row].id == DEBUG_TOOLS);
        let key = match judge.owner(node) {
            Some(owner) => Key::Package(owner),
            None => {
                let is_program =
                    bodies.part(place, Part::Object).is_some() || bodies.part(place, Part::Script).is_some();
                let decision = match row {
                    Some(_) if debugs => Decision::DebugStage,
                    Some(_) => Decision::Prohibit,
                    None => judge.loose(node, is_program),
                };
                Key::Tree(tree_of(&String::from_utf8_lossy(&ground.tree.path(node))), decision, row)
            }
        };
        let at = *places.entry(key).or_insert_with_key(|key| {
            drafts.push(Draft { component: judge.component(key), layers: HashMap::new(), debugs: false });
            drafts.len() - 1
        });
        let (draft, size) = (&mut drafts[at], ground.tree.node(node).size());
        draft.component.files += 1;
        draft.component.bytes += size;
        draft.debugs |= debugs;
        *draft.layers.entry(place.layer).or_default() += size.max(1);
        match row {
            Some(_) => draft.component.prohibited_bytes += size,
            None => *draft.component.kept.entry(place.layer).or_default() += size,
        }
        if closure.mark(Thing::File(node)).is_some_and(|mark| mark.link == Link::Runtime || mark.link == Link::Loader) {
            draft.component.of_runtime = true;
        }
        of.0[ground.tree.index_of(node)] = u32::try_from(at + 1).unwrap_or(0);
    }
    finish(ground, terms, found, (drafts, of))
}

/// The row of tools for debugging.
const DEBUG_TOOLS: &str = "debug-tools";

/// Layers, decisions by what was found in a component, order, sums.
fn finish(ground: &Ground<'_>, terms: &Terms<'_>, found: &Found, (drafts, mut of): (Vec<Draft>, Table)) -> Parts {
    let mut ordered: Vec<(usize, Component)> = Vec::new();
    for (at, Draft { mut component, layers, debugs }) in drafts.into_iter().enumerate() {
        let most = layers.iter().max_by_key(|(layer, bytes)| (**bytes, std::cmp::Reverse(**layer)));
        component.layer = most.map_or(0, |(layer, _)| *layer);
        component.inherited = terms.base_layers.is_some_and(|count| layers.keys().all(|layer| *layer < count));
        if component.decision == Decision::Prohibit && debugs {
            component.decision = Decision::DebugStage;
            "a tool for debugging".clone_into(&mut component.reason);
        }
        ordered.push((at, component));
    }
    ordered.sort_by(|(_, left), (_, right)| {
        let name = |component: &Component| (component.name.clone(), component.purl.clone(), component.decision);
        let rest = |component: &Component| (component.record.clone(), component.reason.clone(), component.files);
        right.bytes.cmp(&left.bytes).then_with(|| (name(left), rest(left)).cmp(&(name(right), rest(right))))
    });
    let mut renumbered = vec![0; ordered.len() + 1];
    for (place, (at, _)) in ordered.iter().enumerate() {
        renumbered[at + 1] = u32::try_from(place + 1).unwrap_or(0);
    }
    for number in &mut of.0 {
        *number = renumbered[*number as usize];
    }
    let mut parts = Parts {
        components: ordered.into_iter().map(|(_, component)| component).collect(),
        bytes: Bytes::default(),
        of,
    };
    for (node, _) in ground.tree.visible_bodies() {
        let size = ground.tree.node(node).size();
        let decision = match (found.visible.get(&node), parts.of(ground, node)) {
            (Some(hit), _) if terms.rules.tables.prohibited[hit.row].id == DEBUG_TOOLS => Decision::DebugStage,
            (Some(_), _) | (None, None) => Decision::Prohibit,
            (None, Some(component)) => component.decision,
        };
        parts.bytes.all += size;
        *parts.bytes.of(decision) += size;
    }
    parts
}

/// Decides on packages and on files that no package owns.
pub(super) struct Judge<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) closure: &'a Closure,
    pub(super) terms: &'a Terms<'a>,
}

impl Judge<'_> {
    /// The package a file belongs to; compiled Python belongs to the one of its source.
    fn owner(&self, node: NodeId) -> Option<usize> {
        let owners = &self.ground.inventory.owners;
        if let Some(owner) = owners.owner_of(self.ground.tree, node) {
            return Some(owner);
        }
        let folder = self.ground.tree.parent(node);
        if self.ground.tree.node(folder).name() != b"__pycache__" {
            return None;
        }
        let name = String::from_utf8_lossy(self.ground.tree.node(node).name()).into_owned();
        let mut source = self.ground.tree.path(self.ground.tree.parent(folder));
        source.extend_from_slice(format!("/{}.py", name.split('.').next()?).as_bytes());
        owners.owner_of(self.ground.tree, self.ground.tree.find(&source)?)
    }

    fn is_open(&self) -> bool {
        matches!(self.closure.end, End::Open { .. })
    }

    /// What becomes of a file that no package owns. Data may be read by any program; a program that nothing reaches, or
    /// a part of a runtime that is not used, is not needed.
    fn loose(&self, node: NodeId, is_program: bool) -> Decision {
        match self.closure.mark(Thing::File(node)).map(|mark| mark.strength) {
            Some(Strength::Included) => return Decision::Include,
            Some(Strength::Possible | Strength::Declared) => return Decision::Possible,
            None if self.is_open() => return Decision::Possible,
            None => {}
        }
        let path = self.ground.tree.path(node);
        let in_runtime = path.split(|byte| *byte == b'/').any(|name| name.starts_with(b"python3.") && name.len() > 8);
        if is_program || in_runtime { Decision::Prohibit } else { Decision::Possible }
    }

    fn component(&self, key: &Key) -> Component {
        let package = match key {
            Key::Package(index) => Some(*index),
            Key::Tree(..) => None,
        };
        let (name, purl, decision, reason, of_runtime) = match key {
            Key::Package(index) => {
                let package = &self.ground.inventory.packages[*index];
                let (decision, reason) = self.decide(*index);
                (label(package), Some(package.purl.clone()), decision, reason, false)
            }
            Key::Tree(folder, decision, row) => {
                let reason = match decision {
                    Decision::Include => "reached from the entry point",
                    Decision::Possible => "data that a program may read",
                    Decision::Prohibit | Decision::DebugStage => "nothing reaches it",
                };
                let title = row.map(|row| self.terms.rules.tables.prohibited[row].category.to_lowercase());
                let reason = title.unwrap_or_else(|| reason.to_owned());
                (format!("/{folder}"), None, *decision, reason, false)
            }
        };
        Component {
            name,
            purl: purl.filter(|purl| !purl.is_empty()),
            record: package.map(|index| self.ground.inventory.packages[index].record.clone()),
            decision,
            reason,
            layer: 0,
            inherited: false,
            files: 0,
            bytes: 0,
            prohibited_bytes: 0,
            of_runtime,
            package,
            kept: BTreeMap::new(),
        }
    }

    /// The flowchart: needed for the runtime or its payload, or for debugging, or not at all.
    pub(super) fn decide(&self, index: usize) -> (Decision, String) {
        let package = &self.ground.inventory.packages[index];
        let mark = self.closure.mark(Thing::Package(index));
        let why = |text: &str| text.to_owned();
        match mark.map(|mark| (mark.strength, &mark.link)) {
            Some((Strength::Included, _)) => return (Decision::Include, why("reached from the entry point")),
            Some((Strength::Possible, Link::Calls { word })) => {
                return (Decision::Possible, format!("a script may call {word}"));
            }
            Some((Strength::Possible, Link::System)) => {
                return (Decision::Possible, why("programs read it wherever they need it"));
            }
            Some((Strength::Possible, _)) => return (Decision::Possible, why("may be opened while it runs")),
            Some((Strength::Declared, _)) => return (Decision::Possible, why("declared by a package that is needed")),
            None if self.is_open() => return (Decision::Possible, why("nobody can tell what runs")),
            None => {}
        }
        let profile = self.ground.runtime.profile;
        let is_by_name = match package.ecosystem {
            Ecosystem::Pypi => profile == Some(Profile::Python),
            Ecosystem::Maven => profile == Some(Profile::Java),
            Ecosystem::Gem | Ecosystem::Composer | Ecosystem::Cran | Ecosystem::Cpan | Ecosystem::Luarocks => {
                profile == Some(Profile::DynamicElf)
            }
            Ecosystem::Nuget | Ecosystem::Nix | Ecosystem::Conda | Ecosystem::Brew => true,
            Ecosystem::Alpm
            | Ecosystem::Apk
            | Ecosystem::Cargo
            | Ecosystem::Deb
            | Ecosystem::Golang
            | Ecosystem::Hex
            | Ecosystem::Npm
            | Ecosystem::Otp
            | Ecosystem::Rpm
            | Ecosystem::Generic => false,
        };
        match is_by_name {
            true => (Decision::Possible, why("no import leads to it; it may be loaded by name")),
            false => (Decision::Prohibit, why("nothing reaches it")),
        }
    }
}

/// The tree that a path is in: as many folders as tell it from its neighbours.
fn tree_of(path: &str) -> String {
    let names: Vec<&str> = path.split('/').collect();
    let deep = match (names.first().copied().unwrap_or_default(), names.get(1).copied().unwrap_or_default()) {
        ("usr", "local" | "lib" | "share")
            if names.get(2).is_some_and(|name| name.starts_with("python") || *name == "lib") =>
        {
            4
        }
        ("usr", "local" | "lib" | "share" | "lib64" | "libexec") | ("var", "lib" | "cache") => 3,
        ("usr" | "var" | "opt" | "home" | "srv", _) => 2,
        _ => 1,
    };
    names[..deep.min(names.len().saturating_sub(1))].join("/")
}
