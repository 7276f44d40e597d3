//! What an image's entry point reaches: files and packages, how surely, and by way of what.

use std::collections::{HashMap, HashSet};

use mvi_image::{FileTree, NodeId, printable};
use mvi_inventory::{Inventory, Package, Runtime};
use serde::Serialize;

use crate::loader::Unresolved;

/// What a closure is worked out from.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The merged tree of layers that were read with an `InventoryCollector`.
    pub tree: &'a FileTree,
    /// Its inventory.
    pub inventory: &'a Inventory,
    /// What the image runs.
    pub runtime: &'a Runtime,
    /// `NAME=value` pairs of its environment.
    pub environment: &'a [String],
    /// Where it starts; empty is the root.
    pub working_dir: &'a str,
    /// How its health is asked, as its configuration has it: `CMD` or `CMD-SHELL` and the command; empty where it is not.
    pub health: &'a [String],
    /// Paths that it declares as volumes.
    pub volumes: &'a [String],
}

impl<'a> Ground<'a> {
    /// The value of a variable of the image's environment.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&'a str> {
        self.environment.iter().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }
}

/// A file or a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Thing {
    /// A file of the tree.
    File(NodeId),
    /// A package, as an index into the inventory's.
    Package(usize),
}

/// How surely something is needed, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Only the records of packages say that one needs the other.
    Declared,
    /// A program may call, open or import it; nobody can tell without running it.
    Possible,
    /// Without it the program does not start, or an import of it fails.
    Included,
}

/// By way of what something is reached.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case", tag = "way")]
pub enum Link {
    /// The image starts it.
    Entry,
    /// A script names it behind `#!`.
    Interpreter,
    /// `PT_INTERP` names it.
    Loader,
    /// It is needed by this name.
    Needs {
        /// The soname.
        name: String,
    },
    /// Programs that have what is above it open it by themselves: plug-ins, modules, tables.
    Opens,
    /// An import of a module leads to it.
    Imports {
        /// The module.
        module: String,
    },
    /// A script calls a program of this name.
    Calls {
        /// The word.
        word: String,
    },
    /// It is given to the program by this word.
    Given {
        /// The word.
        word: String,
    },
    /// It is part of the runtime: standard library, virtual machine.
    Runtime,
    /// It lies in the folder of the application.
    Application,
    /// A list of what the application is made of names it: `package.json`, a release.
    Listed,
    /// The record of the package above it says that it needs it.
    Depends,
    /// The health check runs it.
    Health,
    /// It lies in a folder that is declared as a volume.
    Volume,
    /// C libraries and programs read it wherever they run: accounts, certificates, time zones, databases of packages.
    System,
}

/// Why a thing is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// How surely.
    pub strength: Strength,
    /// What leads to it; none for what is started or read anyway.
    pub from: Option<Thing>,
    /// By way of what.
    pub link: Link,
}

/// Whether the closure can be complete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum End {
    /// It ends in a program that is known: what is not in it is not needed to start it.
    Known,
    /// Nobody can tell what runs: everything is possible.
    Open {
        /// Why.
        reason: String,
    },
}

/// A library that is missing, with who asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lack {
    /// What and why.
    #[serde(flatten)]
    pub unresolved: Unresolved,
    /// How surely the object that needs it is needed itself.
    pub strength: Strength,
    /// True when the program itself does not start without it; false for what it opens later.
    pub at_start: bool,
    /// A path in the image that ends in that name, where the loader does not look.
    pub elsewhere: Option<String>,
}

/// One step of the way from the entry point to a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainStep {
    /// Printable path, or name and version of a package.
    pub thing: String,
    /// True for a package.
    pub is_package: bool,
    /// How surely.
    pub strength: Strength,
    /// By way of what it is reached from the step before.
    pub link: Link,
}

/// What an entry point reaches.
#[derive(Debug)]
pub struct Closure {
    pub(crate) marks: HashMap<Thing, Mark>,
    /// Programs that only the health check runs.
    pub(crate) for_health: HashSet<NodeId>,
    /// Libraries that are missing, by who needs them.
    pub lacks: Vec<Lack>,
    /// The word that should start the image and leads to no file.
    pub missing_entry: Option<String>,
    /// Whether it can be complete.
    pub end: End,
}

impl Closure {
    /// Why a thing is needed; none when nothing reaches it.
    #[must_use]
    pub fn mark(&self, thing: Thing) -> Option<&Mark> {
        self.marks.get(&thing)
    }

    /// Everything that is reached.
    pub fn things(&self) -> impl Iterator<Item = (Thing, &Mark)> {
        self.marks.iter().map(|(thing, mark)| (*thing, mark))
    }

    /// The way from the entry point to a file, or to the package that has it; none when nothing reaches either.
    #[must_use]
    pub fn chain(&self, ground: &Ground<'_>, node: NodeId) -> Option<Vec<ChainStep>> {
        let owner = ground.inventory.owners.owner_of(ground.tree, node).map(Thing::Package);
        let file = Thing::File(node);
        let mut at =
            if self.marks.contains_key(&file) { file } else { owner.filter(|owner| self.marks.contains_key(owner))? };
        let mut chain = Vec::new();
        while let Some(mark) = self.marks.get(&at) {
            let (thing, is_package) = match at {
                Thing::File(node) => (format!("/{}", printable(&ground.tree.path(node))), false),
                Thing::Package(index) => (ground.inventory.packages.get(index).map(label).unwrap_or_default(), true),
            };
            chain.push(ChainStep { thing, is_package, strength: mark.strength, link: mark.link.clone() });
            match mark.from {
                Some(from) if chain.len() <= self.marks.len() => at = from,
                _ => break,
            }
        }
        chain.reverse();
        Some(chain)
    }
}

/// Name and version of a package.
pub(crate) fn label(package: &Package) -> String {
    if package.version.is_empty() { package.name.clone() } else { format!("{} {}", package.name, package.version) }
}
