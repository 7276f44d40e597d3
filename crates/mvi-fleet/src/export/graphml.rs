//! The graph as `GraphML` 1.0; every property is a `data` element of its name.

use std::io::{self, Write};

use crate::export::graph::{Edge, Node, Property, Sink, Value};

pub(super) struct Graphml<'a> {
    out: &'a mut dyn Write,
}

/// Names that nodes and edges may have, with their type.
const KEYS: &[(&str, &str)] = &[
    ("kind", "string"),
    ("relation", "string"),
    ("reference", "string"),
    ("platform", "string"),
    ("layers", "long"),
    ("transfer", "long"),
    ("unpacked", "long"),
    ("verdict", "string"),
    ("effective", "string"),
    ("action", "string"),
    ("retired", "string"),
    ("seal", "string"),
    ("state", "string"),
    ("subject", "string"),
    ("revision", "long"),
    ("cluster", "string"),
    ("pods", "long"),
    ("since", "string"),
    ("until", "string"),
    ("n", "long"),
    ("size_mb", "double"),
    ("source", "string"),
    ("fixed_in", "string"),
    ("severity", "string"),
    ("index", "long"),
    ("evidence", "string"),
];

impl<'a> Graphml<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out }
    }

    fn data(&mut self, what: (&str, &str), properties: &[Property]) -> io::Result<()> {
        write!(self.out, "<data key=\"{}\">{}</data>", what.0, escape(what.1))?;
        for (name, value) in properties {
            let value = match value {
                Value::Number(number) => number.to_string(),
                Value::Fraction(number) => number.to_string(),
                Value::Text(text) => escape(text),
            };
            write!(self.out, "<data key=\"{name}\">{value}</data>")?;
        }
        Ok(())
    }
}

impl Sink for Graphml<'_> {
    fn start(&mut self, _events: u64) -> io::Result<()> {
        writeln!(self.out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(self.out, "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">")?;
        for (name, kind) in KEYS {
            let line = format!("<key id=\"{name}\" for=\"all\" attr.name=\"{name}\" attr.type=\"{kind}\"/>");
            writeln!(self.out, "{line}")?;
        }
        writeln!(self.out, "<graph id=\"fleet\" edgedefault=\"directed\">")
    }

    fn node(&mut self, node: &Node<'_>) -> io::Result<()> {
        write!(self.out, "<node id=\"{}:{}\">", node.kind, escape(node.key))?;
        self.data(("kind", node.kind), node.properties)?;
        writeln!(self.out, "</node>")
    }

    fn edge(&mut self, edge: &Edge<'_>) -> io::Result<()> {
        let end = |(kind, key): (&str, &str)| format!("{kind}:{}", escape(key));
        write!(self.out, "<edge source=\"{}\" target=\"{}\">", end(edge.from), end(edge.to))?;
        self.data(("relation", edge.relation), edge.properties)?;
        writeln!(self.out, "</edge>")
    }

    fn end(&mut self) -> io::Result<()> {
        writeln!(self.out, "</graph>\n</graphml>")
    }
}

/// Text for XML 1.0: what marks it up is escaped, what it may not hold at all (section 2.2) becomes U+FFFD.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push_str(&format!("&#{};", u32::from(character))),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_in_a_text_marks_up() {
        assert_eq!(super::escape("<a b=\"c\">&\u{1}\n"), "&lt;a b=&quot;c&quot;&gt;&amp;\u{fffd}&#10;");
    }
}
