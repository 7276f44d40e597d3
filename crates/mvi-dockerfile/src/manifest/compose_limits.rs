//! C-LIMITS: services that may take all memory.

use super::{Desk, Manifest, ManifestRule, compose};
use crate::finding::{Finding, Level};
use crate::rule::{Group, RuleMeta};

pub(super) struct ComposeLimits;

static META: RuleMeta = RuleMeta {
    code: "C-LIMITS",
    name: "compose-memory-limit",
    level: Level::Info,
    group: Group::Compose,
    why: "Without `deploy.resources.limits.memory` (or `mem_limit`) one service that leaks takes the machine down \
          with all others. What runs only with a profile for debugging or developing is left alone.",
    bad: "services:\n  web:\n    image: registry.example/web:1.4.0\n",
    good: "services:\n  web:\n    image: registry.example/web:1.4.0\n    deploy:\n      resources:\n        limits:\n\
          \x20         memory: 256M\n",
    ..RuleMeta::PLAIN
};

impl ManifestRule for ComposeLimits {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, _: &Desk<'_>) -> Vec<Finding> {
        let services = compose(manifest).into_iter().flat_map(|compose| &compose.services);
        // A service that extends one of another file may have its limits from there.
        let lacking = services.filter(|service| {
            service.memory_limit.is_none() && !service.is_aside() && service.extends_files.is_empty()
        });
        let tell = |name: &str| format!("`{name}` may take all memory: it has no limit");
        lacking.map(|service| Finding::new(&META, service.name_span, tell(&service.name))).collect()
    }
}
