//! From bytes to a [`Dockerfile`]: line by line, every byte in one piece.

use std::sync::Arc;

use crate::span::{LineIndex, Span};
use crate::stages::Stages;
use crate::syntax::context::Context;
use crate::syntax::directives::directives;
use crate::syntax::file::Dockerfile;
use crate::syntax::heredoc::{Ends, marks};
use crate::syntax::instruction::{Place, instruction, may_have_heredocs, unread};
use crate::syntax::keyword::Keyword;
use crate::syntax::lines::{Line, continued};
use crate::syntax::logical::{Joined, Slice};
use crate::syntax::model::{Comment, Directive, Heredoc, Instruction, Piece, PieceKind, Problem, ProblemKind};
use crate::syntax::source::{Replaced, decode, foreign};

/// Instructions, comments and runs of blank lines of the longest file that is looked into to its end.
const PIECES: usize = 250_000;

/// Bytes of instructions, heredocs not counted, that are looked into.
const BYTES: usize = 8 << 20;

/// Bytes of the longest line that BuildKit reads.
const LINE: usize = 65_535;

impl Dockerfile {
    /// Reads a Dockerfile. Any bytes will do: what is wrong with them is in [`Dockerfile::problems`].
    ///
    /// What follows the first 250,000 instructions, comments and blank places is one piece that is not looked into, and
    /// instructions beyond 8 MiB of them are [`Body::Unknown`](super::Body::Unknown).
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let (text, replaced) = match foreign(bytes) {
            Some(_) => (String::new(), Replaced::default()),
            None => decode(bytes),
        };
        let mut parser = Parser::new(&text);
        let unread = match foreign(bytes) {
            Some(why) => {
                parser.problem(Span::default(), ProblemKind::NotADockerfile, why);
                bytes.to_vec()
            }
            None => {
                let message = "this byte is not UTF-8; it is shown as U+001A";
                if let Some(Span { start, .. }) = replaced.spans.first().copied() {
                    parser.problem(Span::new(start, start + 1), ProblemKind::NotUtf8, message);
                }
                parser.run();
                Vec::new()
            }
        };
        let Parser { escape, pieces, directives, comments, instructions, mut problems, .. } = parser;
        problems.sort_by_key(|problem| problem.span);
        let text: Arc<str> = text.into();
        let mut file = Self {
            lines: LineIndex::new(Arc::clone(&text)),
            text,
            replaced,
            unread,
            escape,
            pieces,
            directives,
            comments,
            scripts: instructions.iter().map(|_| Default::default()).collect(),
            installs: Default::default(),
            shipping: Default::default(),
            instructions,
            problems,
            stages: Stages::default(),
        };
        file.find_stages();
        file
    }
}

struct Parser<'a> {
    text: &'a str,
    at: u32,
    escape: char,
    pieces: Vec<Piece>,
    directives: Vec<Directive>,
    comments: Vec<Comment>,
    instructions: Vec<Instruction>,
    problems: Vec<Problem>,
    ends: Ends<'a>,
    stages: usize,
    /// Bytes of instructions that are still looked into.
    bytes: usize,
}

/// The lines of one instruction.
struct Gathered<'a> {
    joined: Joined<'a>,
    /// Where the text of the last line ends.
    end: u32,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            escape: '\\',
            pieces: Vec::new(),
            directives: Vec::new(),
            comments: Vec::new(),
            instructions: Vec::new(),
            problems: Vec::new(),
            ends: Ends::default(),
            stages: 0,
            bytes: BYTES,
        }
    }

    fn problem(&mut self, span: Span, kind: ProblemKind, message: &str) {
        self.problems.push(Problem { span, kind, message: message.to_owned() });
    }

    /// Everything from where the parser is up to `end` becomes one piece.
    fn piece(&mut self, end: u32, kind: PieceKind) {
        let span = Span::new(self.at, end);
        match self.pieces.last_mut() {
            Some(last) if kind == PieceKind::Blank && last.kind == kind => last.span.end = end,
            _ => self.pieces.push(Piece { span, kind }),
        }
        self.at = end;
    }

    fn run(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.piece(3, PieceKind::ByteOrderMark);
        }
        self.head();
        while let Some(line) = Line::at(self.text, self.at) {
            if self.pieces.len().max(self.comments.len()) >= PIECES {
                let rest = Span::new(self.at, self.text.len() as u32);
                self.problem(rest, ProblemKind::NotADockerfile, "there is more here than a Dockerfile holds");
                self.piece(rest.end, PieceKind::Foreign);
                break;
            }
            let (text, _) = line.trimmed();
            if text.is_empty() {
                self.piece(line.next, PieceKind::Blank);
            } else if text.starts_with('#') {
                self.comment(&line, None);
                self.piece(line.next, PieceKind::Comment(self.comments.len() - 1));
            } else {
                self.instruction(&line);
            }
        }
        if self.instructions.is_empty() {
            self.problem(Span::default(), ProblemKind::Empty, "there is no instruction in this file");
        }
    }

    fn head(&mut self) {
        let found = directives(self.text, self.at);
        self.escape = found.escape.unwrap_or('\\');
        self.problems.extend(found.problems);
        if let Some(shebang) = found.shebang {
            self.piece(shebang.end, PieceKind::Shebang);
        }
        for (index, directive) in found.list.iter().enumerate() {
            let end = Line::at(self.text, directive.span.start).map_or(directive.span.end, |line| line.next);
            self.piece(end, PieceKind::Directive(index));
        }
        self.directives = found.list;
    }

    fn comment(&mut self, line: &Line<'_>, inside: Option<usize>) {
        if self.comments.len() >= PIECES {
            return;
        }
        let (text, start) = line.trimmed();
        let span = Span::new(start, start + text.len() as u32);
        self.comments.push(Comment { span, text: text[1..].trim().to_owned(), inside });
    }

    fn measure(&mut self, line: &Line<'_>) {
        if line.text.len() > LINE {
            let span = Span::new(line.start, line.end());
            self.problem(span, ProblemKind::TooLong, "BuildKit reads no line of more than 65,535 bytes");
        }
    }

    /// Joins the lines of an instruction; the parser is behind them afterwards, without a piece for them.
    fn gather(&mut self, first: &Line<'a>) -> (Gathered<'a>, u32) {
        let (text, start) = first.trimmed();
        let mut gathered = Gathered { joined: Joined::new(text, start), end: first.end() };
        let mut next = first.next;
        self.measure(first);
        let Some(before) = continued(text, self.escape) else { return (gathered, next) };
        gathered.joined = Joined::new(before, start);
        let mut seen_empty = false;
        while let Some(line) = Line::at(self.text, next) {
            next = line.next;
            gathered.end = line.end();
            self.measure(&line);
            let (trimmed, at) = line.trimmed();
            if trimmed.starts_with('#') {
                self.comment(&line, Some(self.instructions.len()));
            } else if trimmed.is_empty() {
                let message = "an empty line inside an instruction will be an error some day";
                if !seen_empty {
                    self.problem(Span::new(line.start, at), ProblemKind::EmptyContinuation, message);
                }
                seen_empty = true;
            } else if let Some(before) = continued(line.text, self.escape) {
                gathered.joined.push(before, line.start);
            } else {
                gathered.joined.push(line.text, line.start);
                break;
            }
        }
        (gathered, next)
    }

    fn instruction(&mut self, first: &Line<'a>) {
        let (gathered, mut next) = self.gather(first);
        let Gathered { joined, mut end } = gathered;
        if joined.text.trim().is_empty() {
            self.piece(next, PieceKind::Blank);
            return;
        }
        let index = self.instructions.len();
        let mut context = Context { map: &joined.map, escape: self.escape, index, problems: &mut self.problems };
        let line = Slice { text: &joined.text, at: 0 };
        let left = self.bytes.checked_sub(joined.text.len());
        self.bytes = left.unwrap_or(self.bytes);
        let mut read = match left {
            Some(_) => instruction(&mut context, line, Place::Top),
            None => unread(&mut context, line),
        };
        if may_have_heredocs(&read) {
            for mark in marks(&joined.text) {
                let found = self.ends.find(self.text, next, &mark);
                let place = joined.map.span(mark.start, mark.end);
                if !found.terminated {
                    let message = format!("the heredoc ends nowhere: there is no line `{}`", mark.name);
                    self.problem(place, ProblemKind::UnterminatedHeredoc, &message);
                }
                read.heredocs.push(Heredoc {
                    name: mark.name,
                    strip_tabs: mark.strip_tabs,
                    expand: mark.expand,
                    descriptor: mark.descriptor,
                    mark: place,
                    body: Span::new(next, found.body),
                    terminated: found.terminated,
                });
                end = end.max(found.text);
                next = found.next;
            }
        }
        if let Some(inner) = &mut read.on_build {
            inner.heredocs.clone_from(&read.heredocs);
        }
        read.span.end = end.max(read.span.end);
        self.place(&mut read);
        self.instructions.push(read);
        self.piece(next, PieceKind::Instruction(index));
    }

    /// Says which stage an instruction is in.
    fn place(&mut self, instruction: &mut Instruction) {
        match instruction.keyword {
            Keyword::From => self.stages += 1,
            Keyword::Arg | Keyword::Unknown => {}
            _ if self.stages == 0 => {
                let message = "no stage has begun: FROM comes first";
                self.problem(instruction.keyword_span, ProblemKind::Order, message);
            }
            _ => {}
        }
        instruction.stage = self.stages.checked_sub(1);
        if let Some(inner) = &mut instruction.on_build {
            inner.stage = instruction.stage;
            inner.span.end = instruction.span.end;
        }
    }
}
