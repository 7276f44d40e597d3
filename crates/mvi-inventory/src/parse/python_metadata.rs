//! Name and version of a Python distribution: `METADATA` and `PKG-INFO`.

use std::borrow::Cow;

use super::deb822::{Line, Lines};
use super::problem::{Problem, ProblemKind, Problems, quote};

/// What a distribution says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonMetadata<'a> {
    /// `Name`, as its author spells it.
    pub name: Cow<'a, str>,
    /// `Version`.
    pub version: Cow<'a, str>,
}

/// The headers of a metadata file; its body, the description, is not looked at.
///
/// None when name or version is missing, which is then a problem. Lines that fit no header are passed over as long as
/// both are found: descriptions of old packages are often folded wrongly. Format: Core metadata specifications (PyPA).
pub fn parse_python_metadata(bytes: &[u8]) -> (Option<PythonMetadata<'_>>, Vec<Problem>) {
    let mut problems = Problems::default();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (mut name, mut version) = (None, None);
    for line in Lines::new(bytes) {
        match line {
            Line::Field { name: field, value, .. } if field.eq_ignore_ascii_case(b"Name") => {
                _ = name.get_or_insert(value);
            }
            Line::Field { name: field, value, .. } if field.eq_ignore_ascii_case(b"Version") => {
                _ = version.get_or_insert(value);
            }
            Line::Field { .. } | Line::Junk { .. } => {}
            Line::End { .. } => break,
        }
        if name.is_some() && version.is_some() {
            break;
        }
    }
    let filled = |value: Option<&'_ [u8]>| value.is_some_and(|value| !value.is_empty());
    match (name, version) {
        (Some(name), Some(version)) if !name.is_empty() && !version.is_empty() => {
            let metadata = PythonMetadata { name: problems.text(0, name), version: problems.text(0, version) };
            (Some(metadata), problems.into_vec())
        }
        (name, _) => {
            let named = name.filter(|name| filled(Some(name)));
            let kind = named.map_or(ProblemKind::NoName, |name| ProblemKind::NoVersion { name: quote(name) });
            problems.push(0, kind);
            (None, problems.into_vec())
        }
    }
}

/// The name under which a distribution is known to its index: lower case, runs of `-`, `_` and `.` one `-`.
/// Rule: PEP 503, "Normalized Names".
pub fn normalise_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    let mut separated = false;
    for character in name.chars() {
        if matches!(character, '-' | '_' | '.') {
            if !separated {
                normal.push('-');
            }
            separated = true;
        } else {
            normal.extend(character.to_lowercase());
            separated = false;
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &str) {
        let (metadata, problems) = parse_python_metadata(document.as_bytes());
        let mut found: Vec<String> = metadata.iter().map(|m| format!("{} {}", m.name, m.version)).collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found.join("; "), expected);
    }

    #[test]
    fn only_headers_count() {
        check("Metadata-Version: 2.1\nName: Flask\nVersion: 3.0.3\nSummary: x\n\nName: other\n", "Flask 3.0.3");
    }

    #[test]
    fn a_description_may_come_first_and_hold_lines_of_blanks() {
        check("Metadata-Version: 1.1\nDescription: a\n        \n        Name: no\nName: x\nVersion: 1\n", "x 1");
    }

    #[test]
    fn a_version_in_the_body_is_no_version() {
        check("Name: x\n\nVersion: 1\n", "byte 0: record of `x` without a version");
    }

    #[test]
    fn an_empty_file_names_nothing() {
        check("", "byte 0: record without a name");
    }

    #[test]
    fn names_are_normalised() {
        assert_eq!(normalise_name("Zope.Interface__x--Y"), "zope-interface-x-y");
    }
}
