//! Findings for people: excerpts with carets, grouped by file.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Shown, Origin, Renderer, Snippet};
use anstyle::Style;
use mvi_dockerfile::Level;

use super::{LintEnd, LintRenderer, count};
use crate::render::{harmless, paint};
use crate::report::lint::{LintCost, LintFinding, LintMeasured, LintTotals, LintedFile};

/// Lines of an excerpt.
const LINES: usize = 4;
/// Packages that are named.
const PACKAGES: usize = 6;
/// Characters shown of a line before and after the place it is about.
const BEFORE: usize = 60;
const AFTER: usize = 140;

/// `--format text`.
pub(super) struct Text {
    renderer: Renderer,
}

impl Text {
    pub(super) fn new(width: usize) -> Self {
        Self { renderer: Renderer::styled().term_width(width.clamp(40, 200)) }
    }
}

impl LintRenderer for Text {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn file(&mut self, file: &LintedFile, out: &mut dyn Write) -> io::Result<()> {
        if file.findings.is_empty() {
            return Ok(());
        }
        let (bold, dim) = (paint::BOLD, paint::DIM);
        let findings = count(file.findings.len(), "finding", "findings");
        writeln!(out, "{bold}{}{bold:#} {dim}{findings}{dim:#}\n", harmless(&file.path))?;
        for finding in &file.findings {
            let excerpt = Excerpt::new(&file.source, finding);
            writeln!(out, "{}\n", self.renderer.render(&[group(file, finding, &excerpt)]))?;
        }
        Ok(())
    }

    fn end(&mut self, end: &LintEnd<'_>, out: &mut dyn Write) -> io::Result<()> {
        let totals = end.totals;
        let (style, head) = head(&totals);
        write!(out, "{style}{head}{style:#}")?;
        let mut rest = String::new();
        if totals.known > 0 {
            let _ = write!(rest, ", {} in the baseline", totals.known);
        }
        if totals.fixed > 0 {
            let _ = write!(rest, ", {} fixed", totals.fixed);
        }
        writeln!(out, "{rest}")?;
        if let Some(measured) = end.measured {
            writeln!(out, "{}", sum(measured))?;
        }
        match (totals.fixable, totals.fixable_unsafely) {
            (0, 0) => Ok(()),
            (safe, 0) => writeln!(out, "{} with --fix", can(safe)),
            (0, other) => writeln!(out, "{} with --unsafe-fixes", can(other)),
            (safe, other) => writeln!(out, "{} with --fix, {other} more with --unsafe-fixes", can(safe)),
        }
    }
}

/// What findings come to together.
fn sum(measured: &LintMeasured) -> String {
    let LintMeasured { image, mb, of_mb, .. } = measured;
    match (measured.steps, measured.findings) {
        (0, _) => format!("no layer of {} was made by these instructions", harmless(image)),
        (_, 0) => format!("nothing that was found weighs in {}", harmless(image)),
        (_, 1) => format!("one finding: −{mb} of {of_mb} in {}", harmless(image)),
        (_, many) => format!("these {many} findings: −{mb} of {of_mb} in {}", harmless(image)),
    }
}

/// What a finding costs.
fn cost(cost: &LintCost) -> String {
    let layer = cost.layer.map(|layer| format!(" in layer {layer}")).unwrap_or_default();
    let named: Vec<String> =
        cost.packages.iter().take(PACKAGES).map(|package| format!("{} {}", package.name, package.mb)).collect();
    let more = cost.packages.len().saturating_sub(PACKAGES);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let packages = if named.is_empty() { String::new() } else { format!(": {}{rest}", named.join(", ")) };
    format!("costs {}{layer}{packages}", cost.mb)
}

fn can(number: usize) -> String {
    format!("{} can be repaired", count(number, "finding", "findings"))
}

fn head(totals: &LintTotals) -> (Style, String) {
    let files = count(totals.files, "file", "files");
    if totals.findings() == 0 {
        return (if totals.files == 0 { paint::WARN } else { paint::GOOD }, format!("{files}, nothing found"));
    }
    let levels = [
        (totals.error, "error", "errors"),
        (totals.warning, "warning", "warnings"),
        (totals.info, "info", "infos"),
        (totals.style, "matter of style", "matters of style"),
    ];
    let levels: Vec<_> =
        levels.iter().filter(|(number, ..)| *number > 0).map(|(number, one, many)| count(*number, one, many)).collect();
    let style = if totals.error > 0 { paint::BAD } else { paint::WARN };
    (style, format!("{files}: {}", levels.join(", ")))
}

fn group<'a>(file: &'a LintedFile, finding: &'a LintFinding, excerpt: &'a Excerpt) -> Group<'a> {
    let level = match finding.level {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
        Level::Info => Shown::INFO,
        Level::Style => Shown::INFO.with_name("style"),
    };
    let mut snippet = Snippet::source(excerpt.text.as_str()).line_start(finding.start.line).fold(false);
    snippet = snippet.annotation(AnnotationKind::Primary.span(excerpt.marked.clone()));
    let title = level.primary_title(harmless(&finding.message)).id(harmless(&finding.code));
    let path = harmless(&file.path);
    let mut group = if excerpt.is_cut {
        // The column cannot be counted in what is left of the line.
        let origin = Origin::path(path).line(finding.start.line).char_column(finding.start.column);
        title.element(origin).element(snippet)
    } else {
        title.element(snippet.path(path))
    };
    for note in &finding.notes {
        group = group.element(Shown::NOTE.message(harmless(note)));
    }
    if let Some(found) = &finding.cost {
        group = group.element(Shown::NOTE.message(harmless(&cost(found)).into_owned()));
    }
    if let Some(fix) = &finding.fix {
        let how = if fix.safe { "--fix" } else { "--unsafe-fixes" };
        group = group.element(Shown::HELP.message(format!("{} ({how})", harmless(&fix.title))));
    }
    group
}

/// The lines a finding is about, made safe and short.
struct Excerpt {
    text: String,
    marked: Range<usize>,
    /// Whether the first line begins later than in the file.
    is_cut: bool,
}

impl Excerpt {
    fn new(source: &str, finding: &LintFinding) -> Self {
        let start = floor(source, finding.bytes.start);
        let end = floor(source, finding.bytes.end.max(start));
        let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_start = if source[line_start..start].starts_with('\u{feff}') { line_start + 3 } else { line_start };
        let is_cut = source[line_start..start].chars().count() > BEFORE;
        let text = if is_cut { "…" } else { "" };
        let mut excerpt = Self { text: text.to_owned(), marked: 0..0, is_cut };
        let skip = source[line_start..start].char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
        excerpt.push(&source[line_start + skip..start]);
        excerpt.marked.start = excerpt.text.len();
        let mut lines = 1;
        let mut at = start;
        loop {
            let line_end = source[at..].find('\n').map_or(source.len(), |length| at + length);
            let marked_end = line_end.min(end);
            if marked_end > at || lines == 1 {
                excerpt.push_cut(&source[at..marked_end]);
                excerpt.marked.end = excerpt.text.len();
            }
            if end <= line_end || lines == LINES {
                excerpt.push_cut(source[marked_end..line_end].trim_end_matches('\r'));
                return excerpt;
            }
            excerpt.text.push('\n');
            (at, lines) = (line_end + 1, lines + 1);
        }
    }

    fn push_cut(&mut self, text: &str) {
        match text.char_indices().nth(AFTER) {
            Some((at, _)) => {
                self.push(&text[..at]);
                self.text.push('…');
            }
            None => self.push(text),
        }
    }

    /// Adds text; what could fool a terminal becomes a replacement character.
    fn push(&mut self, text: &str) {
        for character in text.chars() {
            let mut buffer = [0; 4];
            match character {
                '\t' => self.text.push('\t'),
                '\r' => {}
                _ if matches!(harmless(character.encode_utf8(&mut buffer)), std::borrow::Cow::Owned(_)) => {
                    self.text.push('\u{fffd}');
                }
                _ => self.text.push(character),
            }
        }
    }
}

/// The nearest boundary of a character at or before a place.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::lint::Place;

    fn check(source: &str, bytes: Range<usize>, text: &str, marked: &str) {
        let place = Place { line: 1, column: 1 };
        let finding = LintFinding {
            code: "MVI0001".into(),
            name: None,
            twins: &[],
            level: Level::Info,
            message: String::new(),
            notes: Vec::new(),
            start: place,
            end: place,
            fix: None,
            cost: None,
            fingerprint: String::new(),
            bytes,
        };
        let excerpt = Excerpt::new(source, &finding);
        assert_eq!((excerpt.text.as_str(), &excerpt.text[excerpt.marked.clone()]), (text, marked));
    }

    #[test]
    fn excerpts_are_the_lines_of_the_finding() {
        check("FROM a\nRUN b c\nRUN d", 11..12, "RUN b c", "b");
        check("FROM a\r\nRUN b\r\n", 8..13, "RUN b", "RUN b");
        check("RUN a \\\n b\nRUN c", 0..10, "RUN a \\\n b", "RUN a \\\n b");
        check("", 0..0, "", "");
        check("a", 5..9, "a", "");
    }

    #[test]
    fn what_is_long_or_harmful_is_cut_or_replaced() {
        let long = format!("{}X{}", "a".repeat(1000), "b".repeat(1000));
        let expected = format!("…{}X{}…", "a".repeat(BEFORE), "b".repeat(AFTER));
        check(&long, 1000..1001, &expected, "X");
        check("RUN \u{1b}[2J\tx", 4..10, "RUN \u{fffd}[2J\tx", "\u{fffd}[2J\tx");
        check("\u{feff}FROM a", 8..9, "FROM a", "a");
        check("1\n2\n3\n4\n5\n6\n", 0..11, "1\n2\n3\n4", "1\n2\n3\n4");
    }
}
