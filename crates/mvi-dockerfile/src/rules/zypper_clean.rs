//! MVI3036: the cache of zypper.

use crate::finding::{Finding, Safety};
use crate::packages::{Call, ZYPPER, appended, keeps_away, lacks_cleaning, runs};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Dockerfile, Instruction};

pub(crate) struct ZypperClean;

static META: RuleMeta = RuleMeta {
    code: "MVI3036",
    name: "zypper-clean",
    twins: &["DL3036"],
    why: "zypper keeps lists and packages under `/var/cache/zypp`. A layer holds them for ever, even when a \
          later one deletes them, so the `RUN` that installs has to clean up.",
    bad: "FROM opensuse/leap:15.6\nRUN zypper install -y jq=1.6-3.3.1\n",
    good: "FROM opensuse/leap:15.6\nRUN zypper install -y jq=1.6-3.3.1 && zypper clean\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for ZypperClean {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        runs(file).filter_map(|run| finding(file, run)).collect()
    }
}

fn finding(file: &Dockerfile, run: &Instruction) -> Option<Finding> {
    if keeps_away(run, "/var/cache/zypp") {
        return None;
    }
    let call = lacks_cleaning(file, run, installs, cleans)?;
    let finding = Finding::new(&META, call.span(), "what zypper keeps for next time stays in the layer");
    let Some(fix) = appended(file, &call, "zypper clean", Safety::Safe) else { return Some(finding) };
    Some(finding.fix(fix))
}

fn installs(call: &Call<'_>) -> bool {
    ZYPPER.installs(call)
}

fn cleans(call: &Call<'_>) -> bool {
    ZYPPER.is(call) && call.has(&["clean", "cc"])
}
