//! MVI4003: CMD that is there twice.

use crate::finding::Finding;
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::rules::superseded::{removal, superseded};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct OneCmd;

static META: RuleMeta = RuleMeta {
    code: "MVI4003",
    name: "one-cmd",
    twins: &["DL4003", "MultipleInstructionsDisallowed"],
    why: "An image has one default command: the last one that is written. Those before it look as if they ran, \
          and whoever changes them wonders why nothing happens.",
    bad: "FROM alpine:3.21.3\nCMD [\"true\"]\nCMD [\"sleep\", \"60\"]\n",
    good: "FROM alpine:3.21.3\nCMD [\"sleep\", \"60\"]\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for OneCmd {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        superseded(file, |body| matches!(body, Body::Cmd(_)))
            .map(|(earlier, later)| finding(file, earlier, later))
            .collect()
    }
}

fn finding(file: &Dockerfile, earlier: &Instruction, later: &Instruction) -> Finding {
    let message = "CMD counts once in a stage, and this is not the first";
    Finding::new(&META, later.keyword_span, message).fix(removal(file, earlier))
}
