//! MVI3012: HEALTHCHECK that is there twice.

use crate::finding::{Finding, Level};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::rules::superseded::{removal, superseded};
use crate::settings::LintSettings;
use crate::syntax::{Body, Dockerfile, Instruction};

pub(crate) struct OneHealthcheck;

static META: RuleMeta = RuleMeta {
    code: "MVI3012",
    name: "one-healthcheck",
    twins: &["DL3012", "MultipleInstructionsDisallowed"],
    level: Level::Error,
    why: "An image has one check of its health: the last one that is written. Those before it look as if they \
          counted, and whoever changes them wonders why nothing happens.",
    bad: "FROM alpine:3.21.3\nHEALTHCHECK CMD [\"true\"]\nHEALTHCHECK CMD [\"test\", \"-e\", \"/ready\"]\n",
    good: "FROM alpine:3.21.3\nHEALTHCHECK CMD [\"test\", \"-e\", \"/ready\"]\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for OneHealthcheck {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        superseded(file, |body| matches!(body, Body::Healthcheck(_)))
            .map(|(earlier, later)| finding(file, earlier, later))
            .collect()
    }
}

fn finding(file: &Dockerfile, earlier: &Instruction, later: &Instruction) -> Finding {
    let message = "HEALTHCHECK counts once in a stage, and this is not the first";
    Finding::new(&META, later.keyword_span, message).fix(removal(file, earlier))
}
