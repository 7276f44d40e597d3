//! K-DEBUG: debug images in workloads.

use super::image::is_debugging;
use super::{Desk, Manifest, ManifestRule, kubernetes};
use crate::finding::Finding;
use crate::kubernetes::ContainerKind;
use crate::rule::{Group, RuleMeta};

pub(super) struct KubernetesDebug;

static META: RuleMeta = RuleMeta {
    code: "K-DEBUG",
    name: "kubernetes-debug-image",
    group: Group::Kubernetes,
    why: "Debug images hold editors, tracers and shells, which serve an intruder as well as you. `kubectl debug` \
          brings them in as ephemeral containers when they are needed, and takes them away with the pod.",
    bad: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  securityContext: {runAsNonRoot: true}\n  containers:\n    - name: web\n      image: registry.example/web:1.4.0-debug\n      resources: {limits: {memory: 256Mi}}\n",
    good: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  securityContext: {runAsNonRoot: true}\n  containers:\n    - name: web\n      image: registry.example/web:1.4.0\n      resources: {limits: {memory: 256Mi}}\n",
    ..RuleMeta::PLAIN
};

impl ManifestRule for KubernetesDebug {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, _: &Desk<'_>) -> Vec<Finding> {
        let containers = kubernetes(manifest).into_iter().flat_map(|file| file.containers());
        let images = containers.filter(|(_, _, container)| container.kind != ContainerKind::Ephemeral);
        let images = images.filter_map(|(_, _, container)| Some((container, container.image.as_ref()?)));
        let told = images.filter(|(_, image)| is_debugging(&image.text)).map(|(container, image)| {
            Finding::new(&META, image.span, format!("`{}` runs the debug image `{}`", container.name, image.text))
        });
        told.collect()
    }
}
