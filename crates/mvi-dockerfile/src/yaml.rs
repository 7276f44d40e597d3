//! YAML as a tree with spans: documents of a stream, aliases shared and not copied, merge keys resolved, everything
//! bounded. What the nodes mean is said elsewhere.

mod build;
mod node;
mod split;
mod template;

use std::sync::Arc;

use crate::span::{LineIndex, Span};

pub use node::{Entry, Node, Value};

/// Largest file that is read, bytes.
pub const LARGEST: usize = 32 << 20;
/// Deepest nesting, with what aliases bring.
pub const DEEPEST: u32 = 128;
/// Most nodes of a document, where an alias counts as much as what it stands for.
pub const MOST_NODES: u64 = 1_000_000;

/// A file of YAML documents.
#[derive(Clone, Debug)]
pub struct Stream {
    text: Arc<str>,
    lines: LineIndex,
    documents: Vec<Document>,
    problems: Vec<YamlProblem>,
}

/// One document of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// From its `---`, or its first line, to the next.
    pub span: Span,
    /// The outermost node; spans are those of the file.
    pub root: Node,
    /// Path of the template that Helm made it of, from its comment `# Source: …`.
    pub source: Option<String>,
}

/// Something that keeps a file, or a part of it, from meaning anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlProblem {
    /// Where it is.
    pub span: Span,
    /// What kind of thing.
    pub kind: YamlProblemKind,
    /// One sentence without a full stop.
    pub message: String,
}

/// Kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum YamlProblemKind {
    /// Bytes that are not UTF-8.
    NotText,
    /// More bytes, nodes or levels than are read.
    TooLarge,
    /// Text that is no YAML.
    Syntax,
    /// A key that a mapping has twice.
    DuplicateKey,
    /// An alias without an anchor, or within its own.
    Alias,
    /// `{{ … }}` of Helm or another engine that was not rendered.
    Template,
    /// A shape that a document of its kind does not have.
    Shape,
}

impl Stream {
    /// Reads a file. Never fails: what cannot be read is a problem, and the documents beside it are there.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        if bytes.len() > LARGEST {
            let message = format!("the file has {} bytes; {LARGEST} is the most that is read", bytes.len());
            return Self::unread(YamlProblemKind::TooLarge, Span::at(0), message);
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let at = error.valid_up_to();
                let message = format!("byte {at} is not UTF-8; save the file as UTF-8");
                // Without a text there are no lines to point at.
                return Self::unread(YamlProblemKind::NotText, Span::at(0), message);
            }
        };
        let text: Arc<str> = text.into();
        let mut stream = Self {
            lines: LineIndex::new(text.clone()),
            text: text.clone(),
            documents: Vec::new(),
            problems: Vec::new(),
        };
        for chunk in split::documents(&text) {
            stream.read(chunk);
        }
        stream.problems.sort_by_key(|problem| problem.span);
        stream
    }

    fn unread(kind: YamlProblemKind, span: Span, message: String) -> Self {
        let text: Arc<str> = "".into();
        let problems = vec![YamlProblem { span, kind, message }];
        Self { lines: LineIndex::new(text.clone()), text, documents: Vec::new(), problems }
    }

    fn read(&mut self, span: Span) {
        let text = self.text.clone();
        let chunk = span.of(&text);
        if let Some(problem) = template::unrendered(chunk, span.start) {
            self.problems.push(problem);
            return;
        }
        let built = build::build(chunk, span.start);
        self.problems.extend(built.problems);
        if let Some(root) = built.root {
            self.documents.push(Document { span, root, source: split::helm_source(chunk).map(str::to_owned) });
        }
    }

    /// The text; empty for a file that is not UTF-8 or too large.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Turns offsets into lines and columns.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        &self.lines
    }

    /// The documents that could be read, in order; empty ones are left out.
    #[must_use]
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// What could not be read, in order.
    #[must_use]
    pub fn problems(&self) -> &[YamlProblem] {
        &self.problems
    }
}

#[cfg(test)]
mod tests;
