//! What has to be there for the image to run: the standard's table, what the runtime itself needs, and what is wrong with the start.

use mvi_image::FileKind;
use mvi_inventory::{Profile, Program};
use regex::bytes::Regex;
use serde::Serialize;

use super::{Fault, Terms, profile_id};
use crate::closure::{Closure, End, Ground, Link, Strength, Thing};
use crate::loader::Flaw;
use crate::rules::{Mandatory, Risk, expression};

/// Faults of one kind that are listed one by one.
const MOST_FAULTS: usize = 200;

/// Whether something that has to be there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MandatoryState {
    /// It is there.
    Present,
    /// It is not.
    Missing,
    /// Nobody can tell without running the image whether it is needed.
    Unknown,
    /// This image has no need of it.
    NotApplicable,
}

/// Something that has to be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MandatoryNote {
    /// Its category.
    pub category: String,
    /// What it is called.
    pub what: String,
    /// Whether it is there.
    pub state: MandatoryState,
    /// What shows that, or why it is not needed.
    pub note: String,
}

/// Programs that wait for children that others left behind.
const REAPERS: &[&str] = &[
    "tini",
    "tini-static",
    "dumb-init",
    "docker-init",
    "catatonit",
    "s6-svscan",
    "init",
    "systemd",
    "runsvdir",
    "supervisord",
    "bash",
    "nginx",
    "apache2",
    "httpd",
    "postgres",
    "beam.smp",
    "pid1",
];

/// The whole table, and faults of what is not as it should be.
pub(super) fn check(ground: &Ground<'_>, closure: &Closure, terms: &Terms<'_>) -> (Vec<MandatoryNote>, Vec<Fault>) {
    let looker = Looker { ground, closure };
    let mut notes = looker.of_profile();
    let mut faults = Vec::new();
    notes.insert(0, looker.resolution());
    notes.extend(terms.rules.tables.mandatory.iter().map(|row| looker.row(row)));
    if let Some(word) = &closure.missing_entry {
        faults.push(Fault {
            code: "F-ENTRYPOINT-MISSING",
            risk: Risk::High,
            text: format!("the image starts `{word}`, and that is not in it"),
            next: match looker.program_named(word) {
                Some(path) => format!("it lies at {path}: name it so, or add its folder to PATH"),
                None => "copy the program to where ENTRYPOINT or CMD names it, or correct these".to_owned(),
            },
        });
    }
    faults.extend(looker.unresolved());
    let is_missing = |note: &&MandatoryNote| note.state == MandatoryState::Missing;
    if let Some(note) = notes.iter().filter(is_missing).find(|note| note.what.contains("tini")) {
        faults.push(Fault {
            code: "F-PID1",
            risk: Risk::Medium,
            text: note.note.clone(),
            next: "start it through tini, with `docker run --init`, or in a pod with shareProcessNamespace".to_owned(),
        });
    }
    (notes, faults)
}

struct Looker<'a> {
    ground: &'a Ground<'a>,
    closure: &'a Closure,
}

fn note(category: &str, what: &str, state: MandatoryState, note: impl Into<String>) -> MandatoryNote {
    MandatoryNote { category: category.to_owned(), what: what.to_owned(), state, note: note.into() }
}

impl Looker<'_> {
    /// M0: everything that is needed at the start resolves inside the image.
    fn resolution(&self) -> MandatoryNote {
        let lacks: Vec<&str> = {
            let at_start = self.closure.lacks.iter().filter(|lack| lack.at_start);
            at_start.map(|lack| lack.unresolved.name.as_str()).collect()
        };
        let (category, what) = ("Resolution", "loader and libraries");
        if let Some(first) = lacks.first() {
            return note(category, what, MandatoryState::Missing, format!("{} not found, {first} first", lacks.len()));
        }
        if self.closure.missing_entry.is_some() || self.ground.runtime.entry.is_empty() {
            return note(category, what, MandatoryState::Unknown, "there is no program to start with");
        }
        let count = self
            .closure
            .things()
            .filter(|(_, mark)| {
                mark.strength == Strength::Included && matches!(mark.link, Link::Needs { .. } | Link::Loader)
            })
            .count();
        match count {
            0 if matches!(self.closure.end, End::Open { .. }) => {
                note(category, what, MandatoryState::Unknown, "nobody can tell what runs")
            }
            0 => note(category, what, MandatoryState::Present, "the program needs none"),
            _ => note(category, what, MandatoryState::Present, format!("{count} objects, all found")),
        }
    }

    fn unresolved(&self) -> Vec<Fault> {
        let lacks = self.closure.lacks.iter().filter(|lack| lack.strength == Strength::Included).take(MOST_FAULTS);
        lacks
            .map(|lack| {
                let what = &lack.unresolved;
                let why = match &what.why {
                    Flaw::Absent => "is not where its loader looks".to_owned(),
                    Flaw::OtherMachine { path } => format!("is there only for another machine ({path})"),
                    Flaw::NoLibrary { path } => format!("is no library ({path})"),
                    Flaw::OtherLibc => "belongs to glibc, and the program runs on musl".to_owned(),
                    Flaw::TooMany => "was not looked for: the program has too many libraries".to_owned(),
                };
                let next = match (&lack.elsewhere, &what.why) {
                    (Some(path), Flaw::Absent) => {
                        format!("it lies at {path}: run ldconfig, or name its folder in LD_LIBRARY_PATH or an rpath")
                    }
                    (_, Flaw::OtherLibc) => "build it for musl, or start from a base with glibc".to_owned(),
                    _ => "install the package that has it, or leave out what needs it".to_owned(),
                };
                Fault {
                    code: "F-M0",
                    risk: if lack.at_start { Risk::High } else { Risk::Low },
                    text: format!("{} needs {}, which {why}", what.needed_by, what.name),
                    next,
                }
            })
            .collect()
    }

    /// A row of the standard's table.
    fn row(&self, row: &Mandatory) -> MandatoryNote {
        let what = row.components.join(", ");
        let say = |state, text: String| note(&row.category, &what, state, text);
        let profile = self.ground.runtime.profile;
        match row.profile.as_str() {
            "any-pid1" => self.first_process(row, &what),
            "any-tls-client" => match (self.path_of(row), self.speaks_tls()) {
                (Some(path), _) => say(MandatoryState::Present, path),
                (None, Some(why)) => say(MandatoryState::Missing, why),
                (None, None) if profile == Some(Profile::Node) => {
                    say(MandatoryState::NotApplicable, "Node brings certificates of its own".to_owned())
                }
                (None, None) => {
                    say(MandatoryState::Unknown, "whether it checks certificates shows when it runs".to_owned())
                }
            },
            "any-timezone" => match (self.path_of(row), profile) {
                (Some(path), _) => say(MandatoryState::Present, path),
                (None, Some(Profile::Java)) => {
                    say(MandatoryState::NotApplicable, "Java brings time zones of its own".to_owned())
                }
                (None, _) => {
                    say(MandatoryState::Unknown, "whether it asks for local times shows when it runs".to_owned())
                }
            },
            runtime if profile.is_none_or(|profile| profile_id(profile) != runtime) => {
                say(MandatoryState::NotApplicable, format!("for {runtime} only"))
            }
            _ => {
                let sonames: Vec<&str> = row.evidence.iter().filter_map(|text| text.strip_prefix("soname:")).collect();
                if sonames.is_empty() {
                    match self.path_of(row) {
                        Some(path) => say(MandatoryState::Present, path),
                        None => say(MandatoryState::Missing, "no file of that kind".to_owned()),
                    }
                } else {
                    self.sonames(row, &what, &sonames)
                }
            }
        }
    }

    /// Sonames are wanted as far as something that is loaded needs them.
    fn sonames(&self, row: &Mandatory, what: &str, sonames: &[&str]) -> MandatoryNote {
        let needed: Vec<&str> = sonames.iter().copied().filter(|name| self.is_needed(name)).collect();
        let missing: Vec<&str> = {
            let lacks = |name: &&str| self.closure.lacks.iter().any(|lack| lack.unresolved.name == *name);
            needed.iter().copied().filter(lacks).collect()
        };
        match (needed.is_empty(), missing.is_empty()) {
            (true, _) => {
                note(&row.category, what, MandatoryState::NotApplicable, "nothing that runs is linked with them")
            }
            (false, true) => note(&row.category, what, MandatoryState::Present, needed.join(", ")),
            (false, false) => note(&row.category, what, MandatoryState::Missing, missing.join(", ")),
        }
    }

    /// An object of the image with the last name of `word`.
    fn program_named(&self, word: &str) -> Option<String> {
        let name = word.rsplit('/').next()?;
        let mut objects = self.ground.inventory.objects.iter().filter(|object| !object.facts.is_library());
        objects.find(|object| object.path.rsplit('/').next() == Some(name)).map(|object| format!("/{}", object.path))
    }

    fn is_needed(&self, soname: &str) -> bool {
        let lacks = self.closure.lacks.iter().any(|lack| lack.unresolved.name == soname);
        lacks || self.closure.things().any(|(_, mark)| matches!(&mark.link, Link::Needs { name } if name == soname))
    }

    /// Why the image surely speaks TLS with certificates of the system.
    fn speaks_tls(&self) -> Option<String> {
        if self.ground.runtime.profile == Some(Profile::Node) {
            return None;
        }
        let is_erlang = self.ground.runtime.profile == Some(Profile::Erlang);
        let has_ssl = |name: &str| {
            let packages = self.ground.inventory.packages.iter().enumerate();
            packages.into_iter().any(|(index, package)| {
                package.name == name
                    && self.closure.mark(Thing::Package(index)).is_some_and(|mark| mark.strength == Strength::Included)
            })
        };
        (is_erlang && has_ssl("ssl"))
            .then(|| "the release has the application ssl, and no certificates are there".to_owned())
    }

    /// The first path that is evidence.
    fn path_of(&self, row: &Mandatory) -> Option<String> {
        let patterns: Vec<Regex> = row.evidence.iter().filter_map(|text| Regex::new(&expression(text)).ok()).collect();
        let tree = self.ground.tree;
        let named = tree.visible().filter(|node| tree.node(*node).kind() != FileKind::Directory);
        let paths = named.map(|node| [b"/".as_slice(), &tree.path(node)].concat());
        let found = paths.filter(|path| patterns.iter().any(|pattern| pattern.is_match(path))).min();
        found.map(|path| mvi_image::printable(&path))
    }

    fn first_process(&self, row: &Mandatory, what: &str) -> MandatoryNote {
        let say = |state, text: String| note(&row.category, what, state, text);
        let steps = &self.ground.runtime.entry;
        let Some(first) = steps.first() else {
            return say(MandatoryState::Unknown, "the image does not say what it runs".to_owned());
        };
        if self.closure.missing_entry.is_some() {
            return say(MandatoryState::Unknown, "the program is not there".to_owned());
        }
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        // Wrappers give way to what they start; the last program is the one that stays.
        let stays = steps.iter().rev().find(|step| !matches!(step.program, Program::Missing));
        let of_step = |step: &mvi_inventory::Step| [name(&step.word), name(step.path.as_deref().unwrap_or_default())];
        let names: Vec<String> = of_step(first).into_iter().chain(stays.into_iter().flat_map(of_step)).collect();
        if let Some(reaper) = names.iter().find(|name| REAPERS.contains(&name.as_str())) {
            return say(MandatoryState::Present, format!("{reaper} waits for orphans"));
        }
        if self.ground.runtime.profile == Some(Profile::Erlang) {
            return say(MandatoryState::Present, "erl_child_setup waits for what the release starts".to_owned());
        }
        let program = names.last().cloned().unwrap_or_default();
        say(
            MandatoryState::Missing,
            format!("`{program}` runs as process 1; nothing waits for orphans or hands on signals"),
        )
    }

    /// What the runtime needs beside the standard's table.
    fn of_profile(&self) -> Vec<MandatoryNote> {
        let is_there = |category: &str, what: &str, path: Option<String>| match path {
            Some(path) => note(category, what, MandatoryState::Present, path),
            None if matches!(self.closure.end, End::Open { .. }) => {
                note(category, what, MandatoryState::Unknown, "nobody can tell what runs")
            }
            None => note(category, what, MandatoryState::Missing, "not there"),
        };
        match self.ground.runtime.profile {
            Some(Profile::Python) => vec![
                is_there("Runtime", "standard library", self.reached("/os.py", &Link::Runtime)),
                is_there("Runtime", "encodings", self.reached("/encodings/__init__.py", &Link::Runtime)),
            ],
            Some(Profile::Java) => {
                let modules =
                    self.reached("/lib/modules", &Link::Runtime).or_else(|| self.reached("/rt.jar", &Link::Runtime));
                vec![is_there("Runtime", "modules of the virtual machine", modules)]
            }
            Some(Profile::Node) => {
                let given = self.closure.things().filter(|(_, mark)| matches!(mark.link, Link::Given { .. }));
                let given = given.map(|(thing, _)| self.name(thing)).min();
                let entry = given.or_else(|| self.reached("/package.json", &Link::Application));
                vec![is_there("Release", "application", entry)]
            }
            Some(Profile::StaticWeb) => {
                let is_nginx = self.ground.runtime.entry.iter().any(|step| step.word.ends_with("nginx"));
                let types = self.ground.tree.find(b"etc/nginx/mime.types").map(|_| "/etc/nginx/mime.types".to_owned());
                let index = self.ending("/index.html");
                let mut notes = vec![is_there("Release", "a document root with an index", index)];
                if is_nginx {
                    notes.push(is_there("Config", "mime.types", types));
                }
                notes
            }
            Some(Profile::Erlang | Profile::StaticElf | Profile::DynamicElf) | None => Vec::new(),
        }
    }

    fn name(&self, thing: Thing) -> String {
        match thing {
            Thing::File(node) => format!("/{}", mvi_image::printable(&self.ground.tree.path(node))),
            Thing::Package(index) => self.ground.inventory.packages[index].name.clone(),
        }
    }

    /// A file that is reached by this way and whose path ends so.
    fn reached(&self, ending: &str, link: &Link) -> Option<String> {
        let marked = self.closure.things().filter(|(_, mark)| mark.link == *link);
        marked.map(|(thing, _)| self.name(thing)).filter(|name| name.ends_with(ending)).min()
    }

    fn ending(&self, ending: &str) -> Option<String> {
        let tree = self.ground.tree;
        let name = ending.trim_start_matches('/').as_bytes();
        let mut found: Vec<Vec<u8>> =
            tree.visible().filter(|node| tree.node(*node).name() == name).map(|node| tree.path(node)).collect();
        found.retain(|path| !path.starts_with(b"usr/share/doc/"));
        found.sort();
        found.first().map(|path| format!("/{}", mvi_image::printable(path)))
    }
}
