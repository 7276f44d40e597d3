//! The standard's tables about composition, and paths and names held against them.

use std::collections::BTreeMap;

use regex::bytes::{Regex, RegexSet};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How bad it is when something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Risk {
    /// Untidy.
    Low,
    /// It helps an attacker.
    Medium,
    /// It helps an attacker much, or the image does not run.
    High,
}

/// What has to be there: a row of the standard's `[[mandatory]]`.
#[derive(Debug, Clone, Deserialize)]
pub struct Mandatory {
    /// Its category.
    pub category: String,
    /// What it is called.
    pub components: Vec<String>,
    /// Why.
    pub justification: String,
    /// For which runtime: `erlang`, `any-tls-client`, `any-timezone`, `any-pid1`.
    pub profile: String,
    /// Patterns of paths, or `soname:NAME`; one of them is enough, of sonames each that is needed.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// What else does, outside of the image.
    #[serde(default)]
    pub satisfied_by: Vec<String>,
}

/// What must not be there: a row of the standard's `[[prohibited]]`.
#[derive(Debug, Clone, Deserialize)]
pub struct Prohibited {
    /// Its id.
    pub id: String,
    /// Its category, as the standard calls it.
    pub category: String,
    /// How bad it is.
    pub risk: Risk,
    /// Why.
    pub justification: String,
    /// Patterns of names of packages: evidence only where their files are gone.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Names of programs.
    #[serde(default)]
    pub exe_regex: Option<String>,
    /// Patterns of paths.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Kinds of content: `ELF:ET_REL`.
    #[serde(default)]
    pub magic: Vec<String>,
    /// Endings of names.
    #[serde(default)]
    pub extensions: Vec<String>,
    /// Endings that are no source code for a runtime, as it reads them.
    #[serde(default)]
    pub interpreted_exempt: BTreeMap<String, Vec<String>>,
    /// Patterns of paths that are never meant.
    #[serde(default)]
    pub exempt: Vec<String>,
    /// Names of further programs.
    #[serde(default)]
    pub extended_exe: Vec<String>,
    /// How bad those are.
    #[serde(default)]
    pub extended_risk: Option<Risk>,
}

/// What is neither mandatory nor prohibited: a row of the standard's `[[questionable]]`.
#[derive(Debug, Clone, Deserialize)]
pub struct Questionable {
    /// Name of the package and of its program.
    pub component: String,
    /// What does instead.
    pub replacement: String,
}

/// Something that the standard recommends.
#[derive(Debug, Clone, Deserialize)]
pub struct Recommendation {
    /// What finds out that it fits, such as `REC-02-BASH-RUNTIME`.
    #[serde(default)]
    pub detector: Option<String>,
}

/// The tables as they stand in a standard.
#[derive(Debug, Clone, Deserialize)]
pub struct Tables {
    /// What has to be there.
    #[serde(default)]
    pub mandatory: Vec<Mandatory>,
    /// What must not be there, in the standard's order.
    #[serde(default)]
    pub prohibited: Vec<Prohibited>,
    /// What is neither.
    #[serde(default)]
    pub questionable: Vec<Questionable>,
    /// What is recommended.
    #[serde(default)]
    pub recommendation: Vec<Recommendation>,
    /// Points of each section, by its name: `D1_composition`.
    #[serde(default)]
    pub scorecard: BTreeMap<String, Value>,
}

/// Why a standard has no usable tables.
#[derive(Debug)]
pub enum RulesError {
    /// A table has another shape.
    Shape(serde_json::Error),
    /// A pattern is none; with the row that has it.
    Pattern(String, regex::Error),
}

impl std::fmt::Display for RulesError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shape(_) => write!(out, "the standard's tables about composition cannot be read"),
            Self::Pattern(row, _) => write!(out, "the standard's row `{row}` has a pattern that is none"),
        }
    }
}

impl std::error::Error for RulesError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Shape(error) => Some(error),
            Self::Pattern(_, error) => Some(error),
        }
    }
}

/// The tables, ready to be asked.
#[derive(Debug)]
pub struct Rules {
    /// As they stand in the standard.
    pub tables: Tables,
    /// All patterns of paths at once, and which row each is of.
    paths: RegexSet,
    rows: Vec<usize>,
    exempt: Vec<RegexSet>,
    programs: Vec<Option<Regex>>,
    packages: Vec<RegexSet>,
}

impl Rules {
    /// The tables of a standard's whole document.
    ///
    /// # Errors
    /// Tables of another shape, and patterns that are none.
    pub fn of(document: &Value) -> Result<Self, RulesError> {
        let tables = Tables::deserialize(document).map_err(RulesError::Shape)?;
        let rows = &tables.prohibited;
        let patterns: Vec<(usize, String)> = rows
            .iter()
            .enumerate()
            .flat_map(|(row, prohibited)| prohibited.paths.iter().map(move |path| (row, expression(path))))
            .collect();
        let paths = RegexSet::new(patterns.iter().map(|(_, pattern)| pattern))
            .map_err(|error| RulesError::Pattern("paths".to_owned(), error))?;
        let set = |row: &Prohibited, patterns: &[String]| {
            RegexSet::new(patterns.iter().map(|pattern| expression(pattern)))
                .map_err(|error| RulesError::Pattern(row.id.clone(), error))
        };
        let exempt = rows.iter().map(|row| set(row, &row.exempt)).collect::<Result<_, _>>()?;
        let packages = rows.iter().map(|row| set(row, &row.packages)).collect::<Result<_, _>>()?;
        let program = |row: &Prohibited| {
            let regex = row.exe_regex.as_ref().map(|pattern| Regex::new(pattern)).transpose();
            regex.map_err(|error| RulesError::Pattern(row.id.clone(), error))
        };
        let programs = rows.iter().map(program).collect::<Result<_, _>>()?;
        let rows = patterns.iter().map(|(row, _)| *row).collect();
        Ok(Self { paths, rows, exempt, programs, packages, tables })
    }

    /// The row with a pattern for an absolute path, in the standard's order; of exempt paths none.
    pub(crate) fn row_of_path(&self, path: &[u8]) -> Option<usize> {
        let rows = self.paths.matches(path).into_iter().map(|pattern| self.rows[pattern]);
        rows.filter(|row| !self.is_exempt(*row, path)).min()
    }

    pub(crate) fn is_exempt(&self, row: usize, path: &[u8]) -> bool {
        self.exempt[row].is_match(path)
    }

    /// The row that a program of this name is of, and how bad it is.
    pub(crate) fn row_of_program(&self, name: &[u8]) -> Option<(usize, Risk)> {
        let rows = self.tables.prohibited.iter().enumerate();
        rows.into_iter().find_map(|(index, row)| {
            if self.programs[index].as_ref().is_some_and(|regex| regex.is_match(name)) {
                return Some((index, row.risk));
            }
            let is_further = row.extended_exe.iter().any(|further| further.as_bytes() == name);
            is_further.then(|| (index, row.extended_risk.unwrap_or(row.risk)))
        })
    }

    /// The row with an ending of this name as source code.
    pub(crate) fn row_of_ending(&self, name: &[u8], profile: Option<&str>) -> Option<usize> {
        let dot = name.iter().rposition(|byte| *byte == b'.')?;
        let ending = std::str::from_utf8(&name[dot..]).ok()?;
        self.tables.prohibited.iter().position(|row| {
            let is_read = |endings: &Vec<String>| endings.iter().any(|own| own == ending);
            let read = profile.and_then(|profile| row.interpreted_exempt.get(profile));
            row.extensions.iter().any(|own| own == ending) && !read.is_some_and(is_read)
        })
    }

    /// The row with a pattern for the name of a package.
    pub(crate) fn row_of_package(&self, name: &str) -> Option<usize> {
        self.packages.iter().position(|patterns| patterns.is_match(name.as_bytes()))
    }

    /// The row with objects that are yet to be linked.
    pub(crate) fn row_of_relocatable(&self) -> Option<usize> {
        self.tables.prohibited.iter().position(|row| row.magic.iter().any(|magic| magic == "ELF:ET_REL"))
    }
}

/// A pattern of paths as a regular expression: `**` is any run, `*` any run within a name, `{a,b}` one of these.
pub(crate) fn expression(pattern: &str) -> String {
    let mut expression = String::from("(?s-u)^");
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix("**/") {
            expression.push_str("(?:.*/)?");
            rest = behind;
            continue;
        }
        if let Some(behind) = rest.strip_prefix("**") {
            expression.push_str(".*");
            rest = behind;
            continue;
        }
        match first {
            '*' => expression.push_str("[^/]*"),
            '{' => expression.push_str("(?:"),
            '}' => expression.push(')'),
            ',' => expression.push('|'),
            _ => expression.push_str(&regex::escape(first.encode_utf8(&mut [0; 4]))),
        }
        rest = &rest[first.len_utf8()..];
    }
    expression.push('$');
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, path: &str, expected: bool) {
        let regex = Regex::new(&expression(pattern)).unwrap();
        assert_eq!(regex.is_match(path.as_bytes()), expected, "{pattern} {path}");
    }

    #[test]
    fn patterns_are_read_as_the_standard_writes_them() {
        check("/usr/include/**/*.h", "/usr/include/stdio.h", true);
        check("/usr/include/**/*.h", "/usr/include/sys/types.h", true);
        check("/usr/include/**/*.h", "/opt/usr/include/a.h", false);
        check("**/README*", "/app/README.md", true);
        check("**/README*", "/app/README.d/x", false);
        check("/tmp/**", "/tmp/a/b", true);
        check("/etc/apk/keys/*", "/etc/apk/keys/a/b", false);
        check("**/site-packages/{pytest,mypy}/**", "/usr/lib/python3/site-packages/mypy/a.py", true);
        check("*-dev", "libc6-dev", true);
        check("gcc-*", "gcc-12", true);
        check("vim", "vim-tiny", false);
    }
}
