//! K-ROOT: containers that may run as root.

use super::{Desk, Manifest, ManifestRule, kubernetes};
use crate::finding::{Finding, Level};
use crate::kubernetes::{Container, ContainerKind, PodSpec};
use crate::rule::{Group, RuleMeta};

pub(super) struct KubernetesRoot;

static META: RuleMeta = RuleMeta {
    code: "K-ROOT",
    name: "kubernetes-run-as-root",
    level: Level::Info,
    group: Group::Kubernetes,
    why: "`runAsNonRoot: true` refuses an image that would run as root, today and after its next build; \
          `runAsUser: 0` asks for root outright. What a container's own context says counts before its pod's.",
    bad: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    - name: web\n      image: registry.example/web:1.4.0\n      resources: {limits: {memory: 256Mi}}\n",
    good: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  securityContext: {runAsNonRoot: true}\n  containers:\n    - name: web\n      image: registry.example/web:1.4.0\n      resources: {limits: {memory: 256Mi}}\n",
    ..RuleMeta::PLAIN
};

impl ManifestRule for KubernetesRoot {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, _: &Desk<'_>) -> Vec<Finding> {
        let containers = kubernetes(manifest).into_iter().flat_map(|file| file.containers());
        containers.filter_map(|(_, pod, container)| finding(pod, container)).collect()
    }
}

fn finding(pod: &PodSpec, container: &Container) -> Option<Finding> {
    let user = container.run_as_user.as_ref().or(pod.run_as_user.as_ref());
    if let Some(user) = user.filter(|user| user.text == "0") {
        let message = format!("`{}` runs as root", container.name);
        return Some(Finding { level: Level::Warning, ..Finding::new(&META, user.span, message) });
    }
    let refused = container.run_as_non_root.or(pod.run_as_non_root) == Some(true) || user.is_some();
    let may = !refused && container.kind != ContainerKind::Ephemeral;
    let message = format!("`{}` may run as root: nothing says `runAsNonRoot: true`", container.name);
    may.then(|| Finding::new(&META, container.name_span, message))
}
