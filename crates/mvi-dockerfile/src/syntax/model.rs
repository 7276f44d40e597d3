//! The parts of a Dockerfile: directives, comments, instructions and what belongs to them.

use crate::span::Span;
use crate::syntax::body::{Body, Word};
use crate::syntax::keyword::Keyword;

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Place in [`Dockerfile::instructions`](super::Dockerfile::instructions); that of the outer one inside `ONBUILD`.
    pub index: usize,
    /// What it begins with.
    pub keyword: Keyword,
    /// Where that is; its text shows how it is cased.
    pub keyword_span: Span,
    /// From the keyword to the end of the last line or heredoc, without the last newline.
    pub span: Span,
    /// `--name=value`, in order.
    pub flags: Vec<Flag>,
    /// What follows the flags, without heredocs; empty at the end when there is nothing.
    pub arguments: Span,
    /// In the order in which they begin.
    pub heredocs: Vec<Heredoc>,
    /// `--mount` flags of `RUN`.
    pub mounts: Vec<Mount>,
    /// The stage it is in; `None` before the first `FROM`.
    pub stage: Option<usize>,
    /// What `ONBUILD` puts off.
    pub on_build: Option<Box<Instruction>>,
    /// What it says.
    pub body: Body,
}

impl Instruction {
    /// The first flag of this name.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name == name)
    }
}

/// `--name` or `--name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Without the dashes.
    pub name: String,
    /// Without quotes; `None` when there is no `=`.
    pub value: Option<String>,
    /// All of it, dashes included.
    pub span: Span,
    /// The value as a word, for its place.
    pub word: Option<Word>,
}

/// `--mount=type=cache,target=/x`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The whole flag.
    pub span: Span,
    /// In order.
    pub options: Vec<MountOption>,
}

impl Mount {
    /// Its type; `bind` when none is written.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.value(&["type"]).unwrap_or("bind")
    }

    /// Where it appears, when that is written.
    #[must_use]
    pub fn target(&self) -> Option<&str> {
        self.value(&["target", "dst", "destination"])
    }

    /// The stage or image it comes from.
    #[must_use]
    pub fn from(&self) -> Option<&str> {
        self.value(&["from"])
    }

    /// The last value under any of these keys.
    #[must_use]
    pub fn value(&self, keys: &[&str]) -> Option<&str> {
        let option = self.options.iter().rev().find(|option| keys.contains(&option.key.as_str()));
        option.and_then(|option| option.value.as_deref())
    }
}

/// One option of a mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountOption {
    /// In lower case.
    pub key: String,
    /// `None` when there is no `=`.
    pub value: Option<String>,
    /// Both.
    pub span: Span,
}

/// Text that follows an instruction and belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    /// The word that ends it.
    pub name: String,
    /// Whether tabs at the beginning of lines are taken away (`<<-`).
    pub strip_tabs: bool,
    /// Whether variables are expanded in it; not when its word is quoted.
    pub expand: bool,
    /// File descriptor before `<<`; 0 when none is written.
    pub descriptor: u32,
    /// The `<<WORD` itself.
    pub mark: Span,
    /// Its lines with their newlines.
    pub body: Span,
    /// Whether the word that ends it is there.
    pub terminated: bool,
}

/// A comment on a line of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line.
    pub span: Span,
    /// What follows the `#`, without space around it.
    pub text: String,
    /// The instruction whose lines it stands between, when there is one.
    pub inside: Option<usize>,
}

/// `# name=value` at the beginning of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// In lower case: `syntax`, `escape` or `check`.
    pub name: String,
    /// Without space around it.
    pub value: String,
    /// From the `#` to the end of the line.
    pub span: Span,
    /// The value.
    pub value_span: Span,
}

/// A piece of a file; all pieces in order are the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it is, newline included.
    pub span: Span,
    /// What it is.
    pub kind: PieceKind,
}

/// What a piece of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PieceKind {
    /// The mark that says that a file is UTF-8.
    ByteOrderMark,
    /// `#!` at the beginning of the file.
    Shebang,
    /// A parser directive, with its index.
    Directive(usize),
    /// A comment between instructions, with its index.
    Comment(usize),
    /// A line with nothing on it.
    Blank,
    /// An instruction with its continuation lines and heredocs, with its index.
    Instruction(usize),
    /// Something that is no Dockerfile.
    Foreign,
}

/// Something in a file that BuildKit refuses, or that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it is.
    pub span: Span,
    /// What kind it is.
    pub kind: ProblemKind,
    /// One sentence, in lower case, without a full stop.
    pub message: String,
}

/// Kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// Not text, or too large: there are no instructions.
    NotADockerfile,
    /// A line longer than BuildKit reads, or more instructions than are looked into.
    TooLong,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// No instruction in the whole file.
    Empty,
    /// A directive that cannot be, or is there twice.
    Directive,
    /// A keyword that is none.
    UnknownInstruction,
    /// Arguments that are missing, too many or malformed.
    Arguments,
    /// A flag that the instruction does not have, has twice, or whose value cannot be.
    Flag,
    /// A heredoc without its end.
    UnterminatedHeredoc,
    /// A quote without its end.
    UnterminatedQuote,
    /// A JSON array that holds something else than strings.
    Json,
    /// A line of a continued instruction with nothing on it.
    EmptyContinuation,
    /// An instruction before the first `FROM` that needs a stage, or one that `ONBUILD` may not hold.
    Order,
    /// A stage that copies from itself or from one that does not exist.
    Stage,
}
