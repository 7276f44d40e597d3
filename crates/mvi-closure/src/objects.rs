//! The files a loader can open: those of an image, or whatever else somebody puts in their place.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use mvi_image::{FileKind, FileTree, NodeId, Place};
use mvi_inventory::parse::elf::ElfFacts;
use mvi_inventory::{Bodies, Part};

/// A file that was found.
#[derive(Debug, Clone)]
pub struct File {
    /// The same for all names of one file.
    pub id: u64,
    /// Its absolute path, all links followed.
    pub path: String,
    /// What it tells of itself; none for what is no ELF object.
    pub facts: Option<Arc<ElfFacts>>,
}

/// Where a loader looks.
pub trait Objects {
    /// The file that an absolute path leads to, links followed; none where there is no such file.
    fn find(&self, path: &str) -> Option<File>;
    /// True where an absolute path leads to a folder.
    fn is_folder(&self, path: &str) -> bool;
    /// The bytes of a small file of settings; none where there is no such file, or where it was not kept.
    fn text(&self, path: &str) -> Option<Vec<u8>>;
    /// The names in a folder, sorted; none where there is no such folder.
    fn names(&self, folder: &str) -> Vec<String>;
}

/// The files of an image whose layers were read with an `InventoryCollector`.
pub struct ImageObjects<'t> {
    tree: &'t FileTree,
    bodies: &'t Bodies<'t>,
    facts: RefCell<HashMap<Place, Option<Arc<ElfFacts>>>>,
}

impl<'t> ImageObjects<'t> {
    /// The files of `tree`; `bodies` are of the same tree.
    #[must_use]
    pub fn new(tree: &'t FileTree, bodies: &'t Bodies<'t>) -> Self {
        Self { tree, bodies, facts: RefCell::new(HashMap::new()) }
    }

    /// What an ELF object tells of itself.
    #[must_use]
    pub fn facts(&self, node: NodeId) -> Option<Arc<ElfFacts>> {
        let place = self.tree.node(node).place()?;
        let read = || {
            let part = self.bodies.part(place, Part::Object)?;
            serde_json::from_slice(part).ok().map(Arc::new)
        };
        self.facts.borrow_mut().entry(place).or_insert_with(read).clone()
    }

    fn file(&self, path: &str) -> Option<NodeId> {
        self.tree.find(path.as_bytes()).filter(|node| self.tree.node(*node).kind() == FileKind::File)
    }
}

impl Objects for ImageObjects<'_> {
    fn find(&self, path: &str) -> Option<File> {
        let node = self.file(path)?;
        let place = self.tree.node(node).place()?;
        let id = (u64::from(place.layer) << 32) | u64::from(place.entry);
        let path = format!("/{}", String::from_utf8_lossy(&self.tree.path(node)));
        Some(File { id, path, facts: self.facts(node) })
    }

    fn is_folder(&self, path: &str) -> bool {
        self.tree.find(path.as_bytes()).is_some_and(|node| self.tree.node(node).kind() == FileKind::Directory)
    }

    fn text(&self, path: &str) -> Option<Vec<u8>> {
        let node = self.file(path)?;
        if self.tree.node(node).size() == 0 {
            return Some(Vec::new());
        }
        self.bodies.get(self.tree.node(node).place()?).map(<[u8]>::to_vec)
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let Some(node) = self.tree.find(folder.as_bytes()) else { return Vec::new() };
        let name = |child| String::from_utf8_lossy(self.tree.node(child).name()).into_owned();
        let mut names: Vec<_> = self.tree.children(node).map(name).collect();
        names.sort();
        names
    }
}
