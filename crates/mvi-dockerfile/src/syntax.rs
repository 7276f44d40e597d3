//! The Dockerfile language as BuildKit reads it, kept so that every byte can be printed again.

mod bodies;
mod body;
mod context;
mod directives;
mod file;
mod flags;
mod heredoc;
mod instruction;
mod json;
mod keyword;
pub(crate) mod lexer;
mod lines;
pub(crate) mod logical;
mod model;
mod mount;
mod parse;
mod pattern;
mod source;
mod words;

pub use body::{ArgDef, Body, Command, Healthcheck, Pair, ShellText, Word};
pub use file::Dockerfile;
pub(crate) use json::string as string_literal;
pub use keyword::Keyword;
pub use lexer::{Expanded, Variable};
pub(crate) use lines::rejoin;
pub use model::{
    Comment, Directive, Flag, Heredoc, Instruction, Mount, MountOption, Piece, PieceKind, Problem, ProblemKind,
};
