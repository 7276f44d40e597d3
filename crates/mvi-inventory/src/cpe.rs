//! CPE 2.3 names of packages, by a table of what NVD's dictionary calls them: NISTIR 7695. Nothing here matches by them.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::package::{Ecosystem, Package};

/// Rows of the table: kind, package, vendor, product, software it runs on, certainty.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let rows = include_str!("../data/cpe-products.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(row).collect()
});

/// A CPE 2.3 name of a package.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cpe {
    /// The name as a formatted string: `cpe:2.3:a:haxx:curl:8.9.1:*:*:*:*:*:*:*`.
    pub name: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// How sure a CPE name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// The dictionary has a product of this vendor and name, and the package is it.
    Known,
    /// Made of the package's name as such names usually are; the dictionary may have another.
    Rule,
}

struct Row {
    kind: &'static str,
    package: &'static str,
    vendor: &'static str,
    product: &'static str,
    runs_on: &'static str,
    certainty: Certainty,
}

fn row(line: &'static str) -> Option<Row> {
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    let (kind, package, vendor, product, runs_on) = (next()?, next()?, next()?, next()?, next()?);
    let certainty = if next()? == "known" { Certainty::Known } else { Certainty::Rule };
    Some(Row { kind, package, vendor, product, runs_on, certainty })
}

/// The CPE names of a package, the surest first; none where no row is about it, or where its name or version cannot be
/// written in one. A package of a distribution is named by its source, in the version of its upstream: `8.9.1` for `8.9.1-2`.
#[must_use]
pub fn cpes(package: &Package) -> Vec<Cpe> {
    let source = package.source.as_ref();
    let (kind, name) = match package.ecosystem.is_system() {
        true => ("system", source.map_or(package.name.as_str(), |source| &source.name)),
        false => (package.ecosystem.as_str(), package.name.as_str()),
    };
    let version = source.map_or(package.version.as_str(), |source| &source.version);
    let version = if package.ecosystem.is_system() { upstream(version) } else { &package.version };
    let rows = || ROWS.iter().filter(|row| row.kind == kind && is_about(row.package, name));
    let known = rows().any(|row| row.certainty == Certainty::Known);
    let counts = |row: &&Row| (row.certainty == Certainty::Known) == known;
    // Of two rules the one that says more about the name.
    let mut found: Vec<_> = rows().filter(counts).collect();
    found.sort_by_key(|row| std::cmp::Reverse(if known { 0 } else { row.package.len() }));
    if !known {
        found.truncate(1);
    }
    found.into_iter().filter_map(|row| cpe(row, package.ecosystem, name, version)).collect()
}

fn is_about(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

fn cpe(row: &Row, ecosystem: Ecosystem, name: &str, version: &str) -> Option<Cpe> {
    let separator = if ecosystem == Ecosystem::Maven { ':' } else { '/' };
    let mut parts = name.rsplit(separator).take(2);
    let (short, scope) = (parts.next()?, parts.next().unwrap_or_default().trim_start_matches('@'));
    let filled = |text: &str| formatted(&text.replace("{name}", short).replace("{scope}", scope));
    let runs_on = if row.runs_on == "-" { "*" } else { row.runs_on };
    let version = formatted(version.strip_prefix('v').filter(|_| ecosystem == Ecosystem::Golang).unwrap_or(version))?;
    let (vendor, product) = (filled(row.vendor)?, filled(row.product)?);
    let name = format!("cpe:2.3:a:{vendor}:{product}:{version}:*:*:*:*:{runs_on}:*:*");
    Some(Cpe { name, certainty: row.certainty })
}

/// An attribute as a formatted string has it: small letters, all but letters, digits and `-._` behind a backslash. None
/// for what is empty or cannot be written: NISTIR 7695, section 6.2.
fn formatted(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter.to_ascii_lowercase() {
            letter if letter.is_ascii_alphanumeric() || "-._".contains(letter) => out.push(letter),
            ' ' => out.push('_'),
            letter if letter.is_ascii_graphic() => out.extend(['\\', letter]),
            _ => return None,
        }
    }
    // A lone dash would mean that there is none.
    (!out.is_empty() && out != "-").then_some(out)
}

/// What the upstream calls a distribution's version: without epoch, revision and what repacking adds.
fn upstream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    let version = version.rsplit_once('-').map_or(version, |(upstream, _)| upstream);
    let end = ["+dfsg", ".dfsg", "~dfsg", "+ds", "+really", "+git", "+repack"]
        .iter()
        .filter_map(|mark| version.find(mark))
        .min();
    &version[..end.unwrap_or(version.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::{Scope, Source};
    use crate::parse::locks::LockedPackage;

    fn check(ecosystem: Ecosystem, name: &str, version: &str, source: Option<(&str, &str)>, expected: &[&str]) {
        let locked = LockedPackage { name: name.to_owned(), version: version.to_owned(), scope: Scope::Unknown };
        let source = source.map(|(name, version)| Source { name: name.to_owned(), version: version.to_owned() });
        let package = Package { source, ..Package::locked(ecosystem, locked, String::new(), "") };
        let found: Vec<_> = cpes(&package).into_iter().map(|cpe| format!("{:?} {}", cpe.certainty, cpe.name)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_distributions_package_is_its_source_in_the_upstreams_version() {
        let both =
            ["Known cpe:2.3:a:haxx:curl:8.9.1:*:*:*:*:*:*:*", "Known cpe:2.3:a:haxx:libcurl:8.9.1:*:*:*:*:*:*:*"];
        check(Ecosystem::Deb, "libcurl4", "8.9.1-2+b1", Some(("curl", "8.9.1-2")), &both);
        let zlib = ["Known cpe:2.3:a:zlib:zlib:1.2.13:*:*:*:*:*:*:*"];
        check(Ecosystem::Deb, "zlib1g", "1:1.2.13.dfsg-1", Some(("zlib", "1:1.2.13.dfsg-1")), &zlib);
        check(Ecosystem::Apk, "nothing-known", "1.0-r0", None, &[]);
    }

    #[test]
    fn names_that_a_rule_makes_are_candidates() {
        check(Ecosystem::Npm, "@babel/core", "7.0.0", None, &["Rule cpe:2.3:a:babel:core:7.0.0:*:*:*:*:node.js:*:*"]);
        check(Ecosystem::Pypi, "django", "5.0", None, &["Known cpe:2.3:a:djangoproject:django:5.0:*:*:*:*:*:*:*"]);
        let module = ["Rule cpe:2.3:a:spf13:cobra:1.8.0:*:*:*:*:go:*:*"];
        check(Ecosystem::Golang, "github.com/spf13/cobra", "v1.8.0", None, &module);
    }

    #[test]
    fn what_is_no_letter_is_quoted() {
        assert_eq!(formatted("A b+c:d~1").as_deref(), Some("a_b\\+c\\:d\\~1"));
        assert_eq!(formatted("häßlich"), None);
        assert_eq!(formatted("-"), None);
    }

    #[test]
    fn every_row_of_the_table_is_whole() {
        let lines = include_str!("../data/cpe-products.tsv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.count(), ROWS.len());
    }
}
