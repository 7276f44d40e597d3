//! K-TAG: containers that run whatever is `latest`.

use super::image::moving_tag;
use super::{Desk, Manifest, ManifestRule, kubernetes};
use crate::finding::Finding;
use crate::rule::{Group, RuleMeta};

pub(super) struct KubernetesTag;

static META: RuleMeta = RuleMeta {
    code: "K-TAG",
    name: "kubernetes-image-tag",
    group: Group::Kubernetes,
    why: "An image without a tag, or with `latest`, is pulled anew on every start: two pods of one deployment may \
          run different programs, and going back to the last version runs the newest one.",
    bad: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  securityContext: {runAsNonRoot: true}\n  containers:\n    - name: web\n      image: registry.example/web:latest\n      resources: {limits: {memory: 256Mi}}\n",
    good: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  securityContext: {runAsNonRoot: true}\n  containers:\n    - name: web\n      image: registry.example/web:1.4.0\n      resources: {limits: {memory: 256Mi}}\n",
    ..RuleMeta::PLAIN
};

impl ManifestRule for KubernetesTag {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, _: &Desk<'_>) -> Vec<Finding> {
        let containers = kubernetes(manifest).into_iter().flat_map(|file| file.containers());
        let images = containers.filter_map(|(_, _, container)| container.image.as_ref());
        images.filter_map(|image| Some(Finding::new(&META, image.span, moving_tag(&image.text)?))).collect()
    }
}
