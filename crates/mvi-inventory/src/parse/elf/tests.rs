//! Objects made byte by byte, of every class and byte order.

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
    put(16, 2, 2);
    put(18, 2, 183);
    let (table_at, size_at, offset_at, length_at, word) = if wide { (32, 54, 8, 32, 8) } else { (28, 42, 4, 16, 4) };
    put(table_at, word, header);
    put(size_at, 2, entry);
    put(size_at + 2, 2, 1);
    put(header, 4, segment as usize);
    put(header + offset_at, word, header + entry);
    put(header + length_at, word, content.len());
    bytes[..7].copy_from_slice(&[0x7f, b'E', b'L', b'F', 1 + u8::from(wide), 1 + u8::from(big_endian), 1]);
    bytes.extend_from_slice(content);
    bytes
}

fn check(bytes: &[u8], expected: &str) {
    let found = parse_elf(bytes, &[]).map(|facts| facts.head());
    let found = found.map(|head| format!("{} {} {} {:?}", head.machine, head.bits, head.big_endian, head.loader));
    assert_eq!(found.as_deref().unwrap_or("no ELF"), expected);
}

#[test]
fn the_interpreter_is_found_in_every_class_and_byte_order() {
    for (wide, big_endian) in [(true, false), (true, true), (false, false), (false, true)] {
        let bits = if wide { 64 } else { 32 };
        let expected = format!("183 {bits} {big_endian} Interpreter(\"/lib/ld-musl-aarch64.so.1\")");
        check(&elf(wide, big_endian, elf::PT_INTERP, b"/lib/ld-musl-aarch64.so.1\0"), &expected);
    }
}

#[test]
fn a_program_without_an_interpreter_is_loaded_by_the_kernel() {
    let bytes = elf(true, false, 1, b"code");
    check(&bytes, "183 64 false Kernel");
    let facts = parse_elf(&bytes, &[]).unwrap();
    assert_eq!((facts.kind, facts.linkage), (ElfKind::Executable, Some(Linkage::Static)));
    assert!(facts.stripped && facts.unread.is_empty());
}

#[test]
fn a_path_outside_the_file_is_unknown() {
    let bytes = elf(true, false, elf::PT_INTERP, b"/lib64/ld-linux-x86-64.so.2\0");
    check(&bytes[..130], "183 64 false Unknown");
    check(&bytes[..70], "183 64 false Unknown");
}

#[test]
fn other_files_are_no_elf() {
    check(b"#!/bin/sh\n", "no ELF");
    check(b"\x7fELF", "no ELF");
    check(b"\x7fELF\x09\x01rest of it, which is long enough", "no ELF");
}

#[test]
fn a_note_is_found_behind_others() {
    let note = |name: &[u8], kind: u8, content: &[u8]| {
        let mut note = vec![name.len() as u8, 0, 0, 0, content.len() as u8, 0, 0, 0, kind, 0, 0, 0];
        for part in [name, content] {
            note.extend_from_slice(part);
            note.resize(note.len().next_multiple_of(4), 0);
        }
        note
    };
    let notes = [note(b"Go\0\0", 4, b"odd"), note(b"GNU\0", 3, &[0xab, 0xcd, 1])].concat();
    let facts = parse_elf(&elf(true, false, elf::PT_NOTE, &notes), &[]).unwrap();
    assert_eq!(facts.build_id.as_deref(), Some("abcd01"));
}

#[test]
fn absurd_sizes_are_said_and_cost_nothing() {
    let mut bytes = elf(true, false, 1, b"");
    bytes[40..48].copy_from_slice(&120_u64.to_le_bytes()); // section headers, as many as the first one says
    bytes[58..60].copy_from_slice(&64_u16.to_le_bytes());
    bytes.extend([0xff; 64]);
    let facts = parse_elf(&bytes, &[]).unwrap();
    assert_eq!(facts.unread, ["section headers"]);
}

#[test]
fn of_versions_the_highest_number_counts() {
    let versions = ["GLIBC_2.4", "GLIBC_2.34", "GLIBC_2.5", "GLIBC_PRIVATE", "GLIBC_ABI_DT_RELR"];
    let versions = versions.map(str::to_owned).to_vec();
    let mut facts = parse_elf(&elf(true, false, 1, b""), &[]).unwrap();
    facts.versions = vec![NeededVersions { library: "libc.so.6".to_owned(), versions }];
    assert_eq!(facts.highest("GLIBC_"), Some("2.34"));
    assert_eq!(facts.highest("GLIBCXX_"), None);
}
