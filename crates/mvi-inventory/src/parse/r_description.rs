//! Packages of R: the `DESCRIPTION` in each folder of a library.

use std::borrow::Cow;

use super::deb822::{Line, Lines};
use super::problem::{Problem, ProblemKind, Problems, quote};

/// What a `DESCRIPTION` says. Fields: "Writing R Extensions", 1.1.1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RPackage<'a> {
    /// `Package`.
    pub name: Cow<'a, str>,
    /// `Version`.
    pub version: Cow<'a, str>,
    /// `License`.
    pub licence: Option<Cow<'a, str>>,
    /// `Maintainer`.
    pub maintainer: Option<Cow<'a, str>>,
    /// Names in `Depends`, `Imports` and `LinkingTo`; R itself is left out.
    pub depends: Vec<&'a str>,
    /// True when R built it, which it says in `Built`: sources of a package lack it.
    pub installed: bool,
}

/// The package; none when name or version is missing, which is then a problem.
pub fn parse_r_description(bytes: &[u8]) -> (Option<RPackage<'_>>, Vec<Problem>) {
    let mut problems = Problems::default();
    let mut package = RPackage::default();
    for line in Lines::new(bytes) {
        let Line::Field { offset, name, value } = line else { continue };
        match name {
            b"Package" => package.name = problems.text(offset, value),
            b"Version" => package.version = problems.text(offset, value),
            b"License" => package.licence = Some(String::from_utf8_lossy(value)),
            b"Maintainer" => package.maintainer = Some(String::from_utf8_lossy(value)),
            b"Depends" | b"Imports" | b"LinkingTo" => package.depends.extend(names(value)),
            b"Built" => package.installed = true,
            _ => {}
        }
    }
    let kind = match (package.name.is_empty(), package.version.is_empty()) {
        (false, false) => return (Some(package), problems.into_vec()),
        (true, _) => ProblemKind::NoName,
        (false, true) => ProblemKind::NoVersion { name: quote(package.name.as_bytes()) },
    };
    problems.push(0, kind);
    (None, problems.into_vec())
}

/// The names in `R (>= 3.5), methods, Rcpp (>= 1.0)`.
fn names(value: &[u8]) -> impl Iterator<Item = &str> {
    let relations = std::str::from_utf8(value).unwrap_or_default().split(',');
    let names = relations.map(|relation| relation.trim().split(['(', ' ', '\n']).next().unwrap_or_default());
    names.filter(|name| !matches!(*name, "" | "R"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &str) {
        let (package, problems) = parse_r_description(document.as_bytes());
        let mut found: Vec<String> = package
            .iter()
            .map(|p| {
                format!("{} {} {:?} {:?} {:?} {}", p.name, p.version, p.licence, p.maintainer, p.depends, p.installed)
            })
            .collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found.join("; "), expected);
    }

    #[test]
    fn a_package_that_r_built_is_installed() {
        check(
            "Package: jsonlite\nVersion: 1.8.8\nLicense: MIT + file LICENSE\nMaintainer: J <j@x>\nDepends: R (>= 3.5),\n \
             methods\nImports: Rcpp (>= 1.0)\nBuilt: R 4.2.2; x86_64-pc-linux-gnu; 2023; unix\n",
            "jsonlite 1.8.8 Some(\"MIT + file LICENSE\") Some(\"J <j@x>\") [\"methods\", \"Rcpp\"] true",
        );
    }

    #[test]
    fn a_source_is_not_and_others_are_problems() {
        check("Package: a\nVersion: 1\n", "a 1 None None [] false");
        check("Package: a\n", "byte 0: record of `a` without a version");
        check("", "byte 0: record without a name");
    }
}
