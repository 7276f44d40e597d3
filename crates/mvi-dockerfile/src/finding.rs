//! What a rule says: where, what, how bad, and how to repair it.

use std::borrow::Cow;

use crate::rule::RuleMeta;
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

impl Level {
    /// All of them, the worst first.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warning, Self::Info, Self::Style];

    /// In lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Style => "style",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The level of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Code of the rule, as `MVI3008`; of another program, as `SC2086`.
    pub code: Cow<'static, str>,
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

impl Finding {
    /// A finding of a rule, with the rule's level; `message` is one sentence without a full stop.
    #[must_use]
    pub fn new(meta: &'static RuleMeta, span: Span, message: impl Into<String>) -> Self {
        let (code, level) = (Cow::Borrowed(meta.code), meta.level);
        Self { code, level, span, message: message.into(), notes: Vec::new(), fix: None }
    }

    /// The same with one more note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same with a repair.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
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
