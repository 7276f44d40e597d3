//! Dockerfiles: a parse that loses nothing, stages and variables, the shell inside, and rules that judge all of it.

pub mod compose;
mod finding;
pub mod kubernetes;
mod rule;
mod rules;
mod settings;
pub mod shell;
mod span;
pub mod stages;
pub mod syntax;
pub mod template;
pub mod yaml;

pub use finding::{Edit, Finding, Fix, Level, Safety};
pub use rule::{Fixes, Group, Rule, RuleMeta};
pub use rules::RULES;
pub use settings::{AllowedBase, LabelKind, LintSettings};
pub use shell::{
    Assignment, Interpreter, Joint, Redirect, RedirectKind, Script, ScriptPart, ScriptProblem, ScriptProblemKind,
    ShellWord, SimpleCommand,
};
pub use span::{LineIndex, Position, Span};
pub use stages::{Base, Expanded, ImageName, Scope, Stage, Variable};
pub use syntax::{
    ArgDef, Body, Command, Comment, Directive, Dockerfile, Flag, Healthcheck, Heredoc, Instruction, Keyword, Mount,
    MountOption, Pair, Piece, PieceKind, Problem, ProblemKind, ShellText, Word,
};
