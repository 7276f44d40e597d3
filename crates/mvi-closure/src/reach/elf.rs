//! Programs and libraries: what their loader brings, what they open.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use mvi_image::{FileKind, NodeId};
use mvi_inventory::parse::elf::ElfFacts;

use super::Reach;
use crate::closure::{Lack, Link, Strength, Thing};
use crate::loader::{How, Loading};

/// Libraries that are opened by a program, and not yet loaded.
#[derive(Default)]
pub(super) struct Opened {
    waiting: Vec<(NodeId, Strength)>,
    seen: HashSet<(NodeId, Strength)>,
    /// Lines of [`OPENS`] that were followed: whoever has the library first opens for all.
    followed: HashSet<usize>,
    /// What is missing and whose it is, so that it is said once.
    told: HashSet<(String, String)>,
    /// Objects of each package, as indices into the inventory's.
    owned: Option<HashMap<usize, Vec<usize>>>,
    /// The first object with each last name.
    named: Option<HashMap<String, usize>>,
    /// Objects with each last name or soname.
    by_name: Option<HashMap<String, Vec<usize>>>,
}

/// Missing libraries that are told, at most.
const MOST_LACKS: usize = 10_000;

/// What is opened by whoever has a library: the beginning of its name, and folders and beginnings of names of what it opens, as
/// parts of paths. glibc(7) on NSS and `iconv`; OpenSSL's `provider(7)`; pam(7); SASL, Kerberos and GTK keep theirs alike.
const OPENS: &[(&str, &[&str])] = &[
    ("libc.so.6", &["/libnss_", "/gconv/"]),
    ("libcrypto.so", &["/ossl-modules/", "/engines-"]),
    ("libpam.so", &["/security/pam_"]),
    ("libsasl2.so", &["/sasl2/"]),
    ("libkrb5.so", &["/krb5/plugins/"]),
    ("libmagic.so", &["/misc/magic"]),
    ("libgdk_pixbuf", &["/gdk-pixbuf-2.0/"]),
    ("libp11-kit", &["/pkcs11/"]),
];

impl Reach<'_> {
    /// What comes with an object: a program is loaded, a library waits for its program.
    pub(super) fn expand_object(&mut self, node: NodeId, facts: &ElfFacts, strength: Strength) {
        if strength == Strength::Declared {
            return;
        }
        self.named_in(node, facts);
        if facts.is_library() {
            self.open_library(node, strength);
            self.opens_of(node, strength);
            return;
        }
        let path = format!("/{}", self.path(node));
        let loading = self.loader.load(&path, &[]);
        self.take(&loading, strength, Some(node));
    }

    /// Libraries whose names are among the texts of an object that opens libraries: it may be these, wherever they lie.
    fn named_in(&mut self, node: NodeId, facts: &ElfFacts) {
        for name in &facts.named {
            for index in self.objects_named(name) {
                let object = &self.ground.inventory.objects[index];
                let fits = (object.facts.machine, object.facts.bits) == (facts.machine, facts.bits);
                if let Some(found) = self.file(&object.path).filter(|found| fits && *found != node) {
                    self.mark(Thing::File(found), Strength::Possible, Some(Thing::File(node)), Link::Opens);
                }
            }
        }
    }

    /// Objects with that last name, or that soname.
    fn objects_named(&mut self, name: &str) -> Vec<usize> {
        let objects = &self.ground.inventory.objects;
        let by_name = self.opened.by_name.get_or_insert_with(|| {
            let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
            for (index, object) in objects.iter().enumerate() {
                let last = object.path.rsplit('/').next().unwrap_or_default();
                let soname = object.facts.soname.as_deref().filter(|soname| *soname != last);
                for name in std::iter::once(last).chain(soname) {
                    by_name.entry(name.to_owned()).or_default().push(index);
                }
            }
            by_name
        });
        by_name.get(name).cloned().unwrap_or_default()
    }

    /// Lets a library wait until it is loaded together with others.
    pub(super) fn open_library(&mut self, node: NodeId, strength: Strength) {
        if self.opened.seen.insert((node, strength)) {
            self.opened.waiting.push((node, strength));
        }
    }

    /// Loads the waiting libraries of a strength into the program; true when there were any.
    pub(super) fn load_opened(&mut self, strength: Strength) -> bool {
        let (now, later): (Vec<_>, Vec<_>) = self.opened.waiting.drain(..).partition(|(_, waits)| *waits == strength);
        self.opened.waiting = later;
        let paths: Vec<String> = now.iter().map(|(node, _)| format!("/{}", self.path(*node))).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let (Some(first), rest) = (paths.first(), paths.get(1..).unwrap_or_default()) else { return false };
        // A library that is of another machine or libc than the program is loaded by none.
        let host = self.host.filter(|host| self.objects.facts(*host).is_some_and(|facts| facts.interpreter.is_some()));
        let loading = match host {
            Some(host) => self.loader.load(&format!("/{}", self.path(host)), &paths),
            None => self.loader.load(first, rest),
        };
        self.take(&loading, strength, None);
        true
    }

    /// Takes over what was loaded; `program` when it is what the program itself needs.
    fn take(&mut self, loading: &Loading, strength: Strength, program: Option<NodeId>) {
        let nodes: Vec<Option<NodeId>> = loading.objects.iter().map(|object| self.file(&object.path)).collect();
        // Those of the program itself are at least as sure as it is, and were taken when it was loaded.
        for (object, node) in loading.objects.iter().zip(&nodes).filter(|(object, _)| object.how != How::Asked) {
            let Some(node) = *node else { continue };
            self.opened.seen.insert((node, strength));
            let from = object.by.and_then(|by| nodes[by]).map(Thing::File);
            let link = match object.how {
                How::Interpreter => Link::Loader,
                _ => Link::Needs { name: object.name.clone() },
            };
            self.mark(Thing::File(node), strength, from, link);
            self.opens_of(node, strength);
        }
        let is_start = |node: NodeId| {
            let link = self.marks.get(&Thing::File(node)).map(|mark| &mark.link);
            Some(node) == self.host || matches!(link, Some(Link::Entry | Link::Interpreter))
        };
        let at_start = strength == Strength::Included && program.is_some_and(is_start);
        for unresolved in &loading.unresolved {
            let told = (unresolved.needed_by.clone(), unresolved.name.clone());
            if self.lacks.len() < MOST_LACKS && self.opened.told.insert(told) {
                let elsewhere = self.elsewhere(&unresolved.name);
                self.lacks.push(Lack { unresolved: unresolved.clone(), strength, at_start, elsewhere });
            }
        }
    }

    /// A path of the image with the last name of `name`.
    fn elsewhere(&mut self, name: &str) -> Option<String> {
        let objects = &self.ground.inventory.objects;
        let named = self.opened.named.get_or_insert_with(|| {
            let mut named = HashMap::new();
            for (index, object) in objects.iter().enumerate() {
                named.entry(object.path.rsplit('/').next().unwrap_or_default().to_owned()).or_insert(index);
            }
            named
        });
        named.get(name.rsplit('/').next()?).map(|index| format!("/{}", objects[*index].path))
    }

    /// What those who have this library open by themselves.
    fn opens_of(&mut self, node: NodeId, strength: Strength) {
        let name = String::from_utf8_lossy(self.ground.tree.node(node).name()).into_owned();
        let Some(line) = OPENS.iter().position(|(library, _)| name.starts_with(library)) else { return };
        if strength == Strength::Declared || !self.opened.followed.insert(line) {
            return;
        }
        let (_, parts) = OPENS[line];
        let found: Vec<NodeId> = {
            let objects = self.ground.inventory.objects.iter();
            let fits = |path: &str| parts.iter().any(|part| format!("/{path}").contains(part));
            objects.filter(|object| fits(&object.path)).filter_map(|object| self.file(&object.path)).collect()
        };
        for opened in found {
            self.mark(Thing::File(opened), Strength::Possible, Some(Thing::File(node)), Link::Opens);
        }
    }

    /// Lets the libraries of a package wait.
    pub(super) fn open_package(&mut self, index: usize, strength: Strength) {
        let objects = &self.ground.inventory.objects;
        let owned = self.opened.owned.get_or_insert_with(|| {
            let mut owned: HashMap<usize, Vec<usize>> = HashMap::new();
            for (at, object) in objects.iter().enumerate() {
                if let Some(owner) = object.owner {
                    owned.entry(owner).or_default().push(at);
                }
            }
            owned
        });
        let own = owned.get(&index).cloned().unwrap_or_default();
        for path in own.iter().map(|at| objects[*at].path.as_str()) {
            let Some(node) = self.file(path) else { continue };
            let facts: Option<Arc<ElfFacts>> = self.objects.facts(node);
            if self.ground.tree.node(node).kind() == FileKind::File && facts.is_some_and(|facts| facts.is_library()) {
                self.mark(Thing::File(node), strength, Some(Thing::Package(index)), Link::Opens);
            }
        }
    }
}
