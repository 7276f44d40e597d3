//! Name and version of a Python distribution: `METADATA` and `PKG-INFO`.

use std::borrow::Cow;

use super::deb822::{Line, Lines};
use super::problem::{Problem, ProblemKind, Problems, quote};

/// What a distribution says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PythonMetadata<'a> {
    /// `Name`, as its author spells it.
    pub name: Cow<'a, str>,
    /// `Version`.
    pub version: Cow<'a, str>,
    /// `License-Expression`; else `License` where it is one line; else the last words of licences among `Classifier`.
    pub licences: Vec<Cow<'a, str>>,
    /// `Author-email` or `Author`, else those of the maintainer.
    pub supplier: Option<Cow<'a, str>>,
    /// `Requires-Dist`, each with whether it always holds.
    pub requires: Vec<Requirement<'a>>,
}

/// One line of `Requires-Dist`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement<'a> {
    /// The name, as it is spelt there.
    pub name: &'a str,
    /// False when a marker follows: it holds for some machines, or for an extra.
    pub always: bool,
}

/// The headers of a metadata file; its body, the description, is not looked at.
///
/// None when name or version is missing, which is then a problem. Lines that fit no header are passed over as long as
/// both are found: descriptions of old packages are often folded wrongly. Format: Core metadata specifications (PyPA).
pub fn parse_python_metadata(bytes: &[u8]) -> (Option<PythonMetadata<'_>>, Vec<Problem>) {
    let mut problems = Problems::default();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut headers = Headers::default();
    for line in Lines::new(bytes) {
        match line {
            Line::Field { name, value, .. } => headers.take(name, value),
            Line::Junk { .. } => {}
            Line::End { .. } => break,
        }
    }
    let filled = |value: Option<&'_ [u8]>| value.is_some_and(|value| !value.is_empty());
    match (headers.name, headers.version) {
        (Some(name), Some(version)) if !name.is_empty() && !version.is_empty() => {
            let (name, version) = (problems.text(0, name), problems.text(0, version));
            let metadata = PythonMetadata { name, version, ..headers.rest() };
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

#[derive(Debug, Default)]
struct Headers<'a> {
    name: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
    expression: Option<&'a [u8]>,
    licence: Option<&'a [u8]>,
    classified: Vec<&'a [u8]>,
    people: [Option<&'a [u8]>; 4],
    requires: Vec<Requirement<'a>>,
}

impl<'a> Headers<'a> {
    /// Takes a header; of those that occur once the first counts.
    fn take(&mut self, name: &[u8], value: &'a [u8]) {
        let slot = match name.to_ascii_lowercase().as_slice() {
            b"name" => &mut self.name,
            b"version" => &mut self.version,
            b"license-expression" => &mut self.expression,
            b"license" => &mut self.licence,
            b"author-email" => &mut self.people[0],
            b"author" => &mut self.people[1],
            b"maintainer-email" => &mut self.people[2],
            b"maintainer" => &mut self.people[3],
            b"classifier" => return self.classified.extend(value.strip_prefix(b"License :: ")),
            b"requires-dist" => return self.requires.extend(requirement(value)),
            _ => return,
        };
        slot.get_or_insert(value);
    }

    /// All but name and version.
    fn rest(self) -> PythonMetadata<'a> {
        let is_short = |value: &&[u8]| !value.is_empty() && !value.contains(&b'\n') && *value != b"UNKNOWN";
        let stated = self.expression.or(self.licence.filter(is_short)).map(|licence| vec![licence]);
        let classified = || {
            let last = |words: &&'a [u8]| words.rsplit(|byte| *byte == b':').next().map(<[u8]>::trim_ascii);
            self.classified.iter().filter_map(last).filter(|word| *word != b"OSI Approved").collect()
        };
        PythonMetadata {
            licences: stated.unwrap_or_else(classified).into_iter().map(String::from_utf8_lossy).collect(),
            supplier: self.people.into_iter().flatten().find(is_short).map(String::from_utf8_lossy),
            requires: self.requires,
            ..PythonMetadata::default()
        }
    }
}

/// The name in `charset-normalizer[extra] (<4,>=2) ; extra == "x"`: PEP 508.
fn requirement(value: &[u8]) -> Option<Requirement<'_>> {
    let text = std::str::from_utf8(value).ok()?;
    let is_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    let end = text.find(|character| !is_name(character)).unwrap_or(text.len());
    (end > 0).then(|| Requirement { name: &text[..end], always: !text[end..].contains(';') })
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
    fn licences_people_and_needs_are_headers_too() {
        let document = "Name: x\nVersion: 1\nLicense: line\n two\nAuthor: \nAuthor-email: A <a@b.c>\n\
            Classifier: License :: OSI Approved :: MIT License\nClassifier: License :: OSI Approved\n\
            Requires-Dist: a-b.c[x] (<4,>=2)\nRequires-Dist: d ; extra == 'y'\nRequires-Dist: (\n";
        let metadata = parse_python_metadata(document.as_bytes()).0.unwrap_or_default();
        assert_eq!(metadata.licences, ["MIT License"]);
        assert_eq!(metadata.supplier.as_deref(), Some("A <a@b.c>"));
        let requires: Vec<_> = metadata.requires.iter().map(|it| (it.name, it.always)).collect();
        assert_eq!(requires, [("a-b.c", true), ("d", false)]);
    }

    #[test]
    fn an_expression_comes_before_other_words_for_a_licence() {
        let document = b"Name: x\nVersion: 1\nLicense: BSD\nLicense-Expression: BSD-3-Clause\n";
        assert_eq!(parse_python_metadata(document).0.unwrap_or_default().licences, ["BSD-3-Clause"]);
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
