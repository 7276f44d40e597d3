//! The report of a lint run, file by file: what was found, where, and how to repair it.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use mvi_dockerfile::Level;
use serde::Serialize;

use super::Megabytes;

/// One file that was linted. JSON Schema of the whole report: `schema/mvi-lint-1.json`.
#[derive(Debug, Serialize)]
pub(crate) struct LintedFile {
    /// As the user would name it; `-` is standard input.
    pub path: String,
    /// In order of their place; those of the baseline are left out.
    pub findings: Vec<LintFinding>,
    /// Findings that the baseline knows.
    pub known: usize,
    /// Repairs that were made, or would be.
    pub fixed: usize,
    /// The file's text, for excerpts.
    #[serde(skip)]
    pub source: Arc<str>,
}

/// One finding.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LintFinding {
    /// The rule's code.
    pub code: Cow<'static, str>,
    /// The rule's name; none for rules of other programs.
    pub name: Option<&'static str>,
    /// Codes of the same rule elsewhere.
    pub twins: &'static [&'static str],
    /// How bad it is.
    #[serde(serialize_with = "level")]
    pub level: Level,
    /// One sentence.
    pub message: String,
    /// What helps to understand it.
    pub notes: Vec<String>,
    /// Its first character.
    pub start: Place,
    /// The character after its last.
    pub end: Place,
    /// How to repair it.
    pub fix: Option<FixNote>,
    /// What it costs in the image that was named; none where no image was, and where nothing could be measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<LintCost>,
    /// Stays the same while lines move.
    pub fingerprint: String,
    /// Where it is in the text.
    #[serde(skip)]
    pub bytes: Range<usize>,
}

/// Measured bytes of an image that a finding is about.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LintCost {
    /// All of them.
    pub mb: Megabytes,
    /// The layer that the finding's instruction made, from 0; none where it could not be found.
    pub layer: Option<usize>,
    /// The packages they are, the largest first.
    pub packages: Vec<LintPackage>,
}

/// A package that a finding is about.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LintPackage {
    /// Its name.
    pub name: String,
    /// Bytes of its files.
    pub mb: Megabytes,
}

/// What all findings that were measured come to; what two of them are about counts once.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LintMeasured {
    /// The image.
    pub image: String,
    /// Findings that were measured.
    pub findings: usize,
    /// What they cost.
    pub mb: Megabytes,
    /// The image, unpacked.
    pub of_mb: Megabytes,
    /// Instructions whose layers were found.
    pub steps: usize,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Place {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

/// A repair.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FixNote {
    /// An order.
    pub title: String,
    /// Whether `--fix` makes it, or only `--unsafe-fixes`.
    pub safe: bool,
    /// What is replaced.
    pub edits: Vec<EditNote>,
}

/// One replacement of a repair.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EditNote {
    /// The first character that is replaced.
    pub start: Place,
    /// The character after the last.
    pub end: Place,
    /// What stands there afterwards.
    pub text: String,
}

/// A file that could not be read.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct UnreadFile {
    /// As the user would name it.
    pub path: String,
    /// Why not.
    pub message: String,
}

/// What all files together come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct LintTotals {
    /// Files that were linted.
    pub files: usize,
    /// Findings of this level.
    pub error: usize,
    /// Findings of this level.
    pub warning: usize,
    /// Findings of this level.
    pub info: usize,
    /// Findings of this level.
    pub style: usize,
    /// Findings that the baseline knows.
    pub known: usize,
    /// Findings that `--fix` would repair.
    pub fixable: usize,
    /// Findings that only `--unsafe-fixes` would repair.
    pub fixable_unsafely: usize,
    /// Repairs that were made, or would be.
    pub fixed: usize,
}

impl LintTotals {
    /// Adds a file.
    pub(crate) fn add(&mut self, file: &LintedFile) {
        self.files += 1;
        self.known += file.known;
        self.fixed += file.fixed;
        for finding in &file.findings {
            *match finding.level {
                Level::Error => &mut self.error,
                Level::Warning => &mut self.warning,
                Level::Info => &mut self.info,
                Level::Style => &mut self.style,
            } += 1;
            match &finding.fix {
                Some(fix) if fix.safe => self.fixable += 1,
                Some(_) => self.fixable_unsafely += 1,
                None => {}
            }
        }
    }

    /// All findings.
    #[must_use]
    pub(crate) fn findings(&self) -> usize {
        self.error + self.warning + self.info + self.style
    }
}

fn level<S: serde::Serializer>(level: &Level, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(level.name())
}
