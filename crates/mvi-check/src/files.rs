//! What the files are: who may become root by them, who may write them, and what was left behind.

use std::collections::BTreeMap;

use mvi_image::{FileKind, FileTree, NodeId, Reason};
use mvi_inventory::Inventory;

use crate::check::Evidence;
use crate::finding::{Finding, Level};

/// Files of one kind that are told one by one.
const TOLD: usize = 200;
const SETUID: u32 = 0o4000;
const SETGID: u32 = 0o2000;
const STICKY: u32 = 0o1000;
const OTHERS_WRITE: u32 = 0o002;

/// Names of folders and files that no service needs, wherever they are.
const NAMES: &[&str] =
    &[".git", ".svn", ".hg", ".cache", ".DS_Store", ".vscode", ".idea", "Dockerfile", ".dockerignore"];
/// Folders whose content is left behind.
const FOLDERS: &[&str] =
    &["tmp", "var/tmp", "var/cache/apt/archives", "var/cache/yum", "var/cache/dnf", "var/cache/apk", "root/.npm"];

pub(crate) fn findings(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut found = modes(evidence.tree, evidence.inventory);
    found.extend(left_behind(evidence.tree));
    found.extend(lists(evidence));
    found
}

fn modes(tree: &FileTree, inventory: &Inventory) -> Vec<Finding> {
    let (mut found, mut left) = (Vec::new(), (TOLD, TOLD));
    for id in tree.visible() {
        let node = tree.node(id);
        let mode = node.attributes().mode;
        let is_folder = node.kind() == FileKind::Directory;
        let is_file = node.kind() == FileKind::File;
        if is_file && mode & (SETUID | SETGID) != 0 && mode & 0o111 != 0 && left.0 > 0 {
            left.0 -= 1;
            found.push(setuid(tree, inventory, id));
        }
        let is_open = mode & OTHERS_WRITE != 0 && (is_file || (is_folder && mode & STICKY == 0));
        if is_open && left.1 > 0 && node.place().is_some() {
            left.1 -= 1;
            let text = if is_folder {
                "anybody may write into it, and remove what others put there"
            } else {
                "anybody may write it"
            };
            found.push(Finding::new("W-WORLD-WRITABLE", text).at(&tree.path(id), node.layer()));
        }
    }
    found
}

fn setuid(tree: &FileTree, inventory: &Inventory, id: NodeId) -> Finding {
    let node = tree.node(id);
    let attributes = node.attributes();
    let mut bits = Vec::new();
    if attributes.mode & SETUID != 0 {
        bits.push(format!("user {}", attributes.uid));
    }
    if attributes.mode & SETGID != 0 {
        bits.push(format!("group {}", attributes.gid));
    }
    let owner = inventory.owner_of(tree, id);
    let whose =
        owner.map_or_else(|| "no package brought it".to_owned(), |package| format!("of package {}", package.name));
    let finding = Finding::new("CIS-DI-0008", format!("runs as {} whoever starts it; {whose}", bits.join(" and ")));
    // What a distribution ships was looked at by somebody; what somebody made so by hand was not.
    let level = if owner.is_none() { Level::Warning } else { finding.level };
    Finding { level, ..finding.at(&tree.path(id), node.layer()) }
}

fn left_behind(tree: &FileTree) -> Vec<Finding> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        if let Some(id) =
            tree.find_no_follow(folder.as_bytes()).filter(|id| tree.node(*id).kind() == FileKind::Directory)
        {
            found.extend(weighed(tree, id, "files that a build left behind"));
        }
    }
    for id in tree.visible() {
        let name = tree.node(id).name();
        let is_known = NAMES.iter().any(|known| known.as_bytes() == name);
        if is_known && found.len() < TOLD && !is_of_package(&tree.path(id)) {
            found.extend(weighed(tree, id, "no service needs it"));
        }
    }
    found
}

/// Packages ship such files as well, and leaving them out is not for who builds the image.
fn is_of_package(path: &[u8]) -> bool {
    crate::secrets::is_public(path) || path.starts_with(b"usr/") || path.starts_with(b"var/lib/")
}

/// A finding about all below a path, where there are files.
fn weighed(tree: &FileTree, root: NodeId, what: &str) -> Option<Finding> {
    let (mut files, mut bytes, mut layer) = (0_u64, 0, 0);
    let mut left = vec![root];
    while let Some(id) = left.pop() {
        let node = tree.node(id);
        if node.kind() == FileKind::File {
            (files, bytes) = (files + 1, bytes + node.size());
            layer = layer.max(node.layer());
        }
        left.extend(tree.children(id));
    }
    let text = format!("{what}: {files} {}", if files == 1 { "file" } else { "files" });
    (bytes > 0).then(|| Finding { bytes: Some(bytes), ..Finding::new("DKL-LI-0003", text).at(&tree.path(root), layer) })
}

/// Package lists by layer: those that are there, and those that a later layer only hides.
fn lists(evidence: &Evidence<'_>) -> Vec<Finding> {
    const FOLDER: &[u8] = b"var/lib/apt/lists/";
    let mut layers: BTreeMap<u32, (u64, Option<u32>)> = BTreeMap::new();
    let tree = evidence.tree;
    if let Some(folder) = tree.find_no_follow(FOLDER) {
        let mut left = vec![folder];
        while let Some(id) = left.pop() {
            let node = tree.node(id);
            if node.kind() == FileKind::File && node.size() > 0 {
                layers.entry(node.layer()).or_default().0 += node.size();
            }
            left.extend(tree.children(id));
        }
    }
    for hidden in
        tree.hidden().iter().filter(|hidden| hidden.reason != Reason::SameLayer && hidden.place.layer < hidden.by_layer)
    {
        let Some(facts) = tree.layers().get(hidden.place.layer as usize) else { continue };
        let Some(entry) = facts.table().entries().get(hidden.place.entry as usize) else { continue };
        if facts.table().path(entry).starts_with(FOLDER) {
            let sum = layers.entry(hidden.place.layer).or_default();
            *sum = (sum.0 + hidden.bytes, Some(hidden.by_layer));
        }
    }
    let finding = |(layer, (bytes, hidden_by)): (u32, (u64, Option<u32>))| {
        let step = evidence.steps.iter().position(|step| step.layer == Some(layer));
        let text = "package lists are left behind";
        let finding = Finding::new("DKL-DI-0005", text).at(FOLDER.strip_suffix(b"/").unwrap_or(FOLDER), layer);
        Finding { bytes: Some(bytes), hidden_by, step, ..finding }
    };
    layers.into_iter().map(finding).collect()
}
