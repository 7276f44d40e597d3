//! The entries of one layer as flat tables: 48 bytes an entry, names once, folders interned.

use std::hash::BuildHasher as _;

use bytemuck::{Pod, Zeroable};
use hashbrown::{DefaultHashBuilder, HashTable};
use serde::{Deserialize, Serialize};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum FileKind {
    /// A regular file.
    #[default]
    File = 0,
    /// A folder.
    Directory = 1,
    /// A symbolic link.
    Symlink = 2,
    /// A hard link to another path.
    HardLink = 3,
    /// A character device.
    CharDevice = 4,
    /// A block device.
    BlockDevice = 5,
    /// A named pipe.
    Fifo = 6,
}

impl FileKind {
    fn from_raw(raw: u8) -> Self {
        match raw {
            1 => Self::Directory,
            2 => Self::Symlink,
            3 => Self::HardLink,
            4 => Self::CharDevice,
            5 => Self::BlockDevice,
            6 => Self::Fifo,
            _ => Self::File,
        }
    }
}

/// "No such index" in the tables of this crate.
pub(crate) const NONE: u32 = u32::MAX;

/// A piece of the name arena.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Text {
    pub(crate) start: u32,
    pub(crate) length: u32,
}

/// A folder path: its parent (an index of the same table; the root is its own) and its last name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct DirRecord {
    pub(crate) parent: u32,
    pub(crate) name: Text,
}

/// Permission bits and owner, shared by the entries that have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(C)]
pub struct Attributes {
    /// The twelve permission bits.
    pub mode: u32,
    /// Owner's number.
    pub uid: u32,
    /// Group's number.
    pub gid: u32,
}

/// One entry as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct RawEntry {
    pub(crate) dir: u32,
    pub(crate) name_start: u32,
    pub(crate) name_length: u16,
    pub(crate) kind: u8,
    pub(crate) reserved: u8,
    pub(crate) attributes: u32,
    /// Bytes of body in the layer.
    pub(crate) size: u64,
    /// Seconds since 1970.
    pub(crate) mtime: i64,
    /// xxh3 of a file's body (0: not seen), or major and minor of a device.
    pub(crate) content: u64,
    /// Index of the link target, or [`NONE`].
    pub(crate) link: u32,
    pub(crate) reserved_too: u32,
}

impl RawEntry {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> FileKind {
        FileKind::from_raw(self.kind)
    }

    /// Bytes its body takes in the layer; less than its apparent size for a sparse file.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Modification time, seconds since 1970.
    #[must_use]
    pub fn mtime(&self) -> i64 {
        self.mtime
    }

    /// xxh3 of the body; `None` where it was not read.
    #[must_use]
    pub fn content(&self) -> Option<u64> {
        (self.kind() == FileKind::File && self.content != 0).then_some(self.content)
    }
}

/// The entries of a layer in archive order.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct EntryTable {
    pub(crate) entries: Vec<RawEntry>,
    pub(crate) dirs: Vec<DirRecord>,
    pub(crate) names: Vec<u8>,
    pub(crate) links: Vec<Text>,
    pub(crate) attributes: Vec<Attributes>,
    /// Apparent sizes of sparse files, by entry, ascending.
    pub(crate) sparse: Vec<(u32, u64)>,
}

impl EntryTable {
    /// The entries in archive order.
    #[must_use]
    pub fn entries(&self) -> &[RawEntry] {
        &self.entries
    }

    /// The last name of the path of an entry.
    #[must_use]
    pub fn name(&self, entry: &RawEntry) -> &[u8] {
        let start = entry.name_start as usize;
        self.names.get(start..start + usize::from(entry.name_length)).unwrap_or_default()
    }

    /// The link target as written; empty for what is no link.
    #[must_use]
    pub fn link(&self, entry: &RawEntry) -> &[u8] {
        self.links.get(entry.link as usize).map_or(&[], |text| self.text(*text))
    }

    /// Permission bits and owner.
    #[must_use]
    pub fn attributes(&self, entry: &RawEntry) -> Attributes {
        self.attributes.get(entry.attributes as usize).copied().unwrap_or(Attributes { mode: 0, uid: 0, gid: 0 })
    }

    /// Size of the unpacked file; differs from [`RawEntry::size`] for sparse files only.
    #[must_use]
    pub fn apparent_size(&self, index: u32) -> u64 {
        match self.sparse.binary_search_by_key(&index, |(entry, _)| *entry) {
            Ok(found) => self.sparse[found].1,
            Err(_) => self.entries.get(index as usize).map_or(0, RawEntry::size),
        }
    }

    /// The whole cleaned path of an entry, without a leading slash.
    #[must_use]
    pub fn path(&self, entry: &RawEntry) -> Vec<u8> {
        let mut path = self.dir_path(entry.dir);
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(self.name(entry));
        path
    }

    pub(crate) fn dir_path(&self, dir: u32) -> Vec<u8> {
        let mut chain = Vec::new();
        let mut at = dir;
        while at != 0 {
            let Some(record) = self.dirs.get(at as usize) else { break };
            chain.push(self.text(record.name));
            at = record.parent;
        }
        chain.reverse();
        chain.join(&b'/')
    }

    pub(crate) fn text(&self, text: Text) -> &[u8] {
        self.names.get(text.start as usize..(text.start + text.length) as usize).unwrap_or_default()
    }

    /// True when every index points inside its table and every folder's parent comes before it. A table from outside
    /// must pass this before anything else is asked of it.
    pub(crate) fn is_sound(&self) -> bool {
        let names = self.names.len() as u64;
        let inside = |text: &Text| u64::from(text.start) + u64::from(text.length) <= names;
        let dirs =
            self.dirs.iter().enumerate().all(|(index, dir)| {
                inside(&dir.name) && (index == 0 && dir.parent == 0 || (dir.parent as usize) < index)
            });
        let entry = |entry: &RawEntry| {
            (entry.dir as usize) < self.dirs.len()
                && u64::from(entry.name_start) + u64::from(entry.name_length) <= names
                && (entry.attributes as usize) < self.attributes.len()
                && (entry.link == NONE || (entry.link as usize) < self.links.len())
        };
        !self.dirs.is_empty() && dirs && self.links.iter().all(inside) && self.entries.iter().all(entry)
    }
}

/// Why an entry does not fit a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// A single name longer than 65,535 bytes.
    NameTooLong,
    /// More than 4 GiB of names, or 2^32 records, in one layer.
    TableFull,
}

/// Builds an [`EntryTable`]; remembers the last folder and attributes, as archives walk folder by folder.
pub(crate) struct EntryTableBuilder {
    pub(crate) table: EntryTable,
    hash: DefaultHashBuilder,
    dir_index: HashTable<u32>,
    attribute_index: hashbrown::HashMap<Attributes, u32>,
    last_attributes: Option<(Attributes, u32)>,
    last_dir: (Vec<u8>, u32),
}

/// Bytes of a layer for one entry that is reserved for: about half of what real layers have. Room that is not used is
/// never touched, and tables that grow by moving cost more than all parsing.
const BYTES_PER_ENTRY: u64 = 4 << 10;
/// Most entries that are reserved for.
const RESERVED: u64 = 1 << 20;
/// Bytes of names for an entry, at least.
const NAME: usize = 16;
/// Reserved entries to one folder: real layers have six to eleven, and half of what is reserved.
const ENTRIES_PER_DIR: usize = 16;

impl EntryTableBuilder {
    pub(crate) fn new() -> Self {
        Self::for_layer(0)
    }

    /// For a layer of about so many bytes.
    pub(crate) fn for_layer(bytes: u64) -> Self {
        let room = usize::try_from((bytes / BYTES_PER_ENTRY).min(RESERVED)).unwrap_or(0);
        let mut table = EntryTable::default();
        table.entries.reserve(room);
        table.names.reserve(room * NAME);
        table.dirs.push(DirRecord { parent: 0, name: Text::default() });
        Self {
            table,
            hash: DefaultHashBuilder::default(),
            dir_index: HashTable::with_capacity(room / ENTRIES_PER_DIR),
            attribute_index: hashbrown::HashMap::new(),
            last_attributes: None,
            last_dir: (Vec::new(), 0),
        }
    }

    /// Adds an entry at the cleaned path `dir`/`name`; returns its index.
    pub(crate) fn push(&mut self, path: &[u8], attributes: Attributes, entry: RawEntry) -> Result<u32, Unfit> {
        let (dir, name) = match memchr::memrchr(b'/', path) {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => (&path[..0], path),
        };
        let name_length = u16::try_from(name.len()).map_err(|_| Unfit::NameTooLong)?;
        let dir = self.dir(dir)?;
        let name_start = self.add_text(name)?.start;
        let attributes = self.attributes(attributes)?;
        let index = u32::try_from(self.table.entries.len()).map_err(|_| Unfit::TableFull)?;
        self.table.entries.push(RawEntry { dir, name_start, name_length, attributes, ..entry });
        Ok(index)
    }

    pub(crate) fn add_link(&mut self, target: &[u8]) -> Result<u32, Unfit> {
        let text = self.add_text(target)?;
        self.table.links.push(text);
        u32::try_from(self.table.links.len() - 1).map_err(|_| Unfit::TableFull)
    }

    fn add_text(&mut self, bytes: &[u8]) -> Result<Text, Unfit> {
        let full = |_| Unfit::TableFull;
        let start = u32::try_from(self.table.names.len()).map_err(full)?;
        let length = u32::try_from(bytes.len()).map_err(full)?;
        start.checked_add(length).ok_or(Unfit::TableFull)?;
        self.table.names.extend_from_slice(bytes);
        Ok(Text { start, length })
    }

    fn attributes(&mut self, attributes: Attributes) -> Result<u32, Unfit> {
        if let Some((last, index)) = self.last_attributes
            && last == attributes
        {
            return Ok(index);
        }
        let index = match self.attribute_index.get(&attributes) {
            Some(known) => *known,
            None => {
                let index = u32::try_from(self.table.attributes.len()).map_err(|_| Unfit::TableFull)?;
                self.table.attributes.push(attributes);
                self.attribute_index.insert(attributes, index);
                index
            }
        };
        self.last_attributes = Some((attributes, index));
        Ok(index)
    }

    fn dir(&mut self, path: &[u8]) -> Result<u32, Unfit> {
        if self.last_dir.0 == path {
            return Ok(self.last_dir.1);
        }
        // What the path shares with the last folder need not be looked up.
        let (mut at, rest) = self.shared(path);
        for name in rest.split(|byte| *byte == b'/').filter(|name| !name.is_empty()) {
            at = self.child(at, name)?;
        }
        self.last_dir.0.clear();
        self.last_dir.0.extend_from_slice(path);
        self.last_dir.1 = at;
        Ok(at)
    }

    /// The deepest folder that `path` and the last folder are both in, and what of `path` is below it.
    fn shared<'p>(&self, path: &'p [u8]) -> (u32, &'p [u8]) {
        let (last, mut at) = (self.last_dir.0.as_slice(), self.last_dir.1);
        let same = last.iter().zip(path).take_while(|(ours, theirs)| ours == theirs).count();
        let ends = |path: &[u8]| path.get(same).is_none_or(|byte| *byte == b'/');
        let end = if ends(last) && ends(path) { same } else { memchr::memrchr(b'/', &path[..same]).unwrap_or(0) };
        for _ in memchr::memchr_iter(b'/', &last[end..]) {
            at = self.table.dirs[at as usize].parent;
        }
        // Above the first name there is no slash.
        (if end == 0 { 0 } else { at }, &path[end..])
    }

    fn child(&mut self, parent: u32, name: &[u8]) -> Result<u32, Unfit> {
        let hash = self.hash.hash_one((parent, name));
        let table = &self.table;
        let same = |index: &u32| {
            let record = table.dirs[*index as usize];
            record.parent == parent && table.text(record.name) == name
        };
        if let Some(known) = self.dir_index.find(hash, same) {
            return Ok(*known);
        }
        let name = self.add_text(name)?;
        let index = u32::try_from(self.table.dirs.len()).map_err(|_| Unfit::TableFull)?;
        self.table.dirs.push(DirRecord { parent, name });
        let (table, hasher) = (&self.table, &self.hash);
        let rehash = |index: &u32| {
            let record = table.dirs[*index as usize];
            hasher.hash_one((record.parent, table.text(record.name)))
        };
        self.dir_index.insert_unique(hash, index, rehash);
        Ok(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn paths_come_back_and_every_folder_is_kept_once(paths in proptest::collection::vec("[ab]{1,2}(/[ab]{1,2}){0,4}", 1..30)) {
            let mut builder = EntryTableBuilder::new();
            let attributes = Attributes { mode: 0, uid: 0, gid: 0 };
            for path in &paths {
                builder.push(path.as_bytes(), attributes, RawEntry::zeroed()).unwrap();
            }
            let table = builder.table;
            let back: Vec<_> = table.entries().iter().map(|entry| table.path(entry)).collect();
            prop_assert!(back.iter().zip(&paths).all(|(back, path)| back == path.as_bytes()));
            let mut dirs: Vec<_> = (0..table.dirs.len()).map(|dir| table.dir_path(dir as u32)).collect();
            dirs.sort();
            dirs.dedup();
            prop_assert_eq!(dirs.len(), table.dirs.len());
        }
    }
}
