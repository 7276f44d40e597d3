//! The members of a zip archive that somebody wants, one by one and bounded: its directory is never held as a whole, as
//! the archives of images may list millions of members.
//!
//! Format: APPNOTE.TXT 6.3, sections 4.3 and 4.5.

use std::io;

use flate2::{Decompress, FlushDecompress, Status};
use memchr::memmem;
use mvi_image::OpenBody;

use super::body::{read_at_most, read_exactly};

/// Members of one archive that are looked at.
const MOST_MEMBERS: u64 = 1_000_000;
/// Members of one archive that may be wanted.
const MOST_WANTED: usize = 20_000;
/// Bytes of the record at the end of an archive, with the longest comment.
const LONGEST_END: u64 = 22 + 65_535;
/// Bytes at the end that hold nearly every such record, with the one of large archives before it.
const SHORT_END: u64 = 1024;
/// Bytes of the directory read at once: more than its longest entry has.
const BLOCK: usize = 256 << 10;
/// Bytes of an entry of the directory without its texts.
const ENTRY: usize = 46;

/// Packed bytes read at once.
const PIECE: usize = 32 << 10;
/// Bytes that are made room for because an archive says so; more only as they come.
const MOST_ROOM: usize = 4 << 20;

/// What is wrong with an archive.
pub(crate) type Flaw = String;

/// A member of an archive.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// Its name, as text.
    pub(crate) name: String,
    method: u16,
    is_encrypted: bool,
    /// Bytes in the archive.
    packed: u64,
    /// Bytes it claims to unpack to.
    pub(crate) size: u64,
    /// Where its own header starts.
    header: u64,
}

/// The members of `archive` that `wants` asks for, in the order of its directory.
pub(crate) fn wanted_members(
    archive: &dyn OpenBody,
    wants: impl Fn(&[u8]) -> bool,
) -> io::Result<Result<Vec<Member>, Flaw>> {
    let Some(directory) = find_directory(archive)? else { return Ok(Err("is no sound zip archive".to_owned())) };
    let mut members = Vec::new();
    let mut block = Vec::new();
    let (mut at, mut next) = (0, directory.start);
    for _ in 0..directory.count.min(MOST_MEMBERS) {
        if block.len() - at < BLOCK / 2 && next < directory.end {
            block.drain(..at);
            at = 0;
            let more = read_at_most(archive, next, directory.end - next, BLOCK - block.len())?;
            if more.is_empty() {
                next = directory.end;
            }
            next += more.len() as u64;
            block.extend_from_slice(&more);
        }
        let Some(entry) = Entry::at(&block[at..]) else {
            return Ok(Err("has a directory that ends in the middle of an entry".to_owned()));
        };
        if entry.name.last() != Some(&b'/') && wants(entry.name) {
            if members.len() == MOST_WANTED {
                return Ok(Err(format!("has more than {MOST_WANTED} members to look into")));
            }
            let name = String::from_utf8_lossy(entry.name).into_owned();
            let Some(member) = entry.member(name, directory.shift) else {
                return Ok(Err("has a directory with numbers that make no sense".to_owned()));
            };
            members.push(member);
        }
        at += entry.length;
    }
    if directory.count > MOST_MEMBERS {
        return Ok(Err(format!("has {} members, more than the {MOST_MEMBERS} that are looked at", directory.count)));
    }
    Ok(Ok(members))
}

struct Directory {
    start: u64,
    end: u64,
    count: u64,
    /// Bytes before the archive proper, such as a script that starts it.
    shift: u64,
}

/// Looks at the end of the archive, and further only where a long comment follows.
fn find_directory(archive: &dyn OpenBody) -> io::Result<Option<Directory>> {
    match find_directory_in(archive, SHORT_END)? {
        None if archive.size() > SHORT_END => find_directory_in(archive, LONGEST_END),
        found => Ok(found),
    }
}

fn find_directory_in(archive: &dyn OpenBody, last: u64) -> io::Result<Option<Directory>> {
    let tail_at = archive.size().saturating_sub(last);
    let tail = read_at_most(archive, tail_at, last, LONGEST_END as usize)?;
    let fits = |at: &usize| tail.len() >= at + 22 && usize::from(half(&tail, at + 20)) == tail.len() - at - 22;
    let Some(at) = memmem::rfind_iter(&tail, b"PK\x05\x06").find(fits) else { return Ok(None) };
    let mut end = tail_at + at as u64;
    let (mut count, mut size, mut start) =
        (u64::from(half(&tail, at + 10)), u64::from(word(&tail, at + 12)), u64::from(word(&tail, at + 16)));
    // Archives too large for these fields have another record before this one, and a pointer to it in between.
    if at >= 76 && tail[at - 20..].starts_with(b"PK\x06\x07") && tail[at - 76..].starts_with(b"PK\x06\x06") {
        let large = at - 76;
        (count, size, start) = (long(&tail, large + 32), long(&tail, large + 40), long(&tail, large + 48));
        end = tail_at + large as u64;
    }
    let found = end.checked_sub(size).and_then(|real| Some((real, real.checked_sub(start)?)));
    Ok(found.map(|(real, shift)| Directory { start: real, end, count, shift }))
}

/// An entry of the directory.
struct Entry<'a> {
    bytes: &'a [u8],
    name: &'a [u8],
    extra: &'a [u8],
    /// Bytes of all of it.
    length: usize,
}

impl<'a> Entry<'a> {
    /// The one at the front of `bytes`.
    fn at(bytes: &'a [u8]) -> Option<Self> {
        if bytes.len() < ENTRY || !bytes.starts_with(b"PK\x01\x02") {
            return None;
        }
        let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(half(bytes, at)));
        let length = ENTRY + name + extra + comment;
        let bytes = bytes.get(..length)?;
        Some(Self { bytes, name: &bytes[ENTRY..ENTRY + name], extra: &bytes[ENTRY + name..][..extra], length })
    }

    /// What it says of its member; none where numbers are missing or too large.
    fn member(&self, name: String, shift: u64) -> Option<Member> {
        let bytes = self.bytes;
        let (mut packed, mut size, mut header) =
            (word(bytes, 20).into(), word(bytes, 24).into(), word(bytes, 42).into());
        let mut large = large_fields(self.extra);
        for field in [&mut size, &mut packed, &mut header] {
            if *field == u64::from(u32::MAX) {
                let (value, rest) = large.split_at_checked(8)?;
                (*field, large) = (long(value, 0), rest);
            }
        }
        Some(Member {
            name,
            method: half(bytes, 10),
            is_encrypted: half(bytes, 8) & 1 != 0,
            packed,
            size,
            header: header.checked_add(shift)?,
        })
    }
}

/// The extra field that holds numbers too large for the entry; empty where there is none.
fn large_fields(extra: &[u8]) -> &[u8] {
    let mut left = extra;
    while let Some((head, rest)) = left.split_at_checked(4) {
        let Some((field, behind)) = rest.split_at_checked(usize::from(half(head, 2))) else { break };
        if half(head, 0) == 1 {
            return field;
        }
        left = behind;
    }
    &[]
}

impl Member {
    /// True when its bytes lie in the archive as they are.
    pub(crate) fn is_stored(&self) -> bool {
        self.method == 0
    }

    /// Its bytes in the archive, packed or not.
    pub(crate) fn place<'b>(&self, archive: &'b dyn OpenBody) -> io::Result<Result<Slice<'b>, Flaw>> {
        let flaw = |text: &str| Ok(Err(format!("member `{}` {text}", mvi_image::printable(self.name.as_bytes()))));
        if self.is_encrypted {
            return flaw("is encrypted");
        }
        let header = read_exactly(archive, self.header, 30)?.filter(|header| header.starts_with(b"PK\x03\x04"));
        let Some(header) = header else { return flaw("lies outside the archive") };
        let start = self.header + 30 + u64::from(half(&header, 26)) + u64::from(half(&header, 28));
        match start.checked_add(self.packed) {
            Some(end) if end <= archive.size() => Ok(Ok(Slice { body: archive, start, length: self.packed })),
            Some(_) | None => flaw("lies outside the archive"),
        }
    }

    /// Its unpacked bytes, unless they are more than `most`.
    pub(crate) fn read(
        &self,
        archive: &dyn OpenBody,
        most: u64,
        unpacker: &mut Unpacker,
    ) -> io::Result<Result<Vec<u8>, Flaw>> {
        let place = match self.place(archive)? {
            Ok(place) => place,
            Err(flaw) => return Ok(Err(flaw)),
        };
        let read = match self.method {
            0 => Ok(read_at_most(&place, 0, place.length, usize::try_from(most + 1).unwrap_or(usize::MAX))?),
            8 => unpacker.unpack(&place, self.size.min(most), most + 1)?,
            method => Err(format!("packed by a method that is not known, {method}")),
        };
        let name = || mvi_image::printable(self.name.as_bytes());
        Ok(match read {
            Ok(bytes) if bytes.len() as u64 > most => {
                Err(format!("member `{}` unpacks to more than {most} bytes", name()))
            }
            Ok(bytes) => Ok(bytes),
            Err(why) => Err(format!("member `{}` cannot be unpacked: {why}", name())),
        })
    }
}

/// Unpacks members one after the other: an archive has hundreds, and what unpacking works with is larger than most of them.
pub(crate) struct Unpacker {
    inflate: Decompress,
    packed: Vec<u8>,
    /// Room that was given back.
    spare: Vec<u8>,
}

impl Default for Unpacker {
    fn default() -> Self {
        Self { inflate: Decompress::new(false), packed: vec![0; PIECE], spare: Vec::new() }
    }
}

impl Unpacker {
    /// Takes back what was unpacked and is no longer needed: the next member finds room in it.
    pub(crate) fn give_back(&mut self, bytes: Vec<u8>) {
        if bytes.capacity() > self.spare.capacity() {
            self.spare = bytes;
        }
    }

    /// An empty buffer with room for so many bytes.
    fn room(&mut self, bytes: usize) -> Vec<u8> {
        if self.spare.capacity() < bytes {
            return Vec::with_capacity(bytes);
        }
        let mut spare = std::mem::take(&mut self.spare);
        spare.clear();
        spare
    }

    /// At most `most` bytes of what `place` unpacks to; `expected` is what is made room for.
    fn unpack(&mut self, place: &Slice<'_>, expected: u64, most: u64) -> io::Result<Result<Vec<u8>, String>> {
        self.inflate.reset(false);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        // A byte more than is expected: so the end is found without asking for more room.
        let mut bytes = self.room(usize::try_from(expected).unwrap_or(0).saturating_add(1).min(MOST_ROOM));
        let (mut at, mut start, mut end) = (0, 0, 0);
        while bytes.len() < most {
            if start == end {
                (start, end) = (0, place.read_at(at, &mut self.packed)?);
                at += end as u64;
            }
            if bytes.len() == bytes.capacity() {
                bytes.reserve(PIECE.max(bytes.len() / 2));
            }
            let (before, room) = (self.inflate.total_in(), bytes.len());
            let step = self.inflate.decompress_vec(&self.packed[start..end], &mut bytes, FlushDecompress::None);
            start += (self.inflate.total_in() - before) as usize;
            match step {
                Ok(Status::StreamEnd) => break,
                Ok(_) if end == 0 && bytes.len() == room => return Ok(Err("it ends too early".to_owned())),
                Ok(_) => {}
                Err(error) => return Ok(Err(error.to_string())),
            }
        }
        bytes.truncate(most);
        Ok(Ok(bytes))
    }
}

/// A piece of a body as a body.
pub(crate) struct Slice<'b> {
    body: &'b dyn OpenBody,
    start: u64,
    length: u64,
}

impl OpenBody for Slice<'_> {
    fn size(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        if wanted == 0 {
            return Ok(0);
        }
        self.body.read_at(self.start + offset, &mut buffer[..wanted])
    }
}

fn half(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(number(bytes, at))
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(number(bytes, at))
}

fn long(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(number(bytes, at))
}

/// The bytes of a number; 0 outside of `bytes`.
fn number<const LENGTH: usize>(bytes: &[u8], at: usize) -> [u8; LENGTH] {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; LENGTH])
}
