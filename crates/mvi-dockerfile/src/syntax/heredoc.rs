//! Heredocs: which words announce one, and where it ends.

use std::collections::HashMap;

use crate::syntax::keyword::Keyword;
use crate::syntax::lexer::{Lexer, Nothing};
use crate::syntax::lines::Line;
use crate::syntax::logical::Slice;
use crate::syntax::words::unquote;

/// `<<WORD` as it is announced.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) name: String,
    pub(crate) strip_tabs: bool,
    pub(crate) expand: bool,
    pub(crate) descriptor: u32,
    /// Where it begins and ends in the logical line.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The heredocs a logical line announces; none when BuildKit cannot tell its words apart.
pub(crate) fn marks(line: &str) -> Vec<Mark> {
    if !line.contains("<<") {
        return Vec::new();
    }
    let words = words(line).unwrap_or_default();
    words.into_iter().filter_map(|(start, end)| mark(Slice { text: &line[start..end], at: start })).collect()
}

/// A word as the announcement of a heredoc, its escape always `\`.
pub(crate) fn mark(word: Slice<'_>) -> Option<Mark> {
    let digits = word.text.bytes().take_while(u8::is_ascii_digit).count();
    let after = word.text[digits..].strip_prefix("<<")?;
    let (strip_tabs, rest) = after.strip_prefix('-').map_or((false, after), |rest| (true, rest));
    let rest = rest.trim_start_matches(['\t', '\n', '\u{c}', '\r', ' ']);
    if rest.contains('<') {
        return None;
    }
    let only = matches!(words(rest).as_deref(), Some([_]));
    let unquoted = unquote(rest, '\\');
    if !only || unquoted.text.is_empty() {
        return None;
    }
    Some(Mark {
        name: unquoted.text,
        strip_tabs,
        expand: !unquoted.quoted,
        descriptor: word.text[..digits].parse().unwrap_or(0),
        start: word.at,
        end: word.end(),
    })
}

/// Where words begin and end, `<<` together with the blanks and the word behind it; `None` when quotes or substitutions
/// are not as BuildKit has them.
fn words(line: &str) -> Option<Vec<(usize, usize)>> {
    let mut lexer = Lexer::new(line, '\\', &Nothing);
    let mut words = Vec::new();
    let mut start = None;
    while let Some(char) = lexer.peek() {
        let at = lexer.at;
        if char.is_whitespace() {
            words.extend(start.take().map(|start| (start, at)));
            lexer.next();
            continue;
        }
        start.get_or_insert(at);
        match char {
            '\'' => drop(lexer.single().ok()?),
            '"' => drop(lexer.double(true).ok()?),
            '$' => drop(lexer.dollar().ok()?),
            '\\' => drop((lexer.next(), lexer.next())),
            '<' => {
                lexer.next();
                if lexer.peek() == Some('<') {
                    lexer.next();
                    while matches!(lexer.peek(), Some(' ' | '\t' | '\r')) {
                        lexer.next();
                    }
                }
            }
            _ => drop(lexer.next()),
        }
    }
    words.extend(start.map(|start| (start, line.len())));
    Some(words)
}

/// Finds the ends of heredocs in a file.
#[derive(Debug, Default)]
pub(crate) struct Ends<'a> {
    /// Where each line occurs last, as it is and without tabs before it; made when an end is missing, so that the file is
    /// not searched again for every one.
    last: Option<[HashMap<&'a str, u32>; 2]>,
}

/// Where a heredoc ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The end of its body.
    pub(crate) body: u32,
    /// The end of the word that ends it, or of the body when that is missing.
    pub(crate) text: u32,
    /// The line after it.
    pub(crate) next: u32,
    pub(crate) terminated: bool,
}

impl<'a> Ends<'a> {
    /// The end of a heredoc whose body begins at `from`. Without its word it ends before the next instruction.
    pub(crate) fn find(&mut self, file: &'a str, from: u32, mark: &Mark) -> End {
        let missing = self.last.as_ref().is_some_and(|last| {
            last[usize::from(mark.strip_tabs)].get(mark.name.as_str()).is_none_or(|start| *start < from)
        });
        let mut at = from;
        while !missing && let Some(line) = Line::at(file, at) {
            if stripped(line.text, mark.strip_tabs) == mark.name {
                return End { body: line.start, text: line.end(), next: line.next, terminated: true };
            }
            at = line.next;
        }
        self.last.get_or_insert_with(|| last_lines(file, from));
        let mut end = End { body: from, text: from, next: from, terminated: false };
        while let Some(line) = Line::at(file, end.next)
            && !is_instruction(line.text)
        {
            let newline = file.as_bytes().get(line.next as usize - 1) == Some(&b'\n');
            end = End { body: line.next, text: line.next - u32::from(newline), next: line.next, terminated: false };
        }
        end
    }
}

fn last_lines(file: &str, from: u32) -> [HashMap<&str, u32>; 2] {
    let mut last = [HashMap::new(), HashMap::new()];
    let mut at = from;
    while let Some(line) = Line::at(file, at) {
        last[0].insert(line.text, line.start);
        last[1].insert(stripped(line.text, true), line.start);
        at = line.next;
    }
    last
}

fn stripped(line: &str, strip_tabs: bool) -> &str {
    if strip_tabs { line.trim_start_matches('\t') } else { line }
}

/// Whether a line looks like the beginning of an instruction: a keyword in capitals, and a blank.
fn is_instruction(line: &str) -> bool {
    let word = line.split([' ', '\t']).next().unwrap_or_default();
    word.len() < line.len() && Keyword::ALL.iter().any(|keyword| keyword.name() == word)
}
