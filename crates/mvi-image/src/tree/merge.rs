//! The fold: layer after layer onto the tree. Whiteouts hide lower layers only, wherever they stand in their layer.

use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use super::efficiency::{Efficiency, Placed};
use super::hidden::By;
use super::resolve::{Folders, Make, Slot, Unplaceable};
use super::{FileTree, LayerChange, NodeId, Place, ROOT, Record};
use crate::gap::{Gap, GapCode, GapList};
use crate::layer::{FileKind, LayerFacts, NONE, RawEntry, Text, clean};
use crate::limits::LINK_DEPTH;

pub(super) const WHITEOUT: &[u8] = b".wh.";
const OPAQUE: &[u8] = b".wh..wh..opq";
/// Names AUFS kept for itself; none of them is a file or a whiteout.
const AUFS: &[u8] = b".wh..wh.";

/// Merges layers, base first, into one tree. At most 65,535 layers are merged; the rest is a gap.
#[must_use]
pub fn merge(layers: Vec<Arc<LayerFacts>>) -> FileTree {
    let mut merge = Merge {
        tree: FileTree::new(layers),
        inodes: HashMap::new(),
        efficiency: Efficiency::default(),
        folders: Folders::default(),
        layer: 0,
        change: LayerChange::default(),
        gaps: GapList::default(),
    };
    let count = merge.tree.layers.len();
    for layer in 0..count.min(usize::from(u16::MAX)) {
        merge.fold(layer as u16);
    }
    let mut tree = merge.tree;
    if count > usize::from(u16::MAX) {
        tree.gaps.push(Gap::whole(GapCode::Entry, "layers past the 65,535th were not merged"));
    }
    tree.efficiency = merge.efficiency.score();
    tree
}

/// The fold in progress.
pub(super) struct Merge {
    pub(super) tree: FileTree,
    /// Living names of every body that more than one name has.
    pub(super) inodes: HashMap<Place, u32>,
    efficiency: Efficiency,
    pub(super) folders: Folders,
    pub(super) layer: u16,
    pub(super) change: LayerChange,
    gaps: GapList,
}

impl Merge {
    fn fold(&mut self, layer: u16) {
        let facts = self.tree.layers[usize::from(layer)].clone();
        self.layer = layer;
        self.folders = Folders::new(facts.table());
        self.change = LayerChange::default();
        let mut late = Vec::new();
        for (index, entry) in facts.table().entries().iter().enumerate() {
            self.take(&facts, index as u32, entry, &mut late);
        }
        self.link_late(&facts, late);
        self.tree.changes.push(self.change);
        let gaps = std::mem::take(&mut self.gaps);
        self.tree.gaps.extend(gaps.of_layer(u32::from(layer)));
    }

    /// Hard links that came before their target, which may be another of them.
    fn link_late(&mut self, facts: &LayerFacts, mut late: Vec<u32>) {
        let entry = |index: u32| &facts.table().entries()[index as usize];
        for _ in 0..LINK_DEPTH {
            let before = late.len();
            late.retain(|index| !self.hard_link(facts, *index, entry(*index)));
            if late.len() == before {
                break;
            }
        }
        for index in late {
            self.gap(facts, entry(index), GapCode::Link, "a hard link to nothing in the image; left out");
        }
    }

    fn take(&mut self, facts: &LayerFacts, index: u32, entry: &RawEntry, late: &mut Vec<u32>) {
        let name = facts.table().name(entry);
        if name.is_empty() {
            let record = &mut self.tree.records[ROOT.0 as usize];
            (record.entry, record.layer) = (index, self.layer);
        } else if name.starts_with(WHITEOUT) {
            self.ship_in_vain(index, entry);
            self.whiteout(facts, entry, name);
        } else if entry.kind() == FileKind::HardLink {
            if !self.hard_link(facts, index, entry) {
                late.push(index);
            }
        } else if let Some(id) = self.slot_for(facts, index, entry) {
            let place = Place { layer: u32::from(self.layer), entry: index };
            self.change.file_bytes += entry.size();
            self.put(id, Entering { place, body: place, header_size: entry.size() });
        }
    }

    /// The record, living or not, that an entry belongs to; `None` when it has no place.
    fn slot_for(&mut self, facts: &LayerFacts, index: u32, entry: &RawEntry) -> Option<Slot> {
        let parent = match self.resolve(facts, entry.dir, Make::Folders) {
            Ok(parent) => parent?,
            Err(why) => {
                self.unplaceable(facts, entry, why);
                // Its bytes are shipped, and nobody will ever see them.
                self.ship_in_vain(index, entry);
                return None;
            }
        };
        let text = Text { start: entry.name_start, length: entry.name_length.into() };
        Some(self.tree.slot_for(parent, facts.table().name(entry), self.layer, text))
    }

    fn unplaceable(&mut self, facts: &LayerFacts, entry: &RawEntry, why: Unplaceable) {
        let (code, text) = match why {
            Unplaceable::Loop => (GapCode::Link, "links in its path lead in circles; left out"),
            Unplaceable::Reserved => {
                (GapCode::Whiteout, "a folder of its path has a name reserved for whiteouts; left out")
            }
        };
        self.gap(facts, entry, code, text);
    }

    /// Puts an entry into force at `slot`.
    fn put(&mut self, slot: Slot, entering: Entering) -> u32 {
        let Entering { place: own, body, header_size } = entering;
        let Some(id) = slot.id else {
            let id = self.tree.add_record(slot, self.layer);
            self.tree.records[id as usize].entry = own.entry;
            self.efficiency.first(header_size);
            self.count_added(own);
            return id;
        };
        let record = self.tree.records[id as usize];
        let held_something = record.alive && self.tree.children(NodeId(id)).next().is_some();
        if held_something && !self.efficiency.knows(id) {
            // A folder with content has no size of its own.
            self.efficiency.first(header_size);
        } else {
            self.efficiency.again(id, self.placed(&record), Placed { size: header_size, layer: self.layer });
        }
        if record.alive {
            let both_dirs = self.tree.is_dir(id) && self.tree.entry(own).kind() == FileKind::Directory;
            if !both_dirs {
                self.replace(id, own, body);
                self.change.changed += 1;
            }
        } else {
            self.tree.records[id as usize].introduced = self.layer;
            self.tree.hard_links.remove(&id);
            self.count_added(own);
        }
        let record = &mut self.tree.records[id as usize];
        (record.alive, record.layer, record.entry) = (true, self.layer, own.entry);
        self.tree.touch(id, self.layer);
        id
    }

    fn count_added(&mut self, place: Place) {
        self.change.added += u64::from(self.tree.entry(place).kind() != FileKind::Directory);
    }

    fn header_size(&self, record: &Record) -> u64 {
        if record.entry == NONE {
            return 0;
        }
        self.tree.entry(Place { layer: u32::from(record.layer), entry: record.entry }).size()
    }

    fn placed(&self, record: &Record) -> Placed {
        Placed { size: self.header_size(record), layer: record.layer }
    }

    fn replace(&mut self, id: u32, by: Place, body: Place) {
        let by = By::Entry { entry: by.entry, body };
        if self.tree.is_dir(id) {
            for child in self.below(id) {
                self.hide(child, by);
            }
            self.folders.forget();
        } else if self.tree.link_of(id).is_some() {
            self.folders.forget();
        }
        self.hide(id, by);
    }

    /// Takes away what stands where a folder has to be: the newer layer has the last word.
    pub(super) fn make_way(&mut self, id: u32) {
        self.hide(id, By::Folder);
        self.change.changed += 1;
        self.folders.forget();
    }

    /// Every living record below `id`, not `id` itself.
    fn below(&self, id: u32) -> Vec<u32> {
        let mut found = Vec::new();
        let mut stack = vec![NodeId(id)];
        while let Some(next) = stack.pop() {
            for child in self.tree.children(next) {
                found.push(child.0);
                stack.push(child);
            }
        }
        found
    }

    /// Makes a hard link; false when its target is not there (yet).
    fn hard_link(&mut self, facts: &LayerFacts, index: u32, entry: &RawEntry) -> bool {
        let mut target = Vec::new();
        clean(facts.table().link(entry), &mut target);
        let Some(target) = self.tree.find_no_follow(&target).map(|id| id.0).filter(|id| !self.tree.is_dir(*id)) else {
            return false;
        };
        let Some(place) = self.tree.place(target) else { return false };
        let Some(slot) = self.slot_for(facts, index, entry) else { return true };
        if !self.tree.records[target as usize].alive || self.tree.place(target) != Some(place) {
            // It stood where a folder of the link's own path has to be.
            return false;
        }
        if slot.id == Some(target) {
            self.gap(facts, entry, GapCode::Link, "a hard link to itself; left as it is");
            return true;
        }
        *self.inodes.entry(place).or_insert(1) += 1;
        let own = Place { layer: u32::from(self.layer), entry: index };
        let id = self.put(slot, Entering { place: own, body: place, header_size: 0 });
        self.tree.hard_links.insert(id, place);
        true
    }

    fn whiteout(&mut self, facts: &LayerFacts, entry: &RawEntry, name: &[u8]) {
        let target = &name[WHITEOUT.len()..];
        let opaque = name == OPAQUE;
        if !opaque && (name.starts_with(AUFS) || matches!(target, b"" | b"." | b"..")) {
            self.gap(facts, entry, GapCode::Whiteout, "a whiteout name that deletes nothing; ignored");
            return;
        }
        self.change.whiteouts += 1;
        let parent = match self.resolve(facts, entry.dir, Make::Nothing) {
            Ok(Some(parent)) => parent,
            Ok(None) => return,
            Err(why) => return self.unplaceable(facts, entry, why),
        };
        if opaque {
            self.clear(parent);
        } else if let Some(id) = self.tree.child(parent, target) {
            self.delete(id);
        }
    }

    /// Deletes what lower layers put into a folder.
    fn clear(&mut self, folder: u32) {
        for id in self.below(folder) {
            self.delete_one(id);
        }
        self.folders.forget();
    }

    fn delete(&mut self, id: u32) {
        let below = self.below(id);
        if self.tree.is_dir(id) {
            let held = below.iter().map(|id| self.header_size(&self.tree.records[*id as usize])).sum();
            self.efficiency.folder_deleted(held);
        } else if self.tree.records[id as usize].introduced != self.layer {
            let record = self.tree.records[id as usize];
            self.efficiency.file_deleted(id, self.placed(&record));
        }
        // Children first: a folder that keeps a child of this layer stays.
        for id in below.into_iter().rev() {
            self.delete_one(id);
        }
        self.delete_one(id);
        self.folders.forget();
    }

    /// Deletes one record unless this layer placed it or something below it.
    fn delete_one(&mut self, id: u32) {
        if self.tree.records[id as usize].touched == self.layer {
            return;
        }
        self.change.removed += u64::from(!self.tree.is_dir(id));
        self.hide(id, By::Whiteout);
    }

    fn gap(&mut self, facts: &LayerFacts, entry: &RawEntry, code: GapCode, text: &str) {
        self.gaps.push(Gap::at(code, &facts.table().path(entry), text));
    }
}

/// An entry of the current layer on its way into the tree.
#[derive(Clone, Copy)]
struct Entering {
    place: Place,
    /// Where its body stands: elsewhere for a hard link.
    body: Place,
    /// What its tar header says, which is 0 for links.
    header_size: u64,
}

impl FileTree {
    fn new(layers: Vec<Arc<LayerFacts>>) -> Self {
        let counts = || layers.iter().map(|layer| layer.table().entries.len());
        // Growing means hashing every name and moving every record again; room that is not used is never touched.
        let all: usize = counts().sum();
        let root = Record {
            parent: ROOT.0,
            name_start: 0,
            name_length: 0,
            name_layer: 0,
            layer: 0,
            touched: 0,
            introduced: 0,
            alive: true,
            entry: NONE,
            first_child: NONE,
            next_sibling: NONE,
        };
        let mut records = Vec::with_capacity(all + 1);
        records.push(root);
        Self {
            layers,
            records,
            index: HashTable::with_capacity(all),
            hash: DefaultHashBuilder::default(),
            hard_links: HashMap::new(),
            hidden: Vec::new(),
            changes: Vec::new(),
            gaps: Vec::new(),
            efficiency: None,
        }
    }
}
