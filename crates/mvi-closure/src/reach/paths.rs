//! Where Python finds modules in an image: the folders of its path, and what lies in them.

use mvi_image::{FileKind, NodeId};

use super::Reach;

/// Folders of installed distributions that are looked in, at most.
const MOST_FOLDERS: usize = 64;

/// Folders of Python's path.
pub(super) struct ModulePaths {
    /// Of the application: where the script lies, where it starts, `PYTHONPATH`.
    pub(super) own: Vec<NodeId>,
    /// Of installed distributions.
    pub(super) installed: Vec<NodeId>,
}

impl Reach<'_> {
    /// Folders of installed distributions, those of a virtual environment that the search path leads to first.
    pub(super) fn installed_folders(&self) -> Vec<NodeId> {
        let mut found: Vec<(bool, String, NodeId)> = Vec::new();
        let environment = self.ground.variable("VIRTUAL_ENV").map(str::to_owned).or_else(|| {
            let folders = self.ground.variable("PATH")?.split(':');
            let mut roots = folders.filter_map(|folder| folder.strip_suffix("/bin"));
            roots
                .find(|root| self.ground.tree.find(format!("{root}/pyvenv.cfg").as_bytes()).is_some())
                .map(str::to_owned)
        });
        for node in self.ground.tree.visible() {
            let entry = self.ground.tree.node(node);
            if !matches!(entry.name(), b"site-packages" | b"dist-packages") || entry.kind() != FileKind::Directory {
                continue;
            }
            let path = format!("/{}", self.path(node));
            let is_environment = environment.as_ref().is_some_and(|root| path.starts_with(root.as_str()));
            found.push((!is_environment, path, node));
        }
        found.sort();
        found.into_iter().map(|(_, _, node)| node).take(MOST_FOLDERS).collect()
    }
}
