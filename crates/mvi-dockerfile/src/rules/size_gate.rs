//! REC-10: images that may grow without anybody noticing.

use crate::finding::{Finding, Level};
use crate::law::automation::{all_but, missing};
use crate::rule::{Group, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct SizeGate;

static META: RuleMeta = RuleMeta {
    code: "REC-10",
    name: "size-gate",
    level: Level::Info,
    group: Group::Recommendation,
    why: "Images grow by a few megabytes at a time, and nobody looks until pulling one takes minutes. A limit in the pipeline makes the day on which it happened visible, with the change that did it.",
    bad: "FROM alpine:3.21.3\nRUN echo hello\n",
    good: "# nothing to build\nFROM scratch\n",
    settings: |settings| all_but(settings, |automation| automation.limits_size = Some(false)),
    ..RuleMeta::PLAIN
};

impl Rule for SizeGate {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, settings: &LintSettings) -> Vec<Finding> {
        missing(
            &META,
            file,
            settings,
            |automation| automation.limits_size,
            "no step fails when the image that is built here grows",
        )
    }
}
