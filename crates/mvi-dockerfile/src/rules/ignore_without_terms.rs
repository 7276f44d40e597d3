//! MVI6002: exceptions without an end or a reason.

use crate::finding::Finding;
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::suppress::{Pragmas, Terms};
use crate::syntax::Dockerfile;

pub(crate) struct IgnoreWithoutTerms;

static META: RuleMeta = RuleMeta {
    code: "MVI6002",
    name: "ignore-without-terms",
    group: Group::Law,
    why: "An exception that does not say why cannot be judged, and one that does not end is a change of the rules. Both \
          `until=` and `reason=` are needed before it counts.",
    bad: "FROM alpine:3.21.3\n# mvi: ignore[MVI4000]\nRUN echo hello\n",
    good: "FROM alpine:3.21.3\nRUN echo hello\n",
    ..RuleMeta::PLAIN
};

impl Rule for IgnoreWithoutTerms {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        let mut findings = Vec::new();
        for pragma in Pragmas::read(file).pragmas {
            let missing = match &pragma.terms {
                Terms::Mvi { until: None, reason: None } => "`until=` and `reason=`",
                Terms::Mvi { until: None, reason: Some(_) } => "`until=`",
                Terms::Mvi { until: Some(_), reason: None } => "`reason=`",
                Terms::Mvi { until: Some(_), reason: Some(_) } | Terms::Hadolint => continue,
            };
            if settings.pragmas_count {
                let message = format!("this exception counts only with {missing}");
                findings.push(Finding::new(&META, pragma.span, message));
            }
        }
        findings
    }
}
