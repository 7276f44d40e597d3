//! C-SYNTAX: what cannot be read of a Compose file.

use super::{Desk, Manifest, ManifestRule, compose};
use crate::finding::{Finding, Level};
use crate::rule::{Group, RuleMeta};
use crate::yaml::YamlProblemKind;

pub(super) struct ComposeSyntax;

static META: RuleMeta = RuleMeta {
    code: "C-SYNTAX",
    name: "compose-syntax",
    level: Level::Error,
    group: Group::Compose,
    why: "A file that is no YAML, has a key twice or services that extend each other in a circle does not start, or starts \
          something else than its author meant. Nothing else can be said of the part that cannot be read.",
    bad: "services:\n  web:\n    image: a:1\n    image: b:1\n    mem_limit: 256m\n",
    good: "services:\n  web:\n    image: a:1\n    mem_limit: 256m\n",
    ..RuleMeta::PLAIN
};

impl ManifestRule for ComposeSyntax {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, _: &Desk<'_>) -> Vec<Finding> {
        let problems = compose(manifest).into_iter().flat_map(|file| file.problems());
        let told = problems.map(|problem| {
            // A template is sound where it is; only nothing can be said of it here.
            let level = if problem.kind == YamlProblemKind::Template { Level::Info } else { META.level };
            Finding { level, ..Finding::new(&META, problem.span, problem.message.clone()) }
        });
        told.collect()
    }
}
