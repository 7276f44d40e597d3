//! MVI4004: ENTRYPOINT that is there twice.

use crate::finding::{Finding, Level};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::rules::superseded::{removal, superseded};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct OneEntrypoint;

static META: RuleMeta = RuleMeta {
    code: "MVI4004",
    name: "one-entrypoint",
    twins: &["DL4004", "MultipleInstructionsDisallowed"],
    level: Level::Error,
    why: "An image has one entry point: the last one that is written. Those before it look as if they ran, and \
          whoever changes them wonders why nothing happens.",
    bad: "FROM alpine:3.21.3\nENTRYPOINT [\"true\"]\nENTRYPOINT [\"sleep\", \"60\"]\n",
    good: "FROM alpine:3.21.3\nENTRYPOINT [\"sleep\", \"60\"]\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for OneEntrypoint {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        superseded(file, |body| matches!(body, Body::Entrypoint(_)))
            .map(|(earlier, later)| finding(file, earlier, later))
            .collect()
    }
}

fn finding(file: &Dockerfile, earlier: &Instruction, later: &Instruction) -> Finding {
    let message = "ENTRYPOINT counts once in a stage, and this is not the first";
    Finding::new(&META, later.keyword_span, message).fix(removal(file, earlier))
}
