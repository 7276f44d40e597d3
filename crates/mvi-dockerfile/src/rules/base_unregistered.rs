//! SOV-2: a base that no registry of organisms knows.

use crate::finding::{Finding, Level};
use crate::law::{Image, View};
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct BaseUnregistered;

static META: RuleMeta = RuleMeta {
    code: "SOV-2",
    name: "base-unregistered",
    level: Level::Error,
    group: Group::Sovereignty,
    why: "A new base is registered in one step: its GID, its first event and its ROM entry. One that is used before that \
          has no owner, no measurements and no place in the graph, so that nobody is asked when it breaks.",
    bad: "FROM example.org/base:1.0.0\nRUN echo hello\n",
    good: "FROM alpine:3.21.3\nRUN echo hello\n",
    settings: |settings| settings.registered_bases = Some(vec!["alpine:3.21".into()]),
    ..RuleMeta::PLAIN
};

impl Rule for BaseUnregistered {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let Some(registered) = &settings.registered_bases else { return Vec::new() };
        let view = View::new(file, settings);
        let known = |name: &str| registered.iter().any(|entry| Image::parse(name).refines(entry));
        let unknown = view.shipped_bases().filter(|base| base.resolved.as_deref().is_some_and(|name| !known(name)));
        unknown
            .map(|base| {
                Finding::new(
                    &META,
                    base.span,
                    format!("`{}` is not registered: it lacks GID, first event and ROM", base.text),
                )
            })
            .collect()
    }
}
