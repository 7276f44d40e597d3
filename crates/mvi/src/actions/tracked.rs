//! The files that git tracks, from its index: one file, where walking a repository opens every folder of it.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

/// Longest index that is read, bytes: over a million files.
const LONGEST: u64 = 128 << 20;

/// Regular files that git tracks in the repository at this folder, from there and in order; those that a sparse checkout
/// leaves out are not there. `None` where there is no repository, and where its index is one that is not understood.
///
/// A file may be gone since, and one that is new may not be there yet.
pub(crate) fn read_tracked(root: &Path) -> Option<Vec<String>> {
    let git = root.join(".git");
    let folder = if git.is_dir() {
        git
    } else {
        // Other worktrees and submodules.
        let link = fs::read_to_string(&git).ok()?;
        root.join(link.strip_prefix("gitdir:")?.trim())
    };
    let mut bytes = Vec::new();
    File::open(folder.join("index")).ok()?.take(LONGEST).read_to_end(&mut bytes).ok()?;
    parse(&bytes)
}

/// Bytes of an entry before its name, and of the digest at the end.
const FIXED: usize = 62;
const DIGEST: usize = 20;

/// The index as gitformat-index(5) has it, versions 2 and 3 with SHA-1; whatever has to be understood and is not makes it
/// `None`: split and sparse indices, version 4, SHA-256.
fn parse(bytes: &[u8]) -> Option<Vec<String>> {
    let version = number(bytes, 4)?;
    if !bytes.starts_with(b"DIRC") || !(2..=3).contains(&version) {
        return None;
    }
    let mut paths: Vec<String> = Vec::new();
    let dots = memchr::memmem::Finder::new("..");
    let mut at = 12;
    for _ in 0..number(bytes, 8)? {
        let entry = bytes.get(at..)?;
        let flags = entry.get(60..FIXED)?;
        let is_extended = flags[0] & 0x40 != 0;
        let start = FIXED + if is_extended { 2 } else { 0 };
        // Bit 14 of the second flags: it is not in the working tree.
        let is_left_out = is_extended && entry.get(FIXED)? & 0x40 != 0;
        // The longest names say only that they are long.
        let length = match usize::from(u16::from_be_bytes([flags[0] & 0x0f, flags[1]])) {
            0x0fff => entry.get(start..)?.iter().position(|byte| *byte == 0)?,
            length => length,
        };
        let end = start + length;
        at += (end + 8) & !7;
        let is_file = number(entry, 24)? >> 12 == 0o10;
        let Some(path) = std::str::from_utf8(entry.get(start..end)?).ok().filter(|_| is_file && !is_left_out) else {
            continue;
        };
        // What leads out of the repository was not written by git.
        let leads_out = || path.split('/').any(|part| part == "..");
        if path.is_empty() || path.starts_with('/') || (dots.find(path.as_bytes()).is_some() && leads_out()) {
            return None;
        }
        match paths.last().map(|last| last.as_str().cmp(path)) {
            None | Some(std::cmp::Ordering::Less) => paths.push(path.to_owned()),
            // The sides of a conflict.
            Some(std::cmp::Ordering::Equal) => {}
            Some(std::cmp::Ordering::Greater) => return None,
        }
    }
    let end = bytes.len().checked_sub(DIGEST)?;
    while at < end {
        // Those in lower case change what the entries mean.
        if !bytes.get(at)?.is_ascii_uppercase() {
            return None;
        }
        at += 8 + number(bytes, at + 4)? as usize;
    }
    (at == end).then_some(paths)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: u32 = 0o100_644;
    const LINK: u32 = 0o120_000;

    /// An index with these modes and names, and an extension.
    fn index(version: u32, entries: &[(u32, &str)], extension: &[u8]) -> Vec<u8> {
        let mut bytes = b"DIRC".to_vec();
        bytes.extend(version.to_be_bytes());
        bytes.extend((entries.len() as u32).to_be_bytes());
        for (mode, name) in entries {
            let mut entry = vec![7; FIXED];
            entry[24..28].copy_from_slice(&mode.to_be_bytes());
            entry[60..].copy_from_slice(&(name.len() as u16).to_be_bytes());
            entry.extend(name.as_bytes());
            entry.resize((entry.len() + 8) & !7, 0);
            bytes.extend(entry);
        }
        bytes.extend(extension);
        bytes.extend([9; DIGEST]);
        bytes
    }

    fn check(bytes: &[u8], expected: Option<&[&str]>) {
        let found = parse(bytes);
        let found: Option<Vec<&str>> = found.as_ref().map(|paths| paths.iter().map(String::as_str).collect());
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn files_are_listed_and_links_and_submodules_are_not() {
        let entries = [(FILE, "Dockerfile"), (LINK, "a"), (0o100_755, "b/c.sh"), (FILE, "b/é"), (0o160_000, "sub")];
        check(&index(2, &entries, b""), Some(&["Dockerfile", "b/c.sh", "b/é"]));
        check(&index(2, &entries, b"TREE\0\0\0\x02ab"), Some(&["Dockerfile", "b/c.sh", "b/é"]));
        check(&index(2, &[(FILE, "a"), (FILE, "a")], b""), Some(&["a"]));
        check(&index(3, &[], b""), Some(&[]));
    }

    #[test]
    fn what_is_not_understood_is_walked_instead() {
        check(&index(4, &[(FILE, "a")], b""), None);
        check(&index(2, &[(FILE, "a")], b"link\0\0\0\0"), None);
        check(&index(2, &[(FILE, "b"), (FILE, "a")], b""), None);
        check(&index(2, &[(FILE, "../a")], b""), None);
        check(&index(2, &[(FILE, "a/../../b")], b""), None);
        check(&index(2, &[(FILE, "/a")], b""), None);
        check(b"", None);
    }

    #[test]
    fn an_index_that_ends_early_or_has_a_wrong_byte_makes_nothing_panic() {
        let whole = index(3, &[(FILE, "Dockerfile"), (LINK, "a"), (FILE, "b")], b"TREE\0\0\0\x02ab");
        for at in 0..whole.len() {
            assert_eq!(parse(&whole[..at]), None, "{at}");
            for byte in [0, 0x40, 0xff] {
                let mut wrong = whole.clone();
                wrong[at] = byte;
                let _ = parse(&wrong);
            }
        }
    }
}
