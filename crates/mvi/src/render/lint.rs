//! How findings in files are shown: a renderer is told of one file after the other, so that none has to be kept.

mod checkstyle;
mod diff;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod reference;
pub(super) mod sarif;
mod text;
pub(super) mod xml;

use std::io::{self, Write};

use crate::report::lint::{LintMeasured, LintTotals, LintedFile, UnreadFile};

pub(crate) use diff::diff;
pub(crate) use reference::{explain, list};

/// A way to show findings. The calls come in this order: `begin`, `file` for each file, `end`.
pub(crate) trait LintRenderer {
    /// What comes before the first file.
    ///
    /// # Errors
    /// Whatever the writer says.
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()>;

    /// One file, with or without findings.
    ///
    /// # Errors
    /// Whatever the writer says.
    fn file(&mut self, file: &LintedFile, out: &mut dyn Write) -> io::Result<()>;

    /// What comes after the last file.
    ///
    /// # Errors
    /// Whatever the writer says.
    fn end(&mut self, end: &LintEnd<'_>, out: &mut dyn Write) -> io::Result<()>;
}

/// What is known when all files were linted.
pub(crate) struct LintEnd<'a> {
    /// What they come to.
    pub totals: LintTotals,
    /// Those that could not be read.
    pub unread: &'a [UnreadFile],
    /// What findings cost, where an image was measured.
    pub measured: Option<&'a LintMeasured>,
}

/// The formats: a name that `--format` takes, and how to make a renderer that is `width` columns wide.
type Format = (&'static str, fn(usize) -> Box<dyn LintRenderer>);

/// One a file, one a line here.
pub(crate) const LINT_RENDERERS: &[Format] = &[
    ("text", |width| Box::new(text::Text::new(width))),
    ("json", |_| Box::new(json::Json::default())),
    ("sarif", |_| Box::new(sarif::Sarif::default())),
    ("github", |_| Box::new(github::Github)),
    ("gitlab", |_| Box::new(gitlab::Gitlab::default())),
    ("junit", |_| Box::new(junit::Junit)),
    ("checkstyle", |_| Box::new(checkstyle::Checkstyle)),
    ("markdown", |_| Box::new(markdown::Markdown::default())),
];

/// A number of things in words.
fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
