//! Works out a closure: from the entry point step by step, the surest ways first.

mod convention;
mod elf;
mod erlang;
mod health;
mod java;
mod node;
mod paths;
mod python;
mod settings;
mod shell;

use std::collections::{HashMap, HashSet, VecDeque};

use mvi_image::{FileKind, NodeId};
use mvi_inventory::{Bodies, Ecosystem, Part, Profile, Program, Step};

use crate::closure::{Closure, End, Ground, Lack, Link, Mark, Strength, Thing};
use crate::loader::{Environment, Loader};
use crate::objects::ImageObjects;
use elf::Opened;

/// What the image of `ground` needs to run.
///
/// A closure is monotone: what is added to an image, and whatever else leads to something, takes nothing away from it.
/// Whatever cannot be known without running the image is [`Strength::Possible`] at most.
#[must_use]
pub fn close(ground: &Ground<'_>) -> Closure {
    let bodies = Bodies::new(ground.tree);
    let objects = ImageObjects::new(ground.tree, &bodies);
    let environment = Environment {
        library_path: ground.variable("LD_LIBRARY_PATH"),
        preload: ground.variable("LD_PRELOAD"),
        working_dir: ground.working_dir,
    };
    let loader = Loader::new(&objects, environment);
    let mut reach = Reach {
        ground: *ground,
        bodies: &bodies,
        objects: &objects,
        loader: &loader,
        marks: HashMap::new(),
        queues: Default::default(),
        opened: Opened::default(),
        lacks: Vec::new(),
        host: None,
        records: HashMap::new(),
        paths: None,
        for_health: HashSet::new(),
    };
    reach.start();
    reach.run();
    // Last, so that what something leads to is known by its way and not by its folder.
    reach.application();
    reach.run();
    reach.health();
    reach.volumes();
    reach.run();
    let missing_entry = ground.runtime.entry.first().filter(|step| step.program == Program::Missing);
    let missing_entry = missing_entry.map(|step| step.word.clone());
    let end = reach.end(missing_entry.as_deref());
    let mut lacks = reach.lacks;
    lacks.sort_by(|left, right| order(left).cmp(&order(right)));
    lacks.dedup_by(|right, left| order(left) == order(right));
    Closure { marks: reach.marks, for_health: reach.for_health, lacks, missing_entry, end }
}

fn order(lack: &Lack) -> (&str, &str) {
    (&lack.unresolved.needed_by, &lack.unresolved.name)
}

/// A closure in the making.
pub(crate) struct Reach<'a> {
    ground: Ground<'a>,
    bodies: &'a Bodies<'a>,
    objects: &'a ImageObjects<'a>,
    loader: &'a Loader<'a>,
    marks: HashMap<Thing, Mark>,
    /// What is yet to be expanded, by strength.
    queues: [VecDeque<Thing>; 3],
    opened: Opened,
    lacks: Vec<Lack>,
    /// The program in which libraries are opened.
    host: Option<NodeId>,
    /// Packages by the paths of their records.
    records: HashMap<String, usize>,
    paths: Option<paths::ModulePaths>,
    /// Programs that only the health check runs.
    for_health: HashSet<NodeId>,
}

impl<'a> Reach<'a> {
    /// The entry point and what its runtime brings.
    fn start(&mut self) {
        let packages = self.ground.inventory.packages.iter().enumerate();
        self.records = packages.map(|(index, package)| (package.record.clone(), index)).collect();
        let steps = &self.ground.runtime.entry;
        let mut from = None;
        for step in steps {
            let Some(node) = self.node_of(step) else { continue };
            let link =
                if from.is_some() && self.is_interpreter_of(from, step) { Link::Interpreter } else { Link::Entry };
            self.mark(Thing::File(node), Strength::Included, from, link);
            if matches!(step.program, Program::Elf(_)) {
                self.host = Some(node);
            }
            from = Some(Thing::File(node));
        }
        self.convention();
        match self.ground.runtime.profile {
            Some(Profile::Python) => self.python(),
            Some(Profile::Node) => self.node(),
            Some(Profile::Java) => self.java(),
            Some(Profile::Erlang) => self.erlang(),
            Some(Profile::StaticWeb | Profile::StaticElf | Profile::DynamicElf) | None => self.given(),
        }
    }

    fn is_interpreter_of(&self, from: Option<Thing>, step: &Step) -> bool {
        let script = from.and_then(|from| match from {
            Thing::File(node) => self.script(node),
            Thing::Package(_) => None,
        });
        script.is_some_and(|text| text.lines().next().is_some_and(|line| line.contains(step.word.as_str())))
    }

    /// The file of a step.
    fn node_of(&self, step: &Step) -> Option<NodeId> {
        step.path.as_ref().and_then(|path| self.ground.tree.find(path.as_bytes()))
    }

    /// Marks a thing, unless it is as sure already, and sees to it that what it leads to is marked as well.
    fn mark(&mut self, thing: Thing, strength: Strength, from: Option<Thing>, link: Link) {
        if self.marks.get(&thing).is_some_and(|mark| mark.strength >= strength) {
            return;
        }
        // What leads to itself is no way from the entry point.
        let from = from.filter(|from| *from != thing);
        self.marks.insert(thing, Mark { strength, from, link });
        self.queues[strength as usize].push_back(thing);
    }

    fn mark_path(&mut self, path: &str, strength: Strength, from: Option<Thing>, link: Link) -> Option<NodeId> {
        let node = self.file(path)?;
        self.mark(Thing::File(node), strength, from, link);
        Some(node)
    }

    /// Marks the files below a folder, links and those that `skip` names left out.
    fn mark_below(&mut self, folder: NodeId, how: (Strength, Option<Thing>, Link), skip: &dyn Fn(&[u8]) -> bool) {
        let (strength, from, link) = how;
        let mut left = vec![folder];
        while let Some(node) = left.pop() {
            let children: Vec<NodeId> = self.ground.tree.children(node).collect();
            for child in children {
                let found = self.ground.tree.node(child);
                match found.kind() {
                    _ if skip(found.name()) => {}
                    FileKind::Directory => left.push(child),
                    FileKind::File => self.mark(Thing::File(child), strength, from, link.clone()),
                    _ => {}
                }
            }
        }
    }

    fn run(&mut self) {
        loop {
            if let Some(strength) = (0..3).rev().find(|strength| !self.queues[*strength].is_empty()) {
                let Some(thing) = self.queues[strength].pop_front() else { continue };
                // A surer way may have come first.
                let Some(mark) = self.marks.get(&thing).filter(|mark| mark.strength as usize == strength) else {
                    continue;
                };
                let strength = mark.strength;
                match thing {
                    Thing::File(node) => self.expand_file(node, strength),
                    Thing::Package(index) => self.expand_package(index, strength),
                }
                if self.queues[Strength::Included as usize].is_empty() && strength == Strength::Included {
                    self.load_opened(Strength::Included);
                }
            } else if !self.load_opened(Strength::Included) && !self.load_opened(Strength::Possible) {
                return;
            }
        }
    }

    fn expand_file(&mut self, node: NodeId, strength: Strength) {
        let from = Thing::File(node);
        let link = self.marks.get(&from).map_or(Link::Application, |mark| mark.link.clone());
        if link == Link::System {
            // What is read there is not run: databases of packages hold scripts that only their manager starts.
            self.mark_owner(node, strength, link);
            return;
        }
        // What only lies in the application's folder may be run, or be there for those who build it.
        let is_beside = link == Link::Application;
        // Modules of a runtime often begin as scripts; who imports them asks no interpreter.
        let is_started = matches!(link, Link::Entry | Link::Interpreter | Link::Calls { .. } | Link::Health);
        if let Some(facts) = self.objects.facts(node) {
            self.expand_object(node, &facts, strength);
        } else if is_started && self.script(node).is_some() {
            self.expand_script(node, strength);
        }
        self.expand_imports(node, if is_beside { strength.min(Strength::Possible) } else { strength });
        self.mark_owner(node, strength, link);
    }

    /// A package is needed as its files are, and by the same way.
    fn mark_owner(&mut self, node: NodeId, strength: Strength, link: Link) {
        if let Some(owner) = self.ground.inventory.owners.owner_of(self.ground.tree, node) {
            // What any system reads is one file of a package; that file alone does not make the package needed.
            let strength = if link == Link::System { strength.min(Strength::Possible) } else { strength };
            self.mark(Thing::Package(owner), strength, Some(Thing::File(node)), link);
        }
    }

    /// What a package's record says it needs; of a package of a language, what its libraries need as well.
    fn expand_package(&mut self, index: usize, strength: Strength) {
        let package = &self.ground.inventory.packages[index];
        let from = Some(Thing::Package(index));
        match package.ecosystem {
            Ecosystem::Npm => self.node_dependencies(index, strength),
            Ecosystem::Pypi | Ecosystem::Otp | Ecosystem::Gem => {
                for name in &package.depends {
                    for other in self.named(package.ecosystem, name) {
                        self.mark(Thing::Package(other), strength, from, Link::Depends);
                    }
                }
            }
            _ => {
                for name in &package.depends {
                    for other in self.named(package.ecosystem, name) {
                        self.mark(Thing::Package(other), Strength::Declared, from, Link::Depends);
                    }
                }
                return;
            }
        }
        if strength > Strength::Declared {
            self.open_package(index, strength);
        }
    }

    /// Packages of that name and kind.
    fn named(&self, ecosystem: Ecosystem, name: &str) -> Vec<usize> {
        let packages = &self.ground.inventory.packages;
        let key = |index: usize| (packages[index].ecosystem, packages[index].name.as_str());
        let all = packages.partition_point(|package| (package.ecosystem, package.name.as_str()) < (ecosystem, name));
        (all..packages.len()).take_while(|index| key(*index) == (ecosystem, name)).collect()
    }

    fn file(&self, path: &str) -> Option<NodeId> {
        self.ground.tree.find(path.as_bytes()).filter(|node| self.ground.tree.node(*node).kind() == FileKind::File)
    }

    fn folder(&self, path: &str) -> Option<NodeId> {
        self.ground.tree.find(path.as_bytes()).filter(|node| self.ground.tree.node(*node).kind() == FileKind::Directory)
    }

    fn path(&self, node: NodeId) -> String {
        String::from_utf8_lossy(&self.ground.tree.path(node)).into_owned()
    }

    /// A path of the image's own words, from where it starts.
    fn absolute(&self, word: &str) -> String {
        if word.starts_with('/') { word.to_owned() } else { format!("{}/{word}", self.ground.working_dir) }
    }

    /// The beginning of an executable script.
    fn script(&self, node: NodeId) -> Option<std::borrow::Cow<'a, str>> {
        let place = self.ground.tree.node(node).place()?;
        self.bodies.part(place, Part::Script).map(String::from_utf8_lossy)
    }

    /// Whether what is not reached is not needed.
    fn end(&self, missing: Option<&str>) -> End {
        let open = |reason: String| End::Open { reason };
        let Some(last) = self.ground.runtime.entry.last() else {
            return open("the image does not say what it runs".to_owned());
        };
        if let Some(word) = missing {
            return open(format!("`{word}` is not in the image"));
        }
        let is_machine = |host: NodeId| self.ground.tree.node(host).name() == b"beam.smp";
        if self.ground.runtime.profile == Some(Profile::Erlang) && self.host.is_some_and(is_machine) {
            // Its start scripts end in a program whose path they make.
            return End::Known;
        }
        match &last.program {
            Program::Missing => open(format!("`{}` is not in the image", last.word)),
            Program::Opaque => open(format!("`{}` is neither a program nor a script", last.word)),
            Program::Elf(_) | Program::Script { .. } if last.is_wrapper() => {
                open(format!("it ends in `{}`, and what that runs is not known", last.word))
            }
            Program::Elf(_) | Program::Script { .. } => End::Known,
        }
    }
}

/// Folders that belong to nobody in particular.
pub(crate) fn is_shared_folder(path: &str) -> bool {
    let shared: HashSet<&str> = HashSet::from([
        "",
        "bin",
        "sbin",
        "lib",
        "lib64",
        "etc",
        "root",
        "home",
        "opt",
        "srv",
        "tmp",
        "usr",
        "var",
        "run",
        "usr/bin",
        "usr/sbin",
        "usr/lib",
        "usr/local",
        "usr/local/bin",
        "usr/local/sbin",
        "usr/local/lib",
        "usr/share",
        "var/lib",
        "usr/libexec",
        "usr/local/share",
        "var/run",
        "mnt",
        "media",
        "dev",
        "proc",
        "sys",
    ]);
    shared.contains(path.trim_matches('/'))
}
