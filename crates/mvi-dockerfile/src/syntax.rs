//! The Dockerfile language as BuildKit reads it, kept so that every byte can be printed again.

mod body;
mod file;
mod keyword;
pub(crate) mod logical;
mod model;
mod parse;

pub use body::{ArgDef, Body, Command, Healthcheck, Pair, ShellText, Word};
pub use file::Dockerfile;
pub use keyword::Keyword;
pub use model::{
    Comment, Directive, Flag, Heredoc, Instruction, Mount, MountOption, Piece, PieceKind, Problem, ProblemKind,
};
