//! The loader's cache: which libraries `ldconfig` knew, by soname.

use std::collections::HashMap;

/// Before the entries of the format in use since glibc 2.2; since 2.32 the only one written.
const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
const HEADER: usize = 48;
const ENTRY: usize = 24;

/// Paths by soname, the ones for every processor first. Empty for what is no such cache in little-endian order.
///
/// Layout: glibc 2.36, `sysdeps/generic/dl-cache.h`, `struct cache_file_new`.
pub(super) fn parse_cache(bytes: &[u8]) -> HashMap<String, Vec<String>> {
    let mut paths: HashMap<String, Vec<(u64, String)>> = HashMap::new();
    // An older format may stand before it.
    let start = bytes.windows(MAGIC.len()).step_by(4).position(|window| window == MAGIC).map(|step| step * 4);
    let Some(cache) = start.and_then(|start| bytes.get(start..)) else { return HashMap::new() };
    let count = number(cache, MAGIC.len()).unwrap_or_default() as usize;
    for at in (0..count).map_while(|index| index.checked_mul(ENTRY)?.checked_add(HEADER)) {
        let Some(entry) = cache.get(at..).and_then(|rest| rest.get(..ENTRY)) else { break };
        let text_at = |field| number(entry, field).and_then(|offset| text(cache, offset as usize));
        let hwcap =
            u64::from(number(entry, 16).unwrap_or_default()) | u64::from(number(entry, 20).unwrap_or_default()) << 32;
        if let (Some(name), Some(path)) = (text_at(4), text_at(8)) {
            paths.entry(name).or_default().push((hwcap, path));
        }
    }
    let order = |mut found: Vec<(u64, String)>| {
        found.sort_by_key(|(hwcap, _)| *hwcap);
        found.into_iter().map(|(_, path)| path).collect()
    };
    paths.into_iter().map(|(name, found)| (name, order(found))).collect()
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn text(bytes: &[u8], at: usize) -> Option<String> {
    let rest = bytes.get(at..)?;
    let end = rest.iter().take(4096).position(|byte| *byte == 0)?;
    String::from_utf8(rest[..end].to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(entries: &[(&str, &str, u64)]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend((entries.len() as u32).to_le_bytes());
        bytes.resize(HEADER, 0);
        let mut texts = Vec::new();
        let first = HEADER + ENTRY * entries.len();
        for (name, path, hwcap) in entries {
            let key = first + texts.len();
            texts.extend(format!("{name}\0").bytes());
            let value = first + texts.len();
            texts.extend(format!("{path}\0").bytes());
            bytes.extend(0x0303_u32.to_le_bytes());
            bytes.extend((key as u32).to_le_bytes());
            bytes.extend((value as u32).to_le_bytes());
            bytes.extend(0_u32.to_le_bytes());
            bytes.extend(hwcap.to_le_bytes());
        }
        bytes.extend(texts);
        bytes
    }

    #[test]
    fn what_is_for_every_processor_comes_first() {
        let bytes = cache(&[("a.so", "/fast/a.so", 1 << 62), ("a.so", "/lib/a.so", 0), ("b.so", "/lib/b.so", 0)]);
        let paths = parse_cache(&bytes);
        assert_eq!(paths["a.so"], ["/lib/a.so", "/fast/a.so"]);
        assert_eq!(paths["b.so"], ["/lib/b.so"]);
    }

    #[test]
    fn a_damaged_cache_gives_what_is_whole() {
        let bytes = cache(&[("a.so", "/lib/a.so", 0)]);
        for end in 0..bytes.len() {
            let _ = parse_cache(&bytes[..end]);
        }
        let mut many = bytes.clone();
        many[MAGIC.len()..MAGIC.len() + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(parse_cache(&many)["a.so"], ["/lib/a.so"]);
        assert!(parse_cache(b"no cache").is_empty());
    }
}
