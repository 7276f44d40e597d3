//! What a rule says: where, what, how bad, and how to repair it.

use crate::span::Span;

/// How bad a finding is; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// A matter of taste.
    Style,
    /// Worth knowing.
    Info,
    /// Goes wrong sooner or later.
    Warning,
    /// Is wrong.
    Error,
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Code of the rule, as `MVI3008`.
    pub code: &'static str,
    /// How bad it is.
    pub level: Level,
    /// Where it is.
    pub span: Span,
    /// One sentence without a full stop.
    pub message: String,
    /// What helps to understand it, a sentence each.
    pub notes: Vec<String>,
    /// How to repair it, when that is known.
    pub fix: Option<Fix>,
}

/// Whether a repair may be made unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// The image does the same after it.
    Safe,
    /// Somebody should look at it.
    Unsafe,
}

/// Edits of one file that repair a finding, all or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// An order: `remove the lists in the same RUN`.
    pub title: String,
    /// Whether it may be made unasked.
    pub safety: Safety,
    /// In order of their spans, which do not overlap.
    pub edits: Vec<Edit>,
}

/// Text that takes the place of a span; an empty span inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}
