//! Which files the loader of an image brings together for a program: found as glibc's and musl's loaders find them.

mod cache;
mod folders;
mod loading;
mod settings;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use mvi_inventory::Libc;
use mvi_inventory::parse::elf::{ElfFacts, ElfKind};

use self::cache::parse_cache;
use self::folders::{default_folders, listed_folders};
pub use self::loading::{Flaw, How, Loaded, Loading, Unresolved};
use self::settings::{configured_folders, musl_folders};
use crate::objects::{File, Objects};

/// Objects of one program, at most.
const MOST_OBJECTS: usize = 20_000;
/// Libraries that are looked for in one image, at most.
const MOST_SEARCHES: u32 = 1_000_000;
/// Objects above one whose folders count for it, at most.
const LONGEST_CHAIN: usize = 64;

/// What the environment of the program says to its loader.
#[derive(Debug, Clone, Copy, Default)]
pub struct Environment<'a> {
    /// `LD_LIBRARY_PATH`.
    pub library_path: Option<&'a str>,
    /// `LD_PRELOAD`.
    pub preload: Option<&'a str>,
    /// Where the program starts; empty is the root.
    pub working_dir: &'a str,
}

/// A list of folders, shared by all who look in it.
type Folders = Arc<Vec<String>>;

/// The loaders of a system.
pub struct Loader<'o> {
    objects: &'o dyn Objects,
    environment: Environment<'o>,
    /// Paths by soname; none without a cache that can be read.
    cache: Option<HashMap<String, Vec<String>>>,
    configured: Vec<String>,
    /// How many libraries may still be looked for: thousands of programs with thousands of needs end, too.
    searches: Cell<u32>,
    /// Lists of folders that objects were found to have, by object and list.
    listed: RefCell<HashMap<(u64, bool), Folders>>,
}

impl<'o> Loader<'o> {
    /// The loaders of the system with these files.
    #[must_use]
    pub fn new(objects: &'o dyn Objects, environment: Environment<'o>) -> Self {
        let cache = objects.text("/etc/ld.so.cache").map(|bytes| parse_cache(&bytes)).filter(|cache| !cache.is_empty());
        let configured = if cache.is_some() { Vec::new() } else { configured_folders(objects) };
        Self { objects, environment, cache, configured, searches: Cell::new(MOST_SEARCHES), listed: RefCell::default() }
    }

    /// What a program brings with it; `opened` are objects that it opens by their paths once it runs (`dlopen`), with
    /// its own folders in force. A file that is no ELF object brings nothing, and neither does a program without loader.
    ///
    /// Rules: ld.so(8) of glibc 2.36, `elf/dl-load.c`; musl 1.2.5, `ldso/dynlink.c`. Left out: folders for processors
    /// beyond the baseline (`glibc-hwcaps`), which hold faster twins of what must be there anyway.
    #[must_use]
    pub fn load(&self, program: &str, opened: &[&str]) -> Loading {
        let Some(file) = self.objects.find(program) else { return Loading::default() };
        let Some(facts) = file.facts.clone() else { return Loading::default() };
        let interpreter = facts.interpreter.clone();
        let libc = match interpreter.as_deref().map(base_name) {
            Some(name) if name.starts_with("ld-musl-") => Libc::Musl,
            _ => Libc::Glibc,
        };
        let system = match (libc, &interpreter) {
            (Libc::Musl, Some(path)) => musl_folders(self.objects, path),
            _ => default_folders(self.objects, &facts),
        };
        let mut run = Run {
            loader: self,
            libc,
            facts: facts.clone(),
            system,
            loading: Loading::default(),
            by_name: HashMap::new(),
            by_id: HashMap::new(),
            held: Vec::new(),
        };
        let is_bare = interpreter.is_none() && !facts.is_library() && facts.needed.is_empty();
        run.add(program, program, &file, (None, How::Asked));
        if is_bare {
            return run.loading;
        }
        if let Some(path) = interpreter {
            run.interpreter(&path);
        }
        run.preloads();
        for path in opened {
            if let Some(file) = self.objects.find(path) {
                run.add(path, path, &file, (None, How::Asked));
            }
        }
        run.breadth_first();
        run.loading
    }

    fn listed(&self, file: &Held, list: &str, is_runpath: bool) -> Folders {
        let make = || {
            let origin = file.origin.as_str();
            Arc::new(listed_folders(self.objects, list, (origin, self.here()), &file.facts))
        };
        self.listed.borrow_mut().entry((file.id, is_runpath)).or_insert_with(make).clone()
    }

    fn here(&self) -> &str {
        self.environment.working_dir.trim_end_matches('/')
    }
}

/// An object that was loaded, with what is needed of it.
struct Held {
    id: u64,
    facts: Arc<ElfFacts>,
    /// Folder for `$ORIGIN`.
    origin: String,
}

/// One program being loaded.
struct Run<'l, 'o> {
    loader: &'l Loader<'o>,
    libc: Libc,
    facts: Arc<ElfFacts>,
    system: Vec<String>,
    loading: Loading,
    by_name: HashMap<String, usize>,
    by_id: HashMap<u64, usize>,
    /// Beside [`Loading::objects`].
    held: Vec<Held>,
}

impl Run<'_, '_> {
    /// Adds an object, unless it is loaded already.
    fn add(&mut self, name: &str, path: &str, file: &File, (by, how): (Option<usize>, How)) {
        let Some(facts) = file.facts.clone() else { return };
        if let Some(index) = self.by_id.get(&file.id) {
            self.by_name.entry(name.to_owned()).or_insert(*index);
            return;
        }
        let index = self.loading.objects.len();
        // A program's own place is read from /proc/self/exe, which has no links in it.
        let origin = if how == How::Asked { folder_of(&file.path) } else { folder_of(path) };
        self.by_id.insert(file.id, index);
        self.by_name.insert(name.to_owned(), index);
        if let Some(soname) = facts.soname.clone().filter(|_| self.libc == Libc::Glibc) {
            self.by_name.entry(soname).or_insert(index);
        }
        let (name, path) = (name.to_owned(), path.to_owned());
        self.loading.objects.push(Loaded { name, path, real: file.path.clone(), by, how });
        self.held.push(Held { id: file.id, facts, origin: origin.to_owned() });
    }

    fn interpreter(&mut self, path: &str) {
        match self.loader.objects.find(path) {
            Some(file) if file.facts.as_ref().is_some_and(|facts| self.fits(facts)) => {
                self.add(path, path, &file, (Some(0), How::Interpreter));
                self.by_name.entry(base_name(path).to_owned()).or_insert(self.loading.objects.len() - 1);
            }
            Some(file) if file.facts.is_some() => self.lacks(path, 0, Flaw::OtherMachine { path: file.path }),
            Some(file) => self.lacks(path, 0, Flaw::NoLibrary { path: file.path }),
            None => self.lacks(path, 0, Flaw::Absent),
        }
    }

    fn preloads(&mut self) {
        let settings = self.loader.objects.text("/etc/ld.so.preload").unwrap_or_default();
        let settings =
            if self.libc == Libc::Glibc { String::from_utf8_lossy(&settings).into_owned() } else { String::new() };
        let environment = self.loader.environment.preload.unwrap_or_default();
        for name in settings.split([' ', ':', '\n', '\t']).chain(environment.split([' ', ':'])) {
            if !name.is_empty() && !self.by_name.contains_key(name) {
                // A library that cannot be preloaded is passed over with a warning: ld.so(8).
                if let Ok((path, file, _)) = self.search(name, 0) {
                    self.add(name, &path, &file, (Some(0), How::Preload));
                }
            }
        }
    }

    fn breadth_first(&mut self) {
        let mut at = 0;
        while let Some(held) = self.held.get(at) {
            let facts = held.facts.clone();
            for name in &facts.needed {
                if self.by_name.contains_key(name) {
                    continue;
                }
                if self.loading.objects.len() >= MOST_OBJECTS || self.loader.searches.get() == 0 {
                    self.lacks(name, at, Flaw::TooMany);
                    return;
                }
                if self.libc == Libc::Musl && is_reserved(name) {
                    // musl's loader is its C library under all these names; glibc's objects find no glibc there.
                    if name.ends_with(".so.6") || name.ends_with(".so.0") {
                        self.lacks(name, at, Flaw::OtherLibc);
                    }
                    continue;
                }
                match self.search(name, at) {
                    Ok((path, file, how)) => self.add(name, &path, &file, (Some(at), how)),
                    Err(flaw) => self.lacks(name, at, flaw),
                }
            }
            at += 1;
        }
    }

    fn lacks(&mut self, name: &str, by: usize, why: Flaw) {
        let needed_by = self.loading.objects[by].path.clone();
        self.loading.unresolved.push(Unresolved { name: name.to_owned(), needed_by, why });
    }

    /// The file that stands for a needed name, where it was found, and how.
    fn search(&self, name: &str, by: usize) -> Result<(String, File, How), Flaw> {
        self.loader.searches.set(self.loader.searches.get().saturating_sub(1));
        let mut flaw = Flaw::Absent;
        if name.contains('/') {
            let path = if name.starts_with('/') { name.to_owned() } else { format!("{}/{name}", self.loader.here()) };
            return self.try_file(&path, &mut flaw).map_or(Err(flaw), |file| Ok((path, file, How::Path)));
        }
        for (how, folders) in self.places(by) {
            for folder in folders.iter() {
                let path = if folder == "/" { format!("/{name}") } else { format!("{folder}/{name}") };
                if let Some(file) = self.try_file(&path, &mut flaw) {
                    return Ok((path, file, how));
                }
                if matches!(flaw, Flaw::NoLibrary { .. }) || (self.libc == Libc::Musl && flaw != Flaw::Absent) {
                    return Err(flaw);
                }
            }
            if how == How::Cache {
                let known = self.loader.cache.as_ref().and_then(|cache| cache.get(name));
                for path in known.into_iter().flatten() {
                    if let Some(file) = self.try_file(path, &mut flaw) {
                        return Ok((path.clone(), file, how));
                    }
                }
            }
        }
        Err(flaw)
    }

    /// Lists of folders in the loader's order; the cache has none of its own.
    fn places(&self, by: usize) -> Vec<(How, Folders)> {
        let loader = self.loader;
        let environment = loader
            .environment
            .library_path
            .map(|list| Arc::new(listed_folders(loader.objects, list, ("", loader.here()), &self.facts)));
        let environment = environment.map(|folders| (How::Environment, folders));
        let system = (How::Default, Arc::new(self.system.clone()));
        match self.libc {
            Libc::Musl => {
                let mut places: Vec<_> = environment.into_iter().collect();
                places.extend(self.chain(by).into_iter().filter_map(|index| self.own_list(index)));
                places.push(system);
                places
            }
            Libc::Glibc => {
                let runpath = self.own_list(by).filter(|(how, _)| *how == How::Runpath);
                let mut places = Vec::new();
                if runpath.is_none() {
                    let inherited = self.chain(by).into_iter().filter_map(|index| self.own_list(index));
                    places.extend(inherited.filter(|(how, _)| *how == How::Rpath));
                }
                places.extend(environment);
                places.extend(runpath);
                places.push((How::Cache, Arc::default()));
                places.push((How::Configured, Arc::new(loader.configured.clone())));
                places.push(system);
                places
            }
        }
    }

    /// The object, those above it up to the program, and the program.
    fn chain(&self, by: usize) -> Vec<usize> {
        let above = std::iter::successors(Some(by), |index| self.loading.objects[*index].by);
        let mut chain: Vec<usize> = above.take(LONGEST_CHAIN).collect();
        if !chain.contains(&0) {
            chain.push(0);
        }
        chain
    }

    /// The folders that an object itself names: `DT_RUNPATH` makes its `DT_RPATH` void.
    fn own_list(&self, index: usize) -> Option<(How, Folders)> {
        let held = &self.held[index];
        match (&held.facts.runpath, &held.facts.rpath) {
            (Some(list), _) => Some((How::Runpath, self.loader.listed(held, list, true))),
            (None, Some(list)) => Some((How::Rpath, self.loader.listed(held, list, false))),
            (None, None) => None,
        }
    }

    /// The file at `path` if it can be loaded here; otherwise the first reason against one is kept in `flaw`.
    fn try_file(&self, path: &str, flaw: &mut Flaw) -> Option<File> {
        let file = self.loader.objects.find(path)?;
        match &file.facts {
            Some(facts) if self.fits(facts) => Some(file),
            Some(_) => {
                if *flaw == Flaw::Absent {
                    *flaw = Flaw::OtherMachine { path: path.to_owned() };
                }
                None
            }
            None => {
                *flaw = Flaw::NoLibrary { path: path.to_owned() };
                None
            }
        }
    }

    fn fits(&self, facts: &ElfFacts) -> bool {
        let same = |facts: &ElfFacts| (facts.machine, facts.bits, facts.big_endian);
        same(facts) == same(&self.facts) && matches!(facts.kind, ElfKind::Shared | ElfKind::Executable)
    }
}

/// Names that musl's loader never looks for: musl 1.2.5, `ldso/dynlink.c`, `load_library`, and the loader of glibc.
fn is_reserved(name: &str) -> bool {
    const OF_LIBC: &[&str] = &["c.", "pthread.", "rt.", "m.", "dl.", "util.", "xnet."];
    let of_libc = name.strip_prefix("lib").is_some_and(|rest| OF_LIBC.iter().any(|start| rest.starts_with(start)));
    of_libc || name.starts_with("ld-musl-")
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn folder_of(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(slash) => &path[..slash],
    }
}
