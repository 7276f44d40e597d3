//! Entries to a tar that is the same whenever the files are: ustar with PAX records where they are needed.
//!
//! POSIX.1-2017, "pax Interchange Format" and "ustar Interchange Format"; extended attributes as GNU tar and OCI
//! image-spec 1.1, `layer.md`, have them. No names of users, no times but the one of the file, no numbers of inodes.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;
use tar::{Builder, EntryType, Header};

use super::elf;
use super::error::PackError;
use super::gather::{Entries, Entry, Kind};

/// The programs of a layer by path.
pub(super) type Programs = BTreeMap<Vec<u8>, elf::Header>;

/// Writes all entries in their order. `to` is what messages call the destination.
pub(super) fn write<W: Write>(entries: &Entries, out: W, to: &Path) -> Result<(W, Programs), PackError> {
    let mut layer = Layer { tar: Builder::new(out), to, seen: HashMap::new(), programs: Programs::new() };
    for (path, entry) in entries {
        layer.entry(path, entry)?;
    }
    let failed = |source| PackError::Write { path: to.into(), source };
    Ok((layer.tar.into_inner().map_err(failed)?, layer.programs))
}

struct Layer<'a, W: Write> {
    tar: Builder<W>,
    to: &'a Path,
    /// First path of every file with several names, by inode and what else makes it the same entry.
    seen: HashMap<Same, Vec<u8>>,
    programs: Programs,
}

/// Device, inode, mode and owner: names of one file that two sources treat differently are two files.
type Same = (u64, u64, u32, (u32, u32));

impl<W: Write> Layer<'_, W> {
    fn entry(&mut self, path: &[u8], entry: &Entry) -> Result<(), PackError> {
        let mut header = Header::new_ustar();
        header.set_mode(entry.mode);
        header.set_uid(entry.owner.0.into());
        header.set_gid(entry.owner.1.into());
        header.set_mtime(entry.mtime);
        header.set_size(0);
        match &entry.kind {
            Kind::Folder { .. } => {
                header.set_entry_type(EntryType::Directory);
                self.append(header, Names { path: &[path, b"/"].concat(), ..Names::default() }, &mut io::empty())
            }
            Kind::File { size } => self.file(header, path, entry, *size),
            Kind::Link(target) => {
                header.set_entry_type(EntryType::Symlink);
                self.append(header, Names { path, link: target, ..Names::default() }, &mut io::empty())
            }
            Kind::Fifo => {
                header.set_entry_type(EntryType::Fifo);
                self.append(header, Names { path, ..Names::default() }, &mut io::empty())
            }
            Kind::Device { block, major, minor } => {
                header.set_entry_type(if *block { EntryType::Block } else { EntryType::Char });
                let set = header.set_device_major(*major).and_then(|()| header.set_device_minor(*minor));
                set.map_err(|source| PackError::Write { path: self.to.into(), source })?;
                self.append(header, Names { path, ..Names::default() }, &mut io::empty())
            }
        }
    }

    fn file(&mut self, mut header: Header, path: &[u8], entry: &Entry, size: u64) -> Result<(), PackError> {
        let (device, inode, names) = entry.inode;
        let same = (device, inode, entry.mode, entry.owner);
        if let Some(first) = self.seen.get(&same) {
            header.set_entry_type(EntryType::Link);
            let first = first.clone();
            return self.append(header, Names { path, link: &first, ..Names::default() }, &mut io::empty());
        }
        let opened = open(entry, size)?;
        if names > 1 {
            self.seen.insert(same, path.to_vec());
        }
        if let Some(found) = elf::look(&opened) {
            self.programs.insert(path.to_vec(), found);
        }
        let capability = capability(&opened);
        header.set_entry_type(EntryType::Regular);
        header.set_size(size);
        let mut body = Body { file: opened.take(size), read: 0, is_short: false, failure: None };
        let names = Names { path, capability: capability.as_deref(), size, ..Names::default() };
        let done = self.append(header, names, &mut body);
        match body.failure.take() {
            Some(source) => Err(PackError::read(&entry.host, source)),
            None if body.is_short => check_unchanged(entry, size, &body),
            None => done.and_then(|()| check_unchanged(entry, size, &body)),
        }
    }

    fn append(&mut self, mut header: Header, names: Names<'_>, body: &mut dyn Read) -> Result<(), PackError> {
        let failed = |source| PackError::Write { path: self.to.into(), source };
        let records = names.records();
        let records = records.iter().map(|(key, value)| (*key, value.as_slice()));
        self.tar.append_pax_extensions(records).map_err(failed)?;
        if let Some(fields) = header.as_ustar_mut() {
            // What is longer stands in the PAX record alone; the fields keep the start of it for old readers.
            copy(&mut fields.name, names.path);
            copy(&mut fields.linkname, names.link);
        }
        header.set_cksum();
        self.tar.append(&header, body).map_err(failed)
    }
}

fn copy(field: &mut [u8; 100], text: &[u8]) {
    let length = text.len().min(field.len());
    field[..length].copy_from_slice(&text[..length]);
}

/// Opens the very file that was gathered: not a link that took its place, not another one of its name.
fn open(entry: &Entry, size: u64) -> Result<File, PackError> {
    let host = entry.host.as_path();
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    // A file the user named himself may be a link.
    let followed = host.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    let mut options = OpenOptions::new();
    options.read(true);
    if !followed {
        options.custom_flags(i32::try_from(flags).unwrap_or_default());
    }
    let file = options.open(host).map_err(|source| PackError::read(host, source))?;
    let metadata = file.metadata().map_err(|source| PackError::read(host, source))?;
    if (metadata.dev(), metadata.ino()) != (entry.inode.0, entry.inode.1) {
        return Err(PackError::Changed { path: host.into(), what: "another file has its name" });
    }
    if metadata.len() != size {
        return Err(PackError::Changed { path: host.into(), what: "its size" });
    }
    Ok(file)
}

fn check_unchanged(entry: &Entry, size: u64, body: &Body) -> Result<(), PackError> {
    let host = entry.host.as_path();
    let metadata = body.file.get_ref().metadata().map_err(|source| PackError::read(host, source))?;
    if body.read != size || metadata.len() != size {
        return Err(PackError::Changed { path: host.into(), what: "its size" });
    }
    Ok(())
}

/// The capabilities of a program, the one extended attribute that runs with it; others are of the machine.
fn capability(file: &File) -> Option<Vec<u8>> {
    let mut value = [0; 64];
    let length = rustix::fs::fgetxattr(file, CAPABILITY, &mut value[..]).ok()?;
    value.get(..length).map(<[u8]>::to_vec)
}

const CAPABILITY: &str = "security.capability";

/// The body of a file, to exactly its length: one that became shorter is an error and not a short entry.
struct Body {
    file: io::Take<File>,
    read: u64,
    is_short: bool,
    failure: Option<io::Error>,
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.file.read(buffer) {
            Ok(0) if self.file.limit() > 0 && !buffer.is_empty() => {
                self.is_short = true;
                Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter while it was read"))
            }
            Ok(count) => {
                self.read += count as u64;
                Ok(count)
            }
            Err(error) => {
                self.failure = Some(io::Error::new(error.kind(), error.to_string()));
                Err(error)
            }
        }
    }
}

/// What of an entry may not fit its header.
#[derive(Clone, Copy, Default)]
struct Names<'n> {
    path: &'n [u8],
    link: &'n [u8],
    capability: Option<&'n [u8]>,
    size: u64,
}

/// Bytes from which on the twelve octal digits of a size do not do.
const LARGE: u64 = 1 << 33;

impl Names<'_> {
    fn records(&self) -> Vec<(&'static str, Vec<u8>)> {
        let mut records: Vec<(&'static str, Vec<u8>)> = Vec::new();
        let long = |text: &[u8]| text.len() > 100;
        if long(self.path) || long(self.link) {
            let texts = [self.path, self.link].concat();
            if std::str::from_utf8(&texts).is_err() {
                records.push(("hdrcharset", b"BINARY".to_vec()));
            }
        }
        records.extend(long(self.path).then(|| ("path", self.path.to_vec())));
        records.extend(long(self.link).then(|| ("linkpath", self.link.to_vec())));
        records.extend((self.size >= LARGE).then(|| ("size", self.size.to_string().into_bytes())));
        records.extend(self.capability.map(|value| ("SCHILY.xattr.security.capability", value.to_vec())));
        records
    }
}
