//! The pass: tar entries in, [`LayerFacts`] out. Bodies nobody wants are skipped where the source allows it.

use std::sync::atomic::{AtomicU64, Ordering};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::bytes::LayerBytes;
use super::entry::{Attributes, EntryTableBuilder, FileKind, NONE, RawEntry, Unfit};
use super::facts::{Collector, EntryHeader, Kept, LayerFacts, Want, Xattr};
use super::path::Cleaner;
use super::sink::BodySink;
use super::study::{PROBE_BYTES, Spool, Unstudied, probe_and_study, study, unreadable};
use crate::gap::{Gap, GapCode};
use crate::limits::Limits;
use crate::tar::{Entry, TarError, TarReader};

/// Longest value of an extended attribute that is kept.
const XATTR_VALUE: usize = 1 << 10;
/// Extended attributes kept per layer.
const XATTRS: usize = 100_000;

/// Entries counted at once: threads that count one by one wait for each other.
const BATCH: u64 = 256;

/// What every layer's pass of one image shares.
pub(crate) struct Scan<'a> {
    pub(crate) collector: &'a dyn Collector,
    pub(crate) limits: &'a Limits,
    /// Entries of the whole image seen so far.
    pub(crate) files: &'a AtomicU64,
    /// About how many bytes the layer has, to make room for what is in it; 0 where nobody knows.
    pub(crate) about: u64,
    /// Bytes of a body that are put by in memory while its stream goes on.
    pub(crate) spool: usize,
    /// Takes whole bodies in place of the collector.
    pub(crate) sink: Option<&'a dyn BodySink>,
}

/// Why a pass ended early.
#[derive(Debug)]
pub(crate) enum ScanOutcome {
    /// The archive is unsound.
    Tar(TarError),
    /// The image has more entries than the limit.
    TooManyFiles,
    /// The layer has more names than a table holds.
    TableFull,
}

impl From<TarError> for ScanOutcome {
    fn from(error: TarError) -> Self {
        Self::Tar(error)
    }
}

impl Scan<'_> {
    /// Reads the entries of one layer and then the rest of the source, so that digests are complete.
    pub(crate) fn walk(&self, source: &mut dyn LayerBytes) -> Result<LayerFacts, ScanOutcome> {
        let mut walk = Walk {
            scan: self,
            builder: EntryTableBuilder::for_layer(self.about),
            facts: LayerFacts::default(),
            cleaner: Cleaner::default(),
            hash: Xxh3::new(),
            spool: Spool::new(self.spool),
        };
        let mut tar = TarReader::new(source, self.limits.header_bytes);
        let mut entry = Entry::default();
        let mut uncounted = 0;
        while tar.next(&mut entry)? {
            uncounted += 1;
            if uncounted == BATCH {
                self.count(std::mem::take(&mut uncounted))?;
            }
            walk.take(&mut tar, &mut entry)?;
        }
        self.count(uncounted)?;
        if tar.lone_zero_block {
            let text = "a single zero block ended the archive; what follows it was ignored";
            walk.facts.gaps.push(Gap::whole(GapCode::Trailing, text));
        }
        walk.drain(source)?;
        let mut facts = walk.facts;
        facts.table = walk.builder.table;
        facts.table.entries.shrink_to_fit();
        Ok(facts)
    }
}

impl Scan<'_> {
    /// Adds to the entries of the image that all threads have seen.
    fn count(&self, entries: u64) -> Result<(), ScanOutcome> {
        let before = self.files.fetch_add(entries, Ordering::Relaxed);
        if before + entries > self.limits.files { Err(ScanOutcome::TooManyFiles) } else { Ok(()) }
    }
}

struct Walk<'w> {
    scan: &'w Scan<'w>,
    builder: EntryTableBuilder,
    facts: LayerFacts,
    cleaner: Cleaner,
    hash: Xxh3,
    spool: Spool,
}

/// What is done with a body.
enum Plan {
    /// This many of its first bytes are kept.
    Keep(u64),
    Study,
}

impl Walk<'_> {
    fn take(&mut self, tar: &mut TarReader<'_>, entry: &mut Entry) -> Result<(), ScanOutcome> {
        if entry.has_nul {
            self.gap(GapCode::Entry, entry, "a name with a NUL byte; left out");
            return Ok(());
        }
        if self.cleaner.take(&entry.path).climbed {
            self.gap(GapCode::Entry, entry, "climbs out of the image; held at the root");
        }
        if self.cleaner.path().is_empty() && entry.kind != FileKind::Directory {
            self.gap(GapCode::Entry, entry, "names the root but is no folder; left out");
            return Ok(());
        }
        if let Some(oddity) = entry.oddity {
            self.gap(GapCode::Field, entry, oddity);
        }
        let attributes = Attributes { mode: entry.mode, uid: entry.uid, gid: entry.gid };
        let raw = self.raw(entry)?;
        let index = match self.builder.push(self.cleaner.path(), attributes, raw) {
            Ok(index) => index,
            Err(Unfit::NameTooLong) => {
                self.gap(GapCode::Entry, entry, "a single name of more than 65,535 bytes; left out");
                return Ok(());
            }
            Err(Unfit::TableFull) => return Err(ScanOutcome::TableFull),
        };
        if let Some(size) = entry.sparse_size {
            self.builder.table.sparse.push((index, size));
        }
        self.keep_xattrs(index, entry);
        if entry.kind == FileKind::File {
            let content = self.body(tar, entry, index)?;
            if let Some(raw) = self.builder.table.entries.last_mut() {
                raw.content = content;
            }
        }
        Ok(())
    }

    fn raw(&mut self, entry: &Entry) -> Result<RawEntry, ScanOutcome> {
        let link = match entry.kind {
            FileKind::Symlink | FileKind::HardLink => {
                self.builder.add_link(&entry.link).map_err(|_| ScanOutcome::TableFull)?
            }
            FileKind::File | FileKind::Directory | FileKind::CharDevice | FileKind::BlockDevice | FileKind::Fifo => {
                NONE
            }
        };
        let device = u64::from(entry.device.0) << 32 | u64::from(entry.device.1);
        Ok(RawEntry {
            dir: 0,
            name_start: 0,
            name_length: 0,
            kind: entry.kind as u8,
            reserved: 0,
            attributes: 0,
            size: entry.stored,
            mtime: entry.mtime,
            content: device,
            link,
            reserved_too: 0,
        })
    }

    fn keep_xattrs(&mut self, index: u32, entry: &mut Entry) {
        for (name, mut value) in entry.xattrs.drain(..) {
            if self.facts.xattrs.len() < XATTRS {
                value.truncate(XATTR_VALUE);
                self.facts.xattrs.push(Xattr { entry: index, name, value });
            }
        }
    }

    /// Reads what is wanted of a body; returns its xxh3, or 0 where it was skipped.
    fn body(&mut self, tar: &mut TarReader<'_>, entry: &Entry, index: u32) -> Result<u64, ScanOutcome> {
        if let Some(sink) = self.scan.sink {
            let look = if sink.begin(index, entry.sparse_size.is_some()) { entry.stored } else { 0 };
            return pour(tar, &mut self.hash, entry.stored, look, &mut |piece| sink.piece(piece));
        }
        match self.plan(entry) {
            Plan::Keep(bytes) => self.keep(tar, entry, index, bytes),
            Plan::Study => self.study(tar, entry, index),
        }
    }

    fn keep(&mut self, tar: &mut TarReader<'_>, entry: &Entry, index: u32, bytes: u64) -> Result<u64, ScanOutcome> {
        let look = if tar.skips() { bytes } else { entry.stored };
        let start = self.facts.body_bytes.len();
        let mut left = bytes;
        let content = pour(tar, &mut self.hash, entry.stored, look, &mut |piece| {
            let kept = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            self.facts.body_bytes.extend_from_slice(&piece[..kept]);
            left -= kept as u64;
        })?;
        if bytes > 0 {
            let kept = if bytes == entry.stored { Kept::Whole } else { Kept::Head };
            self.facts.keep_body(index, kept, start);
        }
        Ok(content)
    }

    /// Has a body looked into: where it lies, if the source can be read anywhere, else in the spool.
    fn study(&mut self, tar: &mut TarReader<'_>, entry: &Entry, index: u32) -> Result<u64, ScanOutcome> {
        let collector = self.scan.collector;
        let header = EntryHeader { path: self.cleaner.path(), kind: entry.kind, mode: entry.mode, size: entry.stored };
        let (content, extract) = match tar.body_window() {
            Some(window) => {
                let extract = probe_and_study(collector, &header, &window);
                let look = if tar.skips() { 0 } else { entry.stored };
                (pour(tar, &mut self.hash, entry.stored, look, &mut |_| {})?, extract)
            }
            None => {
                let spool = &mut self.spool;
                spool.clear();
                let mut probe = Vec::with_capacity(PROBE_BYTES);
                let mut is_worth = None;
                let probe_bytes = PROBE_BYTES.min(usize::try_from(entry.stored).unwrap_or(PROBE_BYTES));
                let content = pour(tar, &mut self.hash, entry.stored, entry.stored, &mut |mut piece| {
                    if is_worth.is_none() {
                        let (front, rest) = piece.split_at(piece.len().min(probe_bytes - probe.len()));
                        probe.extend_from_slice(front);
                        if probe.len() < probe_bytes {
                            return;
                        }
                        is_worth = Some(collector.is_worth_study(&header, &probe));
                        if is_worth == Some(true) {
                            spool.push(&probe);
                        }
                        piece = rest;
                    }
                    if is_worth == Some(true) {
                        spool.push(piece);
                    }
                })?;
                let extract = match is_worth {
                    Some(true) => spool
                        .body()
                        .map_err(|error| unreadable(&error))
                        .and_then(|body| study(collector, &header, &body)),
                    Some(false) | None => Ok(Vec::new()),
                };
                (content, extract)
            }
        };
        self.keep_extract(entry, index, extract);
        Ok(content)
    }

    fn keep_extract(&mut self, entry: &Entry, index: u32, extract: Result<Vec<u8>, Unstudied>) {
        match extract {
            Ok(extract) if extract.is_empty() => {}
            Ok(extract) if self.has_room(entry, extract.len() as u64) => {
                let start = self.facts.body_bytes.len();
                self.facts.body_bytes.extend_from_slice(&extract);
                self.facts.keep_body(index, Kept::Extract, start);
            }
            Ok(_) => {}
            Err((code, text)) => self.gap(code, entry, &text),
        }
    }

    fn plan(&mut self, entry: &Entry) -> Plan {
        let header = EntryHeader { path: self.cleaner.path(), kind: entry.kind, mode: entry.mode, size: entry.stored };
        let (plan, wanted) = match self.scan.collector.wants(&header) {
            Want::No => return Plan::Keep(0),
            Want::Study if entry.stored == 0 => return Plan::Keep(0),
            Want::Study => (Plan::Study, 0),
            Want::Head(bytes) => {
                let bytes = u64::from(bytes).min(entry.stored);
                (Plan::Keep(bytes), bytes)
            }
            Want::Whole { max } if entry.stored <= max => (Plan::Keep(entry.stored), entry.stored),
            Want::Whole { max } => {
                let text = format!("{} bytes, more than the {max} that are read of such a file", entry.stored);
                self.gap(GapCode::BodyLimit, entry, &text);
                return Plan::Keep(0);
            }
        };
        if entry.sparse_size.is_some() {
            self.gap(GapCode::Body, entry, "stored as a sparse file; not read");
            return Plan::Keep(0);
        }
        if self.has_room(entry, wanted) { plan } else { Plan::Keep(0) }
    }

    /// True when so many more bytes may be kept of the layer; a gap otherwise.
    fn has_room(&mut self, entry: &Entry, bytes: u64) -> bool {
        let has_room = self.facts.body_bytes.len() as u64 + bytes <= self.scan.limits.body_bytes;
        if !has_room {
            self.gap(GapCode::BodyLimit, entry, "the layer's files that have to be read are too large together");
        }
        has_room
    }

    /// Passes over what follows the archive's end; only zeros belong there.
    fn drain(&mut self, source: &mut dyn LayerBytes) -> Result<(), ScanOutcome> {
        if source.skips() {
            return Ok(());
        }
        let mut garbage = 0_u64;
        loop {
            let bytes = source.fill().map_err(|source| TarError::Read { offset: 0, source })?;
            if bytes.is_empty() {
                break;
            }
            if bytes.iter().any(|byte| *byte != 0) {
                garbage += bytes.len() as u64;
            }
            let count = bytes.len();
            source.consume(count);
        }
        if garbage > 0 {
            let text = format!("about {garbage} bytes follow the end of the archive and were ignored");
            self.facts.gaps.push(Gap::whole(GapCode::Trailing, text));
        }
        Ok(())
    }

    fn gap(&mut self, code: GapCode, entry: &Entry, text: &str) {
        self.facts.gaps.push(Gap::at(code, &entry.path, text));
    }
}

/// Hands the first `look` bytes of a body of `stored` bytes to `sink`; returns its xxh3, or 0 where that is not all of it.
fn pour(
    tar: &mut TarReader<'_>,
    hash: &mut Xxh3,
    stored: u64,
    look: u64,
    sink: &mut dyn FnMut(&[u8]),
) -> Result<u64, ScanOutcome> {
    if look == 0 && stored > 0 {
        return Ok(0);
    }
    let mut content = xxh3_64(&[]);
    let mut read = 0;
    while tar.read_body(look - read, |piece| {
        if piece.len() as u64 == stored {
            content = xxh3_64(piece);
        } else {
            if read == 0 {
                hash.reset();
            }
            hash.update(piece);
        }
        read += piece.len() as u64;
        sink(piece);
        content = if read == stored && piece.len() as u64 != stored { hash.digest() } else { content };
    })? {}
    Ok(if read == stored { content.max(1) } else { 0 })
}
