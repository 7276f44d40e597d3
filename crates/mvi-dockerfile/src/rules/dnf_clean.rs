//! MVI3040: the cache of dnf.

use crate::finding::{Finding, Safety};
use crate::packages::{Call, DNF, appended, keeps_away, lacks_cleaning, runs};
use crate::rule::{Fixes, Rule, RuleMeta};
use crate::settings::LintSettings;
use crate::syntax::{Dockerfile, Instruction};

pub(crate) struct DnfClean;

static META: RuleMeta = RuleMeta {
    code: "MVI3040",
    name: "dnf-clean",
    twins: &["DL3040"],
    why: "dnf keeps lists and packages under `/var/cache`. A layer holds them for ever, even when a later one \
          deletes them, so the `RUN` that installs has to clean up, or mount a cache there.",
    bad: "FROM fedora:41\nRUN dnf install -y jq-1.7.1\n",
    good: "FROM fedora:41\nRUN dnf install -y jq-1.7.1 && dnf clean all\n",
    fixes: Fixes::Safe,
    ..RuleMeta::PLAIN
};

impl Rule for DnfClean {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, file: &Dockerfile, _: &LintSettings) -> Vec<Finding> {
        let runs = runs(file).filter(|run| !MOUNTS.iter().any(|mount| keeps_away(run, mount)));
        runs.flat_map(|run| DNF.programs.iter().filter_map(move |program| finding(file, run, program))).collect()
    }
}

const MOUNTS: &[&str] = &["/var/cache/libdnf5", ".cache/libdnf5", "/var/cache/dnf", "/var/cache/yum"];

const INSTALL: &[&str] = &["install", "in", "upgrade", "up", "upgrade-minimal", "up-min", "reinstall", "rei"];

fn finding(file: &Dockerfile, run: &Instruction, program: &str) -> Option<Finding> {
    let installs = |call: &Call<'_>| call.name == program && call.has(INSTALL);
    let cleans = |call: &Call<'_>| {
        call.name == program && call.has(&["clean", "all"])
            || call.name == "rm" && call.has(&["-rf", "/var/cache/libdnf5*"])
    };
    let call = lacks_cleaning(file, run, installs, cleans)?;
    let finding = Finding::new(&META, call.span(), format!("what {program} keeps for next time stays in the layer"));
    match appended(file, &call, &format!("{program} clean all"), Safety::Safe) {
        Some(fix) => Some(finding.fix(fix)),
        None => Some(finding),
    }
}
