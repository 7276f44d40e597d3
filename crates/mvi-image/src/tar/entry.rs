//! What a header and the extended headers before it say of one entry.

use super::header::{BLOCK, BadHeader, Header, RIGHTS};
use super::pax::Extended;
use crate::layer::FileKind;

/// One entry; the reader reuses it, so that a walk allocates only when names grow.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// Path as written in the archive, not cleaned.
    pub(crate) path: Vec<u8>,
    /// True when the path has a NUL byte in it, which no file can have.
    pub(crate) has_nul: bool,
    /// Link target as written.
    pub(crate) link: Vec<u8>,
    pub(crate) kind: FileKind,
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) mtime: i64,
    pub(crate) device: (u32, u32),
    /// Bytes of body in the archive.
    pub(crate) stored: u64,
    /// Size the file has when unpacked, where that is not `stored`: sparse files.
    pub(crate) sparse_size: Option<u64>,
    pub(crate) xattrs: Vec<(String, Vec<u8>)>,
    /// What was odd but bearable.
    pub(crate) oddity: Option<&'static str>,
}

/// What of a header decides how the walk goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    /// The type flag.
    pub(super) kind: u8,
    pub(super) size: u64,
    /// Blocks of an old GNU sparse map follow.
    pub(super) map_follows: bool,
}

/// Mode and owner as a header wrote them, and what they mean: the next header mostly has the same.
#[derive(Debug)]
pub(super) struct Rights {
    written: [u8; RIGHTS],
    mode: Option<u32>,
    owner: Option<(u32, u32)>,
}

impl Rights {
    pub(super) fn new() -> Self {
        Self { written: [0; RIGHTS], mode: Some(0), owner: Some((0, 0)) }
    }

    fn read(&mut self, header: &Header<'_>) {
        if header.rights() != self.written {
            self.written.copy_from_slice(header.rights());
            (self.mode, self.owner) = (header.mode(), header.owner());
        }
    }
}

/// True for headers that speak of the next one, or of the archive, and are no entries.
pub(super) fn is_extension(kind: u8) -> bool {
    // Volume label, multi-volume continuation and long-name lists of old GNU tar: no files of this archive.
    matches!(kind, b'x' | b'X' | b'g' | b'L' | b'K' | b'V' | b'M' | b'N')
}

impl Entry {
    /// Takes in what the header `block` says, unless it is no entry's own.
    pub(super) fn read(&mut self, block: &[u8; BLOCK], rights: &mut Rights) -> Result<Head, BadHeader> {
        let header = Header::parse(block)?;
        let mut head = Head { kind: header.kind(), size: header.size()?, map_follows: false };
        if is_extension(head.kind) {
            return Ok(head);
        }
        header.write_path(&mut self.path);
        self.has_nul = false;
        self.link.clear();
        self.link.extend_from_slice(header.link());
        rights.read(&header);
        let mtime = header.mtime();
        let odd = rights.owner.is_none() || rights.mode.is_none() || mtime.is_none();
        self.oddity = odd.then_some("mode, owner or time is no number and was taken as 0");
        self.mode = rights.mode.unwrap_or(0);
        (self.uid, self.gid) = rights.owner.unwrap_or((0, 0));
        self.mtime = mtime.unwrap_or(0);
        self.device = if matches!(head.kind, b'3' | b'4') { header.device() } else { (0, 0) };
        self.stored = head.size;
        self.sparse_size = None;
        if head.kind == b'S' {
            (self.sparse_size, head.map_follows) = header.sparse();
        }
        self.xattrs.clear();
        Ok(head)
    }

    /// Lets the extended headers before the entry overrule its own, and settles what it is.
    pub(super) fn settle(&mut self, kind: u8, extended: Option<Extended>) {
        let Some(extended) = extended else { return self.settle_kind(kind) };
        self.path = extended.path.unwrap_or_else(|| std::mem::take(&mut self.path));
        self.link = extended.link.unwrap_or_else(|| std::mem::take(&mut self.link));
        self.stored = extended.size.unwrap_or(self.stored);
        self.uid = extended.uid.unwrap_or(self.uid);
        self.gid = extended.gid.unwrap_or(self.gid);
        self.mtime = extended.mtime.unwrap_or(self.mtime);
        self.xattrs = extended.xattrs;
        self.settle_kind(kind);
        if kind != b'S' {
            self.sparse_size = extended.sparse_size;
        }
        self.path = extended.sparse_name.unwrap_or_else(|| std::mem::take(&mut self.path));
        self.has_nul = memchr::memchr(0, &self.path).is_some();
    }

    fn settle_kind(&mut self, kind: u8) {
        if kind == b'S' {
            self.sparse_size = self.sparse_size.or(Some(self.stored));
        }
        self.kind = match kind {
            // V7 had no folders: a name with a slash at its end is one.
            0 | b'0' | b'7' | b'S' if self.path.ends_with(b"/") => FileKind::Directory,
            0 | b'0' | b'7' | b'S' => FileKind::File,
            b'1' => FileKind::HardLink,
            b'2' => FileKind::Symlink,
            b'3' => FileKind::CharDevice,
            b'4' => FileKind::BlockDevice,
            b'5' | b'D' => FileKind::Directory,
            b'6' => FileKind::Fifo,
            _ => {
                // POSIX pax, "typeflag": unknown types are to be treated as regular files.
                self.oddity = Some("unknown entry type, taken as a regular file");
                FileKind::File
            }
        }
    }
}
