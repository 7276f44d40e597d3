//! The bytes of one remembered layer: a header, the tables as they are in memory, a checksum.
//!
//! Little-endian machines only read their own files: the header carries the byte order. Version 1.

use std::io::{self, Read, Write};

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::digest::Digest;
use crate::gap::GapList;
use crate::layer::{EntryTable, LayerFacts, Xattr};

const MAGIC: u64 = u64::from_ne_bytes(*b"mvi-lf01");

/// Changes whenever the analysis of a layer or this format does.
pub(super) const ANALYSER: u32 = 1;

/// Lengths of the sections that follow, in items.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Header {
    magic: u64,
    analyser: u32,
    collector: u32,
    note: u64,
    entries: u64,
    dirs: u64,
    names: u64,
    links: u64,
    attributes: u64,
    sparse: u64,
    bodies: u64,
    body_bytes: u64,
}

/// The small parts, as JSON.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    diff_id: Option<Digest>,
    tar_bytes: u64,
    gzip_estimate: Option<u64>,
    gaps: GapList,
    xattrs: Vec<Xattr>,
}

#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Sparse {
    entry: u32,
    reserved: u32,
    size: u64,
}

/// Writes `facts`, then the checksum of everything before it.
pub(super) fn write(facts: &LayerFacts, collector: u32, out: &mut dyn Write) -> io::Result<()> {
    let note = Note {
        diff_id: facts.diff_id.clone(),
        tar_bytes: facts.tar_bytes,
        gzip_estimate: facts.gzip_estimate,
        gaps: facts.gaps.clone(),
        xattrs: facts.xattrs.clone(),
    };
    let note = serde_json::to_vec(&note)?;
    let table = &facts.table;
    let sparse: Vec<Sparse> =
        table.sparse.iter().map(|(entry, size)| Sparse { entry: *entry, reserved: 0, size: *size }).collect();
    let header = Header {
        magic: MAGIC,
        analyser: ANALYSER,
        collector,
        note: note.len() as u64,
        entries: table.entries.len() as u64,
        dirs: table.dirs.len() as u64,
        names: table.names.len() as u64,
        links: table.links.len() as u64,
        attributes: table.attributes.len() as u64,
        sparse: sparse.len() as u64,
        bodies: facts.bodies.len() as u64,
        body_bytes: facts.body_bytes.len() as u64,
    };
    let mut out = Summed { inner: out, sum: Xxh3::new() };
    out.put(bytemuck::bytes_of(&header))?;
    out.put(&note)?;
    out.put(bytemuck::cast_slice(&table.entries))?;
    out.put(bytemuck::cast_slice(&table.dirs))?;
    out.put(&table.names)?;
    out.put(bytemuck::cast_slice(&table.links))?;
    out.put(bytemuck::cast_slice(&table.attributes))?;
    out.put(bytemuck::cast_slice(&sparse))?;
    out.put(bytemuck::cast_slice(&facts.bodies))?;
    out.put(&facts.body_bytes)?;
    let sum = out.sum.digest();
    out.inner.write_all(&sum.to_ne_bytes())
}

struct Summed<T> {
    inner: T,
    sum: Xxh3,
}

impl Summed<&mut dyn Write> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.inner.write_all(bytes)
    }
}

impl Summed<&mut dyn Read> {
    fn take<T: Pod>(&mut self, count: u64, left: &mut u64) -> Option<Vec<T>> {
        let bytes = count.checked_mul(size_of::<T>() as u64)?;
        // A damaged length must not reserve more than the file can hold.
        *left = left.checked_sub(bytes)?;
        let mut items = vec![T::zeroed(); usize::try_from(count).ok()?];
        self.inner.read_exact(bytemuck::cast_slice_mut(&mut items)).ok()?;
        self.sum.update(bytemuck::cast_slice(&items));
        Some(items)
    }
}

/// Reads facts that [`write`] wrote; `length` is the file's. `None` for anything else, damaged or of another version.
pub(super) fn read(input: &mut dyn Read, length: u64, collector: u32) -> Option<LayerFacts> {
    let mut left = length;
    let mut input = Summed { inner: input, sum: Xxh3::new() };
    let header: Header = *input.take(1, &mut left)?.first()?;
    if header.magic != MAGIC || header.analyser != ANALYSER || header.collector != collector {
        return None;
    }
    let note: Vec<u8> = input.take(header.note, &mut left)?;
    let note: Note = serde_json::from_slice(&note).ok()?;
    let mut table = EntryTable {
        entries: input.take(header.entries, &mut left)?,
        dirs: input.take(header.dirs, &mut left)?,
        names: input.take(header.names, &mut left)?,
        links: input.take(header.links, &mut left)?,
        attributes: input.take(header.attributes, &mut left)?,
        sparse: Vec::new(),
    };
    let sparse: Vec<Sparse> = input.take(header.sparse, &mut left)?;
    table.sparse = sparse.iter().map(|sparse| (sparse.entry, sparse.size)).collect();
    let facts = LayerFacts {
        table,
        bodies: input.take(header.bodies, &mut left)?,
        body_bytes: input.take(header.body_bytes, &mut left)?,
        xattrs: note.xattrs,
        gaps: note.gaps,
        tar_bytes: note.tar_bytes,
        gzip_estimate: note.gzip_estimate,
        diff_id: note.diff_id,
    };
    let mut sum = [0; 8];
    input.inner.read_exact(&mut sum).ok()?;
    (left == sum.len() as u64 && u64::from_ne_bytes(sum) == input.sum.digest() && facts.is_sound()).then_some(facts)
}
