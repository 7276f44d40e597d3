//! From the events of a parser to nodes: anchors, merge keys, duplicate keys and ceilings.

use std::collections::HashMap;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle};

use super::node::{Entry, Node, Value};
use super::{DEEPEST, MOST_NODES, YamlProblem, YamlProblemKind};
use crate::span::Span;

/// Most problems that one document tells; more are of no use to anybody.
const MOST_PROBLEMS: usize = 50;

/// What came of a document.
pub(super) struct Built {
    /// The outermost node; none when the document cannot be read.
    pub root: Option<Node>,
    pub problems: Vec<YamlProblem>,
}

/// A collection that is still open.
struct Open {
    start: u32,
    anchor: usize,
    mapping: bool,
    nodes: Vec<Node>,
}

struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    root: Option<Node>,
    problems: Vec<YamlProblem>,
    nodes: u64,
}

/// Reads one document that begins at `offset` of its file.
pub(super) fn build(text: &str, offset: u32) -> Built {
    let mut builder = Builder { open: Vec::new(), anchors: HashMap::new(), root: None, problems: Vec::new(), nodes: 0 };
    let options = granit_parser::options! { emit_unresolved_aliases: true };
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => {
                let span = span.byte_range().unwrap_or_default();
                let span = Span::new(offset + span.start as u32, offset + span.end as u32);
                if !builder.take(event, span) {
                    return Built { root: None, problems: builder.problems };
                }
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or_default().min(text.len());
                let at = offset + at as u32;
                let message = format!("not YAML: {}", error.kind());
                builder.problems.push(YamlProblem { span: Span::at(at), kind: YamlProblemKind::Syntax, message });
                return Built { root: None, problems: builder.problems };
            }
        }
    }
    Built { root: builder.root, problems: builder.problems }
}

impl Builder {
    /// Takes an event; false when there is no use in going on.
    fn take(&mut self, event: Event<'_>, span: Span) -> bool {
        let node = match event {
            Event::Scalar(text, style, anchor, _) => {
                let plain = matches!(style, ScalarStyle::Plain);
                let node = Node::new(span, Value::Scalar { text: text.as_ref().into(), plain });
                (node, anchor)
            }
            Event::SequenceStart(_, anchor, _) | Event::MappingStart(_, anchor, _) => {
                let mapping = matches!(event, Event::MappingStart(..));
                self.open.push(Open { start: span.start, anchor, mapping, nodes: Vec::new() });
                return self.has_room(span);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return true };
                // The end of a block is where the next thing begins; what is between belongs to nobody.
                let last = open.nodes.last().map_or(open.start, |node| node.span.end);
                let end = if span.is_empty() { last } else { span.end.max(last) };
                let anchor = open.anchor;
                let whole = Span::new(open.start, end.max(open.start));
                let value = if open.mapping {
                    Value::Mapping(self.pairs(open.nodes))
                } else {
                    Value::Sequence(open.nodes.into())
                };
                (Node::new(whole, value), anchor)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => (Node { span, ..node.clone() }, 0),
                None => {
                    self.tell(span, YamlProblemKind::Alias, "this alias stands within what it stands for".to_owned());
                    (Node::null(span), 0)
                }
            },
            Event::UnresolvedAlias(name) => {
                self.tell(
                    span,
                    YamlProblemKind::Alias,
                    format!("no anchor `&{}` comes before this alias", short(&name)),
                );
                (Node::null(span), 0)
            }
            Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Anchor(..) => return true,
            // Comments are not asked for, and what a later parser may add is no node.
            _ => return true,
        };
        self.place(node.0, node.1)
    }

    fn place(&mut self, node: Node, anchor: usize) -> bool {
        let span = node.span;
        if node.depth > DEEPEST {
            self.tell(span, YamlProblemKind::TooLarge, format!("more than {DEEPEST} levels, counted through aliases"));
            return false;
        }
        if node.weight > MOST_NODES {
            let message = format!("aliases make more than {MOST_NODES} nodes of this");
            self.tell(span, YamlProblemKind::TooLarge, message);
            return false;
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            Some(open) => open.nodes.push(node),
            None if self.root.is_none() => self.root = Some(node),
            None => {}
        }
        self.has_room(span)
    }

    fn has_room(&mut self, span: Span) -> bool {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            self.tell(span, YamlProblemKind::TooLarge, format!("the document has more than {MOST_NODES} nodes"));
            return false;
        }
        true
    }

    /// Pairs of keys and values; the first of two equal keys counts, `<<` gives what is not there.
    fn pairs(&mut self, nodes: Vec<Node>) -> Arc<[Entry]> {
        let mut entries: Vec<Entry> = Vec::with_capacity(nodes.len() / 2);
        let mut seen: HashMap<Arc<str>, ()> = HashMap::with_capacity(nodes.len() / 2);
        let mut merges = Vec::new();
        let mut nodes = nodes.into_iter();
        while let (Some(key), Some(node)) = (nodes.next(), nodes.next()) {
            let (text, plain) = match key.value {
                Value::Scalar { text, plain } => (text, plain),
                Value::Sequence(_) | Value::Mapping(_) => ("".into(), false),
            };
            if plain && &*text == "<<" {
                merges.push(node);
            } else if seen.insert(text.clone(), ()).is_some() {
                let message = format!("the key `{}` is here twice; the first counts", short(&text));
                self.tell(key.span, YamlProblemKind::DuplicateKey, message);
            } else {
                entries.push(Entry { key: text, key_span: key.span, node, merged: false });
            }
        }
        for merge in &merges {
            let sources = if merge.items().is_empty() { std::slice::from_ref(merge) } else { merge.items() };
            if sources.iter().any(|source| !matches!(source.value, Value::Mapping(_))) {
                self.tell(merge.span, YamlProblemKind::Shape, "`<<` takes mappings".to_owned());
            }
            for entry in sources.iter().flat_map(Node::entries) {
                // Merging walks what sharing does not: it counts like nodes of the document's own.
                self.nodes += 1;
                if self.nodes > MOST_NODES {
                    break;
                }
                if seen.insert(entry.key.clone(), ()).is_none() {
                    entries.push(Entry { merged: true, ..entry.clone() });
                }
            }
        }
        entries.into()
    }

    fn tell(&mut self, span: Span, kind: YamlProblemKind, message: String) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(YamlProblem { span, kind, message });
        }
    }
}

/// The beginning of a text, for messages.
fn short(text: &str) -> String {
    let mut short: String = text.chars().take(60).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if short.len() < text.len() && text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}
