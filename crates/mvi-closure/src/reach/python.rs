//! Python: the standard library, the application's files by their imports, and the distributions that those lead to.

use mvi_image::{FileKind, NodeId};
use mvi_inventory::{Ecosystem, Part};

use super::paths::ModulePaths;
use super::{Reach, is_shared_folder};
use crate::closure::{Link, Strength, Thing};

/// Imports of one file that are followed, at most.
const MOST_MODULES: usize = 5_000;
/// Files of a folder among which an extension module is looked for, at most.
const MOST_FILES: usize = 2_000;
/// Options of the interpreter that take a word.
const WITH_WORD: &[&str] = &["-W", "-X", "--check-hash-based-pycs"];

impl Reach<'_> {
    pub(super) fn python(&mut self) {
        let Some(host) = self.host else { return };
        let from = Some(Thing::File(host));
        let words = self.ground.runtime.arguments.clone();
        let mut module = None;
        let mut script = None;
        let mut rest: Vec<String> = Vec::new();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "-m" => module = words.next(),
                "-c" => drop(words.next()),
                option if WITH_WORD.contains(&option) => drop(words.next()),
                option if option.starts_with('-') => continue,
                _ => script = Some(word),
            }
            if module.is_some() || script.is_some() {
                rest = words.by_ref().collect();
            }
        }
        self.standard_library(host);
        let file = script.as_ref().and_then(|script| self.script_file(script));
        let beside = file.map(|file| self.ground.tree.parent(file));
        let here = self.folder(self.ground.working_dir);
        let named =
            self.ground.variable("PYTHONPATH").unwrap_or_default().split(':').filter(|folder| !folder.is_empty());
        let own = beside.into_iter().chain(here).chain(named.filter_map(|folder| self.folder(folder))).collect();
        self.paths = Some(ModulePaths { own, installed: self.installed_folders() });
        if let (Some(file), Some(script)) = (file, &script) {
            self.mark(Thing::File(file), Strength::Included, from, Link::Given { word: script.clone() });
        }
        if let Some(module) = module {
            self.import(&module, (Strength::Included, from), true);
        }
        // Servers are given the application as `module:object`, after `-A`, or as a file.
        for word in rest {
            let name = word.split([':', '=', '(']).next().unwrap_or_default().to_owned();
            self.import_own(&name, from);
            self.mark_python_file(&word, from);
        }
        for variable in ["DJANGO_SETTINGS_MODULE", "FLASK_APP", "CELERY_APP"] {
            if let Some(value) = self.ground.variable(variable) {
                self.import_own(value.split(':').next().unwrap_or_default(), from);
                self.mark_python_file(value, from);
            }
        }
    }

    fn mark_python_file(&mut self, word: &str, from: Option<Thing>) {
        if word.ends_with(".py") {
            let path = self.absolute(word);
            self.mark_path(&path, Strength::Included, from, Link::Given { word: word.to_owned() });
        }
    }

    /// The file a word leads to, or what runs for a folder: the interpreter's "Interface options".
    fn script_file(&self, word: &str) -> Option<NodeId> {
        let path = self.absolute(word);
        self.file(&path).or_else(|| self.file(&format!("{path}/__main__.py")))
    }

    /// The standard library of the interpreter; its extension modules come with the libraries that they need.
    fn standard_library(&mut self, host: NodeId) {
        let path = self.path(host);
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        let prefix = path.rsplit_once("/bin/").map_or("usr", |(prefix, _)| prefix).to_owned();
        let places = [prefix.as_str(), "usr", "usr/local"];
        for place in places {
            for library in ["lib", "lib64"] {
                let Some(folder) = self.folder(&format!("{place}/{library}/{name}")) else { continue };
                let skip = |name: &[u8]| {
                    matches!(
                        name,
                        b"site-packages"
                            | b"dist-packages"
                            | b"test"
                            | b"tests"
                            | b"idlelib"
                            | b"lib2to3"
                            | b"ensurepip"
                    ) || name.starts_with(b"config-")
                };
                let how = (Strength::Included, Some(Thing::File(host)), Link::Runtime);
                self.mark_below(folder, how, &skip);
            }
        }
    }

    /// What a Python file of the application imports, and the modules that its package holds.
    pub(super) fn expand_imports(&mut self, node: NodeId, strength: Strength) {
        if self.paths.is_none() || strength == Strength::Declared {
            return;
        }
        let Some(place) = self.ground.tree.node(node).place() else { return };
        let from = Some(Thing::File(node));
        let mut modules: Vec<String> = Vec::new();
        let mut is_dynamic = false;
        if let Some(lines) = self.bodies.part(place, Part::Imports) {
            for line in String::from_utf8_lossy(lines).lines() {
                if line == "*" { is_dynamic = true } else { modules.push(line.to_owned()) }
            }
        } else if let Some(text) =
            self.script(node).filter(|text| text.lines().next().is_some_and(|line| line.contains("python")))
        {
            modules = mvi_inventory::parse::python_imports::parse_python_imports(text.as_bytes()).modules;
        }
        for module in modules.into_iter().take(MOST_MODULES) {
            self.import(&module, (strength, from), false);
        }
        if is_dynamic {
            self.everything_installed(from);
        }
    }

    /// A program that imports by names made at run time may import whatever is installed.
    fn everything_installed(&mut self, from: Option<Thing>) {
        let packages = &self.ground.inventory.packages;
        let installed: Vec<usize> =
            (0..packages.len()).filter(|index| packages[*index].ecosystem == Ecosystem::Pypi).collect();
        for index in installed {
            self.mark(Thing::Package(index), Strength::Possible, from, Link::Opens);
        }
    }

    /// A module of the application alone.
    fn import_own(&mut self, module: &str, from: Option<Thing>) {
        let own = self.paths.as_ref().map(|paths| paths.own.clone()).unwrap_or_default();
        let is_name =
            !module.is_empty() && module.chars().all(|letter| letter.is_alphanumeric() || "._".contains(letter));
        if is_name {
            let _ = own.into_iter().any(|folder| self.import_in(folder, module, (Strength::Included, from), false));
        }
    }

    /// A module wherever it is found first; those of the standard library are there anyway.
    fn import(&mut self, module: &str, how: (Strength, Option<Thing>), is_main: bool) {
        let Some(paths) = &self.paths else { return };
        let folders: Vec<NodeId> = paths.own.iter().chain(&paths.installed).copied().collect();
        let _ = folders.into_iter().any(|folder| self.import_in(folder, module, how, is_main));
    }

    /// Marks what a dotted name leads to in a folder; false when its first name is not there.
    fn import_in(&mut self, folder: NodeId, module: &str, how: (Strength, Option<Thing>), is_main: bool) -> bool {
        let (strength, from) = how;
        let link = Link::Imports { module: module.to_owned() };
        let mut at = folder;
        let mut found = false;
        for name in module.split('.').take(32) {
            let Some(next) = self.module_in(at, name) else { break };
            found = true;
            if self.ground.tree.node(next).kind() != FileKind::Directory {
                self.mark_module(next, strength, from, &link);
                return true;
            }
            match self.child(next, "__init__.py") {
                Some(init) => self.mark_module(init, strength, from, &link),
                // A namespace package belongs to those that have parts in it.
                None => self.mark_namespace(next, strength, from, &link),
            }
            at = next;
        }
        if found
            && is_main
            && let Some(main) = self.child(at, "__main__.py")
        {
            self.mark_module(main, strength, from, &link);
        }
        found
    }

    fn mark_module(&mut self, node: NodeId, strength: Strength, from: Option<Thing>, link: &Link) {
        match self.ground.inventory.owners.owner_of(self.ground.tree, node) {
            Some(owner) if self.ground.inventory.packages[owner].ecosystem == Ecosystem::Pypi => {
                self.mark(Thing::Package(owner), strength, from, link.clone());
            }
            _ => self.mark(Thing::File(node), strength, from, link.clone()),
        }
    }

    fn mark_namespace(&mut self, folder: NodeId, strength: Strength, from: Option<Thing>, link: &Link) {
        let children: Vec<NodeId> = self.ground.tree.children(folder).take(1_000).collect();
        for child in children {
            let init = self.child(child, "__init__.py");
            if let Some(owner) = init.and_then(|init| self.ground.inventory.owners.owner_of(self.ground.tree, init)) {
                self.mark(Thing::Package(owner), strength, from, link.clone());
            }
        }
    }

    /// The file or folder of a module in a folder: a package, a source file, an extension, a compiled file.
    fn module_in(&self, folder: NodeId, name: &str) -> Option<NodeId> {
        let package = self.child(folder, name);
        let is_package = |node: &NodeId| self.ground.tree.node(*node).kind() == FileKind::Directory;
        let source = self.child(folder, &format!("{name}.py"));
        let extension = || {
            let start = format!("{name}.");
            let mut children = self.ground.tree.children(folder).take(MOST_FILES);
            children.find(|child| {
                let name = self.ground.tree.node(*child).name();
                name.starts_with(start.as_bytes()) && (name.ends_with(b".so") || name.ends_with(b".pyc"))
            })
        };
        package.filter(is_package).or(source).or_else(extension)
    }

    fn child(&self, folder: NodeId, name: &str) -> Option<NodeId> {
        let mut path = self.ground.tree.path(folder);
        path.extend_from_slice(b"/");
        path.extend_from_slice(name.as_bytes());
        self.ground.tree.find(&path)
    }

    /// The folders that are the application's: where it starts and where its script lies, unless others lie there too.
    pub(super) fn application(&mut self) {
        let mut folders: Vec<NodeId> = self.folder(self.ground.working_dir).into_iter().collect();
        let given: Vec<NodeId> = {
            let marked = self.marks.iter().filter(|(_, mark)| matches!(mark.link, Link::Given { .. } | Link::Entry));
            marked
                .filter_map(|(thing, _)| match thing {
                    Thing::File(node) => Some(self.ground.tree.parent(*node)),
                    Thing::Package(_) => None,
                })
                .collect()
        };
        folders.extend(given);
        folders.sort();
        folders.dedup();
        for folder in folders {
            let path = self.path(folder);
            let in_system = ["usr/bin", "usr/sbin", "usr/lib", "usr/libexec", "usr/share", "bin", "sbin", "lib"];
            let is_system = in_system.iter().any(|place| path == *place || path.starts_with(&format!("{place}/")));
            if is_shared_folder(&path) || is_system || path.ends_with("/bin") {
                continue;
            }
            let from = self.ground.runtime.entry.last().and_then(|step| self.node_of(step)).map(Thing::File);
            let others = |name: &[u8]| {
                matches!(
                    name,
                    b"node_modules"
                        | b"site-packages"
                        | b".git"
                        | b"__pycache__"
                        | b"test"
                        | b"tests"
                        | b".venv"
                        | b"venv"
                )
            };
            self.mark_below(folder, (Strength::Included, from, Link::Application), &others);
        }
    }
}
