//! The members of a zip archive that somebody wants, one by one and bounded: its directory is never held as a whole, as
//! the archives of images may list millions of members.
//!
//! Format: APPNOTE.TXT 6.3, sections 4.3 and 4.5.

use std::io::{self, BufReader, Read};

use flate2::read::DeflateDecoder;
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
    wants: impl Fn(&str) -> bool,
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
        let Some((member, length)) = read_entry(&block[at..], directory.shift) else {
            return Ok(Err("has a directory that ends in the middle of an entry".to_owned()));
        };
        at += length;
        if !member.name.ends_with('/') && wants(&member.name) {
            if members.len() == MOST_WANTED {
                return Ok(Err(format!("has more than {MOST_WANTED} members to look into")));
            }
            members.push(member);
        }
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

/// The entry at the front of `bytes`, and its length.
fn read_entry(bytes: &[u8], shift: u64) -> Option<(Member, usize)> {
    if bytes.len() < ENTRY || !bytes.starts_with(b"PK\x01\x02") {
        return None;
    }
    let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(half(bytes, at)));
    let length = ENTRY + name + extra + comment;
    let extra = bytes.get(ENTRY + name..ENTRY + name + extra)?;
    bytes.get(..length)?;
    let (mut packed, mut size, mut header) = (word(bytes, 20).into(), word(bytes, 24).into(), word(bytes, 42).into());
    let mut large = large_fields(extra);
    for field in [&mut size, &mut packed, &mut header] {
        if *field == u64::from(u32::MAX) {
            let (value, rest) = large.split_at_checked(8)?;
            (*field, large) = (long(value, 0), rest);
        }
    }
    let member = Member {
        name: String::from_utf8_lossy(&bytes[ENTRY..ENTRY + name]).into_owned(),
        method: half(bytes, 10),
        is_encrypted: half(bytes, 8) & 1 != 0,
        packed,
        size,
        header: header.checked_add(shift)?,
    };
    Some((member, length))
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
    pub(crate) fn read(&self, archive: &dyn OpenBody, most: u64) -> io::Result<Result<Vec<u8>, Flaw>> {
        let place = match self.place(archive)? {
            Ok(place) => place,
            Err(flaw) => return Ok(Err(flaw)),
        };
        let mut bytes = Vec::new();
        let reader = BufReader::with_capacity(16 << 10, SliceReader { slice: place, at: 0 });
        let read = match self.method {
            0 => reader.take(most + 1).read_to_end(&mut bytes),
            8 => DeflateDecoder::new(reader).take(most + 1).read_to_end(&mut bytes),
            method => Err(io::Error::other(format!("packed by a method that is not known, {method}"))),
        };
        let name = || mvi_image::printable(self.name.as_bytes());
        Ok(match read {
            Ok(_) if bytes.len() as u64 > most => Err(format!("member `{}` unpacks to more than {most} bytes", name())),
            Ok(_) => Ok(bytes),
            Err(error) => Err(format!("member `{}` cannot be unpacked: {error}", name())),
        })
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

/// A slice from front to back.
struct SliceReader<'b> {
    slice: Slice<'b>,
    at: u64,
}

impl Read for SliceReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.slice.read_at(self.at, buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

fn half(bytes: &[u8], at: usize) -> u16 {
    number(bytes, at, 2) as u16
}

fn word(bytes: &[u8], at: usize) -> u32 {
    number(bytes, at, 4) as u32
}

fn long(bytes: &[u8], at: usize) -> u64 {
    number(bytes, at, 8)
}

/// A number of the least significant byte first; 0 outside of `bytes`.
fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let bytes = bytes.get(at..at + length).unwrap_or_default();
    bytes.iter().rev().fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}
