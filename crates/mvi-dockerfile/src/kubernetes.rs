//! Kubernetes objects in YAML: streams, lists, what kustomize and Helm render; pods found wherever an object has them.

mod pods;

use crate::span::{LineIndex, Span};
use crate::yaml::{Node, Stream, YamlProblem};

pub use pods::{Container, ContainerKind, PodSpec, Probe, Text};

/// A file of objects.
#[derive(Clone, Debug)]
pub struct Kubernetes {
    stream: Stream,
    problems: Vec<YamlProblem>,
    /// Objects in the order of the file; those of a list one by one.
    pub objects: Vec<Object>,
}

/// One object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// Name; empty where it is generated.
    pub name: String,
    /// Namespace, when it is stated.
    pub namespace: Option<String>,
    /// Where it is.
    pub span: Span,
    /// Where its kind is said.
    pub kind_span: Span,
    /// Path of the template that Helm made it of.
    pub source: Option<String>,
    /// The pods it makes; most objects have one or none.
    pub pods: Vec<PodSpec>,
    /// All of it.
    pub node: Node,
}

/// Deepest list within a list.
const DEEPEST_LIST: u32 = 4;

impl Kubernetes {
    /// Reads a file. Never fails.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        Self::from_stream(Stream::parse(bytes))
    }

    /// The objects of a stream; documents that are none are left out.
    #[must_use]
    pub fn from_stream(stream: Stream) -> Self {
        let mut objects = Vec::new();
        for document in stream.documents() {
            collect(&document.root, document.source.as_deref(), DEEPEST_LIST, &mut objects);
        }
        Self { problems: stream.problems().to_vec(), stream, objects }
    }

    /// Whether a text may hold objects: it names an `apiVersion` and a `kind` at the beginning of lines, or anywhere in
    /// JSON, which needs no lines. Cheap, so that a walk over a repository need not read every YAML file.
    #[must_use]
    pub fn may_be(bytes: &[u8]) -> bool {
        if bytes.trim_ascii_start().first() == Some(&b'{') {
            let has = |key: &[u8]| memchr::memmem::find(bytes, key).is_some();
            return has(b"\"apiVersion\"") && has(b"\"kind\"");
        }
        let has = |key: &[u8]| {
            memchr::memmem::find_iter(bytes, key).any(|at| {
                let line = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
                bytes[line..at].iter().all(|byte| b" -\"'\xef\xbb\xbf".contains(byte))
            })
        };
        has(b"apiVersion") && has(b"kind")
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.stream.text()
    }

    /// Turns offsets into lines and columns.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        self.stream.lines()
    }

    /// What could not be read.
    #[must_use]
    pub fn problems(&self) -> &[YamlProblem] {
        &self.problems
    }

    /// Every container with its pod and object.
    pub fn containers(&self) -> impl Iterator<Item = (&Object, &PodSpec, &Container)> {
        let pods = self.objects.iter().flat_map(|object| object.pods.iter().map(move |pod| (object, pod)));
        pods.flat_map(|(object, pod)| pod.containers.iter().map(move |container| (object, pod, container)))
    }
}

impl Object {
    /// The object as JSON, as an API server sees it.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        self.node.to_json()
    }

    /// Whether what it runs goes on until somebody stops it, so that it can be asked whether it is well.
    #[must_use]
    pub fn runs_forever(&self) -> bool {
        !matches!(self.kind.as_str(), "Job" | "CronJob" | "Pod")
    }
}

fn collect(node: &Node, source: Option<&str>, depth: u32, objects: &mut Vec<Object>) {
    let text = |path: &[&str]| node.at(path).and_then(Node::text).map(str::to_owned);
    let (Some(api_version), Some(kind)) = (text(&["apiVersion"]), node.get("kind")) else { return };
    let Some(name) = kind.text() else { return };
    let items = node.get("items").map(Node::items).unwrap_or_default();
    if name.ends_with("List") && depth > 0 && node.get("items").is_some() {
        items.iter().for_each(|item| collect(item, source, depth - 1, objects));
        return;
    }
    objects.push(Object {
        api_version,
        kind: name.to_owned(),
        name: text(&["metadata", "name"]).unwrap_or_default(),
        namespace: text(&["metadata", "namespace"]),
        span: node.span,
        kind_span: kind.span,
        source: source.map(str::to_owned),
        pods: pods::find(name, node),
        node: node.clone(),
    });
}

#[cfg(test)]
mod tests;
