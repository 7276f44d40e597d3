//! MVI3032: the cache of yum.

use crate::finding::{Finding, Safety};
use crate::packages::{Call, YUM, appended, lacks_cleaning, runs};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Dockerfile, Instruction};

pub(crate) struct YumClean;

static META: RuleMeta = RuleMeta {
    code: "MVI3032",
    name: "yum-clean",
    twins: &["DL3032"],
    why: "yum keeps lists and packages under `/var/cache/yum`. A layer holds them for ever, even when a later \
          one deletes them, so the `RUN` that installs has to clean up.",
    bad: "FROM centos:7.9.2009\nRUN yum install -y jq-1.6-2\n",
    good: "FROM centos:7.9.2009\nRUN yum install -y jq-1.6-2 && yum clean all\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for YumClean {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        runs(file).filter_map(|run| finding(file, run)).collect()
    }
}

fn finding(file: &Dockerfile, run: &Instruction) -> Option<Finding> {
    let call = lacks_cleaning(file, run, installs, cleans)?;
    let finding = Finding::new(&META, call.span(), "what yum keeps for next time stays in the layer");
    let Some(fix) = appended(file, &call, "yum clean all", Safety::Safe) else { return Some(finding) };
    Some(finding.fix(fix))
}

fn installs(call: &Call<'_>) -> bool {
    YUM.installs(call)
}

fn cleans(call: &Call<'_>) -> bool {
    YUM.is(call) && call.has(&["clean", "all"]) || call.name == "rm" && call.has(&["-rf", "/var/cache/yum/*"])
}
