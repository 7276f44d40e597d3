//! A node of YAML: scalar, sequence or mapping, with its place in the file. Copies share what is below them.

use std::sync::Arc;

use crate::span::Span;

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where its text is; for an alias, where the alias is.
    pub span: Span,
    /// What it is.
    pub value: Value,
    /// Nodes in it with all that aliases stand for, itself included.
    pub(super) weight: u64,
    /// Levels in it, itself included.
    pub(super) depth: u32,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, a number, a truth value or nothing.
    Scalar {
        /// After escapes and folding.
        text: Arc<str>,
        /// Whether it was written without quotes, so that `true`, `12` and `null` are not texts.
        plain: bool,
    },
    /// A sequence.
    Sequence(Arc<[Node]>),
    /// A mapping, in the order of the file; what `<<` brings comes last.
    Mapping(Arc<[Entry]>),
}

/// One pair of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key's text; empty for keys that are sequences or mappings.
    pub key: Arc<str>,
    /// Where the key is.
    pub key_span: Span,
    /// The value.
    pub node: Node,
    /// Whether `<<` brought it.
    pub merged: bool,
}

impl Node {
    /// A node whose weight and depth follow from what it holds.
    pub(crate) fn new(span: Span, value: Value) -> Self {
        let (weight, depth) = match &value {
            Value::Scalar { .. } => (0, 0),
            Value::Sequence(items) => measure(items.iter()),
            Value::Mapping(entries) => measure(entries.iter().map(|entry| &entry.node)),
        };
        Self { span, value, weight: weight.saturating_add(1), depth: depth + 1 }
    }

    /// Nothing.
    pub(crate) fn null(span: Span) -> Self {
        Self::new(span, Value::Scalar { text: "".into(), plain: true })
    }

    /// The value of a key; `None` where there is none, or this is no mapping.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The value at the end of a path of keys.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The pair of a key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| &*entry.key == key)
    }

    /// The pairs of a mapping; none for anything else.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Mapping(entries) => entries,
            Value::Scalar { .. } | Value::Sequence(_) => &[],
        }
    }

    /// The items of a sequence; none for anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::Sequence(items) => items,
            Value::Scalar { .. } | Value::Mapping(_) => &[],
        }
    }

    /// The text of a scalar that is not nothing.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } if !self.is_null() => Some(text),
            Value::Scalar { .. } | Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// Whether it is nothing: empty, `~` or `null`, not in quotes. YAML 1.2.2, 10.3.2.
    #[must_use]
    pub fn is_null(&self) -> bool {
        match &self.value {
            Value::Scalar { text, plain: true } => matches!(&**text, "" | "~" | "null" | "Null" | "NULL"),
            Value::Scalar { plain: false, .. } | Value::Sequence(_) | Value::Mapping(_) => false,
        }
    }

    /// A truth value. Compose and Kubernetes also know the words of YAML 1.1.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Some(true),
            "false" | "no" | "off" | "n" => Some(false),
            _ => None,
        }
    }

    /// As JSON, which Kubernetes understands YAML as. Nodes are bounded, so what comes of it is too.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Scalar { .. } if self.is_null() => serde_json::Value::Null,
            Value::Scalar { text, plain: false } => text.as_ref().into(),
            Value::Scalar { text, plain: true } => json_scalar(text),
            Value::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Value::Mapping(entries) => {
                entries.iter().map(|entry| (entry.key.to_string(), entry.node.to_json())).collect()
            }
        }
    }
}

fn json_scalar(text: &str) -> serde_json::Value {
    match text {
        "true" | "True" | "TRUE" => return true.into(),
        "false" | "False" | "FALSE" => return false.into(),
        _ => {}
    }
    if let Ok(number) = text.parse::<i64>() {
        return number.into();
    }
    let numeric = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    let float = text.parse::<f64>().ok().filter(|number| numeric && number.is_finite());
    float.and_then(serde_json::Number::from_f64).map_or_else(|| text.into(), serde_json::Value::Number)
}

fn measure<'a>(nodes: impl Iterator<Item = &'a Node>) -> (u64, u32) {
    nodes.fold((0, 0), |(weight, depth), node| (weight.saturating_add(node.weight), depth.max(node.depth)))
}
