//! What instructions say, each in a type of its own.

use crate::span::Span;
use crate::syntax::logical::Map;

/// A word of a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Without the quotes and escapes that the instruction takes away, variables as they are written.
    pub text: String,
    /// As it is written, continuation lines joined.
    pub raw: String,
    /// Where it is in the file, quotes and continuations included.
    pub span: Span,
    /// Whether a variable is to be expanded in it; always `false` where the instruction expands none.
    pub has_variables: bool,
}

/// What an instruction says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// `FROM [--platform=…] IMAGE [AS NAME]`
    From {
        /// What it begins with: an image, a stage or `scratch`.
        image: Word,
        /// Value of `--platform`.
        platform: Option<Word>,
        /// Name of the stage.
        alias: Option<Word>,
    },
    /// `RUN`
    Run(Command),
    /// `CMD`
    Cmd(Command),
    /// `ENTRYPOINT`
    Entrypoint(Command),
    /// `SHELL ["…"]`
    Shell(Vec<Word>),
    /// `COPY SOURCE… DESTINATION`
    Copy {
        /// What is copied; heredocs are not here but in [`Instruction::heredocs`](super::Instruction::heredocs).
        sources: Vec<Word>,
        /// Where it goes.
        destination: Word,
        /// Value of `--from`.
        from: Option<Word>,
    },
    /// `ADD SOURCE… DESTINATION`
    Add {
        /// What is added; heredocs are not here.
        sources: Vec<Word>,
        /// Where it goes.
        destination: Word,
    },
    /// `ENV`
    Env(Vec<Pair>),
    /// `ARG`
    Arg(Vec<ArgDef>),
    /// `LABEL`
    Label(Vec<Pair>),
    /// `USER`
    User(Word),
    /// `WORKDIR`
    Workdir(Word),
    /// `EXPOSE`
    Expose(Vec<Word>),
    /// `VOLUME`
    Volume(Vec<Word>),
    /// `HEALTHCHECK`
    Healthcheck(Healthcheck),
    /// `STOPSIGNAL`
    Stopsignal(Word),
    /// `MAINTAINER`
    Maintainer(Word),
    /// `ONBUILD`; what it does is in [`Instruction::on_build`](super::Instruction::on_build).
    Onbuild,
    /// A keyword or arguments that are not understood; a problem says why.
    Unknown,
}

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A line for the shell.
    Shell(ShellText),
    /// Words as they are, from a JSON array.
    Exec(Vec<Word>),
}

/// A line for the shell, as BuildKit hands it over: continuation lines joined, comments between them dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellText {
    /// Where it is in the file.
    pub span: Span,
    /// What the shell gets.
    pub text: String,
    pub(crate) map: Map,
}

impl ShellText {
    /// Where a piece of `text`, in bytes, is in the file.
    #[must_use]
    pub fn place(&self, start: usize, end: usize) -> Span {
        self.map.span(start, end)
    }
}

/// What `HEALTHCHECK` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Healthcheck {
    /// `HEALTHCHECK NONE`
    None,
    /// `HEALTHCHECK CMD …`
    Command(Command),
}

/// A key with its value, of `ENV` or `LABEL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// What is set.
    pub key: Word,
    /// What it is set to.
    pub value: Word,
    /// Both.
    pub span: Span,
    /// Whether it is written the old way, `KEY VALUE`.
    pub old_form: bool,
}

/// A variable that `ARG` declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgDef {
    /// Its name.
    pub name: Word,
    /// Its value unless the build says otherwise.
    pub default: Option<Word>,
    /// Both.
    pub span: Span,
}
