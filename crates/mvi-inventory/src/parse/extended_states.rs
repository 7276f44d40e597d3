//! apt's memory of which packages it installed only because others need them: `var/lib/apt/extended_states`.

use std::borrow::Cow;

use super::deb822::{Line, Lines};
use super::problem::{Problem, ProblemKind, Problems, quote};

/// A package that apt installed by itself, to satisfy a dependency.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AutoInstalled<'a> {
    /// `Package`.
    pub name: Cow<'a, str>,
    /// `Architecture`: the native one for packages of architecture `all`; empty when not given.
    pub architecture: Cow<'a, str>,
}

/// The records with `Auto-Installed: 1`, in file order. Records with 0 stand for packages installed on request.
/// Format: apt-mark(8).
pub fn parse_extended_states(bytes: &[u8]) -> (Vec<AutoInstalled<'_>>, Vec<Problem>) {
    let mut problems = Problems::default();
    let mut records = Vec::new();
    let (mut package, mut architecture, mut auto) = (None, None, None);
    for line in Lines::new(bytes) {
        match line {
            Line::Field { name: b"Package", value, .. } => package = Some(value),
            Line::Field { name: b"Architecture", value, .. } => architecture = Some(value),
            Line::Field { name: b"Auto-Installed", value, .. } => auto = Some(value),
            Line::Field { .. } => {}
            Line::Junk { offset, line } => problems.push(offset, ProblemKind::UnreadableLine { line: quote(line) }),
            Line::End { offset } => {
                let (package, architecture) = (package.take(), architecture.take().unwrap_or_default());
                match (package, auto.take()) {
                    (Some(name), Some(b"1")) => records.push(AutoInstalled {
                        name: problems.text(offset, name),
                        architecture: problems.text(offset, architecture),
                    }),
                    (Some(_), None | Some(b"0")) => {}
                    (Some(_), Some(value)) => {
                        let field = "Auto-Installed".to_owned();
                        problems.push(offset, ProblemKind::BadValue { field, value: quote(value) });
                    }
                    (None, _) => problems.push(offset, ProblemKind::NoName),
                }
            }
        }
    }
    (records, problems.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &[&str]) {
        let (records, problems) = parse_extended_states(document.as_bytes());
        let mut found: Vec<String> = records.iter().map(|r| format!("{}:{}", r.name, r.architecture)).collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found, expected);
    }

    #[test]
    fn only_automatic_packages_are_listed() {
        check(
            "Package: libc6\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: curl\nArchitecture: amd64\n\
             Auto-Installed: 0\n\nPackage: perl\n\n",
            &["libc6:amd64"],
        );
    }

    #[test]
    fn records_without_a_name_and_odd_values_are_problems() {
        check(
            "Auto-Installed: 1\n\nPackage: a\nAuto-Installed: maybe\n",
            &["byte 18: record without a name", "byte 52: field `Auto-Installed` has the unreadable value `maybe`"],
        );
    }
}
