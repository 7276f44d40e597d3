//! K-LIMITS: containers that may take all memory of a node.

use super::{Desk, Manifest, ManifestRule, kubernetes};
use crate::finding::Finding;
use crate::kubernetes::ContainerKind;
use crate::rule::{Group, RuleMeta};

pub(super) struct KubernetesLimits;

static META: RuleMeta = RuleMeta {
    code: "K-LIMITS",
    name: "kubernetes-memory-limit",
    group: Group::Kubernetes,
    why: "Without `resources.limits.memory` a container that leaks takes the memory of its node, and the kernel \
          kills whichever pod it likes. Ephemeral containers cannot have limits.",
    bad: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  securityContext: {runAsNonRoot: true}\n  containers:\n    - name: web\n      image: registry.example/web:1.4.0\n",
    good: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  securityContext: {runAsNonRoot: true}\n  containers:\n    - name: web\n      image: registry.example/web:1.4.0\n      resources: {limits: {memory: 256Mi}}\n",
    ..RuleMeta::PLAIN
};

impl ManifestRule for KubernetesLimits {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, _: &Desk<'_>) -> Vec<Finding> {
        let containers = kubernetes(manifest).into_iter().flat_map(|file| file.containers());
        let lacking = containers
            .filter(|(_, _, container)| container.memory_limit.is_none() && container.kind != ContainerKind::Ephemeral);
        let told = lacking.map(|(_, _, container)| {
            let message = format!("`{}` may take all memory of its node: it has no limit", container.name);
            Finding::new(&META, container.name_span, message)
        });
        told.collect()
    }
}
