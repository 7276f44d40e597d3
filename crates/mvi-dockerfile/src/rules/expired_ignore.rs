//! MVI6001: exceptions whose day has come.

use crate::finding::Finding;
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::suppress::{Pragmas, Terms};
use crate::syntax::Dockerfile;

pub(crate) struct ExpiredIgnore;

static META: RuleMeta = RuleMeta {
    code: "MVI6001",
    name: "expired-ignore",
    group: Group::Law,
    why: "An exception is granted until a day. From that day on it counts no longer, and what it ignored is told again: \
          repair that, or agree upon a new day and a reason that still holds.",
    bad: "FROM alpine:3.21.3\n# mvi: ignore[MVI4000] until=2020-01-01 reason=the new label comes with the next release\nRUN echo hello\n",
    good: "FROM alpine:3.21.3\nRUN echo hello\n",
    ..RuleMeta::PLAIN
};

impl Rule for ExpiredIgnore {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let Some(today) = settings.today.filter(|_| settings.pragmas_count) else { return Vec::new() };
        let mut findings = Vec::new();
        for pragma in Pragmas::read(file).pragmas {
            if let Terms::Mvi { until: Some(until), .. } = pragma.terms
                && until <= today
            {
                let message = format!("this exception ended on {until} and counts no longer");
                findings.push(Finding::new(&META, pragma.span, message));
            }
        }
        findings
    }
}
