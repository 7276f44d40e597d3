//! Variables that a word of a Dockerfile refers to, as it is written; their values are in [`crate::stages`].

/// A reference to a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    pub(crate) name: &'a str,
    /// First byte of the name in the word.
    pub(crate) at: usize,
    /// Whether it says what holds when the variable is not set: `${x:-1}`, `${x+1}`.
    pub(crate) has_default: bool,
}

/// The variables a word refers to, in order; those in single quotes or after an escape are none.
pub(crate) fn references(raw: &str, escape: char) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    if !raw.contains('$') {
        return found;
    }
    let bytes = raw.as_bytes();
    let mut single = false;
    let mut double = false;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\'' if !double => single = !single,
            b'"' if !single => double = !double,
            b'$' if !single => found.extend(reference(raw, at + 1)),
            _ if *byte == escape as u8 && !single => at += 1,
            _ => {}
        }
        at += 1;
    }
    found
}

fn reference(raw: &str, at: usize) -> Option<Reference<'_>> {
    let braced = raw[at..].starts_with('{');
    let start = at + usize::from(braced);
    let rest = &raw[start..];
    let length = rest.find(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
    let name = &rest[..length.unwrap_or(rest.len())];
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let after = rest[name.len()..].trim_start_matches(':');
    let has_default = braced && after.starts_with(['-', '+', '?']);
    is_name.then_some(Reference { name, at: start, has_default })
}

/// The candidate that is most like a misspelt name: at most a third of its letters differ.
pub(crate) fn most_like<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = (name.len() / 3).clamp(1, 3);
    let apart = candidates.filter(|other| *other != name).map(|other| (distance(name, other), other));
    apart.filter(|(apart, _)| *apart <= most).min().map(|(_, other)| other)
}

/// Letters to change, add, drop or swap with their neighbour to get from one name to another (Damerau and Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > 3 || a.len() > 100 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *y && b[j - 1] == *x {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, expected: &[&str]) {
        let names: Vec<&str> = references(raw, '\\').iter().map(|one| one.name).collect();
        assert_eq!(names, expected, "{raw}");
    }

    #[test]
    fn references_are_found_where_they_count() {
        check("a:${TAG}-$X.1", &["TAG", "X"]);
        check(r#""$A" '$B' \$C $1 $$"#, &["A"]);
        check("${A:-${B}}", &["A", "B"]);
        check("$", &[]);
        check("${", &[]);
        assert!(references("${A:-1}", '\\')[0].has_default);
        assert!(!references("${A#1}", '\\')[0].has_default);
    }

    #[test]
    fn misspelt_names_are_told_from_others() {
        assert_eq!(most_like("PAHT", ["HOME", "PATH"].into_iter()), Some("PATH"));
        assert_eq!(most_like("FOO", ["BARS", "X"].into_iter()), None);
        assert_eq!(most_like("VERSIONS", ["VERSION"].into_iter()), Some("VERSION"));
    }
}
