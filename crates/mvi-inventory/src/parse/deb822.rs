//! The line grammar shared by dpkg's databases and Python's metadata: `Name: value`, folded lines, empty line ends.

use memchr::memchr;

/// One step through a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// A field; `value` is trimmed and still holds the line breaks and leading blanks of its folded lines.
    Field { offset: usize, name: &'a [u8], value: &'a [u8] },
    /// The end of a stanza: an empty line, or the end of the document.
    End { offset: usize },
    /// A line that is neither a field nor belongs to one.
    Junk { offset: usize, line: &'a [u8] },
}

/// Walks over the lines of a document, from first to last, without copying any of it.
///
/// Only a line without any character separates stanzas: a line of blanks inside a folded value belongs to it, as in
/// the `Description` that old Python packages carry. Carriage returns before a line break are dropped.
/// Grammar: deb-control(5); RFC 822, section 3.1.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    open: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, open: false }
    }

    /// The line that starts at `self.at`, and where the next one starts.
    fn peek(&self) -> Option<(&'a [u8], usize)> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        Some(match memchr(b'\n', rest) {
            Some(length) => (without_return(&rest[..length]), self.at + length + 1),
            None => (rest, self.bytes.len()),
        })
    }

    /// Steps over the folded lines that follow, and returns where the last of them ends.
    fn skip_folded(&mut self, first_end: usize) -> usize {
        let mut end = first_end;
        while let Some((line, next)) = self.peek() {
            if !matches!(line.first(), Some(b' ' | b'\t')) {
                break;
            }
            end = self.at + line.len();
            self.at = next;
        }
        end
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        loop {
            let offset = self.at;
            let Some((line, next)) = self.peek() else {
                let was_open = std::mem::take(&mut self.open);
                return was_open.then_some(Line::End { offset });
            };
            self.at = next;
            if line.is_empty() {
                if std::mem::take(&mut self.open) {
                    return Some(Line::End { offset });
                }
                continue;
            }
            self.open = true;
            let colon = memchr(b':', line).filter(|at| *at > 0 && !line[..*at].iter().any(u8::is_ascii_whitespace));
            let Some(colon) = colon else {
                return Some(Line::Junk { offset, line });
            };
            let end = self.skip_folded(offset + line.len());
            let value = self.bytes[offset + colon + 1..end].trim_ascii();
            return Some(Line::Field { offset, name: &line[..colon], value });
        }
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &[&str]) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace('\n', "|");
        let lines: Vec<String> = Lines::new(document.as_bytes())
            .map(|line| match line {
                Line::Field { name, value, .. } => format!("{}={}", text(name), text(value)),
                Line::End { .. } => "end".to_owned(),
                Line::Junk { line, .. } => format!("junk {}", text(line)),
            })
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_field_keeps_its_folded_lines() {
        check("A: 1\n 2\n\t3\nB:4\n", &["A=1| 2|\t3", "B=4", "end"]);
    }

    #[test]
    fn empty_lines_end_a_stanza_once() {
        check("\n\nA: 1\n\n\nB: 2", &["A=1", "end", "B=2", "end"]);
    }

    #[test]
    fn a_line_of_blanks_does_not_end_a_stanza() {
        check("A: 1\n  \n x\nB: 2\n", &["A=1|  | x", "B=2", "end"]);
    }

    #[test]
    fn carriage_returns_are_dropped() {
        check("A: 1\r\n\r\nB: 2\r\n", &["A=1", "end", "B=2", "end"]);
    }

    #[test]
    fn lines_without_a_name_are_junk() {
        check(
            " x\n: y\nno colon\nwith blank: z\n",
            &["junk  x", "junk : y", "junk no colon", "junk with blank: z", "end"],
        );
    }

    #[test]
    fn an_empty_document_has_no_lines() {
        check("", &[]);
    }
}
