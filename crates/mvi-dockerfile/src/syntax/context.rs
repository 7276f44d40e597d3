//! What every part of the parser needs to know while it reads one logical line.

use crate::span::Span;
use crate::syntax::logical::{Map, Slice};
use crate::syntax::model::{Problem, ProblemKind};

/// The line that is being read, and where problems go.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) map: &'a Map,
    pub(crate) escape: char,
    /// Index of the instruction.
    pub(crate) index: usize,
    pub(crate) problems: &'a mut Vec<Problem>,
}

impl Context<'_> {
    /// Where a piece of the line is in the file.
    pub(crate) fn span(&self, slice: Slice<'_>) -> Span {
        self.map.span(slice.at, slice.end())
    }

    /// Tells of a problem.
    pub(crate) fn problem(&mut self, span: Span, kind: ProblemKind, message: impl Into<String>) {
        self.problems.push(Problem { span, kind, message: message.into() });
    }
}
