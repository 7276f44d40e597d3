//! A system of files in memory: objects with what they need, links, texts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use mvi_closure::{Environment, File, Flaw, Loader, Objects};
use mvi_inventory::parse::elf::{ElfFacts, ElfKind, Hardening, Linkage, Relro};

/// Files by absolute path.
#[derive(Default)]
pub(crate) struct System {
    files: BTreeMap<String, Kind>,
    folders: BTreeSet<String>,
}

enum Kind {
    Object(Arc<ElfFacts>),
    Text(String),
    Link(String),
}

/// An object for x86-64 that needs nothing.
pub(crate) fn object() -> ElfFacts {
    ElfFacts {
        machine: 62,
        bits: 64,
        big_endian: false,
        kind: ElfKind::Shared,
        linkage: Some(Linkage::Dynamic),
        interpreter: None,
        soname: None,
        needed: Vec::new(),
        rpath: None,
        runpath: None,
        versions: Vec::new(),
        build_id: None,
        hardening: Hardening { pie: None, relro: Relro::None, canary: None, nx: None, fortified: 0 },
        stripped: true,
        debug: Vec::new(),
        watched: Vec::new(),
        dlopen: false,
        named: Vec::new(),
        rustc: None,
        unread: Vec::new(),
    }
}

/// An object that needs these, names between blanks.
pub(crate) fn needs(names: &str) -> ElfFacts {
    ElfFacts { needed: names.split_whitespace().map(str::to_owned).collect(), ..object() }
}

/// A program of this loader that needs these.
pub(crate) fn program(interpreter: &str, names: &str) -> ElfFacts {
    ElfFacts { interpreter: Some(interpreter.to_owned()), ..needs(names) }
}

impl System {
    pub(crate) fn object(mut self, path: &str, facts: ElfFacts) -> Self {
        self.put(path, Kind::Object(Arc::new(facts)));
        self
    }

    pub(crate) fn text(mut self, path: &str, text: &str) -> Self {
        self.put(path, Kind::Text(text.to_owned()));
        self
    }

    pub(crate) fn link(mut self, path: &str, target: &str) -> Self {
        self.put(path, Kind::Link(target.to_owned()));
        self
    }

    fn put(&mut self, path: &str, kind: Kind) {
        let mut folder = path;
        while let Some((above, _)) = folder.rsplit_once('/') {
            self.folders.insert(above.to_owned());
            folder = above;
        }
        self.files.insert(path.to_owned(), kind);
    }

    fn follow(&self, path: &str) -> Option<(String, &Kind)> {
        let mut path = path.replace("//", "/");
        for _ in 0..40 {
            match self.files.get(&path)? {
                Kind::Link(target) => path.clone_from(target),
                kind => return Some((path, kind)),
            }
        }
        None
    }

    /// What `/bin/app` brings with it: `name=path` of all but itself, then `name?flaw`.
    pub(crate) fn load(&self, environment: Environment<'_>) -> String {
        let loading = Loader::new(self, environment).load("/bin/app", &[]);
        let found = loading.objects.iter().skip(1).map(|object| format!("{}={}", object.name, object.path));
        let lacks = loading.unresolved.iter().map(|lack| {
            let flaw = match &lack.why {
                Flaw::Absent => "absent".to_owned(),
                Flaw::OtherMachine { path } => format!("other machine {path}"),
                Flaw::NoLibrary { path } => format!("no library {path}"),
                Flaw::OtherLibc => "other libc".to_owned(),
                Flaw::TooMany => "too many".to_owned(),
            };
            format!("{}?{flaw}", lack.name)
        });
        found.chain(lacks).collect::<Vec<_>>().join(" ")
    }
}

impl Objects for System {
    fn find(&self, path: &str) -> Option<File> {
        let (path, kind) = self.follow(path)?;
        let id = self.files.keys().position(|known| *known == path)? as u64;
        let facts = match kind {
            Kind::Object(facts) => Some(facts.clone()),
            Kind::Text(_) | Kind::Link(_) => None,
        };
        Some(File { id, path, facts })
    }

    fn is_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    fn text(&self, path: &str) -> Option<Vec<u8>> {
        match self.follow(path)? {
            (_, Kind::Text(text)) => Some(text.clone().into_bytes()),
            _ => None,
        }
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let below = self.files.keys().filter_map(|path| path.strip_prefix(&format!("{folder}/")));
        below.filter(|name| !name.contains('/')).map(str::to_owned).collect()
    }
}
