//! The first kibibyte of a program: is it ELF, for which machine, and who loads it.

use memchr::memchr;
use serde::{Deserialize, Serialize};

/// What the head of an ELF file tells. Layout: System V ABI, "Object files"; elf(5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElfHead {
    /// `e_machine`: 62 x86-64, 183 AArch64, 3 i386, 40 Arm, 243 RISC-V, …
    pub machine: u16,
    /// 32 or 64.
    pub bits: u8,
    /// Big-endian when true.
    pub big_endian: bool,
    /// What loads the program.
    pub loader: Loader,
}

/// What maps a program and its libraries into memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loader {
    /// Only the kernel: there is no `PT_INTERP`. Static programs and static-pie ones are so, and shared libraries.
    Kernel,
    /// The program at this path, as `PT_INTERP` spells it.
    Interpreter(String),
    /// The program headers or the path lie outside the bytes at hand, or make no sense.
    Unknown,
}

/// `PT_INTERP`, the segment that names the loader.
const PT_INTERP: u32 = 3;
/// More program headers than this are not looked at: 56 bytes each, they would not fit a head anyway.
const MOST_SEGMENTS: u16 = 64;

/// The head of an ELF file of either class and byte order; none when `head` starts no such file.
pub fn parse_elf_head(head: &[u8]) -> Option<ElfHead> {
    if !head.starts_with(b"\x7fELF") {
        return None;
    }
    let bits = match head.get(4)? {
        1 => 32,
        2 => 64,
        _ => return None,
    };
    let big_endian = match head.get(5)? {
        1 => false,
        2 => true,
        _ => return None,
    };
    let reader = Reader { head, wide: bits == 64, big_endian };
    let machine = u16::try_from(reader.number(18, 2)?).ok()?;
    Some(ElfHead { machine, bits, big_endian, loader: reader.loader().unwrap_or(Loader::Unknown) })
}

struct Reader<'a> {
    head: &'a [u8],
    wide: bool,
    big_endian: bool,
}

impl Reader<'_> {
    /// The number of `length` bytes at `at`.
    fn number(&self, at: usize, length: usize) -> Option<u64> {
        let bytes = self.head.get(at..at.checked_add(length)?)?;
        let add = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
        Some(if self.big_endian { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) })
    }

    fn loader(&self) -> Option<Loader> {
        let (table_at, size_at, offset_at, length_at, word) =
            if self.wide { (32, 54, 8, 32, 8) } else { (28, 42, 4, 16, 4) };
        let table = usize::try_from(self.number(table_at, word)?).ok()?;
        let entry_size = usize::try_from(self.number(size_at, 2)?).ok()?;
        let count = u16::try_from(self.number(size_at + 2, 2)?).ok()?;
        if count > MOST_SEGMENTS || (count > 0 && entry_size < length_at + word) {
            return None;
        }
        for index in 0..usize::from(count) {
            let entry = table.checked_add(index * entry_size)?;
            if self.number(entry, 4)? != u64::from(PT_INTERP) {
                continue;
            }
            let offset = usize::try_from(self.number(entry.checked_add(offset_at)?, word)?).ok()?;
            let length = usize::try_from(self.number(entry.checked_add(length_at)?, word)?).ok()?;
            let path = self.head.get(offset..offset.checked_add(length)?)?;
            let path = &path[..memchr(0, path)?];
            return Some(Loader::Interpreter(String::from_utf8_lossy(path).into_owned()));
        }
        Some(Loader::Kernel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An ELF file with one segment of type `segment` whose content is `content`.
    fn elf(wide: bool, big_endian: bool, segment: u32, content: &[u8]) -> Vec<u8> {
        let (header, entry) = if wide { (64, 56) } else { (52, 32) };
        let mut bytes = vec![0; header + entry];
        let mut put = |at: usize, length: usize, number: usize| {
            let number = (number as u64).to_le_bytes();
            let mut field = number[..length].to_vec();
            if big_endian {
                field.reverse();
            }
            bytes[at..at + length].copy_from_slice(&field);
        };
        put(18, 2, 183);
        let (table_at, size_at, offset_at, length_at, word) =
            if wide { (32, 54, 8, 32, 8) } else { (28, 42, 4, 16, 4) };
        put(table_at, word, header);
        put(size_at, 2, entry);
        put(size_at + 2, 2, 1);
        put(header, 4, segment as usize);
        put(header + offset_at, word, header + entry);
        put(header + length_at, word, content.len());
        bytes[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', 1 + u8::from(wide), 1 + u8::from(big_endian)]);
        bytes.extend_from_slice(content);
        bytes
    }

    fn check(bytes: &[u8], expected: &str) {
        let found = parse_elf_head(bytes)
            .map(|head| format!("{} {} {} {:?}", head.machine, head.bits, head.big_endian, head.loader));
        assert_eq!(found.as_deref().unwrap_or("no ELF"), expected);
    }

    #[test]
    fn the_interpreter_is_found_in_every_class_and_byte_order() {
        for (wide, big_endian) in [(true, false), (true, true), (false, false), (false, true)] {
            let bits = if wide { 64 } else { 32 };
            let expected = format!("183 {bits} {big_endian} Interpreter(\"/lib/ld-musl-aarch64.so.1\")");
            check(&elf(wide, big_endian, PT_INTERP, b"/lib/ld-musl-aarch64.so.1\0"), &expected);
        }
    }

    #[test]
    fn a_program_without_an_interpreter_is_loaded_by_the_kernel() {
        check(&elf(true, false, 1, b"code"), "183 64 false Kernel");
    }

    #[test]
    fn a_path_outside_the_head_is_unknown() {
        let bytes = elf(true, false, PT_INTERP, b"/lib64/ld-linux-x86-64.so.2\0");
        check(&bytes[..130], "183 64 false Unknown");
        check(&bytes[..70], "183 64 false Unknown");
    }

    #[test]
    fn other_files_are_no_elf() {
        check(b"#!/bin/sh\n", "no ELF");
        check(b"\x7fELF", "no ELF");
        check(b"\x7fELF\x09\x01rest of it, which is long enough", "no ELF");
    }
}
