//! From bytes to a [`Dockerfile`].

use std::sync::Arc;

use crate::span::{LineIndex, Span};
use crate::stages::Stages;
use crate::syntax::file::Dockerfile;
use crate::syntax::model::{Piece, PieceKind};

impl Dockerfile {
    /// Reads a Dockerfile. Any bytes will do: what is wrong with them is in [`Dockerfile::problems`].
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let text: Arc<str> = String::from_utf8_lossy(bytes).into();
        let span = Span::new(0, text.len() as u32);
        Self {
            lines: LineIndex::new(Arc::clone(&text)),
            text,
            replaced: Vec::new(),
            unread: Vec::new(),
            escape: '\\',
            pieces: vec![Piece { span, kind: PieceKind::Foreign }],
            directives: Vec::new(),
            comments: Vec::new(),
            instructions: Vec::new(),
            problems: Vec::new(),
            stages: Stages::default(),
            scripts: Vec::new(),
        }
    }
}
