//! Patterns of `.dockerignore`: which paths of a build context they keep out.

/// The patterns of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnorePatterns {
    /// Parts between slashes, in order of the lines.
    patterns: Vec<Vec<String>>,
    /// Whether a line takes something back in (`!`).
    has_exceptions: bool,
}

impl IgnorePatterns {
    /// Reads a `.dockerignore`: a pattern a line, `#` begins a comment line. Never fails: a strange pattern keeps out
    /// nothing.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut read = Self::default();
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line.starts_with('!') {
                read.has_exceptions = true;
                continue;
            }
            read.patterns.push(parts(line).map(str::to_owned).collect());
        }
        read
    }

    /// Whether there are lines that take something back in, so that nothing is certain.
    #[must_use]
    pub const fn has_exceptions(&self) -> bool {
        self.has_exceptions
    }

    /// Whether a path of the context, or a folder it is in, is kept out; the context itself only by a pattern for
    /// everything.
    #[must_use]
    pub fn keeps_out(&self, path: &str) -> bool {
        let path: Vec<&str> = parts(path).collect();
        if path.is_empty() {
            let all = |pattern: &Vec<String>| pattern.iter().all(|part| part == "*" || part == "**");
            return self.patterns.iter().any(|pattern| !pattern.is_empty() && all(pattern));
        }
        let folders = || (1..=path.len()).map(|length| &path[..length]);
        self.patterns.iter().any(|pattern| folders().any(|folder| matches(pattern, folder)))
    }
}

/// The parts of a path without those that mean nothing.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".")
}

fn matches(pattern: &[String], path: &[&str]) -> bool {
    // Row by row, so that many `**` take no more than the product of both lengths.
    let mut reach = vec![false; path.len() + 1];
    reach[0] = true;
    for part in pattern {
        if part == "**" {
            let first = reach.iter().position(|reached| *reached).unwrap_or(reach.len());
            reach.iter_mut().skip(first).for_each(|reached| *reached = true);
            continue;
        }
        for at in (0..path.len()).rev() {
            reach[at + 1] = reach[at] && glob(part, path[at]);
        }
        reach[0] = false;
    }
    reach[path.len()]
}

/// Whether `*`, `?` and plain letters match a part; sets in brackets match nothing, as that is the careful answer.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while place < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(one) if *one == '?' || *one == text[place] => {
                at += 1;
                place += 1;
            }
            _ => match star {
                Some((from, seen)) => {
                    star = Some((from, seen + 1));
                    at = from + 1;
                    place = seen + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|one| *one == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, path: &str, expected: bool) {
        assert_eq!(IgnorePatterns::parse(pattern).keeps_out(path), expected, "{pattern} {path}");
    }

    #[test]
    fn patterns_keep_out_paths_and_what_is_in_them() {
        check("*/tmp/*", "./x/tmp/a", true);
        check("tmp", "tmp/a/b", true);
        check("tmp", "x/tmp", false);
        check("**/tmp", "x/y/tmp/z", true);
        check("*.md", "README.md", true);
        check("*.md", "docs/README.md", false);
        check("# *.md", "# *.md", false);
        check("/dist/", "dist", true);
    }

    #[test]
    fn the_context_is_kept_out_only_by_everything() {
        check("*", ".", true);
        check("**/*", "./", true);
        check("a", ".", false);
        assert!(IgnorePatterns::parse("*\n!a\n").has_exceptions());
    }
}
