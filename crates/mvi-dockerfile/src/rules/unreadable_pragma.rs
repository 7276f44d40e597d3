//! MVI6004: comments that look like exceptions and are none.

use crate::finding::{Finding, Level};
use crate::rule::{Group, Rule, RuleMeta};
use crate::selection::is_known;
use crate::settings::LintSettings;
use crate::suppress::Pragmas;
use crate::syntax::Dockerfile;

pub(crate) struct UnreadablePragma;

static META: RuleMeta = RuleMeta {
    code: "MVI6004",
    name: "unreadable-pragma",
    level: Level::Info,
    group: Group::Law,
    why: "A comment that is meant to ignore a finding and is misspelt ignores nothing, here and in hadolint, and nobody \
          notices. Behind the list of rules only another `#` may follow.",
    bad: "FROM alpine:3.21.3\n# hadolint ignore=DL4000 because of the registry\nRUN echo hello\n",
    good: "FROM alpine:3.21.3\n# hadolint ignore=DL4000 # because of the registry\nRUN echo hello\n",
    ..RuleMeta::PLAIN
};

impl Rule for UnreadablePragma {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        if !settings.pragmas_count {
            return Vec::new();
        }
        let pragmas = Pragmas::read(file);
        let flaws = pragmas.flaws.iter().map(|flaw| Finding::new(&META, flaw.span, flaw.message));
        let rules = pragmas.pragmas.iter().flat_map(|pragma| &pragma.rules);
        let unknown = rules.filter(|(rule, _)| !is_known(rule));
        flaws
            .chain(unknown.map(|(rule, span)| Finding::new(&META, *span, format!("no rule is called `{rule}`"))))
            .collect()
    }
}
