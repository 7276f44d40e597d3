//! C-IMAGE: services whose images are none of those that may run.

use super::image::stranger;
use super::{Desk, Manifest, ManifestRule, compose};
use crate::finding::Finding;
use crate::rule::{Group, RuleMeta};

pub(super) struct ComposeImage;

static META: RuleMeta = RuleMeta {
    code: "C-IMAGE",
    name: "compose-image-allowed",
    group: Group::Compose,
    why: "Only images from registries that are trusted, and where a set of images is given only those of the set, \
          were looked at by somebody. Says nothing while neither registries nor images are given.",
    bad: "services:\n  web:\n    image: elsewhere.example/web:1.4.0\n    mem_limit: 256m\n",
    good: "services:\n  web:\n    image: registry.example/web:1.4.0\n    mem_limit: 256m\n",
    settings: |settings| settings.trusted_registries = vec!["registry.example".to_owned()],
    ..RuleMeta::PLAIN
};

impl ManifestRule for ComposeImage {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, desk: &Desk<'_>) -> Vec<Finding> {
        let services = compose(manifest).into_iter().flat_map(|compose| &compose.services);
        let images = services.filter(|service| service.build.is_none()).filter_map(|service| service.image.as_ref());
        let judged = images.filter_map(|image| Some((image, stranger(image.known()?, desk.settings)?)));
        judged.map(|(image, why)| Finding::new(&META, image.span, why)).collect()
    }
}
