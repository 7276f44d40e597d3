//! MVI3015: packages that are only recommended.

use crate::finding::{Finding, Level, Safety};
use crate::packages::{APT, Call, behind, calls};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct AptNoRecommends;

static META: RuleMeta = RuleMeta {
    code: "MVI3015",
    name: "apt-no-recommends",
    twins: &["DL3015"],
    level: Level::Info,
    why: "apt-get installs what packages recommend as well, though they work without it. In images this is \
          often most of what is installed, and each package is one more that has to be patched.",
    bad: "FROM debian:12.9\nRUN apt-get update && apt-get install -y jq=1.6-2.1 && rm -rf /var/lib/apt/lists/*\n",
    good: "FROM debian:12.9\nRUN apt-get update && apt-get install -y --no-install-recommends jq=1.6-2.1 && rm -rf /var/lib/apt/lists/*\n",
    fixes: Fixes::Unsafe,
    ..RuleMeta::PLAIN
};

impl Rule for AptNoRecommends {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| APT.installs(call) && !declines(call)).filter_map(|call| finding(&call)).collect()
    }
}

fn declines(call: &Call<'_>) -> bool {
    call.has_flag(&["no-install-recommends"]) || call.has(&["APT::Install-Recommends=false"])
}

fn finding(call: &Call<'_>) -> Option<Finding> {
    let finding = Finding::new(&META, call.span(), "what packages only recommend is installed as well");
    // Something may rely on what comes along.
    Some(finding.fix(behind(call.word(APT.install)?, " --no-install-recommends", Safety::Unsafe)))
}
