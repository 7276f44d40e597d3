//! The index: one immutable file that processes map and share. Tables are checksummed as a whole when it is opened, blobs
//! one by one when they are read; nothing in it is believed before.

mod blob;
mod build;
mod bytes;
mod clusters;
mod file;
mod find;
mod record;

use std::fmt;
use std::path::{Path, PathBuf};

use mmap_io::MemoryMappedFile;
use serde::Deserializer as _;
use serde::de::{SeqAccess, Visitor};
use xxhash_rust::xxh3::xxh3_64;

use crate::import::{Feed, FeedStatus};
use crate::package::Coordinates;

pub use build::build;
pub use file::{IndexLock, write};
pub use find::{Match, Verdict};
pub use record::{Finding, Severity};

use bytes::{Reader, u32_at, u64_at};

/// The first bytes of every index.
const MAGIC: [u8; 8] = *b"mvi-advs";
/// Of the layout; a program reads its own only.
const VERSION: u32 = 1;
/// Bytes of the header: magic, version, spare, length of the file, offsets and lengths of sections, two checksums.
const HEADER: usize = 8 + 4 + 4 + 8 + SECTIONS * 16 + 8 + 8;
/// Feeds, keys, records, ids; blobs; sources.
const SECTIONS: usize = 6;
const KEY_ROW: usize = 20;
const RECORD_ROW: usize = 12;
const ID_ROW: usize = 12;

/// What is wrong with an index.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// It cannot be opened or mapped.
    #[error("cannot open the index of advisories `{}`", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is another kind of file.
    #[error("this is no index of advisories")]
    NotAnIndex,
    /// Another version of the program wrote it.
    #[error("the index has layout {found}, this program reads layout {VERSION}; import the feeds again")]
    Version {
        /// Its layout.
        found: u32,
    },
    /// Its bytes are not those that were written.
    #[error("the index is damaged ({part}); import the feeds again")]
    Damaged {
        /// Where.
        part: &'static str,
    },
    /// It cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Feeds beyond what the layout can count.
    #[error("too many advisories for one index: {what}")]
    TooLarge {
        /// What is too many.
        what: &'static str,
    },
}

/// Where the bytes are.
#[derive(Debug)]
enum Bytes {
    Mapped(MemoryMappedFile),
    Owned(Vec<u8>),
}

/// An index that was opened.
#[derive(Debug)]
pub struct Index {
    bytes: Bytes,
    sections: [(usize, usize); SECTIONS],
    feeds: Vec<FeedStatus>,
}

impl Index {
    /// Maps an index and checks its tables. Nothing of it is copied; it stays whole while others write a new one in its
    /// place, as that is another file.
    ///
    /// # Errors
    /// A file that is missing, no index, of another layout, or damaged.
    pub fn open(path: &Path) -> Result<Self, IndexError> {
        let failed = |source| IndexError::Open { path: path.to_owned(), source };
        let length = std::fs::metadata(path).map_err(failed)?.len();
        if length < HEADER as u64 {
            return Err(IndexError::NotAnIndex);
        }
        let map = MemoryMappedFile::open_ro(path).map_err(|error| failed(std::io::Error::other(error)))?;
        Self::of(Bytes::Mapped(map))
    }

    /// An index in memory, as [`build`] makes it.
    ///
    /// # Errors
    /// As [`Index::open`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, IndexError> {
        Self::of(Bytes::Owned(bytes))
    }

    fn of(bytes: Bytes) -> Result<Self, IndexError> {
        let mut index = Self { bytes, sections: [(0, 0); SECTIONS], feeds: Vec::new() };
        let data = index.data();
        let header = data.get(..HEADER).filter(|header| header.starts_with(&MAGIC)).ok_or(IndexError::NotAnIndex)?;
        let damaged = IndexError::Damaged { part: "header" };
        let (Some(version), Some(length)) = (u32_at(header, 8), u64_at(header, 16)) else { return Err(damaged) };
        if version != VERSION {
            return Err(IndexError::Version { found: version });
        }
        if u64_at(header, HEADER - 8) != Some(xxh3_64(&header[..HEADER - 8])) {
            return Err(damaged);
        }
        if length != data.len() as u64 {
            return Err(IndexError::Damaged { part: "length" });
        }
        let mut sections = [(0, 0); SECTIONS];
        for (at, section) in sections.iter_mut().enumerate() {
            let number = |offset| u64_at(header, 24 + at * 16 + offset).and_then(|it| usize::try_from(it).ok());
            let (Some(start), Some(size)) = (number(0), number(8)) else { return Err(damaged) };
            if start.checked_add(size).is_none_or(|end| end > data.len()) {
                return Err(damaged);
            }
            *section = (start, size);
        }
        let tables = data.get(HEADER..sections[4].0).ok_or(IndexError::Damaged { part: "header" })?;
        if u64_at(header, HEADER - 16) != Some(xxh3_64(tables)) {
            return Err(IndexError::Damaged { part: "tables" });
        }
        index.sections = sections;
        let feeds = serde_json::from_slice(index.section(0));
        index.feeds = feeds.map_err(|_| IndexError::Damaged { part: "feeds" })?;
        Ok(index)
    }

    fn data(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Mapped(map) => map.as_slice_bytes(0, map.len()).unwrap_or_default(),
            Bytes::Owned(bytes) => bytes,
        }
    }

    fn section(&self, number: usize) -> &[u8] {
        let (start, size) = self.sections[number];
        self.data().get(start..start + size).unwrap_or_default()
    }

    /// The feeds that are in it, by name.
    #[must_use]
    pub fn feeds(&self) -> &[FeedStatus] {
        &self.feeds
    }

    /// Advisories that are in it, withdrawn ones too.
    #[must_use]
    pub fn advisories(&self) -> usize {
        self.section(2).len() / RECORD_ROW
    }

    /// Packages that advisories are about, by ecosystem and name.
    #[must_use]
    pub fn packages(&self) -> usize {
        self.section(1).len() / KEY_ROW
    }

    /// Its size in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.data().len()
    }

    /// What was read, whole, of the feeds that are wanted by name, for an import that adds to it. They are read one by one,
    /// so that those that are not wanted take no memory for long.
    ///
    /// # Errors
    /// Damaged sources.
    pub fn sources(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<Feed>, IndexError> {
        let damaged = || IndexError::Damaged { part: "sources" };
        let packed = checked(self.section(5)).ok_or_else(damaged)?;
        let unpacked = zstd::stream::read::Decoder::new(packed).map_err(|_| damaged())?;
        let unpacked = std::io::BufReader::with_capacity(1 << 20, unpacked);
        let mut list = serde_json::Deserializer::from_reader(unpacked);
        list.deserialize_seq(Wanted { wanted }).map_err(|_| damaged())
    }

    /// What advisories say of a package; one match for what has several names, in the order of advisories.
    ///
    /// # Errors
    /// A damaged index.
    pub fn matches(&self, package: &Coordinates) -> Result<Vec<Match>, IndexError> {
        let key = build::key(package.ecosystem, &package.ecosystem.fold(&package.name));
        let damaged = || IndexError::Damaged { part: "packages" };
        for row in rows(self.section(1), KEY_ROW, xxh3_64(key.as_bytes())) {
            let place = (u64_at(row, 8), u32_at(row, 16));
            let (Some(start), Some(size)) = place else { return Err(damaged()) };
            let blob = self.blob(start, size).ok_or_else(damaged)?;
            let mut reader = Reader::new(blob);
            if reader.text().ok_or_else(damaged)? == key {
                return find::find(reader, package).ok_or_else(damaged);
            }
        }
        Ok(Vec::new())
    }

    /// What is known of the advisories of a match.
    ///
    /// # Errors
    /// A damaged index.
    pub fn finding(&self, found: &Match) -> Result<Finding, IndexError> {
        let damaged = || IndexError::Damaged { part: "advisories" };
        let records = found.records.iter().map(|record| self.record(*record).ok_or_else(damaged));
        let records = records.collect::<Result<Vec<_>, _>>()?;
        record::finding(found, &records).ok_or_else(damaged)
    }

    /// The advisories that have a name: an id or an alias.
    ///
    /// # Errors
    /// A damaged index.
    pub fn named(&self, name: &str) -> Result<Vec<crate::Advisory>, IndexError> {
        let damaged = || IndexError::Damaged { part: "advisories" };
        let mut found = Vec::new();
        for row in rows(self.section(3), ID_ROW, xxh3_64(name.as_bytes())) {
            let record = u32_at(row, 8).and_then(|number| self.record(number)).ok_or_else(damaged)?;
            if record.advisory.names().any(|own| own == name) {
                found.push(record.advisory);
            }
        }
        Ok(found)
    }

    fn record(&self, number: u32) -> Option<record::Record> {
        let at = usize::try_from(number).ok()?.checked_mul(RECORD_ROW)?;
        let row = self.section(2).get(at..at.checked_add(RECORD_ROW)?)?;
        record::decode(self.blob(u64_at(row, 0)?, u32_at(row, 8)?)?)
    }

    /// A blob whose checksum holds.
    fn blob(&self, start: u64, size: u32) -> Option<&[u8]> {
        let start = usize::try_from(start).ok()?;
        let end = start.checked_add(usize::try_from(size).ok()?)?;
        checked(self.section(4).get(start..end)?)
    }
}

/// Reads a list of feeds and keeps some.
struct Wanted<F> {
    wanted: F,
}

impl<'de, F: Fn(&str) -> bool> Visitor<'de> for Wanted<F> {
    type Value = Vec<Feed>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of feeds")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Feed>, A::Error> {
        let mut feeds = Vec::new();
        while let Some(feed) = list.next_element::<Feed>()? {
            if (self.wanted)(&feed.about.name) {
                feeds.push(feed);
            }
        }
        Ok(feeds)
    }
}

/// What follows a checksum that holds.
fn checked(bytes: &[u8]) -> Option<&[u8]> {
    let body = bytes.get(8..)?;
    (u64_at(bytes, 0)? == xxh3_64(body)).then_some(body)
}

/// The rows of a table that begin with a hash; rows are sorted by it.
fn rows(table: &[u8], size: usize, hash: u64) -> impl Iterator<Item = &[u8]> {
    let hash_at = move |row: usize| u64_at(table, row * size).unwrap_or(u64::MAX);
    let count = table.len() / size;
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if hash_at(middle) < hash { low = middle + 1 } else { high = middle }
    }
    let same = (low..count).take_while(move |row| hash_at(*row) == hash);
    same.filter_map(move |row| table.get(row * size..(row + 1) * size))
}
