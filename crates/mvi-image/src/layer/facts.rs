//! What is known of a layer after its one pass, and what others may ask to be kept of it.

use std::io;

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};

use super::entry::{EntryTable, FileKind};
use super::study::OpenBody;
use crate::digest::Digest;
use crate::gap::GapList;

/// An entry as a [`Collector`] sees it, before its body.
#[derive(Debug, Clone, Copy)]
pub struct EntryHeader<'a> {
    /// Cleaned path, without leading slash.
    pub path: &'a [u8],
    /// What it is.
    pub kind: FileKind,
    /// The twelve permission bits.
    pub mode: u32,
    /// Bytes of body in the layer.
    pub size: u64,
}

/// How much of a body a collector asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// Nothing.
    No,
    /// The first bytes, as many as this.
    Head(u32),
    /// All of it, unless it is larger than `max` bytes; then a gap is recorded.
    Whole {
        /// Ceiling in bytes.
        max: u64,
    },
    /// What [`Collector::study`] makes of it, if its first bytes show that it is worth it.
    Study,
}

/// What the inventory plugs into the pass: it names the bodies it wants by header alone.
pub trait Collector: Sync {
    /// Decides from path, mode and size. Called once for every entry, so it has to be quick.
    fn wants(&self, entry: &EntryHeader<'_>) -> Want;
    /// Whether a body of which [`Want::Study`] was said is worth it, by its first
    /// [`PROBE_BYTES`](crate::PROBE_BYTES), fewer where it is smaller. Asked of many files, so it has to be quick.
    fn is_worth_study(&self, _entry: &EntryHeader<'_>, _probe: &[u8]) -> bool {
        false
    }
    /// What is to be kept of such a body, at most [`EXTRACT_BYTES`](crate::EXTRACT_BYTES); empty keeps nothing. A pure
    /// function of the entry and its bytes, wherever they come from, that must not panic: the bytes are anybody's.
    ///
    /// # Errors
    /// Bytes that cannot be read or make no sense at all; the pass goes on with a gap at the path.
    fn study(&self, _entry: &EntryHeader<'_>, _body: &dyn OpenBody) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }
    /// A number that changes whenever one of the others does; part of the layer memory's key.
    fn version(&self) -> u32;
}

/// Asks for no body: for those who want headers alone.
pub struct HeadersOnly;

impl Collector for HeadersOnly {
    fn wants(&self, _: &EntryHeader<'_>) -> Want {
        Want::No
    }

    fn version(&self) -> u32 {
        0
    }
}

/// A body that was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Body<'a> {
    /// Index of its entry in the layer's table.
    pub entry: u32,
    /// Its bytes, or what was made of them.
    pub bytes: &'a [u8],
    /// Which of these.
    pub kept: Kept,
}

/// What of a body is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The first bytes, and there are more.
    Head,
    /// All of it.
    Whole,
    /// What [`Collector::study`] made of it.
    Extract,
}

impl Kept {
    fn from_raw(raw: u32) -> Self {
        match raw {
            1 => Self::Whole,
            2 => Self::Extract,
            _ => Self::Head,
        }
    }
}

/// An extended attribute of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Xattr {
    /// Index of the entry.
    pub entry: u32,
    /// Name, such as `security.capability`.
    pub name: String,
    /// Value; long ones are cut to 1 KiB.
    pub value: Vec<u8>,
}

/// Where a body lies in the layer's body arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct RawBody {
    pub(crate) entry: u32,
    pub(crate) kept: u32,
    pub(crate) start: u64,
    pub(crate) length: u64,
}

/// Everything one pass over a layer finds out. A pure function of the layer's bytes, the collector and the analyser's
/// version, so it can be remembered by digest.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct LayerFacts {
    pub(crate) table: EntryTable,
    pub(crate) bodies: Vec<RawBody>,
    pub(crate) body_bytes: Vec<u8>,
    pub(crate) xattrs: Vec<Xattr>,
    pub(crate) gaps: GapList,
    pub(crate) tar_bytes: u64,
    pub(crate) gzip_estimate: Option<u64>,
    pub(crate) diff_id: Option<Digest>,
}

impl LayerFacts {
    /// The entries.
    #[must_use]
    pub fn table(&self) -> &EntryTable {
        &self.table
    }

    /// Bytes of the uncompressed tar archive, headers and padding included.
    #[must_use]
    pub fn tar_bytes(&self) -> u64 {
        self.tar_bytes
    }

    /// The digest of the uncompressed bytes, where they were digested.
    #[must_use]
    pub fn diff_id(&self) -> Option<&Digest> {
        self.diff_id.as_ref()
    }

    /// Estimated gzipped bytes, for a layer that is stored plain.
    #[must_use]
    pub fn gzip_estimate(&self) -> Option<u64> {
        self.gzip_estimate
    }

    /// The bodies that were asked for, in archive order.
    pub fn bodies(&self) -> impl Iterator<Item = Body<'_>> {
        self.bodies.iter().map(|body| {
            let range = body.start as usize..(body.start + body.length) as usize;
            let bytes = self.body_bytes.get(range).unwrap_or_default();
            Body { entry: body.entry, bytes, kept: Kept::from_raw(body.kept) }
        })
    }

    /// Extended attributes, in archive order.
    #[must_use]
    pub fn xattrs(&self) -> &[Xattr] {
        &self.xattrs
    }

    /// What was not understood.
    #[must_use]
    pub fn gaps(&self) -> &GapList {
        &self.gaps
    }

    /// Adds to the bodies what is `kept` of that of `entry`: the end of the arena from `start` on.
    pub(crate) fn keep_body(&mut self, entry: u32, kept: Kept, start: usize) {
        let kept = match kept {
            Kept::Head => 0,
            Kept::Whole => 1,
            Kept::Extract => 2,
        };
        let length = (self.body_bytes.len() - start) as u64;
        self.bodies.push(RawBody { entry, kept, start: start as u64, length });
    }

    /// See [`EntryTable::is_sound`].
    pub(crate) fn is_sound(&self) -> bool {
        let entries = self.table.entries.len() as u64;
        let arena = self.body_bytes.len() as u64;
        let body = |body: &RawBody| {
            u64::from(body.entry) < entries && body.start.checked_add(body.length).is_some_and(|end| end <= arena)
        };
        self.table.is_sound()
            && self.bodies.iter().all(body)
            && self.xattrs.iter().all(|xattr| u64::from(xattr.entry) < entries)
    }
}
