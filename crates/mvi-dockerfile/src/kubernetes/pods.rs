//! Pods within objects, and what their containers say about images, rights, limits and health.

use crate::span::Span;
use crate::yaml::{Node, Value};

/// Deepest place in an object at which pods are looked for: a `CronJob` of a custom resource has them at the seventh.
const DEEPEST: u32 = 9;

/// A text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Where it is.
    pub span: Span,
}

/// A pod, or the template of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodSpec {
    /// Where it is.
    pub span: Span,
    /// Its containers: init containers first, then containers, then ephemeral ones.
    pub containers: Vec<Container>,
    /// `hostNetwork`, `hostPID`, `hostIPC` where they are true.
    pub host_namespaces: Vec<Text>,
    /// Paths of the host that it mounts.
    pub host_paths: Vec<Text>,
    /// Whether it shares one process namespace.
    pub shares_processes: bool,
    /// `securityContext.runAsNonRoot`.
    pub run_as_non_root: Option<bool>,
    /// `securityContext.runAsUser`.
    pub run_as_user: Option<Text>,
}

/// When a container runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerKind {
    /// Before the others.
    Init,
    /// With the pod.
    Main,
    /// When somebody looks into it.
    Ephemeral,
}

/// A container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// When it runs.
    pub kind: ContainerKind,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub span: Span,
    /// Where its name is, or its beginning.
    pub name_span: Span,
    /// Its image.
    pub image: Option<Text>,
    /// `resources.limits.memory`.
    pub memory_limit: Option<Text>,
    /// `resources.limits.cpu`.
    pub cpu_limit: Option<Text>,
    /// `securityContext.privileged: true`.
    pub privileged: Option<Text>,
    /// `securityContext.allowPrivilegeEscalation`.
    pub escalation: Option<bool>,
    /// `securityContext.capabilities.add`.
    pub added_capabilities: Vec<Text>,
    /// `securityContext.runAsNonRoot`.
    pub run_as_non_root: Option<bool>,
    /// `securityContext.runAsUser`.
    pub run_as_user: Option<Text>,
    /// Liveness, readiness and startup probes.
    pub probes: Vec<Probe>,
    /// `restartPolicy: Always`, which makes an init container a sidecar.
    pub always_restarts: bool,
    /// Ports that it names.
    pub ports: usize,
}

/// A probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// `livenessProbe`, `readinessProbe` or `startupProbe`.
    pub name: &'static str,
    /// Where it is.
    pub span: Span,
    /// Its command, when it runs one.
    pub command: Vec<Text>,
}

/// The pods of an object: wherever a mapping has `containers` that look like containers, so that custom resources which
/// hold templates of pods are known as well. Definitions and configurations hold descriptions, not pods.
pub(super) fn find(kind: &str, node: &Node) -> Vec<PodSpec> {
    let mut found = Vec::new();
    if !matches!(kind, "CustomResourceDefinition" | "ConfigMap" | "Secret") {
        search(node, DEEPEST, &mut found);
    }
    found
}

fn search(node: &Node, depth: u32, found: &mut Vec<PodSpec>) {
    if node.get("containers").is_some_and(|containers| containers.items().iter().any(is_container)) {
        found.push(pod(node));
        return;
    }
    if depth == 0 {
        return;
    }
    node.entries().iter().filter(|entry| &*entry.key != "status").for_each(|entry| {
        search(&entry.node, depth - 1, found);
    });
    node.items().iter().for_each(|item| search(item, depth - 1, found));
}

fn is_container(node: &Node) -> bool {
    matches!(node.value, Value::Mapping(_))
        && node.get("name").is_some()
        && ["image", "command", "args", "resources", "ports", "env"].iter().any(|key| node.get(key).is_some())
}

fn pod(node: &Node) -> PodSpec {
    let mut containers = Vec::new();
    let lists = [
        ("initContainers", ContainerKind::Init),
        ("containers", ContainerKind::Main),
        ("ephemeralContainers", ContainerKind::Ephemeral),
    ];
    for (key, kind) in lists {
        let items = node.get(key).map(Node::items).unwrap_or_default();
        containers.extend(items.iter().map(|item| container(item, kind)));
    }
    let host = ["hostNetwork", "hostPID", "hostIPC"];
    let volumes = node.get("volumes").map(Node::items).unwrap_or_default();
    PodSpec {
        span: node.span,
        containers,
        host_namespaces: host.iter().filter_map(|key| set(node, key)).collect(),
        host_paths: volumes.iter().filter_map(|volume| text(volume.at(&["hostPath", "path"])?)).collect(),
        shares_processes: node.get("shareProcessNamespace").and_then(Node::as_bool) == Some(true),
        run_as_non_root: node.at(&["securityContext", "runAsNonRoot"]).and_then(Node::as_bool),
        run_as_user: node.at(&["securityContext", "runAsUser"]).and_then(text),
    }
}

fn container(node: &Node, kind: ContainerKind) -> Container {
    let security = node.get("securityContext");
    let of = |path: &[&str]| node.at(path).and_then(text);
    let added = security.and_then(|security| security.at(&["capabilities", "add"]));
    Container {
        kind,
        name: node.get("name").and_then(Node::text).unwrap_or_default().to_owned(),
        span: node.span,
        name_span: node.get("name").map_or(Span::at(node.span.start), |name| name.span),
        image: of(&["image"]),
        memory_limit: of(&["resources", "limits", "memory"]),
        cpu_limit: of(&["resources", "limits", "cpu"]),
        privileged: security.and_then(|security| set(security, "privileged")),
        escalation: security.and_then(|security| security.get("allowPrivilegeEscalation")?.as_bool()),
        added_capabilities: added.map(Node::items).unwrap_or_default().iter().filter_map(text).collect(),
        run_as_non_root: security.and_then(|security| security.get("runAsNonRoot")?.as_bool()),
        run_as_user: security.and_then(|security| text(security.get("runAsUser")?)),
        probes: ["livenessProbe", "readinessProbe", "startupProbe"]
            .into_iter()
            .filter_map(|name| probe(name, node.get(name)?))
            .collect(),
        always_restarts: node.get("restartPolicy").and_then(Node::text) == Some("Always"),
        ports: node.get("ports").map_or(0, |ports| ports.items().len()),
    }
}

fn probe(name: &'static str, node: &Node) -> Option<Probe> {
    if node.is_null() {
        return None;
    }
    let command = node.at(&["exec", "command"]).map(Node::items).unwrap_or_default();
    Some(Probe { name, span: node.span, command: command.iter().filter_map(text).collect() })
}

/// The place of a key whose value is true; the text is the key.
fn set(node: &Node, key: &str) -> Option<Text> {
    let entry = node.entry(key)?;
    let true_there = entry.node.as_bool() == Some(true);
    true_there.then(|| Text { text: key.to_owned(), span: entry.key_span.join(entry.node.span) })
}

fn text(node: &Node) -> Option<Text> {
    node.text().map(|text| Text { text: text.to_owned(), span: node.span })
}
