//! The merged file system of an image, with the history of every path kept beside it.

mod efficiency;
mod find;
mod hidden;
mod merge;
mod resolve;

use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable};

pub use hidden::{HiddenFile, Reason};
pub use merge::merge;

use crate::gap::Gap;
use crate::layer::{Attributes, FileKind, LayerFacts, NONE};

/// A path of the tree; valid for the tree it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

/// The root folder.
pub const ROOT: NodeId = NodeId(0);

/// Where an entry stands: layer (base first) and index in that layer's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Layer, base layer 0.
    pub layer: u32,
    /// Index in the layer's table.
    pub entry: u32,
}

/// 32 bytes a path. A path that was deleted keeps its record, dead, so that coming back costs nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record {
    pub(crate) parent: u32,
    pub(crate) name_start: u32,
    pub(crate) name_length: u16,
    pub(crate) name_layer: u16,
    /// Layer of the entry in force.
    pub(crate) layer: u16,
    /// Last layer that placed this path or one below it.
    pub(crate) touched: u16,
    /// First layer since which the path has existed without a break.
    pub(crate) introduced: u16,
    pub(crate) alive: bool,
    /// Index of the entry in force; [`NONE`] for a folder no entry names.
    pub(crate) entry: u32,
    pub(crate) first_child: u32,
    pub(crate) next_sibling: u32,
}

/// What one layer did to the tree below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LayerChange {
    /// Paths that were not there before; folders are not counted.
    pub added: u64,
    /// Paths whose content or attributes it replaced.
    pub changed: u64,
    /// Paths of lower layers it deleted.
    pub removed: u64,
    /// Whiteouts in it, opaque ones included.
    pub whiteouts: u64,
    /// Bytes of file bodies it ships.
    pub file_bytes: u64,
}

/// The layers of an image merged into one tree: whiteouts and opaque folders as in OCI image-spec 1.1 (`layer.md`),
/// links as in containerd and umoci.
pub struct FileTree {
    pub(crate) layers: Vec<Arc<LayerFacts>>,
    pub(crate) records: Vec<Record>,
    pub(crate) index: HashTable<u32>,
    pub(crate) hash: DefaultHashBuilder,
    /// The entry that holds the body of a path made by a hard link.
    pub(crate) hard_links: HashMap<u32, Place>,
    pub(crate) hidden: Vec<HiddenFile>,
    pub(crate) changes: Vec<LayerChange>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) efficiency: Option<f64>,
}

/// A path of the merged tree.
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t FileTree,
    id: NodeId,
}

impl FileTree {
    /// The node of an id of this tree.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node { tree: self, id }
    }

    /// The layers, base first.
    #[must_use]
    pub fn layers(&self) -> &[Arc<LayerFacts>] {
        &self.layers
    }

    /// Every path that is visible, parents before children, the root first.
    pub fn visible(&self) -> impl Iterator<Item = NodeId> + '_ {
        let mut stack = vec![ROOT];
        std::iter::from_fn(move || {
            let next = stack.pop()?;
            stack.extend(self.children(next));
            Some(next)
        })
    }

    /// Every visible file body once, however many hard links name it, with one path that names it.
    pub fn visible_bodies(&self) -> impl Iterator<Item = (NodeId, Place)> + '_ {
        let shared: HashSet<Place> = self.hard_links.values().copied().collect();
        let mut told = HashSet::new();
        self.visible().filter_map(move |id| {
            let place = self.place(id.0)?;
            let first = !shared.contains(&place) || told.insert(place);
            (first && self.entry(place).kind() == FileKind::File).then_some((id, place))
        })
    }

    /// The folder a node is in; the root is its own.
    #[must_use]
    pub fn parent(&self, id: NodeId) -> NodeId {
        self.records.get(id.0 as usize).map_or(ROOT, |record| NodeId(record.parent))
    }

    /// The visible children of a folder, newest first.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let mut at = self.records.get(id.0 as usize).map_or(NONE, |record| record.first_child);
        std::iter::from_fn(move || {
            while at != NONE {
                let record = &self.records[at as usize];
                let id = NodeId(at);
                at = record.next_sibling;
                if record.alive {
                    return Some(id);
                }
            }
            None
        })
    }

    /// The path of a node, without leading slash; empty for the root.
    #[must_use]
    pub fn path(&self, id: NodeId) -> Vec<u8> {
        let mut chain = Vec::new();
        let mut at = id.0;
        while at != ROOT.0 {
            let Some(record) = self.records.get(at as usize) else { break };
            chain.push(self.name_of(record));
            at = record.parent;
        }
        chain.reverse();
        chain.join(&b'/')
    }

    /// Number of paths, visible or not; every [`NodeId`] is below it.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.records.len()
    }

    /// The index of a node, below [`Self::node_count`], for tables beside the tree.
    #[must_use]
    pub fn index_of(&self, id: NodeId) -> usize {
        id.0 as usize
    }

    /// Everything shipped and not visible, in the order in which it was hidden.
    #[must_use]
    pub fn hidden(&self) -> &[HiddenFile] {
        &self.hidden
    }

    /// What each layer did, base first.
    #[must_use]
    pub fn changes(&self) -> &[LayerChange] {
        &self.changes
    }

    /// What the merge could not place.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Efficiency from 0 to 1 as dive 0.13 defines it; `None` when the image has no file bytes.
    ///
    /// For every path: the smallest size it ever had, over the sum of all sizes it had, where a deleted file counts
    /// as size 0 and a deleted folder as the size of what it held (dive, `filetree/efficiency.go`).
    #[must_use]
    pub fn efficiency(&self) -> Option<f64> {
        self.efficiency
    }

    /// Bytes of file bodies that are visible, each once however many hard links name it.
    #[must_use]
    pub fn visible_bytes(&self) -> u64 {
        let shipped: u64 = self.changes.iter().map(|change| change.file_bytes).sum();
        shipped - self.hidden.iter().map(|hidden| hidden.bytes).sum::<u64>()
    }

    pub(crate) fn name_of(&self, record: &Record) -> &[u8] {
        let Some(layer) = self.layers.get(usize::from(record.name_layer)) else { return &[] };
        let start = record.name_start as usize;
        layer.table().names.get(start..start + usize::from(record.name_length)).unwrap_or_default()
    }

    /// The entry that holds the body of a node.
    pub(crate) fn place(&self, id: u32) -> Option<Place> {
        if let Some(place) = self.hard_links.get(&id) {
            return Some(*place);
        }
        let record = &self.records[id as usize];
        (record.entry != NONE).then(|| Place { layer: u32::from(record.layer), entry: record.entry })
    }
}

impl<'t> Node<'t> {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> NodeId {
        self.id
    }

    fn record(&self) -> &'t Record {
        &self.tree.records[self.id.0 as usize]
    }

    /// The last name of its path; empty for the root.
    #[must_use]
    pub fn name(&self) -> &'t [u8] {
        self.tree.name_of(self.record())
    }

    /// What it is; a hard link is what it links to. Folders that no entry names are folders.
    #[must_use]
    pub fn kind(&self) -> FileKind {
        self.place().map_or(FileKind::Directory, |place| self.tree.entry(place).kind())
    }

    /// The entry that holds its body; `None` for a folder no entry names.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.tree.place(self.id.0)
    }

    /// The entry of its own name; for a hard link not the one that holds the body.
    #[must_use]
    pub fn own_place(&self) -> Option<Place> {
        let record = self.record();
        (record.entry != NONE).then(|| Place { layer: u32::from(record.layer), entry: record.entry })
    }

    /// True when its path was made by a hard link to another path.
    #[must_use]
    pub fn is_hard_link(&self) -> bool {
        self.tree.hard_links.contains_key(&self.id.0)
    }

    /// Bytes its body takes in the layer that ships it.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.place().map_or(0, |place| self.tree.entry(place).size())
    }

    /// Bytes the unpacked file has; more than [`Node::size`] for sparse files.
    #[must_use]
    pub fn apparent_size(&self) -> u64 {
        self.place().map_or(0, |place| self.tree.layers[place.layer as usize].table().apparent_size(place.entry))
    }

    /// Permission bits and owner of the entry in force; 0755 root for folders no entry names, as containerd makes them.
    #[must_use]
    pub fn attributes(&self) -> Attributes {
        let record = self.record();
        if record.entry == NONE {
            return Attributes { mode: 0o755, uid: 0, gid: 0 };
        }
        let place = Place { layer: u32::from(record.layer), entry: record.entry };
        self.tree.layers[usize::from(record.layer)].table().attributes(self.tree.entry(place))
    }

    /// The target of a symbolic link, as written.
    #[must_use]
    pub fn link(&self) -> Option<&'t [u8]> {
        let place = self.place()?;
        let entry = self.tree.entry(place);
        (entry.kind() == FileKind::Symlink).then(|| self.tree.layers[place.layer as usize].table().link(entry))
    }

    /// xxh3 of its body; `None` where it was not read.
    #[must_use]
    pub fn content(&self) -> Option<u64> {
        self.place().and_then(|place| self.tree.entry(place).content())
    }

    /// The layer whose entry is in force, base layer 0.
    #[must_use]
    pub fn layer(&self) -> u32 {
        u32::from(self.record().layer)
    }

    /// The first layer since which the path has existed without a break.
    #[must_use]
    pub fn introduced(&self) -> u32 {
        u32::from(self.record().introduced)
    }
}
