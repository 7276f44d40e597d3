//! Walks the entries of a tar stream: extended headers joined with theirs, sparse maps passed over, ends recognised.

use std::io;

use super::entry::{Entry, Head, Rights, is_extension};
use super::header::{BLOCK, BadHeader, Header, is_zero};
use super::pax::{BadRecord, Extended};
use crate::layer::{FileKind, LayerBytes, Window};

/// Why a stream is no sound tar archive.
#[derive(Debug, thiserror::Error)]
pub enum TarError {
    /// The source failed: disk, decompression, a limit.
    #[error("cannot read on at byte {offset}")]
    Read {
        /// Offset in the uncompressed layer.
        offset: u64,
        /// What the source said.
        source: io::Error,
    },
    /// The archive ends in the middle of something.
    #[error("ends at byte {offset}, in the middle of an entry")]
    Truncated {
        /// Offset of the end.
        offset: u64,
    },
    /// A header block that is none.
    #[error("header at byte {offset} is damaged ({what})")]
    Header {
        /// Offset of the block.
        offset: u64,
        /// Which field.
        what: &'static str,
    },
    /// An extended header longer than the limit.
    #[error("extended header at byte {offset} claims {size} bytes, the limit is {limit}")]
    TooLong {
        /// Offset of the block.
        offset: u64,
        /// Claimed length.
        size: u64,
        /// The limit.
        limit: u64,
    },
}

/// Reads entries from `source`, which stays usable for the bodies between calls of [`TarReader::next`].
pub(crate) struct TarReader<'s> {
    source: &'s mut dyn LayerBytes,
    offset: u64,
    header_limit: u64,
    /// Global extended headers so far; few archives have any.
    globals: Option<Extended>,
    rights: Rights,
    /// Body bytes and padding of the current entry that were not taken yet.
    body_left: u64,
    padding: u64,
    /// The block read last, unless it was a header that lay in the source's buffer as a whole.
    block: [u8; BLOCK],
    /// True when that block is the next header, read to tell whether an entry that should have no body has one.
    ahead: bool,
    /// True when a lone zero block ended the archive although more followed.
    pub(crate) lone_zero_block: bool,
}

impl<'s> TarReader<'s> {
    pub(crate) fn new(source: &'s mut dyn LayerBytes, header_limit: u64) -> Self {
        Self {
            source,
            offset: 0,
            header_limit,
            globals: None,
            rights: Rights::new(),
            body_left: 0,
            padding: 0,
            block: [0; BLOCK],
            ahead: false,
            lone_zero_block: false,
        }
    }

    /// Reads the next entry into `entry`; false at the end of the archive.
    pub(crate) fn next(&mut self, entry: &mut Entry) -> Result<bool, TarError> {
        self.finish_body()?;
        let mut announced: Option<Announced> = None;
        loop {
            let start = self.offset;
            let Some(Head { kind, size, map_follows }) = self.read_header(entry)? else {
                // An extended header whose entry is missing was cut off.
                let says_nothing = announced.is_none_or(|announced| announced == Announced::default());
                return if says_nothing { Ok(false) } else { Err(TarError::Truncated { offset: self.offset }) };
            };
            match kind {
                b'x' | b'X' => {
                    let records = self.extension(start, size)?;
                    let local = &mut announced.get_or_insert_default().local;
                    local.read(&records).map_err(|bad| bad_record(start, bad))?;
                }
                b'g' => {
                    let records = self.extension(start, size)?;
                    self.globals.get_or_insert_default().read(&records).map_err(|bad| bad_record(start, bad))?;
                }
                b'L' => announced.get_or_insert_default().name = Some(trim_nul(self.extension(start, size)?)),
                b'K' => announced.get_or_insert_default().link = Some(trim_nul(self.extension(start, size)?)),
                _ if is_extension(kind) => self.skip_exactly(size.next_multiple_of(BLOCK as u64))?,
                _ => {
                    entry.settle(kind, self.extended(announced));
                    if map_follows {
                        self.pass_sparse_map()?;
                    }
                    self.expect_body(entry, start)?;
                    return Ok(true);
                }
            }
        }
    }

    /// What extended headers say of the next entry, the global ones where the others are silent.
    fn extended(&self, announced: Option<Announced>) -> Option<Extended> {
        let local = announced.map(Announced::joined);
        match (&self.globals, local) {
            (Some(globals), local) => Some(local.unwrap_or_default().over(globals)),
            (None, local) => local,
        }
    }

    /// Sets what of the source belongs to `entry`. Links, folders and devices have no body, but some writers state a
    /// size for them, with or without data behind it: only the next block can tell.
    fn expect_body(&mut self, entry: &mut Entry, start: u64) -> Result<(), TarError> {
        if entry.stored > i64::MAX as u64 - BLOCK as u64 {
            return Err(TarError::Header { offset: start, what: "size" });
        }
        self.body_left = entry.stored;
        self.padding = entry.stored.next_multiple_of(BLOCK as u64) - entry.stored;
        if entry.kind == FileKind::File || entry.stored == 0 {
            return Ok(());
        }
        let stated = std::mem::take(&mut entry.stored);
        (self.body_left, self.padding) = (0, 0);
        if self.read_block()? {
            if is_zero(&self.block) || Header::parse(&self.block).is_ok() {
                self.offset -= BLOCK as u64;
                self.ahead = true;
            } else {
                let rest = stated.saturating_sub(BLOCK as u64);
                self.body_left = rest;
                self.padding = rest.next_multiple_of(BLOCK as u64) - rest;
            }
        }
        entry.oddity = Some("states a size although its type has no content");
        Ok(())
    }

    fn pass_sparse_map(&mut self) -> Result<(), TarError> {
        loop {
            if !self.read_block()? {
                return Err(TarError::Truncated { offset: self.offset });
            }
            if self.block[504] == 0 {
                return Ok(());
            }
        }
    }

    /// Offset in the source; right after `next` it is where the body starts.
    pub(crate) fn position(&self) -> u64 {
        self.offset
    }

    /// The piece of the body at hand; empty at its end.
    pub(crate) fn fill_body(&mut self) -> io::Result<&[u8]> {
        if self.body_left == 0 {
            return Ok(&[]);
        }
        let bytes = self.source.fill()?;
        if bytes.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the archive ends in the middle of a member"));
        }
        let length = bytes.len().min(usize::try_from(self.body_left).unwrap_or(usize::MAX));
        Ok(&bytes[..length])
    }

    /// Takes `count` bytes of what `fill_body` gave.
    pub(crate) fn consume_body(&mut self, count: usize) {
        self.source.consume(count);
        self.offset += count as u64;
        self.body_left -= count as u64;
    }

    /// Hands the next piece of the body to `take`, at most `most` bytes; false when the body is at its end.
    pub(crate) fn read_body(&mut self, most: u64, mut take: impl FnMut(&[u8])) -> Result<bool, TarError> {
        let wanted = self.body_left.min(most);
        if wanted == 0 {
            return Ok(false);
        }
        let offset = self.offset;
        let bytes = self.source.fill().map_err(|source| TarError::Read { offset, source })?;
        if bytes.is_empty() {
            return Err(TarError::Truncated { offset });
        }
        let length = bytes.len().min(usize::try_from(wanted).unwrap_or(usize::MAX));
        take(&bytes[..length]);
        self.source.consume(length);
        self.offset += length as u64;
        self.body_left -= length as u64;
        Ok(true)
    }

    /// True when passing over bytes costs nothing, so that nobody should look at them for their own sake.
    pub(crate) fn skips(&self) -> bool {
        self.source.skips()
    }

    /// The rest of the body, where it can be read at any offset without being taken.
    pub(crate) fn body_window(&self) -> Option<Window<'_>> {
        self.source.window(self.body_left)
    }

    fn finish_body(&mut self) -> Result<(), TarError> {
        let body = std::mem::take(&mut self.body_left);
        let padding = std::mem::take(&mut self.padding);
        if body + padding == 0 {
            return Ok(());
        }
        // A last body may lack its padding: several writers leave it out.
        if self.skip(body + padding)? < body { Err(TarError::Truncated { offset: self.offset }) } else { Ok(()) }
    }

    fn skip(&mut self, count: u64) -> Result<u64, TarError> {
        let offset = self.offset;
        let skipped = self.source.skip(count).map_err(|source| TarError::Read { offset, source })?;
        self.offset += skipped;
        Ok(skipped)
    }

    fn skip_exactly(&mut self, count: u64) -> Result<(), TarError> {
        let skipped = self.skip(count)?;
        if skipped < count { Err(TarError::Truncated { offset: self.offset }) } else { Ok(()) }
    }

    fn extension(&mut self, start: u64, size: u64) -> Result<Vec<u8>, TarError> {
        if size > self.header_limit {
            return Err(TarError::TooLong { offset: start, size, limit: self.header_limit });
        }
        let mut bytes = Vec::new();
        self.body_left = size;
        while self.read_body(size, |piece| bytes.extend_from_slice(piece))? {}
        self.skip(size.next_multiple_of(BLOCK as u64) - size)?;
        Ok(bytes)
    }

    /// Reads the next header, and of one that is an entry's own all it says into `entry`; `None` at the end of the
    /// archive.
    fn read_header(&mut self, entry: &mut Entry) -> Result<Option<Head>, TarError> {
        let start = self.offset;
        if std::mem::take(&mut self.ahead) {
            self.offset += BLOCK as u64;
        } else {
            let bytes = self.source.fill().map_err(|source| TarError::Read { offset: start, source })?;
            // Nearly every header lies in the source's buffer as a whole, and need not be moved.
            if let Some(block) = bytes.first_chunk().filter(|block| !is_zero(*block)) {
                let head = entry.read(block, &mut self.rights);
                self.source.consume(BLOCK);
                self.offset += BLOCK as u64;
                return head.map(Some).map_err(|bad| damaged(start, bad));
            }
            if !self.read_block()? {
                return Ok(None);
            }
        }
        if !is_zero(&self.block) {
            return entry.read(&self.block, &mut self.rights).map(Some).map_err(|bad| damaged(start, bad));
        }
        // Two zero blocks end an archive; one is tolerated, as GNU tar does.
        if self.read_block()? {
            self.lone_zero_block = !is_zero(&self.block);
        }
        Ok(None)
    }

    /// Reads the next block into `block`; false at the end of the stream.
    fn read_block(&mut self) -> Result<bool, TarError> {
        let mut filled = 0;
        while filled < BLOCK {
            let offset = self.offset;
            let bytes = self.source.fill().map_err(|source| TarError::Read { offset, source })?;
            if bytes.is_empty() {
                break;
            }
            let length = bytes.len().min(BLOCK - filled);
            self.block[filled..filled + length].copy_from_slice(&bytes[..length]);
            self.source.consume(length);
            self.offset += length as u64;
            filled += length;
        }
        match filled {
            0 => Ok(false),
            BLOCK => Ok(true),
            // A rest of zeros is padding somebody cut; anything else is a cut header.
            _ if is_zero(&self.block[..filled]) => Ok(false),
            _ => Err(TarError::Truncated { offset: self.offset }),
        }
    }
}

/// What extended headers announced of the next entry.
#[derive(Debug, Default, PartialEq, Eq)]
struct Announced {
    /// PAX records.
    local: Extended,
    /// GNU long name and long link target, in force where no record says otherwise.
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
}

impl Announced {
    fn joined(self) -> Extended {
        let Self { mut local, name, link } = self;
        local.path = local.path.or(name);
        local.link = local.link.or(link);
        local
    }
}

fn trim_nul(mut name: Vec<u8>) -> Vec<u8> {
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
    name.truncate(end);
    name
}

fn damaged(offset: u64, bad: BadHeader) -> TarError {
    let what = match bad {
        BadHeader::Checksum => "checksum",
        BadHeader::Size => "size",
    };
    TarError::Header { offset, what }
}

fn bad_record(offset: u64, bad: BadRecord) -> TarError {
    let what = match bad {
        BadRecord::Shape => "extended record",
        BadRecord::Number => "number in an extended record",
    };
    TarError::Header { offset, what }
}
