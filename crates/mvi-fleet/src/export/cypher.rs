//! The graph as openCypher statements that make what is not there yet.

use std::io::{self, Write};

use crate::export::graph::{Edge, Node, Property, Sink, Value};

pub(super) struct Cypher<'a> {
    out: &'a mut dyn Write,
}

impl<'a> Cypher<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out }
    }
}

impl Sink for Cypher<'_> {
    fn start(&mut self, events: u64) -> io::Result<()> {
        writeln!(self.out, "// The fleet after event {events}. An index on `key` of every label makes this fast.")
    }

    fn node(&mut self, node: &Node<'_>) -> io::Result<()> {
        let set =
            if node.properties.is_empty() { String::new() } else { format!(" SET n += {}", map(node.properties)) };
        writeln!(self.out, "MERGE (n:{} {{key: {}}}){set};", node.kind, quote(node.key))
    }

    fn edge(&mut self, edge: &Edge<'_>) -> io::Result<()> {
        let end = |name: &str, (kind, key): (&str, &str)| format!("({name}:{kind} {{key: {}}})", quote(key));
        let (from, to) = (end("a", edge.from), end("b", edge.to));
        // All properties are in the pattern: two relations that differ in one are two.
        let pattern = if edge.properties.is_empty() { String::new() } else { format!(" {}", map(edge.properties)) };
        writeln!(self.out, "MATCH {from}, {to} MERGE (a)-[:{}{pattern}]->(b);", edge.relation)
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn map(properties: &[Property]) -> String {
    let pair = |(name, value): &Property| match value {
        Value::Number(number) => format!("{name}: {number}"),
        Value::Fraction(number) => format!("{name}: {number:?}"),
        Value::Text(text) => format!("{name}: {}", quote(text)),
    };
    format!("{{{}}}", properties.iter().map(pair).collect::<Vec<_>>().join(", "))
}

/// A string literal: openCypher 9, "StringLiteral"; what is not plain is a `\u` escape.
fn quote(text: &str) -> String {
    let mut quoted = String::from("'");
    for character in text.chars() {
        match character {
            '\'' => quoted.push_str("\\'"),
            '\\' => quoted.push_str("\\\\"),
            other if other.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(other))),
            other => quoted.push(other),
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_literal_cannot_be_left() {
        assert_eq!(super::quote("a'}) DETACH DELETE n;//\\\n"), "'a\\'}) DETACH DELETE n;//\\\\\\u000a'");
    }
}
