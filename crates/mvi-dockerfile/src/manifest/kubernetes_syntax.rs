//! K-SYNTAX: what cannot be read of a file of Kubernetes objects.

use super::{Desk, Manifest, ManifestRule, kubernetes};
use crate::finding::{Finding, Level};
use crate::rule::{Group, RuleMeta};
use crate::yaml::YamlProblemKind;

pub(super) struct KubernetesSyntax;

static META: RuleMeta = RuleMeta {
    code: "K-SYNTAX",
    name: "kubernetes-syntax",
    level: Level::Error,
    group: Group::Kubernetes,
    why: "A document that is no YAML or has a key twice is refused by the API server, or means something else than its \
          author thinks. Templates that were not rendered are told once and not judged.",
    bad: "apiVersion: v1\nkind: ConfigMap\ndata: {a: b, a: c}\n",
    good: "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n",
    ..RuleMeta::PLAIN
};

impl ManifestRule for KubernetesSyntax {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, manifest: &Manifest, _: &Desk<'_>) -> Vec<Finding> {
        let problems = kubernetes(manifest).into_iter().flat_map(|file| file.problems());
        let told = problems.map(|problem| {
            // A template is sound where it is; only nothing can be said of it here.
            let level = if problem.kind == YamlProblemKind::Template { Level::Info } else { META.level };
            Finding { level, ..Finding::new(&META, problem.span, problem.message.clone()) }
        });
        told.collect()
    }
}
