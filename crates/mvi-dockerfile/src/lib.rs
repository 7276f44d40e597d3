//! Dockerfiles: a parse that loses nothing, stages and variables, the shell inside, and rules that judge all of it.

pub mod compose;
mod finding;
mod fix;
pub mod inventory;
pub mod kubernetes;
mod labels;
mod law;
mod lint;
pub mod manifest;
mod packages;
mod patterns;
mod reference;
mod repository;
mod rule;
mod rules;
mod selection;
mod settings;
pub mod shell;
pub mod shellcheck;
mod span;
pub mod stages;
mod suppress;
pub mod syntax;
pub mod template;
mod words;
pub mod yaml;

pub use finding::{Edit, Finding, Fix, Level, Safety};
pub use fix::{Repair, Repaired, apply, repair};
pub use lint::{Foreign, check, lint, settle};
pub use patterns::IgnorePatterns;
pub use repository::{Automation, Repository};
pub use rule::{Fixes, Group, Rule, RuleMeta, Shown};
pub use rules::{RULES, all_rules, rule_of};
pub use selection::{Choice, Choices, Selection, UnknownRule, find_rule, is_known};
pub use settings::{
    AllowedBase, BannedBase, ExceptedBase, LabelKind, LastSize, LintSettings, Names, SealedBase, SealedClass,
};
pub use shell::{
    Assignment, Interpreter, Joint, Redirect, RedirectKind, Script, ScriptPart, ScriptProblem, ScriptProblemKind,
    ShellWord, SimpleCommand,
};
pub use span::{LineIndex, Position, Span};
pub use stages::{Base, Expanded, ImageName, Scope, Stage, Variable};
pub use suppress::{Flaw, HadolintConfig, HadolintError, Pragma, Pragmas, Reach, Terms, Threshold, shell_of};
pub use syntax::{
    ArgDef, Body, Command, Comment, Directive, Dockerfile, Flag, Healthcheck, Heredoc, Instruction, Keyword, Mount,
    MountOption, Pair, Piece, PieceKind, Problem, ProblemKind, ShellText, Word,
};
