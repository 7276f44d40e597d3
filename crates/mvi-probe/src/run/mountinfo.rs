//! `/proc/self/mountinfo`: what is mounted where (proc(5)).

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// The folder of the file system that is mounted.
    pub(super) root: PathBuf,
    /// Where.
    pub(super) point: PathBuf,
    /// Such as `cgroup2`.
    pub(super) kind: String,
    /// Options of the file system.
    pub(super) options: String,
}

/// What is mounted, in the order of mounting; empty where the system does not say.
pub(super) fn mounts() -> Vec<Mount> {
    parse(&std::fs::read("/proc/self/mountinfo").unwrap_or_default())
}

/// Mounts at or below `folder`, the last one first.
pub(super) fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        mounts().into_iter().map(|mount| mount.point).filter(|point| point.starts_with(folder)).collect();
    found.reverse();
    found
}

fn parse(text: &[u8]) -> Vec<Mount> {
    let line = |line: &[u8]| {
        let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
        let dash = fields.iter().skip(6).position(|field| *field == b"-")? + 6;
        Some(Mount {
            root: path(fields.get(3)?),
            point: path(fields.get(4)?),
            kind: String::from_utf8_lossy(fields.get(dash + 1)?).into_owned(),
            options: String::from_utf8_lossy(fields.get(dash + 3)?).into_owned(),
        })
    };
    text.split(|byte| *byte == b'\n').filter_map(line).collect()
}

/// Spaces, tabs, line feeds and backslashes stand there as three octal digits.
fn path(field: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, behind)) = rest.split_first() {
        let octal = (*first == b'\\').then(|| std::str::from_utf8(behind.get(..3)?).ok()).flatten();
        match octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[3..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    PathBuf::from(OsString::from_vec(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_with_and_without_optional_fields() {
        let text = b"36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n\
                     30 23 0:25 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\ncut\n";
        let found = parse(text);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].root.to_str(), found[0].point.to_str()), (Some("/mnt1"), Some("/mnt 2")));
        assert_eq!((found[1].kind.as_str(), found[1].options.as_str()), ("cgroup", "rw,memory"));
    }
}
