//! What the header of a program says: for which processor it is, and whether it needs a loader.
//!
//! System V ABI, "ELF Header" and "Program Header"; machines by the ABI's registry. Objects are looked into by
//! `mvi-inventory`; here a few hundred bytes have to do, as every file goes by.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

/// What was found in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The processor in Go's words; none for one that has no such word.
    pub architecture: Option<&'static str>,
    /// The loader it asks for, such as `/lib64/ld-linux-x86-64.so.2`.
    pub loader: Option<Vec<u8>>,
}

/// Program headers that are looked at; linkers write a dozen.
const MOST_SEGMENTS: u64 = 256;
/// Bytes of the longest loader path.
const LONGEST_LOADER: u64 = 4096;
const PT_INTERP: u64 = 3;

/// The header of a file; nothing for one that is no ELF object or ends too soon.
#[must_use]
pub fn look(file: &File) -> Option<Header> {
    let mut head = [0; 64];
    let count = file.read_at(&mut head, 0).ok()?;
    let head = Bytes::new(head.get(..count)?)?;
    let architecture = head.architecture();
    let (table, size, segments) = if head.is_wide {
        (head.number(32, 8)?, head.number(54, 2)?, head.number(56, 2)?)
    } else {
        (head.number(28, 4)?, head.number(42, 2)?, head.number(44, 2)?)
    };
    let loader = (0..segments.min(MOST_SEGMENTS)).find_map(|segment| {
        let mut bytes = [0; 56];
        let length = if head.is_wide { 56 } else { 32 };
        let at = table.checked_add(segment.checked_mul(size)?)?;
        file.read_exact_at(&mut bytes[..length], at).ok()?;
        let entry = Bytes { bytes: &bytes, ..head };
        let (offset, size) = if head.is_wide {
            (entry.number(8, 8)?, entry.number(32, 8)?)
        } else {
            (entry.number(4, 4)?, entry.number(16, 4)?)
        };
        let is_loader = entry.number(0, 4)? == PT_INTERP && (1..=LONGEST_LOADER).contains(&size);
        let mut path = is_loader.then(|| vec![0; usize::try_from(size).unwrap_or_default()])?;
        file.read_exact_at(&mut path, offset).ok()?;
        path.truncate(path.iter().position(|byte| *byte == 0).unwrap_or(path.len()));
        Some(path)
    });
    Some(Header { architecture, loader })
}

/// Numbers of one byte order.
#[derive(Clone, Copy)]
struct Bytes<'b> {
    bytes: &'b [u8],
    is_wide: bool,
    is_little: bool,
}

impl<'b> Bytes<'b> {
    fn new(bytes: &'b [u8]) -> Option<Self> {
        let [0x7f, b'E', b'L', b'F', class @ (1 | 2), order @ (1 | 2), ..] = bytes else { return None };
        Some(Self { bytes, is_wide: *class == 2, is_little: *order == 1 })
    }

    fn number(&self, at: usize, length: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at + length)?;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if self.is_little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) })
    }

    fn architecture(&self) -> Option<&'static str> {
        Some(match (self.number(18, 2)?, self.is_wide, self.is_little) {
            (3, false, true) => "386",
            (62, true, true) => "amd64",
            (40, false, true) => "arm",
            (183, true, true) => "arm64",
            (21, true, true) => "ppc64le",
            (21, true, false) => "ppc64",
            (22, true, false) => "s390x",
            (243, true, true) => "riscv64",
            (258, true, true) => "loong64",
            (8, false, true) => "mipsle",
            (8, false, false) => "mips",
            (8, true, true) => "mips64le",
            (8, true, false) => "mips64",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// A 64-bit object with one program header that names a loader.
    pub(crate) fn object(machine: u16, loader: &str) -> Vec<u8> {
        let mut bytes = vec![0; 120];
        bytes[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1]);
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        bytes[32] = 64;
        bytes[54] = 56;
        bytes[56] = 1;
        bytes[64] = 3;
        bytes[72] = 120;
        bytes[96] = u8::try_from(loader.len() + 1).unwrap();
        bytes.extend_from_slice(loader.as_bytes());
        bytes.push(0);
        bytes
    }

    fn check(bytes: &[u8], expected: Option<&Header>) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        assert_eq!(look(&file).as_ref(), expected);
    }

    #[test]
    fn headers_tell_processor_and_loader() {
        let loader = Some(b"/lib/ld.so".to_vec());
        check(&object(62, "/lib/ld.so"), Some(&Header { architecture: Some("amd64"), loader: loader.clone() }));
        check(&object(183, "/lib/ld.so"), Some(&Header { architecture: Some("arm64"), loader: loader.clone() }));
        check(&object(9999, "/lib/ld.so"), Some(&Header { architecture: None, loader }));
    }

    #[test]
    fn what_is_no_object_or_ends_too_soon_is_none_and_never_a_panic() {
        let whole = object(62, "/lib/ld.so");
        for length in 0..whole.len() {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&whole[..length]).unwrap();
            let _ = look(&file);
        }
        check(b"", None);
        check(b"#!/bin/sh\n", None);
        let mut wild = object(62, "/lib/ld.so");
        wild[32..40].copy_from_slice(&u64::MAX.to_le_bytes());
        check(&wild, Some(&Header { architecture: Some("amd64"), loader: None }));
    }
}
