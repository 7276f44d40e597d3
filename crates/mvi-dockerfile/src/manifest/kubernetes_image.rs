//! K-IMAGE: containers whose images are none of those that may run.

use super::image::stranger;
use super::{Desk, Manifest, ManifestRule, kubernetes};
use crate::finding::Finding;
use crate::rule::{Group, RuleMeta};

pub(super) struct KubernetesImage;

static META: RuleMeta = RuleMeta {
    code: "K-IMAGE",
    name: "kubernetes-image-allowed",
    group: Group::Kubernetes,
    why: "Only images from registries that are trusted, and where a set of images is given only those of the set, \
          were looked at by somebody. Says nothing while neither registries nor images are given.",
    bad: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  securityContext: {runAsNonRoot: true}\n  containers:\n    - name: web\n      image: elsewhere.example/web:1.4.0\n      resources: {limits: {memory: 256Mi}}\n",
    good: "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  securityContext: {runAsNonRoot: true}\n  containers:\n    - name: web\n      image: registry.example/web:1.4.0\n      resources: {limits: {memory: 256Mi}}\n",
    settings: |settings| settings.allowed_images = vec!["registry.example/*".to_owned()],
    ..RuleMeta::PLAIN
};

impl ManifestRule for KubernetesImage {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, desk: &Desk<'_>) -> Vec<Finding> {
        let containers = kubernetes(manifest).into_iter().flat_map(|file| file.containers());
        let images = containers.filter_map(|(_, _, container)| container.image.as_ref());
        let judged = images.filter_map(|image| Some((image, stranger(&image.text, desk.settings)?)));
        judged.map(|(image, why)| Finding::new(&META, image.span, why)).collect()
    }
}
