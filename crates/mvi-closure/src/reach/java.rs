//! Java: the virtual machine, the archive or the class path it is given.

use std::collections::HashSet;

use mvi_image::NodeId;
use mvi_inventory::Part;
use mvi_inventory::parse::java::JavaArchive;

use super::Reach;
use crate::closure::{Link, Strength, Thing};

impl Reach<'_> {
    pub(super) fn java(&mut self) {
        let Some(host) = self.host else { return };
        let from = Some(Thing::File(host));
        let home = self.path(host);
        let home = home.strip_suffix("/bin/java").unwrap_or_default();
        if let Some(folder) = self.folder(home).filter(|_| !super::is_shared_folder(home)) {
            let skip = |name: &[u8]| matches!(name, b"demo" | b"man" | b"src.zip" | b"jmods" | b"include");
            self.mark_below(folder, (Strength::Included, from, Link::Runtime), &skip);
        }
        let words = self.ground.runtime.arguments.clone();
        for (at, word) in words.iter().enumerate() {
            match (word.as_str(), words.get(at + 1)) {
                ("-jar", Some(archive)) => {
                    let path = self.absolute(archive);
                    let link = Link::Given { word: archive.clone() };
                    if let Some(node) = self.mark_path(&path, Strength::Included, from, link) {
                        self.named_by(node);
                        self.beside(node);
                    }
                }
                ("-cp" | "-classpath" | "--class-path" | "-p" | "--module-path", Some(list)) => {
                    self.class_path(list, from);
                }
                _ if word.starts_with("-javaagent:") => {
                    let path = self.absolute(word["-javaagent:".len()..].split('=').next().unwrap_or_default());
                    self.mark_path(&path, Strength::Included, from, Link::Given { word: word.clone() });
                }
                _ => {}
            }
        }
    }

    fn class_path(&mut self, list: &str, from: Option<Thing>) {
        for entry in list.split(':').filter(|entry| !entry.is_empty()) {
            let path = self.absolute(entry.trim_end_matches('*').trim_end_matches('/'));
            let how = (Strength::Included, from, Link::Given { word: entry.to_owned() });
            match self.folder(&path) {
                Some(folder) => self.mark_below(folder, how, &|_| false),
                None => drop(self.mark_path(&path, how.0, how.1, how.2)),
            }
        }
    }

    /// Archives and folders that the manifest of an archive names, and those that theirs do: JAR File Specification,
    /// "Class-Path Attribute". What is no path of the image is left out.
    fn named_by(&mut self, archive: NodeId) {
        let mut left = vec![archive];
        let mut seen = HashSet::from([archive]);
        while let Some(archive) = left.pop() {
            let from = Some(Thing::File(archive));
            let folder = self.path(self.ground.tree.parent(archive));
            for entry in self.class_path_of(archive) {
                let path = match entry.strip_prefix("file:") {
                    Some(path) => path.trim_start_matches('/').to_owned(),
                    None if entry.contains(':') => continue,
                    None if entry.starts_with('/') => entry.clone(),
                    None => format!("{folder}/{entry}"),
                };
                let how = (Strength::Included, from, Link::Listed);
                match self.folder(path.trim_end_matches('/')) {
                    Some(folder) if entry.ends_with('/') => self.mark_below(folder, how, &|_| false),
                    Some(_) => {}
                    None => {
                        if let Some(node) = self.mark_path(&path, how.0, how.1, how.2).filter(|node| seen.insert(*node))
                        {
                            left.push(node);
                        }
                    }
                }
            }
        }
    }

    fn class_path_of(&self, archive: NodeId) -> Vec<String> {
        let bytes = self.ground.tree.node(archive).place().and_then(|place| self.bodies.part(place, Part::Java));
        let read = |bytes| serde_json::from_slice::<JavaArchive>(bytes).ok();
        bytes.and_then(read).map(|archive| archive.class_path).unwrap_or_default()
    }

    /// Archives beside the one that is started, and in its `lib`: it may load them by itself.
    fn beside(&mut self, archive: NodeId) {
        let from = Some(Thing::File(archive));
        let folder = self.ground.tree.parent(archive);
        let is_no_archive = |name: &[u8]| !(name.ends_with(b".jar") || name == b"lib" || name == b"libs");
        if !super::is_shared_folder(&self.path(folder)) {
            self.mark_below(folder, (Strength::Possible, from, Link::Opens), &is_no_archive);
        }
    }
}
