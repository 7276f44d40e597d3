//! C-DEBUG: debug images and stages among the services that always start.

use super::image::is_debugging;
use super::{Desk, Manifest, ManifestRule, compose};
use crate::compose::{Scalar, Service, is_debugging_word};
use crate::finding::Finding;
use crate::rule::{Group, RuleMeta};

pub(super) struct ComposeDebug;

static META: RuleMeta = RuleMeta {
    code: "C-DEBUG",
    name: "compose-debug-without-profile",
    group: Group::Compose,
    why: "Debug images hold editors, tracers and shells, which serve an intruder as well as you. A service that is \
          built from a debug stage or runs a debug image belongs behind `profiles: [debug]`, so that it runs only \
          when somebody asks for it.",
    bad: "services:\n  web-debug:\n    build:\n      context: .\n      target: debug\n    mem_limit: 256m\n",
    good: "services:\n  web-debug:\n    build:\n      context: .\n      target: debug\n    mem_limit: 256m\n    profiles:\n\
          \x20     - debug\n",
    ..RuleMeta::PLAIN
};

impl ManifestRule for ComposeDebug {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, _: &Desk<'_>) -> Vec<Finding> {
        let services = compose(manifest).into_iter().flat_map(|compose| &compose.services);
        services.filter(|service| !service.is_aside()).filter_map(finding).collect()
    }
}

fn finding(service: &Service) -> Option<Finding> {
    let target = service.build.as_ref().and_then(|build| build.target.as_ref());
    let target = target.filter(|target| target.known().is_some_and(is_debugging_word));
    let image = service.image.as_ref().filter(|image| image.known().is_some_and(is_debugging));
    let (what, Scalar { text, span, .. }) = target.map(|target| ("stage", target)).or(image.map(|i| ("image", i)))?;
    let message = format!("`{}` starts always and runs the debug {what} `{text}`", service.name);
    Some(Finding::new(&META, *span, message))
}
