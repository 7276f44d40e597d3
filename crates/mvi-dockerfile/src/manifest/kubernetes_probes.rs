//! K-PROBES: services that nobody asks whether they are well, or that need curl to answer.

use super::{Desk, Manifest, ManifestRule, kubernetes};
use crate::finding::Finding;
use crate::kubernetes::{Container, ContainerKind, Object, Probe};
use crate::rule::{Group, RuleMeta};

pub(super) struct KubernetesProbes;

static META: RuleMeta = RuleMeta {
    code: "K-PROBES",
    name: "kubernetes-probes",
    group: Group::Kubernetes,
    why: "Kubernetes does not heed the HEALTHCHECK of an image. Without a readiness probe a pod gets requests before \
          it can answer them, without a liveness probe one that hangs is never started anew. A probe that calls curl \
          makes curl a part of the image, which `httpGet` does not.",
    bad: "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      securityContext: {runAsNonRoot: true}\n      containers:\n        - name: web\n          image: registry.example/web:1.4.0\n          resources: {limits: {memory: 256Mi}}\n",
    good: "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      securityContext: {runAsNonRoot: true}\n      containers:\n        - name: web\n          image: registry.example/web:1.4.0\n          resources: {limits: {memory: 256Mi}}\n          readinessProbe: {httpGet: {path: /health, port: 8080}}\n",
    ..RuleMeta::PLAIN
};

impl ManifestRule for KubernetesProbes {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, _: &Desk<'_>) -> Vec<Finding> {
        let containers = kubernetes(manifest).into_iter().flat_map(|file| file.containers());
        containers.flat_map(|(object, _, container)| findings(object, container)).collect()
    }
}

fn findings(object: &Object, container: &Container) -> Vec<Finding> {
    let lacking = object.runs_forever() && container.kind == ContainerKind::Main && container.probes.is_empty();
    let missing = lacking.then(|| {
        let message = format!("nobody asks `{}` whether it is well: it has no probes", container.name);
        Finding::new(&META, container.name_span, message)
    });
    let curls = container.probes.iter().filter(|probe| calls_curl(probe)).map(|probe| {
        let message = format!("the {} of `{}` needs curl in the image", probe.name, container.name);
        Finding::new(&META, probe.span, message)
    });
    missing.into_iter().chain(curls).collect()
}

fn calls_curl(probe: &Probe) -> bool {
    let words = probe.command.iter().flat_map(|word| word.text.split([' ', '\t', ';', '|', '&', '(', ')', '\n']));
    words.map(|word| word.rsplit('/').next().unwrap_or_default()).any(|word| word == "curl")
}
