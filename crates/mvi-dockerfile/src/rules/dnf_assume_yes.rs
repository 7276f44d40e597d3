//! MVI3038: dnf that would ask.

use crate::finding::{Finding, Safety};
use crate::packages::{Call, DNF, behind, calls};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct DnfAssumeYes;

static META: RuleMeta = RuleMeta {
    code: "MVI3038",
    name: "dnf-assume-yes",
    twins: &["DL3038"],
    why: "A build has nobody who could answer. `dnf install` without `-y` ends with an error at its question \
          as soon as there is anything to confirm.",
    bad: "FROM fedora:41\nRUN dnf install jq-1.7.1 && dnf clean all\n",
    good: "FROM fedora:41\nRUN dnf install -y jq-1.7.1 && dnf clean all\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for DnfAssumeYes {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| DNF.would_ask(call)).filter_map(|call| finding(&call)).collect()
    }
}

fn finding(call: &Call<'_>) -> Option<Finding> {
    let order = call.word(DNF.asks)?;
    let finding = Finding::new(&META, call.span(), format!("`dnf {}` asks before it goes on", order.text));
    Some(finding.fix(behind(order, " -y", Safety::Safe)))
}
