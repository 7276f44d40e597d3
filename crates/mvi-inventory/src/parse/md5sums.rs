//! Lists of the files that a Debian package brought: `NAME.md5sums`.

use memchr::memchr;

use super::problem::{Problem, ProblemKind, Problems, quote};

/// The paths of a list in its order, without leading `/` or `./`, and what could not be read.
///
/// A line is 32 hexadecimal digits, two characters of space and mode, and a path; configuration files and links are
/// not in such lists. Format: md5sum(1), deb-md5sums(5).
pub fn parse_md5sums(bytes: &[u8]) -> (Vec<&[u8]>, Vec<Problem>) {
    let mut problems = Problems::default();
    let mut paths = Vec::with_capacity(bytes.len() / 80);
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let length = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest[..length].trim_ascii_end();
        match path_of(line) {
            Some(path) => paths.push(path),
            None if line.is_empty() => {}
            None => problems.push(at, ProblemKind::UnreadableLine { line: quote(line) }),
        }
        at += length + 1;
    }
    (paths, problems.into_vec())
}

fn path_of(line: &[u8]) -> Option<&[u8]> {
    let (sum, rest) = line.split_at_checked(32)?;
    if !sum.iter().all(u8::is_ascii_hexdigit) || !rest.starts_with(b" ") {
        return None;
    }
    let path = rest[1..].trim_ascii_start();
    let path = path.strip_prefix(b"*").unwrap_or(path);
    let path = path.strip_prefix(b"./").unwrap_or(path);
    let path = path.strip_prefix(b"/").unwrap_or(path);
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &[&str]) {
        let (paths, problems) = parse_md5sums(document.as_bytes());
        let mut found: Vec<String> = paths.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found, expected);
    }

    #[test]
    fn paths_follow_the_sum() {
        check(
            "0b1a4d9b4c0ffe0a0cafe00000000000  bin/bash\n0b1a4d9b4c0ffe0a0cafe00000000000  usr/share/a b.txt\n\
             0b1a4d9b4c0ffe0a0cafe00000000000 *./etc/x\n",
            &["bin/bash", "usr/share/a b.txt", "etc/x"],
        );
    }

    #[test]
    fn other_lines_are_problems() {
        check(
            "\nnot a sum\n0b1a4d9b4c0ffe0a0cafe00000000000  \n",
            &["byte 1: unreadable line `not a sum`", "byte 11: unreadable line `0b1a4d9b4c0ffe0a0cafe00000000000`"],
        );
    }
}
