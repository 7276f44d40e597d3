//! The graph as one JSON document, written item by item.

use std::io::{self, Write};

use serde_json::{Map, Value as Document, json};

use crate::export::graph::{Edge, Node, Property, Sink, Value};

pub(super) struct Json<'a> {
    out: &'a mut dyn Write,
    in_edges: bool,
    first: bool,
}

impl<'a> Json<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, in_edges: false, first: true }
    }

    fn item(&mut self, item: &Document) -> io::Result<()> {
        let before = if std::mem::take(&mut self.first) { "\n" } else { ",\n" };
        write!(self.out, "{before}{item}")
    }

    fn turn_to_edges(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.in_edges, true) {
            self.first = true;
            write!(self.out, "\n],\"edges\":[")?;
        }
        Ok(())
    }
}

impl Sink for Json<'_> {
    fn start(&mut self, events: u64) -> io::Result<()> {
        write!(self.out, "{{\"schema\":\"mvi-fleet-1\",\"events\":{events},\"nodes\":[")
    }

    fn node(&mut self, node: &Node<'_>) -> io::Result<()> {
        self.item(&json!({ "kind": node.kind, "key": node.key, "properties": object(node.properties) }))
    }

    fn edge(&mut self, edge: &Edge<'_>) -> io::Result<()> {
        self.turn_to_edges()?;
        let end = |(kind, key): (&str, &str)| json!({ "kind": kind, "key": key });
        let (from, to) = (end(edge.from), end(edge.to));
        self.item(&json!({ "relation": edge.relation, "from": from, "to": to, "properties": object(edge.properties) }))
    }

    fn end(&mut self) -> io::Result<()> {
        self.turn_to_edges()?;
        writeln!(self.out, "\n]}}")
    }
}

fn object(properties: &[Property]) -> Map<String, Document> {
    let value = |value: &Value| match value {
        Value::Number(number) => json!(number),
        Value::Fraction(number) => json!(number),
        Value::Text(text) => json!(text),
    };
    properties.iter().map(|(name, found)| (name.clone(), value(found))).collect()
}
