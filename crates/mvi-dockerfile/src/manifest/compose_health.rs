//! C-HEALTH: health checks that need tools, or that are switched off.

use super::{Desk, Manifest, ManifestRule, compose};
use crate::compose::{ComposeHealthcheck, Service};
use crate::finding::{Finding, Level};
use crate::rule::{Group, RuleMeta};

pub(super) struct ComposeHealth;

static META: RuleMeta = RuleMeta {
    code: "C-HEALTH",
    name: "compose-health-check",
    group: Group::Compose,
    why: "A health check that calls curl makes curl a part of the image, with its libraries and their \
          vulnerabilities; the service can be asked by its own program, or by the wget of busybox. A check that is \
          switched off leaves a service that hangs unnoticed.",
    bad: "services:\n  web:\n    image: registry.example/web:1.4.0\n    mem_limit: 256m\n    healthcheck:\n\
          \x20     test: [\"CMD\", \"curl\", \"-f\", \"http://localhost/health\"]\n",
    good: "services:\n  web:\n    image: registry.example/web:1.4.0\n    mem_limit: 256m\n    healthcheck:\n\
          \x20     test: [\"CMD\", \"/app\", \"healthcheck\"]\n",
    ..RuleMeta::PLAIN
};

impl ManifestRule for ComposeHealth {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, _: &Desk<'_>) -> Vec<Finding> {
        let services = compose(manifest).into_iter().flat_map(|compose| &compose.services);
        services.filter(|service| !service.is_aside()).filter_map(finding).collect()
    }
}

fn finding(service: &Service) -> Option<Finding> {
    let check = service.healthcheck.as_ref()?;
    if check.disabled {
        let message = format!("nobody notices when `{}` hangs: its health check is switched off", service.name);
        return Some(Finding { level: Level::Info, ..Finding::new(&META, check.span, message) });
    }
    let message = format!("the health check of `{}` needs curl in the image", service.name);
    calls_curl(check).then(|| Finding::new(&META, check.span, message))
}

/// Whether a word of the command is curl, however it is called.
fn calls_curl(check: &ComposeHealthcheck) -> bool {
    let words = check.test.iter().flat_map(|word| word.text.split([' ', '\t', ';', '|', '&', '(', ')', '`', '\n']));
    words.map(|word| word.rsplit('/').next().unwrap_or_default()).any(|word| word == "curl")
}
