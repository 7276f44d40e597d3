//! The graph for Graphviz.

use std::io::{self, Write};

use crate::export::graph::{Edge, Node, Sink, Value};

pub(super) struct Dot<'a> {
    out: &'a mut dyn Write,
}

impl<'a> Dot<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out }
    }
}

impl Sink for Dot<'_> {
    fn start(&mut self, _events: u64) -> io::Result<()> {
        writeln!(self.out, "digraph fleet {{\n  rankdir=LR; node [shape=box];")
    }

    fn node(&mut self, node: &Node<'_>) -> io::Result<()> {
        let reference = node.properties.iter().find_map(|(name, value)| match value {
            Value::Text(text) if name == "reference" => Some(text.as_str()),
            Value::Text(_) | Value::Number(_) | Value::Fraction(_) => None,
        });
        let (id, label) = (quote(&format!("{}:{}", node.kind, node.key)), quote(reference.unwrap_or(node.key)));
        writeln!(self.out, "  {id} [label={label}, class={}];", quote(node.kind))
    }

    fn edge(&mut self, edge: &Edge<'_>) -> io::Result<()> {
        let end = |(kind, key): (&str, &str)| quote(&format!("{kind}:{key}"));
        writeln!(self.out, "  {} -> {} [label={}];", end(edge.from), end(edge.to), quote(edge.relation))
    }

    fn end(&mut self) -> io::Result<()> {
        writeln!(self.out, "}}")
    }
}

/// A quoted string: Graphviz, "The DOT language". A backslash is doubled, as `\N` and the like mean something in labels.
fn quote(text: &str) -> String {
    let plain = |character: char| match character {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        other if other.is_control() => " ".to_owned(),
        other => other.to_string(),
    };
    format!("\"{}\"", text.chars().map(plain).collect::<String>())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_quoted_string_cannot_be_left() {
        assert_eq!(super::quote("a\"]; b\\N\n"), "\"a\\\"]; b\\\\N \"");
    }
}
