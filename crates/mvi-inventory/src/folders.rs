//! Where paths of archives and package lists stand in the merged tree.

use std::collections::HashMap;

use mvi_image::FileTree;

use crate::cataloger::RecordPath;

/// Paths with the links in their folders followed, where the image still has the folder.
pub(crate) struct Folders<'t> {
    tree: &'t FileTree,
    resolved: HashMap<Vec<u8>, Vec<u8>>,
}

impl<'t> Folders<'t> {
    pub(crate) fn new(tree: &'t FileTree) -> Self {
        Self { tree, resolved: HashMap::new() }
    }

    pub(crate) fn in_tree(&mut self, path: &[u8]) -> Vec<u8> {
        let RecordPath { folder, name, .. } = RecordPath::new(path);
        if !self.resolved.contains_key(folder) {
            let resolved = self.tree.find(folder).map_or_else(|| folder.to_vec(), |id| self.tree.path(id));
            self.resolved.insert(folder.to_vec(), resolved);
        }
        let folder = self.resolved.get(folder).map_or(folder, Vec::as_slice);
        if folder.is_empty() { name.to_vec() } else { [folder, name].join(&b'/') }
    }
}

/// `path` seen from the folder `base`, cleaned; `..` stays below the root.
pub(crate) fn join(base: &[u8], path: &[u8]) -> Vec<u8> {
    let base = if path.starts_with(b"/") { b"" } else { base };
    let mut names: Vec<&[u8]> = Vec::new();
    for name in base.split(|byte| *byte == b'/').chain(path.split(|byte| *byte == b'/')) {
        match name {
            b"" | b"." => {}
            b".." => _ = names.pop(),
            name => names.push(name),
        }
    }
    names.join(&b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_paths_are_seen_from_their_site() {
        let joined = |base: &str, path: &str| String::from_utf8(join(base.as_bytes(), path.as_bytes())).unwrap();
        assert_eq!(joined("usr/lib/python3/site-packages", "../../../bin/flask"), "usr/bin/flask");
        assert_eq!(joined("a", "/etc/x"), "etc/x");
        assert_eq!(joined("a", "../../../x"), "x");
    }
}
