//! MVI3030: yum that would ask.

use crate::finding::{Finding, Safety};
use crate::packages::{Call, YUM, behind, calls};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::Dockerfile;

pub(crate) struct YumAssumeYes;

static META: RuleMeta = RuleMeta {
    code: "MVI3030",
    name: "yum-assume-yes",
    twins: &["DL3030"],
    why: "A build has nobody who could answer. `yum install` without `-y` ends with an error at its question, \
          or has whoever wrote it pipe in a `yes` that answers everything.",
    bad: "FROM centos:7.9.2009\nRUN yum install jq-1.6-2 && yum clean all\n",
    good: "FROM centos:7.9.2009\nRUN yum install -y jq-1.6-2 && yum clean all\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for YumAssumeYes {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        calls(file).filter(|call| YUM.would_ask(call)).filter_map(|call| finding(&call)).collect()
    }
}

fn finding(call: &Call<'_>) -> Option<Finding> {
    let order = call.word(YUM.asks)?;
    let finding = Finding::new(&META, call.span(), format!("`yum {}` asks before it goes on", order.text));
    Some(finding.fix(behind(order, " -y", Safety::Safe)))
}
