//! Lines of limited width: cut, wrapped, aligned to both edges, painted.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::render::harmless;

/// The styles of a page. The writer behind it takes them out where colour is not wanted.
pub(crate) mod paint {
    use super::{AnsiColor, Style};

    /// Headings and names.
    pub(crate) const BOLD: Style = Style::new().bold();
    /// What is read second.
    pub(crate) const DIM: Style = Style::new().dimmed();
    /// All is well.
    pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
    /// Approved, with conditions.
    pub(crate) const FAIR: Style = AnsiColor::Cyan.on_default().bold();
    /// Somebody has to look.
    pub(crate) const WARN: Style = AnsiColor::Yellow.on_default().bold();
    /// Wrong.
    pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
    /// No style.
    pub(crate) const PLAIN: Style = Style::new();
}

/// Widest page: longer lines are hard to read, whatever the terminal.
const WIDEST: usize = 160;
const NARROWEST: usize = 40;

/// A writer of lines.
pub(crate) struct Page<'a> {
    out: &'a mut dyn Write,
    width: usize,
}

impl<'a> Page<'a> {
    /// A page of `width` columns, within reason.
    pub(crate) fn new(out: &'a mut dyn Write, width: usize) -> Self {
        Self { out, width: width.clamp(NARROWEST, WIDEST) }
    }

    /// Columns.
    #[must_use]
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// An empty line.
    ///
    /// # Errors
    /// Whatever the writer says.
    pub(crate) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// One line of painted pieces, cut at the edge.
    ///
    /// # Errors
    /// Whatever the writer says.
    pub(crate) fn line(&mut self, pieces: &[(Style, &str)]) -> io::Result<()> {
        let mut left = self.width;
        let end = pieces.iter().rposition(|(_, text)| !text.trim_end().is_empty()).map_or(0, |last| last + 1);
        for (number, (style, text)) in pieces[..end].iter().enumerate() {
            let text = if number + 1 == end { text.trim_end() } else { text };
            let text = cut(&harmless(text), left);
            left -= text.width().min(left);
            write!(self.out, "{style}{text}{style:#}")?;
        }
        writeln!(self.out)
    }

    /// A painted piece at the left edge and a dim one at the right, as far as both fit.
    ///
    /// # Errors
    /// Whatever the writer says.
    pub(crate) fn both(&mut self, style: Style, left: &str, right: &str) -> io::Result<()> {
        let (left, right) = (&*harmless(left), &*harmless(right));
        if right.is_empty() {
            return self.line(&[(style, left)]);
        }
        let room = self.width.saturating_sub(right.width() + 2);
        if room < left.width().min(24) {
            self.line(&[(style, left)])?;
            return self.line(&[(paint::DIM, right)]);
        }
        let left = cut(left, room);
        let gap = " ".repeat(self.width - left.width() - right.width());
        self.line(&[(style, &left), (paint::PLAIN, &gap), (paint::DIM, right)])
    }

    /// A heading with an empty line before it.
    ///
    /// # Errors
    /// Whatever the writer says.
    pub(crate) fn heading(&mut self, left: &str, right: &str) -> io::Result<()> {
        self.blank()?;
        self.both(paint::BOLD, left, right)
    }

    /// Text wrapped beside a start that may be painted and takes `indent` columns.
    ///
    /// # Errors
    /// Whatever the writer says.
    pub(super) fn beside(&mut self, start: &str, indent: usize, text: &str) -> io::Result<()> {
        let room = self.width.saturating_sub(indent).max(10);
        for (number, line) in wrap(&harmless(text), room).iter().enumerate() {
            match number {
                0 => writeln!(self.out, "{start}{line}")?,
                _ => writeln!(self.out, "{}{line}", " ".repeat(indent))?,
            }
        }
        Ok(())
    }

    /// Text wrapped between words, indented; the first line starts with `first` instead of spaces.
    ///
    /// # Errors
    /// Whatever the writer says.
    pub(crate) fn wrapped(&mut self, style: Style, first: &str, indent: usize, text: &str) -> io::Result<()> {
        let room = self.width.saturating_sub(indent).max(10);
        for (number, line) in wrap(&harmless(text), room).iter().enumerate() {
            let start = if number == 0 { format!("{first:indent$}") } else { " ".repeat(indent) };
            self.line(&[(paint::PLAIN, &start), (style, line)])?;
        }
        Ok(())
    }
}

/// A bar of eighth blocks, `room` columns for a share of 1.
pub(super) fn bar(share: f64, room: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = ((share.clamp(0.0, 1.0) * room as f64 * 8.0).round() as usize).max(usize::from(share > 0.0));
    format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8])
}

/// Pads on the right to `width` columns.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// A path that is recognised by its first folders and its name, without what is between where it is long.
pub(super) fn shorten(path: &str) -> String {
    const LONGEST: usize = 56;
    if path.width() <= LONGEST {
        return path.to_owned();
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let front: Vec<&str> = path.split('/').take(4).collect();
    cut(&format!("{}/…/{name}", front.join("/")), LONGEST + 24)
}

/// A number of files in words.
pub(super) fn files(count: u64) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

/// A number of layers in words.
pub(super) fn layers(count: u64) -> String {
    if count == 1 { "1 layer".to_owned() } else { format!("{count} layers") }
}

/// The front of `text`, with an ellipsis where something is missing.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut columns = 0;
    for character in text.chars() {
        columns += character.width().unwrap_or(0);
        if columns >= width {
            break;
        }
        kept.push(character);
    }
    if width > 0 {
        kept.push('…');
    }
    kept
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words(text) {
        let mut word = word.as_str();
        loop {
            let line = lines.last_mut().map_or(0, |line| line.width());
            let gap = usize::from(line > 0);
            if line + gap + word.width() <= width {
                if let Some(line) = lines.last_mut() {
                    line.push_str(if gap == 1 { " " } else { "" });
                    line.push_str(word);
                }
                break;
            }
            if line > 0 {
                lines.push(String::new());
                continue;
            }
            // A word longer than a line is broken, not lost.
            let at = split_at(word, width);
            if let Some(line) = lines.last_mut() {
                line.push_str(&word[..at]);
            }
            lines.push(String::new());
            word = &word[at..];
        }
    }
    lines
}

/// Words, a unit together with its number.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let is_unit = matches!(word.trim_end_matches([',', ';', '.', ')']), "MB" | "kB" | "B" | "%");
        match words.last_mut().filter(|last| is_unit && last.ends_with(|end: char| end.is_ascii_digit())) {
            Some(number) => {
                number.push(' ');
                number.push_str(word);
            }
            None => words.push(word.to_owned()),
        }
    }
    words
}

fn split_at(word: &str, width: usize) -> usize {
    let mut columns = 0;
    for (at, character) in word.char_indices() {
        columns += character.width().unwrap_or(0);
        if columns > width && at > 0 {
            return at;
        }
    }
    word.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, width: usize, expected: &[&str]) {
        assert_eq!(wrap(text, width), expected);
    }

    #[test]
    fn text_wraps_between_words_and_long_words_are_broken() {
        check("one two three", 7, &["one two", "three"]);
        check("abcdefghij", 4, &["abcd", "efgh", "ij"]);
        check("表表 表", 4, &["表表", "表"]);
        check("about 12.5 MB, twice", 12, &["about", "12.5 MB,", "twice"]);
    }

    #[test]
    fn cut_text_ends_with_an_ellipsis_within_the_width() {
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abc", 4), "abc");
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn a_small_share_still_shows() {
        assert_eq!(bar(0.0001, 10), "▏");
        assert_eq!(bar(1.0, 3), "███");
        assert_eq!(bar(0.0, 3), "");
    }
}
