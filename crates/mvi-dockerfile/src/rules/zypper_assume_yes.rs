//! MVI3034: zypper that would ask.

use crate::finding::{Finding, Safety};
use crate::packages::{Call, ZYPPER, behind, calls};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct ZypperAssumeYes;

static META: RuleMeta = RuleMeta {
    code: "MVI3034",
    name: "zypper-assume-yes",
    twins: &["DL3034"],
    why: "A build has nobody who could answer. `zypper` without `-y` or `--non-interactive` takes the end of \
          its input for a no, and installs nothing.",
    bad: "FROM opensuse/leap:15.6\nRUN zypper install jq=1.6-3.3.1 && zypper clean\n",
    good: "FROM opensuse/leap:15.6\nRUN zypper install -y jq=1.6-3.3.1 && zypper clean\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for ZypperAssumeYes {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| ZYPPER.would_ask(call)).filter_map(|call| finding(&call)).collect()
    }
}

fn finding(call: &Call<'_>) -> Option<Finding> {
    let order = call.word(ZYPPER.asks)?;
    let finding = Finding::new(&META, call.span(), format!("`zypper {}` asks before it goes on", order.text));
    Some(finding.fix(behind(order, " -y", Safety::Safe)))
}
