//! MVI3014: apt-get that would ask.

use crate::finding::{Finding, Safety};
use crate::packages::{APT, Call, behind, calls};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct AptAssumeYes;

static META: RuleMeta = RuleMeta {
    code: "MVI3014",
    name: "apt-assume-yes",
    twins: &["DL3014"],
    why: "A build has nobody who could answer: `apt-get install` without `-y` stops with an error as soon as \
          anything has to be confirmed, which may be only once the dependencies have changed.",
    bad: "FROM debian:12.9\nRUN apt-get update && apt-get install --no-install-recommends jq=1.6-2.1 && rm -rf /var/lib/apt/lists/*\n",
    good: "FROM debian:12.9\nRUN apt-get update && apt-get install -y --no-install-recommends jq=1.6-2.1 && rm -rf /var/lib/apt/lists/*\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for AptAssumeYes {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| APT.would_ask(call) && !is_quiet(call)).filter_map(|call| finding(&call)).collect()
    }
}

/// Twice quiet means yes (apt-get(8)).
fn is_quiet(call: &Call<'_>) -> bool {
    call.count_flag("q") == 2 || call.count_flag("quiet") == 2 || call.has(&["-q=2"])
}

fn finding(call: &Call<'_>) -> Option<Finding> {
    let order = call.word(APT.asks)?;
    let finding = Finding::new(&META, call.span(), "`apt-get install` asks before it goes on");
    Some(finding.fix(behind(order, " -y", Safety::Safe)))
}
