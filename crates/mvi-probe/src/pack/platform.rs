//! For which platform an image is: what was stated, held against the headers of the programs in it.

use std::collections::BTreeMap;

use mvi_image::{Platform, printable};
use serde::Serialize;

use super::elf;
use super::error::PackError;
use super::gather::{Entries, Kind};
use super::layer::Programs;
use super::note::{NoteKind, Notes};
use super::{Found, Pack};

/// How a platform was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlatformFrom {
    /// It was stated.
    Stated,
    /// It is the base's.
    Base,
    /// The header of a program says so.
    Program,
    /// It is that of this machine, as nothing says anything.
    Machine,
    /// The image had it before.
    Image,
}

/// What the packed layers have, later ones over earlier ones.
#[derive(Default)]
pub(super) struct Paths {
    paths: BTreeMap<Vec<u8>, What>,
}

enum What {
    Folder,
    Link(Vec<u8>),
    Program(elf::Header),
    Other,
}

/// Links that are followed before a path counts as a loop.
const LINKS: usize = 40;

impl Paths {
    pub(super) fn add(&mut self, entries: Entries, mut programs: Programs) {
        for (path, entry) in entries {
            let what = match entry.kind {
                Kind::Folder { .. } => What::Folder,
                Kind::Link(target) => What::Link(target),
                Kind::File { .. } => programs.remove(&path).map_or(What::Other, What::Program),
                Kind::Fifo | Kind::Device { .. } => What::Other,
            };
            self.paths.insert(path, what);
        }
    }

    pub(super) fn is_folder(&self, path: &[u8]) -> bool {
        matches!(self.find(path), Some((_, What::Folder)))
    }

    /// What a path leads to, links followed as far as packed layers have them.
    fn find(&self, path: &[u8]) -> Option<(Vec<u8>, &What)> {
        let mut names: Vec<Vec<u8>> = path.split(|byte| *byte == b'/').rev().map(<[u8]>::to_vec).collect();
        let mut at: Vec<u8> = Vec::new();
        let mut found = None;
        let mut links = 0;
        while let Some(name) = names.pop() {
            match name.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    at.truncate(at.iter().rposition(|byte| *byte == b'/').unwrap_or(0));
                    continue;
                }
                _ => {}
            }
            let below = if at.is_empty() { name } else { [at.as_slice(), &name].join(&b'/') };
            let what = self.paths.get(&below);
            if let Some(What::Link(target)) = what {
                links += 1;
                if links > LINKS {
                    return None;
                }
                if target.first() == Some(&b'/') {
                    at.clear();
                }
                names.extend(target.split(|byte| *byte == b'/').rev().map(<[u8]>::to_vec));
                continue;
            }
            at = below;
            found = what;
        }
        found.map(|what| (at, what))
    }

    fn programs(&self) -> impl Iterator<Item = (&Vec<u8>, &elf::Header)> {
        self.paths.iter().filter_map(|(path, what)| match what {
            What::Program(header) => Some((path, header)),
            What::Folder | What::Link(_) | What::Other => None,
        })
    }
}

/// The platform of the image.
pub(super) struct Target {
    pub(super) platform: Platform,
    pub(super) from: PlatformFrom,
}

impl Target {
    /// Finds the platform and holds it against the programs; notes what else is odd about them.
    pub(super) fn of(pack: &Pack<'_>, paths: &Paths, notes: &mut Notes) -> Result<Self, PackError> {
        let argv = [&pack.settings.entrypoint, &pack.settings.cmd].into_iter().flatten().flatten().next();
        let entry = argv.and_then(|program| paths.find(program.as_bytes()));
        let entry = entry.and_then(|(path, what)| match what {
            What::Program(header) => Some((path, header)),
            What::Folder | What::Link(_) | What::Other => None,
        });
        let target = Self::choose(pack, entry.as_ref().map(|(_, header)| *header), paths);
        let wanted = target.platform.architecture.as_str();
        let refuse = |path: &[u8], found: &str| PackError::Platform {
            path: printable(path).to_string(),
            found: found.to_owned(),
            wanted: target.platform.to_string(),
        };
        if let Some((path, header)) = &entry {
            if let Some(found) = header.architecture.filter(|found| *found != wanted) {
                return Err(refuse(path, found));
            }
            target.check_loader(pack, paths, (path, header), notes);
        }
        let known = || paths.programs().filter_map(|(path, header)| Some((path, header.architecture?)));
        let mut others = known().filter(|(_, found)| *found != wanted).peekable();
        if entry.is_none()
            && known().all(|(_, found)| found != wanted)
            && let Some((path, found)) = others.peek()
        {
            return Err(refuse(path, found));
        }
        for (path, found) in others {
            notes.add(NoteKind::Processor, path, &format!("an object for {found} in an image for {wanted}"));
        }
        Ok(target)
    }

    fn choose(pack: &Pack<'_>, entry: Option<&elf::Header>, paths: &Paths) -> Self {
        if let Some(platform) = pack.platform {
            return Self { platform: platform.clone(), from: PlatformFrom::Stated };
        }
        if let Some(base) = &pack.base {
            return Self { platform: base.image.platform(), from: PlatformFrom::Base };
        }
        let first = || paths.programs().find_map(|(_, header)| header.architecture);
        match entry.and_then(|header| header.architecture).or_else(first) {
            Some(architecture) => {
                let platform = Platform { os: "linux".into(), architecture: architecture.into(), variant: None };
                Self { platform, from: PlatformFrom::Program }
            }
            None => Self { platform: Platform::host(), from: PlatformFrom::Machine },
        }
    }

    /// A program that is not static needs its loader in the image.
    fn check_loader(&self, pack: &Pack<'_>, paths: &Paths, entry: (&[u8], &elf::Header), notes: &mut Notes) {
        let Some(loader) = &entry.1.loader else { return };
        let in_base = || pack.base.is_some_and(|base| (base.look)(loader) == Found::Other);
        if paths.find(loader).is_none() && !in_base() {
            let text = format!("is no static program: it needs {}, which the image has not", printable(loader));
            notes.add(NoteKind::Loader, entry.0, &text);
        }
    }
}
