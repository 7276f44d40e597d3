//! From a document to services.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Build, Compose, ComposeHealthcheck, Scalar, Service, interpolate};
use crate::yaml::{Entry, Node, Stream, Value, YamlProblem, YamlProblemKind};

/// Longest chain of services that extend each other.
const LONGEST_CHAIN: usize = 32;

pub(super) fn read(stream: Stream) -> Compose {
    let mut problems = stream.problems().to_vec();
    let mut name = None;
    let mut services = Vec::new();
    let root = stream.documents().first().map(|document| document.root.clone());
    if let Some(extra) = stream.documents().get(1) {
        let message = "a Compose file is one document; this one is not read".to_owned();
        problems.push(YamlProblem { span: extra.span, kind: YamlProblemKind::Shape, message });
    }
    if let Some(root) = &root {
        name = root.get("name").and_then(scalar);
        let mut extending = Extending { services: HashMap::new(), problems: &mut problems };
        let all = root.get("services").map(Node::entries).unwrap_or_default();
        extending.services.extend(all.iter().map(|entry| (entry.key.clone(), &entry.node)));
        for entry in all {
            if !matches!(entry.node.value, Value::Mapping(_)) {
                let message = format!("the service `{}` is no mapping", entry.key);
                let span = if entry.node.span.is_empty() { entry.key_span } else { entry.node.span };
                extending.problems.push(YamlProblem { span, kind: YamlProblemKind::Shape, message });
                continue;
            }
            let mut files = Vec::new();
            let node = extending.resolve(&entry.node, &mut vec![entry.key.clone()], &mut files);
            services.push(service(entry, &node, files));
        }
        if root.get("services").is_none() && !root.entries().is_empty() {
            let span = root.entries()[0].key_span;
            let message = "a Compose file without `services`".to_owned();
            problems.push(YamlProblem { span, kind: YamlProblemKind::Shape, message });
        }
    }
    problems.sort_by_key(|problem| problem.span);
    Compose { stream, problems, name, services }
}

struct Extending<'a> {
    services: HashMap<Arc<str>, &'a Node>,
    problems: &'a mut Vec<YamlProblem>,
}

impl Extending<'_> {
    /// A service with all that it extends.
    fn resolve(&mut self, node: &Node, chain: &mut Vec<Arc<str>>, files: &mut Vec<Scalar>) -> Node {
        let Some(extends) = node.get("extends") else { return node.clone() };
        if let Some(file) = extends.get("file").and_then(scalar) {
            files.push(file);
            return node.clone();
        }
        let named = extends.get("service").unwrap_or(extends);
        let Some(name) = named.text() else { return node.clone() };
        let mut tell = |message: String| {
            self.problems.push(YamlProblem { span: named.span, kind: YamlProblemKind::Shape, message });
        };
        if chain.iter().any(|known| &**known == name) {
            tell(format!("`{name}` extends itself"));
            return node.clone();
        }
        if chain.len() >= LONGEST_CHAIN {
            tell(format!("more than {LONGEST_CHAIN} services extend each other"));
            return node.clone();
        }
        let Some(base) = self.services.get(name).copied() else {
            tell(format!("there is no service `{name}` to extend"));
            return node.clone();
        };
        chain.push(name.into());
        let base = self.resolve(base, chain, files);
        merge(&base, node)
    }
}

/// `over` on top of `base`: mappings are merged, lists joined, all else is replaced. compose-spec, 05: extends.
fn merge(base: &Node, over: &Node) -> Node {
    match (&base.value, &over.value) {
        (Value::Mapping(below), Value::Mapping(above)) => {
            let mut entries: Vec<Entry> = Vec::new();
            for entry in above.iter() {
                let replaced = matches!(&*entry.key, "command" | "entrypoint" | "test");
                let node = match base.get(&entry.key) {
                    Some(old) if !replaced => merge(old, &entry.node),
                    Some(_) | None => entry.node.clone(),
                };
                entries.push(Entry { node, ..entry.clone() });
            }
            let missing = below.iter().filter(|entry| over.get(&entry.key).is_none() && &*entry.key != "extends");
            entries.extend(missing.map(|entry| Entry { merged: true, ..entry.clone() }));
            Node::new(over.span, Value::Mapping(entries.into()))
        }
        (Value::Sequence(below), Value::Sequence(above)) => {
            Node::new(over.span, Value::Sequence(below.iter().chain(above.iter()).cloned().collect()))
        }
        _ => over.clone(),
    }
}

fn service(entry: &Entry, node: &Node, extends_files: Vec<Scalar>) -> Service {
    let limit = |name: &str, short: &str| {
        let long = node.at(&["deploy", "resources", "limits", name]);
        long.or_else(|| node.get(short)).and_then(scalar)
    };
    let flag = |name: &str| node.get(name).and_then(|node| node.as_bool().map(|value| (value, node.span)));
    Service {
        name: entry.key.to_string(),
        name_span: entry.key_span,
        span: entry.node.span,
        image: node.get("image").and_then(scalar),
        build: node.get("build").map(build),
        profiles: scalars(node.get("profiles")),
        healthcheck: node.get("healthcheck").map(healthcheck),
        user: node.get("user").and_then(scalar),
        cap_add: scalars(node.get("cap_add")),
        privileged: flag("privileged"),
        network_mode: node.get("network_mode").and_then(scalar),
        pid: node.get("pid").and_then(scalar),
        depends_on: names(node.get("depends_on")),
        memory_limit: limit("memory", "mem_limit"),
        cpu_limit: limit("cpus", "cpus"),
        mounts: node.get("volumes").map(Node::items).unwrap_or_default().iter().filter_map(mount).collect(),
        environment: environment(node.get("environment")),
        extends_files,
    }
}

fn build(node: &Node) -> Build {
    let of = |name: &str| node.get(name).and_then(scalar);
    let args = pairs(node.get("args"));
    Build {
        span: node.span,
        context: of("context").or_else(|| scalar(node)),
        dockerfile: of("dockerfile"),
        inline: of("dockerfile_inline"),
        target: of("target"),
        args,
    }
}

fn healthcheck(node: &Node) -> ComposeHealthcheck {
    let mut test = match node.get("test") {
        Some(node) if node.text().is_some() => scalar(node).into_iter().collect(),
        node => scalars(node),
    };
    let first = test.first().map(|word: &Scalar| word.text.clone()).unwrap_or_default();
    let none = first == "NONE";
    if matches!(first.as_str(), "CMD" | "CMD-SHELL" | "NONE") {
        test.remove(0);
    }
    let disabled = none || node.get("disable").and_then(Node::as_bool) == Some(true);
    ComposeHealthcheck { span: node.span, disabled, test }
}

/// The source of a mount; short and long form.
fn mount(node: &Node) -> Option<Scalar> {
    let whole = node.get("source").and_then(scalar).or_else(|| scalar(node))?;
    let source = whole.text.split(':').next().unwrap_or_default().to_owned();
    Some(Scalar { text: source, ..whole })
}

fn environment(node: Option<&Node>) -> Vec<(String, Scalar)> {
    pairs(node).into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Pairs as a mapping, or as a list of `NAME=VALUE`.
fn pairs(node: Option<&Node>) -> Vec<(String, Option<Scalar>)> {
    let Some(node) = node else { return Vec::new() };
    let listed = node.items().iter().filter_map(scalar).map(|item| match item.text.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(Scalar { text: value.to_owned(), ..item.clone() })),
        None => (item.text.clone(), None),
    });
    let mapped = node.entries().iter().map(|entry| (entry.key.to_string(), scalar(&entry.node)));
    listed.chain(mapped).collect()
}

/// Names as a list, or as the keys of a mapping.
fn names(node: Option<&Node>) -> Vec<Scalar> {
    let keys = node.map(Node::entries).unwrap_or_default().iter();
    let keys = keys.map(|entry| Scalar { text: entry.key.to_string(), unknown: Vec::new(), span: entry.key_span });
    scalars(node).into_iter().chain(keys).collect()
}

fn scalars(node: Option<&Node>) -> Vec<Scalar> {
    node.map(Node::items).unwrap_or_default().iter().filter_map(scalar).collect()
}

fn scalar(node: &Node) -> Option<Scalar> {
    let filled = interpolate(node.text()?);
    Some(Scalar { text: filled.text, unknown: filled.unknown, span: node.span })
}
