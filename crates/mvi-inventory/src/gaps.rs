//! Databases that are in an image and were not read.

use mvi_image::{FileKind, FileTree, Gap, GapCode};

use crate::document::{Bodies, Content, Document};
use crate::extract::Part;

/// Databases of package managers that no cataloger reads.
const FOREIGN: [(&str, &str); 2] = [("var/lib/rpmmanifest/container-manifest-2", "rpm"), ("var/db/pkg", "portage")];

/// Gaps for databases of package managers that no cataloger reads: their packages are missing from the inventory.
pub(crate) fn foreign_gaps(tree: &FileTree) -> Vec<Gap> {
    let present =
        FOREIGN.iter().filter_map(|(path, manager)| Some((path, manager, tree.find_no_follow(path.as_bytes())?)));
    present
        .map(|(path, manager, id)| {
            let text = format!("is a database of {manager}, which is not read: its packages are not known");
            Gap { layer: Some(tree.node(id).layer()), ..Gap::at(GapCode::Database, path.as_bytes(), text) }
        })
        .collect()
}

/// Gaps for visible files that were looked into and not understood.
pub(crate) fn study_gaps(tree: &FileTree, bodies: &Bodies<'_>) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (id, place) in tree.visible_bodies() {
        let problems = bodies.part(place, Part::Problems).unwrap_or_default();
        for text in String::from_utf8_lossy(problems).lines() {
            gaps.push(Gap { layer: Some(place.layer), ..Gap::at(GapCode::Body, &tree.path(id), text) });
        }
    }
    gaps
}

/// Gaps for documents whose last version has bytes that were not kept.
pub(crate) fn unread_gaps(documents: &[Document<'_>]) -> Vec<Gap> {
    let last = documents.iter().filter_map(|document| Some((document, document.versions.last()?)));
    last.filter(|(_, version)| version.content == Content::Unread)
        .map(|(document, version)| Gap {
            layer: Some(version.layer),
            ..Gap::at(GapCode::Database, &document.path, "is a package record that was not read")
        })
        .collect()
}

/// Gaps for databases that are in the image and are no file that was read.
pub(crate) fn database_gaps(tree: &FileTree, databases: &[&str], documents: &[Document<'_>]) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for path in databases {
        let Some(id) = tree.find(path.as_bytes()) else { continue };
        let in_tree = tree.path(id);
        if documents.iter().any(|document| document.path == in_tree) {
            continue;
        }
        let node = tree.node(id);
        let text = match node.kind() {
            FileKind::Directory => "is a folder where a package database should be",
            FileKind::File => "is a package database that was not read",
            FileKind::Symlink | FileKind::HardLink | FileKind::CharDevice | FileKind::BlockDevice | FileKind::Fifo => {
                "is no file where a package database should be"
            }
        };
        gaps.push(Gap { layer: Some(node.layer()), ..Gap::at(GapCode::Database, path.as_bytes(), text) });
    }
    gaps
}
