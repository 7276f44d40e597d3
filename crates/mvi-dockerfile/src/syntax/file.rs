//! A whole Dockerfile: its text, its parts, and the way back to its bytes.

use std::sync::{Arc, OnceLock};

use crate::law::installs::Kept;
use crate::law::view::Shipping;
use crate::shell::Script;
use crate::span::{LineIndex, Position};
use crate::stages::Stages;
use crate::syntax::model::{Comment, Directive, Instruction, Piece, Problem};
use crate::syntax::source::Replaced;

/// A Dockerfile that was read.
#[derive(Clone, Debug)]
pub struct Dockerfile {
    pub(crate) text: Arc<str>,
    pub(crate) replaced: Replaced,
    /// A file that is no text, as it is.
    pub(crate) unread: Vec<u8>,
    pub(crate) lines: LineIndex,
    pub(crate) escape: char,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) directives: Vec<Directive>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) stages: Stages,
    pub(crate) scripts: Vec<OnceLock<Vec<Script>>>,
    /// What its instructions install, in their order.
    pub(crate) installs: OnceLock<Vec<Kept>>,
    /// Which of its stages ship, as it was asked for first.
    pub(crate) shipping: OnceLock<Shipping>,
}

impl Dockerfile {
    /// What BuildKit refuses and what was not understood, in order.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The text all spans are about: as long as the file, with `U+001A` for every byte that is not UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the file, put together from its pieces.
    #[must_use]
    pub fn print(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.text.len() + self.unread.len());
        for piece in &self.pieces {
            bytes.extend_from_slice(piece.span.of(&self.text).as_bytes());
        }
        self.replaced.restore(&mut bytes);
        bytes.extend_from_slice(&self.unread);
        bytes
    }

    /// All pieces in order; together they are the file.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// All instructions in order.
    #[must_use]
    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// Parser directives in order.
    #[must_use]
    pub fn directives(&self) -> &[Directive] {
        &self.directives
    }

    /// Comments in order, those inside instructions included, heredocs not.
    #[must_use]
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// Where lines begin.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }

    /// Line and column of a byte.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        self.lines.position(offset)
    }

    /// `\` or `` ` ``.
    #[must_use]
    pub fn escape(&self) -> char {
        self.escape
    }
}
