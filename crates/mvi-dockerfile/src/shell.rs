//! The shell inside instructions: scripts as flat lists of commands, each word with its place in the file.

mod cases;
mod flatten;
mod interpreter;
mod limits;
mod parse;
mod plain;
mod scripts;
mod source;
mod substitution;
mod word;

use crate::span::Span;
use crate::syntax::{Dockerfile, Instruction};

/// What a shell is asked to do at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Which part of the instruction it is.
    pub part: ScriptPart,
    /// Where it is in the file.
    pub span: Span,
    /// Who reads it.
    pub interpreter: Interpreter,
    /// In order, those in substitutions after the command they are part of; empty when it is not for a POSIX shell.
    pub commands: Vec<SimpleCommand>,
    /// Names of the functions it defines, in order.
    pub functions: Vec<String>,
    /// The first thing in it that was not understood. Without it `commands` are all there are; with it there are none, or
    /// only those of a substitution are missing.
    pub problem: Option<ScriptProblem>,
}

/// Which part of an instruction a script is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScriptPart {
    /// The line of the instruction, with the heredocs that the shell reads.
    Line,
    /// The words of the exec form, which are one command.
    Exec,
    /// The script that the exec form hands to a shell: `["sh", "-c", "…"]`.
    ExecScript,
    /// A heredoc that is run, fed to a shell or written as an executable file, by its index.
    Heredoc(usize),
}

/// Who reads a script.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Interpreter {
    /// A POSIX shell or one that understands as much; its name (`sh`, `bash`, `ash`).
    Shell(String),
    /// Anything else, by name (`powershell`, `cmd`, `python3`); such scripts are not parsed.
    Other(String),
    /// Nobody: the words are run as they are.
    Direct,
}

/// Why a script has no commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptProblem {
    /// What kind it is.
    pub kind: ScriptProblemKind,
    /// Where it was noticed.
    pub span: Span,
    /// One sentence, in lower case, without a full stop.
    pub message: String,
}

/// Kinds of problems with scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScriptProblemKind {
    /// It is not shell.
    Syntax,
    /// It is nested deeper, or is longer, than is looked into.
    TooMuch,
}

/// A command with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleCommand {
    /// What is run; `None` when there are only assignments or redirects.
    pub name: Option<ShellWord>,
    /// Its arguments, the name not among them.
    pub words: Vec<ShellWord>,
    /// `NAME=value` before the name.
    pub assignments: Vec<Assignment>,
    /// In order; those of a compound command are with its first command inside.
    pub redirects: Vec<Redirect>,
    /// From its first to its last word.
    pub span: Span,
    /// What stands between it and the command before it, words like `then` and `do` left out.
    pub joined_by: Joint,
    /// Whether it is one of several in a pipeline.
    pub in_pipeline: bool,
    /// Number of its pipeline in the script; commands of one pipeline share it.
    pub pipeline: u32,
    /// Compound commands, functions and substitutions around it.
    pub depth: u32,
    /// Whether it is inside `$(…)`, backquotes or `<(…)`.
    pub in_substitution: bool,
    /// The command whose words it is substituted into, by its place in [`Script::commands`].
    pub within: Option<usize>,
    /// Whether its result decides something: between `if`, `while` or `until` and what they guard, or after `!`.
    pub in_condition: bool,
    /// Whether it only runs when a function is called.
    pub in_function: bool,
}

/// What stands before a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Joint {
    /// Nothing: it is the first of its list.
    First,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `;` or a newline
    Sequence,
    /// `|`
    Pipe,
    /// `|&`
    PipeAll,
    /// `&`: the one before goes on beside it
    Background,
}

/// A word of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellWord {
    /// Without quotes; variables, substitutions and patterns as they are written.
    pub text: String,
    /// As it is written.
    pub raw: String,
    /// Where it is in the file.
    pub span: Span,
    /// Whether it is the same whatever happens: no variable, substitution, pattern or tilde in it.
    pub is_static: bool,
}

/// `NAME=value`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// What is set.
    pub name: String,
    /// What it is set to, for arrays as it is written.
    pub value: ShellWord,
    /// Both.
    pub span: Span,
}

/// `> file` and the like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The descriptor that is written before it.
    pub descriptor: Option<i32>,
    /// What it does.
    pub kind: RedirectKind,
    /// The file, descriptor, or word that ends a heredoc.
    pub target: ShellWord,
    /// Where it is.
    pub span: Span,
    /// The lines of a heredoc.
    pub body: Option<Span>,
}

/// What a redirect does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RedirectKind {
    /// `<`
    Read,
    /// `>` or `>|`
    Write,
    /// `>>`
    Append,
    /// `<>`
    ReadWrite,
    /// `<&`, `>&`
    Duplicate,
    /// `&>`
    WriteAll,
    /// `&>>`
    AppendAll,
    /// `<<`, `<<-`
    Heredoc,
    /// `<<<`
    HereString,
}

impl Dockerfile {
    /// The scripts of an instruction of this file, or of what it puts off by `ONBUILD`: parsed when they are first asked
    /// for, and kept.
    #[must_use]
    pub fn scripts(&self, instruction: &Instruction) -> &[Script] {
        self.scripts.get(instruction.index).map_or(&[], |kept| kept.get_or_init(|| scripts::scripts(self, instruction)))
    }

    /// Whether the file is for Windows: its escape is the backquote, or a stage is built on one of Windows' images.
    #[must_use]
    pub fn is_windows(&self) -> bool {
        self.escape() == '`' || self.stages().iter().any(|stage| interpreter::is_windows(self, stage.index))
    }
}
