//! Which package a file of the merged tree belongs to, and what each package's files weigh.

use hashbrown::HashSet;
use mvi_image::{FileKind, FileTree, NodeId, Place};

use crate::cataloger::{OwnedFiles, Sighting};

/// The package of every path of a tree.
#[derive(Debug, Clone, Default)]
pub struct Owners {
    /// Index of the package plus one, by index of the node; 0 where no package owns it.
    packages: Vec<u32>,
}

impl Owners {
    /// The package that owns a path of `tree`, as an index into the inventory's packages.
    ///
    /// Where a language package is part of one of the distribution or of Conda, the latter owns its files. Of two packages
    /// of the same rank that list the same file, the first one owns it. Folders are owned only where a record lists them.
    #[must_use]
    pub fn owner_of(&self, tree: &FileTree, node: NodeId) -> Option<usize> {
        let owner = *self.packages.get(tree.index_of(node))?;
        (owner as usize).checked_sub(1)
    }
}

impl Owners {
    /// Makes the package with this index the owner of a path that has none.
    pub(crate) fn add(&mut self, tree: &FileTree, node: NodeId, package: usize) {
        if let (Some(owner), Ok(package)) = (self.packages.get_mut(tree.index_of(node)), u32::try_from(package + 1)) {
            *owner = package;
        }
    }
}

/// What the visible files of a package come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Weight {
    /// Bytes, each content once.
    pub(crate) bytes: u64,
    /// Files and links.
    pub(crate) files: u64,
    /// Last layer that shipped one of them.
    pub(crate) touched: u32,
}

/// Gives every file its owner. Returns the owners and, in the order of `sightings`, what each package weighs.
pub(crate) fn own(tree: &FileTree, sightings: &[Sighting<'_>]) -> (Owners, Vec<Weight>) {
    let mut owners = Owners { packages: vec![0; tree.node_count()] };
    let mut weights = vec![Weight::default(); sightings.len()];
    let roots: HashSet<NodeId> = sightings.iter().filter_map(|sighting| root_of(tree, sighting)).collect();
    let mut by_rank: Vec<(u32, &Sighting<'_>)> = (0_u32..).zip(sightings).collect();
    by_rank.sort_by_key(|(_, sighting)| sighting.ecosystem.rank());
    for (index, sighting) in by_rank {
        let mut nodes = match &sighting.files {
            OwnedFiles::Listed(paths) => paths.iter().filter_map(|path| tree.find_no_follow(path)).collect(),
            OwnedFiles::Folder(_) => files_below(tree, root_of(tree, sighting), &roots),
        };
        nodes.sort_unstable();
        nodes.dedup();
        for node in &nodes {
            let owner = &mut owners.packages[tree.index_of(*node)];
            if *owner == 0 {
                *owner = index + 1;
            }
        }
        weights[index as usize] = weigh(tree, &nodes);
    }
    (owners, weights)
}

/// The node of a package's folder.
fn root_of(tree: &FileTree, sighting: &Sighting<'_>) -> Option<NodeId> {
    match &sighting.files {
        OwnedFiles::Listed(_) => None,
        OwnedFiles::Folder(path) => tree.find_no_follow(path),
    }
}

/// All below `root`, other packages' folders left out.
fn files_below(tree: &FileTree, root: Option<NodeId>, roots: &HashSet<NodeId>) -> Vec<NodeId> {
    let mut found: Vec<NodeId> = root.into_iter().collect();
    let mut at = 0;
    while let Some(node) = found.get(at).copied() {
        found.extend(tree.children(node).filter(|child| !roots.contains(child)));
        at += 1;
    }
    found
}

/// What the files among `nodes` come to; folders weigh nothing.
fn weigh(tree: &FileTree, nodes: &[NodeId]) -> Weight {
    let mut weight = Weight::default();
    let mut bodies: Vec<(Place, u64)> = Vec::with_capacity(nodes.len());
    let mut has_hard_links = false;
    for node in nodes.iter().map(|id| tree.node(*id)).filter(|node| node.kind() != FileKind::Directory) {
        weight.touched = weight.touched.max(node.layer());
        weight.files += 1;
        has_hard_links |= node.is_hard_link();
        bodies.extend(node.place().map(|place| (place, node.size())));
    }
    if has_hard_links {
        bodies.sort_unstable();
        bodies.dedup();
    }
    weight.bytes = bodies.iter().map(|(_, size)| size).sum();
    weight
}
