//! MVI6003: exceptions that nothing needs. Which these are is known only when all other findings are.

use crate::finding::{Finding, Level};
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::span::Span;
use crate::syntax::Dockerfile;

pub(crate) struct UnusedIgnore;

pub(crate) static META: RuleMeta = RuleMeta {
    code: "MVI6003",
    name: "unused-ignore",
    level: Level::Info,
    group: Group::Law,
    why: "What an exception was granted for is gone. Left in place, it would hide the next finding of that kind from \
          everybody.",
    bad: "FROM alpine:3.21.3\n# mvi: ignore[MVI4000] until=2099-01-01 reason=the old label is read by the registry\nRUN echo hello\n",
    good: "FROM alpine:3.21.3\nRUN echo hello\n",
    ..RuleMeta::PLAIN
};

impl Rule for UnusedIgnore {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, _: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        Vec::new()
    }
}

/// The finding about a rule that a pragma names for nothing.
pub(crate) fn finding(rule: &str, span: Span) -> Finding {
    Finding::new(&META, span, format!("nothing here needs an exception from {rule}"))
}
