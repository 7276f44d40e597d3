//! Small ELF objects: a header, one loaded segment, an interpreter, and a dynamic section.

/// A 64-bit object for x86-64. `interpreter` is empty for a library; without it and without `needed` it is a static program.
pub(crate) fn elf(interpreter: &str, needed: &[&str]) -> Vec<u8> {
    let is_static = interpreter.is_empty() && needed.is_empty();
    build(interpreter, needed, !is_static)
}

/// A library, whatever it needs.
pub(crate) fn library(needed: &[&str]) -> Vec<u8> {
    build("", needed, true)
}

fn build(interpreter: &str, needed: &[&str], is_dynamic: bool) -> Vec<u8> {
    const HEADERS: usize = 64 + 3 * 56;
    let mut texts = vec![0_u8];
    let mut entries: Vec<(u64, u64)> = Vec::new();
    for name in needed {
        entries.push((1, texts.len() as u64));
        texts.extend_from_slice(name.as_bytes());
        texts.push(0);
    }
    let texts_at = HEADERS as u64;
    let interpreter_at = texts_at + texts.len() as u64;
    let dynamic_at = (interpreter_at + interpreter.len() as u64 + 1).next_multiple_of(8);
    entries.extend([(5, texts_at), (10, texts.len() as u64), (0, 0)]);
    let end = dynamic_at + entries.len() as u64 * 16;
    let mut segments = vec![(1_u32, 0, end)];
    if is_dynamic {
        segments.push((2, dynamic_at, entries.len() as u64 * 16));
    }
    if !interpreter.is_empty() {
        segments.push((3, interpreter_at, interpreter.len() as u64 + 1));
    }
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(16, 0);
    bytes.extend(if is_dynamic { 3_u16 } else { 2 }.to_le_bytes());
    bytes.extend(62_u16.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    for word in [0_u64, 64, 0] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(0_u32.to_le_bytes());
    for half in [64_u16, 56, segments.len() as u16, 64, 0, 0] {
        bytes.extend(half.to_le_bytes());
    }
    for (kind, at, size) in segments {
        bytes.extend(kind.to_le_bytes());
        bytes.extend(4_u32.to_le_bytes());
        for word in [at, at, at, size, size, 8] {
            bytes.extend(word.to_le_bytes());
        }
    }
    bytes.resize(texts_at as usize, 0);
    bytes.extend(&texts);
    bytes.extend(interpreter.as_bytes());
    bytes.push(0);
    bytes.resize(dynamic_at as usize, 0);
    for (tag, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes
}
