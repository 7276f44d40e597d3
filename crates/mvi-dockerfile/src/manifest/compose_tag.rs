//! C-TAG: services that run whatever is `latest`.

use super::image::moving_tag;
use super::{Desk, Manifest, ManifestRule, compose};
use crate::finding::Finding;
use crate::rule::{Group, RuleMeta};

pub(super) struct ComposeTag;

static META: RuleMeta = RuleMeta {
    code: "C-TAG",
    name: "compose-image-tag",
    group: Group::Compose,
    why: "An image without a tag, or with `latest`, is another one on every machine and after every pull. What was \
          tested is then not what runs, and going back is not possible.",
    bad: "services:\n  web:\n    image: registry.example/web\n    mem_limit: 256m\n",
    good: "services:\n  web:\n    image: registry.example/web:1.4.0\n    mem_limit: 256m\n",
    ..RuleMeta::PLAIN
};

impl ManifestRule for ComposeTag {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, _: &Desk<'_>) -> Vec<Finding> {
        let services = compose(manifest).into_iter().flat_map(|compose| &compose.services);
        // With `build`, the image is the name of what is built here.
        let images = services.filter(|service| service.build.is_none()).filter_map(|service| service.image.as_ref());
        images.filter_map(|image| Some(Finding::new(&META, image.span, moving_tag(image.known()?)?))).collect()
    }
}
