//! Files of two images, path by path, and what their bytes belong to.

use std::cmp::Reverse;
use std::collections::HashMap;

use mvi_image::{FileKind, FileTree, Node, NodeId, printable};

use crate::actions::examine::Examined;
use crate::report::diff::{Change, DiffCause, DiffFile, FileSum, FilesDiff};

/// Files that are named.
const LARGEST: usize = 50;
/// Causes that are named.
const CAUSES: usize = 40;

/// What became of one path.
enum Fate {
    Same,
    Changed,
    Modes,
    Rewritten,
}

/// Compares what is visible.
pub(super) fn files(old: &FileTree, new: &FileTree) -> FilesDiff {
    let mut diff = FilesDiff::default();
    let mut named = Vec::new();
    let mut tell = |path: Vec<u8>, change, old, new| named.push((path, change, old, new));
    for id in new.visible() {
        let node = new.node(id);
        let path = new.path(id);
        let Some(twin) = old.find_no_follow(&path) else {
            diff.came.add(node.size());
            tell(path, Change::Came, 0, node.size());
            continue;
        };
        let twin = old.node(twin);
        match fate(&twin, &node, (old, new)) {
            Fate::Same => {}
            Fate::Modes => diff.modes.add(node.size()),
            Fate::Rewritten => diff.rewritten.add(node.size()),
            Fate::Changed => {
                diff.changed.add(node.size());
                tell(path, Change::Changed, twin.size(), node.size());
            }
        }
    }
    for id in old.visible() {
        let path = old.path(id);
        if new.find_no_follow(&path).is_none() {
            let size = old.node(id).size();
            diff.went.add(size);
            tell(path, Change::Went, size, 0);
        }
    }
    named.sort_by(|left, right| (Reverse(left.2.max(left.3)), &left.0).cmp(&(Reverse(right.2.max(right.3)), &right.0)));
    let named = named.into_iter().filter(|(_, _, old, new)| old.max(new) > &0).take(LARGEST);
    diff.largest =
        named.map(|(path, change, old, new)| DiffFile { path: printable(&path), change, old, new }).collect();
    diff
}

/// Paths whose content, kind or rights differ, or that only one of two images has; sorted. What was not read in both,
/// and is not in a layer that both have, counts as different: nobody knows that it is the same.
pub(crate) fn differing(old: &Examined, new: &Examined) -> Vec<String> {
    let trees = (&old.tree, &new.tree);
    let layer = |side: &Examined, node: &Node<'_>| side.image.layers.get(node.layer() as usize)?.diff_id.clone();
    let is_same = |twin: &Node<'_>, node: &Node<'_>| {
        let known = twin.content().is_some() && node.content().is_some();
        let read = known || node.kind() != FileKind::File || node.size() == 0;
        let shared = layer(old, twin).is_some_and(|id| Some(id) == layer(new, node));
        (read || shared) && matches!(fate(twin, node, trees), Fate::Same)
    };
    let mut paths = Vec::new();
    for id in new.tree.visible() {
        let path = new.tree.path(id);
        let twin = old.tree.find_no_follow(&path).map(|twin| old.tree.node(twin));
        if twin.is_none_or(|twin| !is_same(&twin, &new.tree.node(id))) {
            paths.push(printable(&path));
        }
    }
    let went = old.tree.visible().map(|id| old.tree.path(id));
    paths.extend(went.filter(|path| new.tree.find_no_follow(path).is_none()).map(|path| printable(&path)));
    paths.sort();
    paths
}

impl FileSum {
    fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.bytes += bytes;
    }
}

fn fate(old: &Node<'_>, new: &Node<'_>, trees: (&FileTree, &FileTree)) -> Fate {
    let is_other = old.kind() != new.kind() || old.link() != new.link() || old.size() != new.size();
    let contents = old.content().zip(new.content());
    if is_other || contents.is_some_and(|(old, new)| old != new) {
        return Fate::Changed;
    }
    let (before, after) = (old.attributes(), new.attributes());
    if (before.mode, before.uid, before.gid) != (after.mode, after.uid, after.gid) {
        return Fate::Modes;
    }
    let is_known = contents.is_some() || new.kind() != FileKind::File || new.size() == 0;
    if is_known || mtime(old, trees.0) == mtime(new, trees.1) { Fate::Same } else { Fate::Rewritten }
}

fn mtime(node: &Node<'_>, tree: &FileTree) -> Option<i64> {
    let place = node.own_place()?;
    Some(tree.layers().get(place.layer as usize)?.table().entries().get(place.entry as usize)?.mtime())
}

/// Visible bytes by package and, of files that no package owns, by instruction.
pub(super) fn causes(old: &Examined, new: &Examined) -> Vec<DiffCause> {
    let mut causes: HashMap<(bool, String), [u64; 2]> = HashMap::new();
    for (place, side) in [old, new].into_iter().enumerate() {
        for (key, bytes) in weights(side) {
            causes.entry(key).or_default()[place] += bytes;
        }
    }
    let causes = causes.into_iter().filter(|(_, [old, new])| old != new);
    let mut causes: Vec<DiffCause> =
        causes.map(|((is_package, cause), [old, new])| DiffCause { cause, is_package, old, new }).collect();
    causes.sort_by(|left, right| {
        (Reverse(left.old.abs_diff(left.new)), &left.cause).cmp(&(Reverse(right.old.abs_diff(right.new)), &right.cause))
    });
    causes.truncate(CAUSES);
    causes
}

fn weights(side: &Examined) -> impl Iterator<Item = ((bool, String), u64)> + '_ {
    let inventory = side.inventory();
    let mut by_package: HashMap<usize, u64> = HashMap::new();
    let mut by_layer: HashMap<u32, u64> = HashMap::new();
    let owner = |id: NodeId| inventory.owners.owner_of(&side.tree, id);
    for (id, place) in side.tree.visible_bodies() {
        let size = side.tree.node(id).size();
        match owner(id) {
            Some(package) => *by_package.entry(package).or_default() += size,
            None => *by_layer.entry(place.layer).or_default() += size,
        }
    }
    let packages = by_package.into_iter().map(|(index, bytes)| {
        let package = &inventory.packages[index];
        ((true, format!("{} {}", package.ecosystem.as_str(), package.name)), bytes)
    });
    let layers = by_layer.into_iter().map(|(layer, bytes)| {
        let instruction = side.instruction(layer as usize);
        ((false, instruction.unwrap_or_else(|| format!("layer {layer}, which has no history"))), bytes)
    });
    packages.chain(layers)
}
