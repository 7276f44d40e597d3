//! From files and folders to the entries of one layer, sorted by path; nothing is read but names and attributes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use mvi_image::printable;

use super::error::PackError;
use super::note::{NoteKind, Notes};
use super::source::{Destination, Source};
use super::{Owners, Rules, Times};

/// What one path of the layer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A folder; `implied` where no source has it and something lies below.
    Folder { implied: bool },
    /// A file of so many bytes.
    File { size: u64 },
    /// A symbolic link.
    Link(Vec<u8>),
    /// A named pipe.
    Fifo,
    /// A device with its number, major and minor.
    Device { block: bool, major: u32, minor: u32 },
}

/// One path of the layer.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) mode: u32,
    pub(super) owner: (u32, u32),
    pub(super) mtime: u64,
    /// Where it is here; empty for implied folders.
    pub(super) host: PathBuf,
    /// Device, inode and number of names of a file.
    pub(super) inode: (u64, u64, u64),
}

/// The entries by path, without slashes at its ends; the root itself has none.
pub(super) type Entries = BTreeMap<Vec<u8>, Entry>;

/// Gathers the entries of one layer.
pub(super) fn gather(sources: &[Source], rules: &Rules<'_>, notes: &mut Notes) -> Result<Entries, PackError> {
    let mut gathering = Gathering { rules, notes, entries: Entries::new(), bytes: 0 };
    for source in sources {
        gathering.source(source)?;
    }
    // What lies below has these folders already, perhaps with other modes, perhaps as links.
    gathering.entries.retain(|path, entry| entry.kind != Kind::Folder { implied: true } || !(rules.has_folder)(path));
    Ok(gathering.entries)
}

struct Gathering<'a> {
    rules: &'a Rules<'a>,
    notes: &'a mut Notes,
    entries: Entries,
    bytes: u64,
}

impl Gathering<'_> {
    fn source(&mut self, source: &Source) -> Result<(), PackError> {
        let metadata =
            fs::metadata(&source.from).map_err(|error| PackError::Read { path: source.from.clone(), source: error })?;
        let name = || source.from.file_name().unwrap_or_default().as_bytes().to_vec();
        let to = match (&source.to, metadata.is_dir()) {
            (Destination::Root, true) => Vec::new(),
            (Destination::Root, false) => name(),
            (Destination::Into(folder), false) => join(folder, &name()),
            (Destination::Into(path), true) | (Destination::As(path), _) => path.clone(),
        };
        self.check_name(&source.from, &to)?;
        if !metadata.is_dir() {
            return self.take(source, &source.from, to, &metadata);
        }
        if !to.is_empty() {
            self.take(source, &source.from, to.clone(), &metadata)?;
        }
        self.walk(source, to, metadata.dev())
    }

    fn walk(&mut self, source: &Source, to: Vec<u8>, device: u64) -> Result<(), PackError> {
        let mut pending = vec![(source.from.clone(), to)];
        while let Some((folder, to)) = pending.pop() {
            let items = fs::read_dir(&folder).and_then(|items| items.map(|item| Ok(item?.file_name())).collect());
            let mut names: Vec<OsString> = items.map_err(|error: io::Error| PackError::read(&folder, error))?;
            names.sort();
            for name in names {
                let host = folder.join(&name);
                let metadata = fs::symlink_metadata(&host).map_err(|error| PackError::read(&host, error))?;
                let path = join(&to, name.as_bytes());
                self.check_name(&host, name.as_bytes())?;
                if metadata.dev() != device {
                    self.notes.add(NoteKind::Mount, &path, "another file system is mounted here; left out");
                    continue;
                }
                let is_folder = metadata.is_dir();
                self.take(source, &host, path.clone(), &metadata)?;
                if is_folder {
                    pending.push((host, path));
                }
            }
        }
        Ok(())
    }

    /// OCI image-spec 1.1, `layer.md`: names that begin with `.wh.` mean what is hidden and nothing else.
    fn check_name(&self, host: &Path, name: &[u8]) -> Result<(), PackError> {
        let is_whiteout = name.split(|byte| *byte == b'/').any(|name| name.starts_with(b".wh."));
        let why = "a name that begins with `.wh.` would hide files instead of being one; rename it or leave it out";
        if is_whiteout { Err(PackError::Unfit { path: host.into(), why: why.into() }) } else { Ok(()) }
    }

    fn take(&mut self, source: &Source, host: &Path, path: Vec<u8>, metadata: &Metadata) -> Result<(), PackError> {
        let Some(kind) = self.kind(host, &path, metadata)? else { return Ok(()) };
        if let Kind::File { size } = kind {
            self.bytes = self.bytes.saturating_add(size);
            if self.bytes > self.rules.limits.layer_bytes {
                let what = format!("a layer of at least {} bytes, with /{},", self.bytes, printable(&path));
                let limit = self.rules.limits.layer_bytes;
                return Err(PackError::Limit { what, limit, option: "--max-layer-bytes" });
            }
        }
        let own = metadata.mode() & 0o7777;
        let mode = source.mode.filter(|_| matches!(kind, Kind::File { .. })).unwrap_or(own);
        let kept = match self.rules.owners {
            Owners::Are(user, group) => (user, group),
            Owners::Kept => (metadata.uid(), metadata.gid()),
        };
        let mtime = match self.rules.times {
            Times::Epoch => self.rules.epoch.seconds(),
            Times::Clamped => u64::try_from(metadata.mtime()).unwrap_or(0).min(self.rules.epoch.seconds()),
        };
        let inode = (metadata.dev(), metadata.ino(), metadata.nlink());
        self.insert(path, Entry { kind, mode, owner: source.owner.unwrap_or(kept), mtime, host: host.into(), inode })
    }

    /// What a path is; nothing for what no layer has.
    fn kind(&mut self, host: &Path, path: &[u8], metadata: &Metadata) -> Result<Option<Kind>, PackError> {
        let kind = metadata.file_type();
        Ok(Some(if kind.is_dir() {
            Kind::Folder { implied: false }
        } else if kind.is_file() {
            Kind::File { size: metadata.len() }
        } else if kind.is_symlink() {
            let target = fs::read_link(host).map_err(|error| PackError::read(host, error))?;
            let target = target.into_os_string().into_vec();
            if leaves(path, &target) {
                let text = format!("points above the root, to {}; in a container that is the root", printable(&target));
                self.notes.add(NoteKind::Link, path, &text);
            }
            Kind::Link(target)
        } else if kind.is_fifo() {
            Kind::Fifo
        } else if kind.is_block_device() || kind.is_char_device() {
            let number = metadata.rdev();
            let (major, minor) = (rustix::fs::major(number), rustix::fs::minor(number));
            self.notes.add(NoteKind::Device, path, &format!("device {major}:{minor}; not every runtime makes it"));
            Kind::Device { block: kind.is_block_device(), major, minor }
        } else {
            self.notes.add(NoteKind::Socket, path, "a socket is nothing without its process; left out");
            return Ok(None);
        }))
    }

    /// Later sources win over earlier ones, and folders become one; a folder and something else clash.
    fn insert(&mut self, path: Vec<u8>, entry: Entry) -> Result<(), PackError> {
        self.parents(&path)?;
        let is_folder = matches!(entry.kind, Kind::Folder { .. });
        if let Some(old) = self.entries.get(&path)
            && matches!(old.kind, Kind::Folder { .. }) != is_folder
        {
            let why = "a folder in one, something else in the other";
            return Err(PackError::Clash { path: printable(&path).to_string(), why });
        }
        self.entries.insert(path, entry);
        if self.entries.len() as u64 > self.rules.limits.files {
            let (what, limit) = ("the number of files".to_owned(), self.rules.limits.files);
            return Err(PackError::Limit { what, limit, option: "--max-files" });
        }
        Ok(())
    }

    fn parents(&mut self, path: &[u8]) -> Result<(), PackError> {
        let cuts = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| &path[..at]);
        for parent in cuts {
            match self.entries.get(parent).map(|entry| &entry.kind) {
                Some(Kind::Folder { .. }) => {}
                Some(_) => {
                    let why = "something lies below it in one, and it is no folder in the other";
                    return Err(PackError::Clash { path: printable(parent).to_string(), why });
                }
                None => {
                    let implied = Entry {
                        kind: Kind::Folder { implied: true },
                        mode: 0o755,
                        owner: (0, 0),
                        mtime: self.rules.epoch.seconds(),
                        host: PathBuf::new(),
                        inode: (0, 0, 0),
                    };
                    self.entries.insert(parent.to_vec(), implied);
                }
            }
        }
        Ok(())
    }
}

fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, name].join(&b'/') }
}

/// True for a relative link that climbs above the root, read name by name.
fn leaves(path: &[u8], target: &[u8]) -> bool {
    if target.first() == Some(&b'/') {
        return false;
    }
    let mut depth = path.iter().filter(|byte| **byte == b'/').count();
    for name in target.split(|byte| *byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." if depth == 0 => return true,
            b".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::leaves;

    #[test]
    fn links_leave_where_they_climb_above_the_root() {
        for (path, target, expected) in [
            ("a", "../b", true),
            ("a/b", "../b", false),
            ("a/b", "../../b", true),
            ("a/b", "x/../../../c", true),
            ("a/b", "x/../../c", false),
            ("a", "/../../etc", false),
            ("a", "./b//c", false),
        ] {
            assert_eq!(leaves(path.as_bytes(), target.as_bytes()), expected, "{path} -> {target}");
        }
    }
}
